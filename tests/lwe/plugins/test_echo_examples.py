"""The two command plugins: what they answer and install, and that no file of yours is lost."""

from __future__ import annotations

import builtins
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.core.util import snake_to_class
from lwe.errors import ConfigError
from lwe.plugins.echo import Echo
from lwe.plugins.examples import EXAMPLES, TYPES, Examples

ALL_PRESETS = sorted(path.stem for path in EXAMPLES.glob("presets/*.yaml"))
ALL_TEMPLATES = sorted(path.name for path in EXAMPLES.glob("templates/*.md"))
ALL_TOOLS = sorted(path.stem for path in EXAMPLES.glob("tools/*.py"))


def ready(kind: type[Echo] | type[Examples], **settings: Any) -> Any:
    """Return a plugin as the program makes it ready."""
    config = Config()
    name = kind.__name__.lower()
    config.set(f"plugins.{name}", settings)
    plugin = kind(config)
    plugin.name, plugin.backend = name, ApiBackend
    plugin.setup()
    return plugin


@pytest.fixture
def examples() -> Examples:
    plugin: Examples = ready(Examples)
    return plugin


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Say what is typed at each question; the questions are what it returns."""

    def type_in(*answers: str) -> list[str]:
        left, asked = list(answers), []

        def answer(question: str) -> str:
            asked.append(question)
            return left.pop(0)

        monkeypatch.setattr(builtins, "input", answer)
        return asked

    return type_in


def never(question: str = "") -> str:
    raise AssertionError(f"asked: {question}")


# -------------------------------------------------------------------------------------- echo


def test_echo_repeats() -> None:
    assert ready(Echo).command_echo("hello") == (True, "hello", "Echo: hello")


def test_echo_has_a_prefix_of_the_users() -> None:
    echo = ready(Echo, response={"prefix": "Said"})
    assert echo.command_echo("it") == (True, "it", "Said: it")
    assert echo.default_config() == {"response": {"prefix": "Echo"}}


def test_echo_of_nothing_is_refused() -> None:
    assert ready(Echo).command_echo("") == (False, "", "Argument is required")


def test_echo_offers_three_words() -> None:
    assert ready(Echo).get_shell_completions({}) == {
        "/echo": {"one": None, "two": None, "three": None}
    }


# ---------------------------------------------------------------------------------- examples


def test_examples_offer_a_list_and_the_types(examples: Examples) -> None:
    words = ["list", "presets", "templates", "workflows", "tools"]
    assert examples.get_shell_completions({}) == {"/examples": dict.fromkeys(words)}
    assert examples.default_config() == {"confirm_overwrite": True, "default_types": TYPES}


def test_everything_that_comes_along_is_listed(examples: Examples) -> None:
    assert examples.get_examples("templates") == ALL_TEMPLATES
    assert examples.get_examples("tools") == [f"{name}.py" for name in ALL_TOOLS]
    assert examples.get_examples("nothing") == []


def test_the_list_says_what_goes_where(examples: Examples) -> None:
    text = examples.command_examples("list")
    assert isinstance(text, str)
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        f"## {kind}" for kind in TYPES
    ]
    assert f"Install to: {Path(examples.profile_dir, 'tools')}\n" in text
    assert "\n* reverse_content.py" in text


def test_what_lies_beside_the_examples_is_none(examples: Examples, tmp_path: Path) -> None:
    for name in ("a.md", "sub/b.md", ".hidden", "__pycache__/c.pyc"):
        (tmp_path / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "templates" / name).write_text("x")
    examples.examples_root = str(tmp_path)
    assert examples.get_examples("templates") == ["a.md", "sub/b.md"]
    examples.install_examples("templates")
    assert Path(examples.profile_dir, "templates", "sub", "b.md").read_text() == "x"


def test_all_types_are_installed_without_a_word(
    examples: Examples, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(builtins, "input", never)
    written = examples.install_examples()
    assert len(written) == sum(len(examples.get_examples(kind)) for kind in TYPES)
    for path in written:
        name = Path(path).relative_to(examples.profile_dir)
        assert Path(path).read_text() == (EXAMPLES / name).read_text()
    assert capsys.readouterr().out == ""
    assert examples.install_examples() == []


def test_a_changed_file_stays_without_being_asked_about(examples: Examples) -> None:
    mine = Path(examples.profile_dir, "tools", "reverse_content.py")
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"\xff mine")
    assert str(mine) not in examples.install_examples("tools")
    assert mine.read_bytes() == b"\xff mine"


def test_who_turned_the_question_off_gets_the_new_file() -> None:
    plugin = ready(Examples, confirm_overwrite=False, default_types=["tools"])
    mine = Path(plugin.profile_dir, "tools", "reverse_content.py")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    assert str(mine) in plugin.install_examples()
    assert "class ReverseContent" in mine.read_text()
    assert not Path(plugin.profile_dir, "presets", f"{ALL_PRESETS[0]}.yaml").exists()


def test_an_unknown_type_is_a_sentence(examples: Examples) -> None:
    with pytest.raises(ConfigError, match=r"no examples of pets\. Use presets"):
        examples.install_examples("pets")
    assert examples.command_examples("pets") == (False, "pets", "Invalid example type")


def test_the_command_asks_first(examples: Examples, typed: Callable[..., list[str]]) -> None:
    asked = typed("n")
    assert examples.command_examples("") == (False, None, "Skipping installation")
    assert "presets, templates, workflows, tools" in asked[0]
    assert not Path(examples.profile_dir, "tools", "reverse_content.py").exists()


def test_the_command_asks_about_each_file_of_yours(
    examples: Examples, typed: Callable[..., list[str]]
) -> None:
    examples.install_examples("tools")
    kept, lost = (Path(examples.profile_dir, "tools", f"{name}.py") for name in ALL_TOOLS[:2])
    kept.write_text("kept")
    lost.write_text("lost")
    asked = typed("y", "n", "YES")
    assert examples.command_examples("tools") == (
        True,
        [str(lost)],
        "Finished installing examples: 1 files written",
    )
    assert [str(kept) in asked[1], str(lost) in asked[2]] == [True, True]
    assert (kept.read_text(), "class" in lost.read_text()) == ("kept", True)


def test_the_command_replaces_unasked_where_the_user_said_so(
    typed: Callable[..., list[str]],
) -> None:
    plugin = ready(Examples, confirm_overwrite=False)
    mine = Path(plugin.profile_dir, "tools", "reverse_content.py")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    asked = typed("y")
    success, written, _message = plugin.command_examples("tools")
    assert (success, str(mine) in written, len(asked)) == (True, True, 1)


def test_a_folder_that_cannot_be_written_is_answered(
    examples: Examples, typed: Callable[..., list[str]]
) -> None:
    Path(examples.profile_dir, "tools").write_text("a file in the way")
    typed("y")
    success, value, message = examples.command_examples("tools")
    assert (success, value) == (False, None)
    assert "cannot be written" in message


# --------------------------------------------------------------------- what the examples hold


@pytest.mark.parametrize("name", ALL_PRESETS)
def test_each_preset_can_be_activated(examples: Examples, bot: ApiBackend, name: str) -> None:
    examples.install_examples("presets")
    success, _preset, message = bot.activate_preset(name)
    assert success, message
    assert bot.active_preset_name == name


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_each_template_can_be_rendered(
    examples: Examples, bot: ApiBackend, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lwe.clip.read", lambda: "from the clipboard")
    examples.install_examples("templates")
    needed = {"notes": "some notes", "subject": "tides", "text": "Guten Tag"}
    success, (text, _overrides), message = bot.build_message_from_template(name, needed)
    assert success, message
    assert any(word in text for word in [*needed.values(), "from the clipboard"])
    assert "{" not in text


def test_the_data_preset_and_its_template_fit_together(bot: ApiBackend, examples: Examples) -> None:
    examples.install_examples()
    name = "example-collect-tasks"
    _, (_text, overrides), _ = bot.build_message_from_template(f"{name}.md", {"notes": "x"})
    preset = overrides["request_overrides"]["preset"]
    success, (_metadata, customizations), _ = bot.activate_preset(preset)
    assert (success, preset) == (True, name)
    assert set(customizations["tools"]) <= set(ALL_TOOLS)


def tool(name: str) -> Any:
    """Return a tool of the examples, found by the rule for names."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = keep
    return getattr(module, snake_to_class(name))(Config())


