"""The commands for templates and workflows."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.commands.outcome import Ask, EditText, Form, RunWorkflow
from lwe.errors import ConfigError, LweError, NotFound, TemplateError, WorkflowError
from tests.lwe.commands.conftest import Typed

GREETING = """---
description: Greets
request_overrides: {title: Greeting}
---
Hello {{ name }}, {{ mood }}!
"""
PLAY = "- name: Say it\n  hosts: localhost\n  tasks: [{debug: {msg: hi}}]\n"


@pytest.fixture
def greeting(typed: Typed, folder: Path) -> Typed:
    path = folder / "templates" / "greet.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GREETING, "utf-8")
    return typed


@pytest.fixture
def saying(typed: Typed, folder: Path) -> Typed:
    path = folder / "workflows"
    path.mkdir(parents=True, exist_ok=True)
    (path / "say.yaml").write_text(PLAY, "utf-8")
    (path / "tasks.yaml").write_text("- debug: {msg: hi}\n", "utf-8")
    return typed


# Templates


def test_templates_are_listed_and_shown(greeting: Typed) -> None:
    assert "* **greet.md**: Greets" in greeting("/templates").text
    assert "summarize" not in greeting("/templates greet").text
    assert "Hello {{ name }}" in greeting("/template show greet.md").text
    with pytest.raises(NotFound, match=r"Did you mean greet\.md"):
        greeting("/template show gret.md")


def test_a_template_is_run(greeting: Typed) -> None:
    overrides = {"title": "Greeting"}
    assert greeting("/template run greet.md").effect == Ask("Hello , !", overrides)
    line = "/template run greet.md name='Ann B.' mood=fine"
    assert greeting(line).effect == Ask("Hello Ann B., fine!", overrides)


def test_variables_are_asked_for(greeting: Typed) -> None:
    greeting.user.values = {"name": "Ann", "mood": "{{ 1 + 1 }}"}
    outcome = greeting("/template prompt-run greet.md")
    assert outcome.effect == Ask("Hello Ann, {{ 1 + 1 }}!", {"title": "Greeting"})
    (form,) = greeting.user.asked
    assert isinstance(form, Form) and [each.name for each in form.fields] == ["name", "mood"]
    assert "Hello {{ name }}" in form.intro
    greeting.user.values = None
    assert greeting("/template prompt-run greet.md").effect is None


def test_a_copy_is_edited_and_run(greeting: Typed) -> None:
    greeting.user.text = "---\nname: Bob\n---\nBye {{ name }}."
    assert greeting("/template edit-run greet.md").effect == Ask("Bye Bob.")
    (asked,) = greeting.user.asked
    assert isinstance(asked, EditText) and asked.text == GREETING
    assert greeting("/templates").text.count("* ") == greeting("/templates").text.count(".md")
    assert "Hello" in greeting("/template show greet.md").text


def test_a_filled_template_is_edited_and_run(greeting: Typed) -> None:
    greeting.user.values, greeting.user.text = {"name": "Ann", "mood": "ok"}, None
    outcome = greeting("/template prompt-edit-run greet.md")
    assert outcome.effect == Ask("Hello Ann, ok!", {"title": "Greeting"})
    greeting.user.text = "Quite another {{ text }}"
    outcome = greeting("/template prompt-edit-run greet.md")
    assert outcome.effect == Ask("Quite another {{ text }}", {"title": "Greeting"})


def test_templates_are_edited_copied_deleted(greeting: Typed, folder: Path) -> None:
    greeting.user.text = "Only {{ one }}"
    assert greeting("/template edit new.md").changed == ("templates",)
    assert (folder / "templates" / "new.md").read_text("utf-8") == "Only {{ one }}"
    greeting("/template copy new.md copied.md")
    with pytest.raises(ConfigError, match="already exists"):
        greeting("/template copy new.md copied.md")
    greeting("/template delete new.md")
    assert sorted(p.name for p in (folder / "templates").iterdir()) == ["copied.md", "greet.md"]
    for action in ("edit", "delete"):
        with pytest.raises(TemplateError):
            greeting(f"/template {action} summarize.md")
    greeting.user.text = "{{ broken"
    with pytest.raises(TemplateError, match="line 1"):
        greeting("/template edit copied.md")


def test_templates_and_variables_are_offered(greeting: Typed) -> None:
    assert greeting.offered("/template run gr") == ["greet.md"]
    assert greeting.offered("/template run greet.md ") == ["name=", "mood="]
    assert greeting.offered("/template run greet.md name=x ") == ["mood="]
    assert greeting.offered("/template show greet.md ") == []


# Workflows


def test_workflows_are_listed_and_shown(saying: Typed) -> None:
    runnable, included = saying("/workflows").text.split("## Include files")
    assert "* **say**: Say it" in runnable and "* **tasks**" in included
    assert "hosts: localhost" in saying("/workflow show say").text
    with pytest.raises(NotFound, match="Did you mean say"):
        saying("/workflow show sayy")


def test_a_workflow_is_run_by_the_host(saying: Typed, folder: Path) -> None:
    outcome = saying("/workflow run say text='two words' n=1")
    values = {"text": "two words", "n": "1"}
    assert outcome.effect == RunWorkflow("say", folder / "workflows" / "say.yaml", values)
    with pytest.raises(WorkflowError, match="name=value"):
        saying("/workflow run say nothing")
    with pytest.raises(WorkflowError, match="no tasks"):
        saying("/workflow run tasks")


def test_workflows_are_edited_copied_deleted(saying: Typed, folder: Path) -> None:
    saying.user.text = PLAY
    assert saying("/workflow edit new").changed == ("workflows",)
    saying("/workflow copy new copied")
    saying("/workflow delete new")
    names = sorted(path.name for path in (folder / "workflows").iterdir())
    assert names == ["copied.yaml", "say.yaml", "tasks.yaml"]
    with pytest.raises(WorkflowError, match="/workflow copy"):
        saying("/workflow edit hello-world")
    with pytest.raises(LweError, match="came with the program"):
        saying("/workflow delete hello-world")
    assert saying.offered("/workflow run sa") == ["say"]
