"""`TemplateManager` answers as the seed's does; its temporary templates are its own."""

from __future__ import annotations

import gc
from pathlib import Path

import jinja2
import pytest

from lwe import clip
from lwe.config.config import Config
from lwe.core.template_manager import TemplateManager
from lwe.errors import NotFound, TemplateError
from lwe.templates import Templates

GREETING = """---
description: Greets
request_overrides: {preset: dice}
language: English
---

Hello {{ name }} in {{ language }}.
"""


@pytest.fixture
def manager() -> TemplateManager:
    return TemplateManager()


def put(manager: TemplateManager, name: str, text: str, folder: int = 0) -> Path:
    path = Path(manager.user_template_dirs[folder], name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_names_and_folders(manager: TemplateManager) -> None:
    put(manager, "sub/x.md", "x")
    put(manager, "y.txt", "y", folder=1)
    manager.load_templates()
    assert {"sub/x.md", "y.txt", "summarize.md"} <= set(manager.templates)
    assert manager.all_template_dirs == [
        *manager.user_template_dirs,
        *manager.system_template_dirs,
        manager.temp_template_dir,
    ]


def test_the_first_folder_wins(manager: TemplateManager) -> None:
    put(manager, "x.md", "second", folder=1)
    put(manager, "x.md", "first")
    assert manager.get_raw_template("x.md") == (True, "first", "Retrieved raw template: x.md")
    assert manager.templates_env.get_template("x.md").render() == "first"


def test_ensuring(manager: TemplateManager) -> None:
    assert manager.ensure_template("") == (False, None, "No template name specified")
    assert manager.ensure_template("x.md") == (False, "x.md", "Template 'x.md' not found")
    put(manager, "x.md", "x")
    assert manager.ensure_template("x.md") == (True, "x.md", "Template x.md exists")


def test_reading(manager: TemplateManager) -> None:
    put(manager, "greet.md", GREETING)
    assert manager.get_raw_template("greet.md")[1] == GREETING
    success, post, message = manager.get_template_source("greet.md")
    assert (success, message) == (True, "Loaded template source: greet.md")
    assert (post["language"], post.get("none"), "description" in post) == ("English", None, True)
    assert str(post) == post.content == "Hello {{ name }} in {{ language }}."
    success, rendered, message = manager.render_template("greet.md")
    assert (success, message) == (True, "Rendered template: greet.md")
    assert rendered.endswith("Hello  in .")
    assert rendered.startswith("---\ndescription: Greets")


def test_variables_and_builtins(manager: TemplateManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "read", lambda: "copied")
    put(manager, "x.md", "{{ clipboard }} {{ name }}")
    success, found, message = manager.get_template_variables_substitutions("x.md")
    template, variables, values = found
    assert (success, message) == (True, "Loaded template substitutions: x.md")
    assert isinstance(template, jinja2.Template)
    assert (variables, values) == ({"clipboard", "name"}, {"clipboard": "copied"})
    assert manager.render_template("x.md")[1] == "copied "
    assert manager.get_template_and_variables("no") == (None, None)


def test_both_kinds_of_quotes_are_no_trouble(manager: TemplateManager) -> None:
    put(manager, "x.md", """It's "{{ 'a' ~ name }}" """)
    template, variables = manager.get_template_and_variables("x.md")
    assert template is not None
    assert template.render(name="b").strip() == """It's "ab\""""
    assert variables == {"name"}


@pytest.mark.parametrize(
    "method",
    [
        "get_raw_template",
        "get_template_source",
        "render_template",
        "get_template_variables_substitutions",
    ],
)
def test_a_missing_template_is_answered(manager: TemplateManager, method: str) -> None:
    assert getattr(manager, method)("no") == (False, "no", "Template 'no' not found")


def test_building(manager: TemplateManager) -> None:
    put(manager, "greet.md", GREETING)
    put(manager, "plain.md", "{{ a }}")
    built = manager.build_message_from_template("greet.md", {"name": "Ann"})
    assert built == ("Hello Ann in English.", {"request_overrides": {"preset": "dice"}})
    assert manager.build_message_from_template("plain.md") == ("", {})
    with pytest.raises(NotFound):
        manager.build_message_from_template("no")


def test_a_broken_template_is_told(manager: TemplateManager) -> None:
    put(manager, "x.md", "{{ a")
    assert manager.render_template("x.md")[:2] == (False, None)
    with pytest.raises(TemplateError, match=r"x\.md"):
        manager.get_template_and_variables("x.md")


def test_where_a_template_is_edited(manager: TemplateManager) -> None:
    system = "summarize.md is a system template, and cannot be edited directly"
    assert manager.get_template_editable_filepath("summarize.md") == (False, "summarize.md", system)
    new = f"{manager.user_template_dirs[0]}/new.md"
    can = (True, new, f"Template {new} can be edited")
    assert manager.get_template_editable_filepath("new.md") == can
    other = str(put(manager, "other.md", "x", folder=1))
    assert manager.get_template_editable_filepath("other.md")[1] == other
    nothing = (False, "", "No template name specified")
    assert manager.get_template_editable_filepath("") == nothing
    assert manager.get_template_editable_filepath("../up.md")[0] is False


def test_copying(manager: TemplateManager) -> None:
    old = put(manager, "other.md", "x", folder=1)
    new = old.with_name("copy.md")
    said = f"Copied template {old} to {new}"
    assert manager.copy_template("other.md", "copy.md") == (True, str(new), said)
    taken = (False, str(new), f"{new} already exists")
    assert manager.copy_template("other.md", "copy.md") == taken
    assert manager.copy_template("no", "x") == (False, "no", "no does not exist")
    mine = f"{manager.user_template_dirs[0]}/mine.md"
    assert manager.copy_template("summarize.md", "mine.md")[1] == mine
    assert "mine.md" in manager.templates
    assert manager.copy_template("other.md", "../../up.md")[0] is False


def test_deleting(manager: TemplateManager, tmp_path: Path) -> None:
    path = put(manager, "x.md", "x")
    can = (True, str(path), f"Template {path} can be deleted")
    assert manager.template_can_delete("x.md") == can
    assert manager.template_delete(str(path)) == (True, str(path), f"Deleted {path}")
    assert manager.template_can_delete("x.md") == (False, "x.md", "x.md does not exist")
    assert manager.template_can_delete("") == (False, "", "No template name specified")
    success, shipped, message = manager.template_can_delete("summarize.md")
    assert not success
    assert message == f"{shipped} is a system template, and cannot be deleted"
    stranger = tmp_path / "stranger.md"
    stranger.write_text("x")
    for kept in (shipped, stranger):
        assert manager.template_delete(kept)[0] is False
        assert Path(kept).exists()


def test_temporary_templates(manager: TemplateManager) -> None:
    name, path = manager.make_temp_template("Hello {{ name }}")
    assert (Path(path).parent, Path(path).suffix) == (Path(manager.temp_template_dir), ".md")
    assert manager.build_message_from_template(name, {"name": "Ann"})[0] == "Hello Ann"
    assert manager.templates_env.get_template(name).render(name="Bob") == "Hello Bob"
    manager.remove_temp_template(name)
    manager.remove_temp_template(name)
    assert manager.ensure_template(name)[0] is False


def test_temporary_templates_are_nobody_elses_and_do_not_stay() -> None:
    first, second = TemplateManager(), TemplateManager()
    name, path = first.make_temp_template("x")
    assert first.temp_template_dir != second.temp_template_dir
    assert Path(path).exists()
    assert Path(path).parent.stat().st_mode & 0o777 == 0o700
    assert second.ensure_template(name)[0] is False
    del first
    gc.collect()
    assert not Path(path).parent.exists()


def test_a_part_can_be_shared() -> None:
    config = Config()
    part = Templates(config)
    name, _path = TemplateManager(config, templates=part).make_temp_template("shared")
    assert part.build(name).text == "shared"


def test_extracting(manager: TemplateManager) -> None:
    metadata = {"description": "d", "request_overrides": {"a": 1}, "b": 2}
    assert manager.extract_template_run_overrides(metadata) == (
        {"b": 2},
        {"request_overrides": {"a": 1}},
    )
    assert metadata == {"b": 2}
    assert set(manager.template_builtin_variables()) == {"clipboard"}
    assert manager.is_system_template(f"{manager.system_template_dirs[0]}/x.md")
