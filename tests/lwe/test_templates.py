"""Templates: found, taken apart, rendered where they can touch nothing and not for ever."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from lwe import clip
from lwe.config.config import Config
from lwe.errors import NotFound, TemplateError
from lwe.templates import Templates

SHIPPED = [
    "explain-code.md",
    "summarize.md",
    "workflow-generator.md",
    "workflow-review.md",
    "workflow-spec-generator.md",
]


class Folders:
    """The two template folders of a profile, and its templates."""

    def __init__(self) -> None:
        self.own, self.shared = Config().directories("templates")
        self.templates = Templates(Config())

    def put(self, text: str, name: str = "t.md", folder: Path | None = None) -> Templates:
        path = (folder or self.own) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return self.templates


@pytest.fixture
def folders() -> Folders:
    return Folders()


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "read", lambda: "pasted")


# Finding


def test_names_are_relative_to_their_folders(folders: Folders) -> None:
    folders.put("x", "parts/footer.md")
    folders.put("x", "plain", folders.shared)
    assert folders.templates.names() == sorted([*SHIPPED, "parts/footer.md", "plain"])


def test_the_first_folder_wins(folders: Folders) -> None:
    folders.put("shared", folder=folders.shared)
    assert folders.templates.build("t.md").text == "shared"
    folders.put("own")
    assert folders.templates.build("t.md").text == "own"
    folders.put("mine", "summarize.md", folders.shared)
    assert not folders.templates.source("summarize.md").system


def test_the_shipped_templates_work(folders: Folders, clipboard: None) -> None:
    assert folders.templates.names() == SHIPPED
    summarize = folders.templates.build("summarize.md", {"text": "words"})
    assert "words" in summarize.text
    assert "at most five" in summarize.text
    explain = folders.templates.build("explain-code.md")
    assert "pasted" in explain.text
    assert explain.overrides == {"system_message": "programmer"}
    assert folders.templates.describe("summarize.md")


def test_an_unknown_name_offers_close_ones(folders: Folders) -> None:
    for call in (folders.templates.build, folders.templates.source, folders.templates.raw):
        with pytest.raises(
            NotFound, match=r"Template 'sumarize.md' not found\..*summarize.md"
        ) as e:
            call("sumarize.md")
        assert e.value.answer == "sumarize.md"


def test_a_file_that_is_no_text_is_a_sentence(folders: Folders) -> None:
    folders.put("")
    (folders.own / "t.md").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateError, match=r"t\.md cannot be read"):
        folders.templates.build("t.md")


# Front matter


FRONT = """\

---
description: Greets somebody
request_overrides:
  preset: dice
  preset_overrides: {model_customizations: {temperature: 0}}
language: English
---

Say hello to {{ name }} in {{ language }}.
"""


def test_front_matter_gives_variables_and_overrides(folders: Folders) -> None:
    templates = folders.put(FRONT)
    assert templates.describe("t.md") == "Greets somebody"
    built = templates.build("t.md", {"name": "Ann"})
    assert built.text == "Say hello to Ann in English."
    assert built.overrides == {
        "preset": "dice",
        "preset_overrides": {"model_customizations": {"temperature": 0}},
    }
    assert templates.build("t.md", {"language": "Latin"}).text == "Say hello to  in Latin."
    assert templates.raw("t.md") == FRONT


@pytest.mark.parametrize(
    "text", ["Words.\n---\nmore", "--- no front matter", "a\n---\nb: 1\n---\n", "----\nx\n----"]
)
def test_lines_that_only_look_like_front_matter_are_text(folders: Folders, text: str) -> None:
    assert folders.put(text).build("t.md").text == text.strip()


def test_rules_below_the_front_matter_are_text(folders: Folders) -> None:
    assert folders.put("---\na: 1\n---\nx\n---\ny\n").build("t.md").text == "x\n---\ny"


def test_line_ends_of_windows_are_fine(folders: Folders) -> None:
    folders.put("")
    (folders.own / "t.md").write_bytes(b"---\r\na: 1\r\n---\r\n{{ a }}\r\n")
    assert folders.templates.build("t.md").text == "1"


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("a: [1\nb: 2", "line 3"),
        ("- a", "mapping"),
        ("request_overrides: [a]", "'request_overrides' has to be a mapping"),
    ],
)
def test_broken_front_matter_names_the_place(folders: Folders, front: str, reason: str) -> None:
    templates = folders.put(f"---\n{front}\n---\ntext")
    with pytest.raises(TemplateError, match=rf"t\.md.*{reason}"):
        templates.build("t.md")


# Variables


def test_variables_are_listed_in_order(folders: Folders) -> None:
    folders.put("{{ inner }}{{ a }}", "parts/p.md")
    templates = folders.put(
        "---\ngiven: 1\n---\n{{ b }}{{ a|upper }}{% for x in rows %}{{ x }}{{ given }}{% endfor %}"
        "{% include 'parts/p.md' %}{{ clipboard }}"
    )
    found = templates.variables("t.md")
    assert found.needed == ("b", "a", "rows", "inner")
    assert found.given == {"given": 1}
    assert found.builtins == ("clipboard",)


def test_both_kinds_of_quotes_are_fine(folders: Folders) -> None:
    templates = folders.put("""It's {{ name or "nobody's" }} and {{ 'the "other"' }} {{ x }}\n""")
    assert templates.variables("t.md").needed == ("name", "x")
    assert templates.build("t.md").text == """It's nobody's and the "other\""""