def test_the_tools_do_what_they_say() -> None:
    assert tool("reverse_content")(content="abc")["result"] == "cba"
    assert tool("word_statistics")(text="The cat, the dog.", most_common=1) == {
        "words": 4,
        "different_words": 3,
        "most_common": {"the": 2},
    }


def test_tasks_are_put_in_order() -> None:
    collected = tool("collect_tasks")(
        tasks=[
            {"title": "later "},
            {"title": "first", "due": "2026-01-02", "who": "Ann"},
            {"title": "", "who": "Bob"},
        ]
    )
    assert collected["message"] == "Collected 2 tasks."
    assert [task["title"] for task in collected["tasks"]] == ["first", "later"]
    assert collected["tasks"][1] == {"title": "later", "who": "", "due": ""}


def test_a_tool_may_say_by_a_schema_what_it_takes() -> None:
    told = tool("collect_tasks").get_config()
    assert told["name"] == "collect_tasks"
    assert told["parameters"]["required"] == ["tasks"]
    assert told["parameters"]["properties"]["tasks"]["items"]["required"] == ["title"]


def test_one_file_is_installed_and_who_would_lose_one_is_asked(
    examples: Examples, typed: Callable[..., list[str]]
) -> None:
    name = examples.get_examples("tools")[0]
    examples.install_example_file("tools", name)
    path = Path(examples.profile_dir, "tools", name)
    assert path.read_text() == (EXAMPLES / "tools" / name).read_text()
    path.write_text("mine")
    asked = typed("n")
    examples.install_example_file("tools", name)
    assert (path.read_text(), len(asked)) == ("mine", 1)


def test_installing_is_confirmed(examples: Examples, typed: Callable[..., list[str]]) -> None:
    asked = typed("n", "y")
    assert examples.install_examples_confirm("tools") is None
    assert len(examples.install_examples_confirm("tools") or ()) == len(ALL_TOOLS)
    assert "tools" in asked[0]