def test_templates_that_include_each_other_are_listed(folders: Folders) -> None:
    folders.put("{{ b }}{% if c %}{% include 't.md' %}{% endif %}", "u.md")
    templates = folders.put("{{ a }}{% include 'u.md' %}")
    assert templates.variables("t.md").needed == ("a", "b", "c")
    assert templates.build("t.md", {"a": 1, "b": 2}).text == "12"


@pytest.mark.parametrize("text", ["{{ a", "{% for %}", "{% include %}", "{{ 'x' }"])
def test_what_is_no_template_names_its_line(folders: Folders, text: str) -> None:
    templates = folders.put(f"fine\n{text}")
    for call in (templates.variables, templates.build):
        with pytest.raises(TemplateError, match=r"t\.md, line 2: "):
            call("t.md")


# Rendering


def test_includes_go_across_folders(folders: Folders) -> None:
    folders.put("---\ndescription: d\n---\nfooter of {{ who }}", "parts/f.md", folders.shared)
    templates = folders.put("{% include 'parts/f.md' %}, {% include 'no.md' ignore missing %}!")
    assert templates.build("t.md", {"who": "me"}).text == "footer of me, !"


def test_a_missing_include_names_itself(folders: Folders) -> None:
    with pytest.raises(TemplateError, match=r"no\.md"):
        folders.put("{% include 'no.md' %}").build("t.md")


def test_what_nobody_gives_is_empty(folders: Folders) -> None:
    assert folders.put("<{{ a }}{% for x in b %}x{% endfor %}>").build("t.md").text == "<>"


def test_the_clipboard_is_read_only_for_those_who_ask(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise TemplateError("no clipboard")

    monkeypatch.setattr(clip, "read", refuse)
    templates = folders.put("{{ clipboard }}")
    assert templates.build("t.md", {"clipboard": "given"}).text == "given"
    with pytest.raises(TemplateError, match="no clipboard"):
        templates.build("t.md")
    assert folders.put("plain").build("t.md").text == "plain"


def test_values_are_data(folders: Folders) -> None:
    text = "{{ 7 * 7 }}{% include 'x' %}<b>"
    assert folders.put("{{ a }}").build("t.md", {"a": text}).text == text


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ x.__class__.__init__.__globals__ }}",
        "{{ ''['__class__'].mro() }}",
        "{{ x|attr('__class__') ~ x.append(1) }}",
        "{{ ''.join(range(10 ** 9)|map('string')) }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ [0] * 10 ** 10 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 1 / 0 }}",
        "{{ a.b.c }}",
        "{{ 'x'|no_filter }}",
        "{% extends 't.md' %}",
        "{% include 't.md' %}",
    ],
)
def test_the_sandbox_turns_attacks_and_mistakes_into_sentences(folders: Folders, text: str) -> None:
    with pytest.raises(TemplateError, match=r"template t\.md"):
        folders.put(text).build("t.md", {"x": [1]})


def test_values_are_not_changed_by_a_template(folders: Folders) -> None:
    rows: list[Any] = [1]
    with pytest.raises(TemplateError):
        folders.put("{% set y = x.append(2) %}{{ x.clear() }}").build("t.md", {"x": rows})
    assert rows == [1]


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    ],
)
def test_what_does_not_end_is_ended(
    folders: Folders, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lwe.templates.RENDER_SECONDS", 0.02)
    with pytest.raises(TemplateError, match=r"took more than"):
        folders.put(text).build("t.md")
    deadline = time.monotonic() + 30
    while any(t.name == "template" for t in threading.enumerate()):
        assert time.monotonic() < deadline, "the thread goes on"
        time.sleep(0.002)
