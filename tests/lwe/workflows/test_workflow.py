"""Workflows are found in folders, checked before they run, and the program's own stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.config.config import Config
from lwe.errors import ConfigError, LweError, NotFound, WorkflowError
from lwe.workflows.workflow import Workflows, parse_arguments
from tests.lwe.workflows.helpers import PLAY


@pytest.fixture
def folders() -> list[Path]:
    found = Config().directories("workflows")
    for folder in found:
        folder.mkdir(parents=True)
    return found


@pytest.fixture
def workflows(folders: list[Path]) -> Workflows:
    return Workflows(Config())


def test_the_later_folder_wins_whatever_the_suffix(
    workflows: Workflows, folders: list[Path]
) -> None:
    (folders[0] / "a.yml").write_text(PLAY)
    (folders[1] / "a.yaml").write_text(PLAY)
    (folders[0] / "b.yaml").write_text(PLAY)
    (folders[1] / "b.yml").write_text(PLAY)
    (folders[1] / "notes.txt").write_text("no workflow")
    assert workflows.path("a") == folders[1] / "a.yaml"
    assert workflows.path("b") == folders[1] / "b.yml"
    assert workflows.names() == ["a", "b", "hello-world"]


def test_the_shipped_one_can_be_run(workflows: Workflows) -> None:
    assert workflows.check("hello-world")[0]["hosts"] == "localhost"


@pytest.mark.parametrize(
    "text", [PLAY, "- hosts: all\n  roles: [x]\n", "- import_playbook: other.yaml\n"]
)
def test_what_does_something_is_runnable(
    workflows: Workflows, folders: list[Path], text: str
) -> None:
    (folders[1] / "x.yaml").write_text(text)
    assert workflows.check("x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- debug: {msg: x}\n", "'x' has no tasks, are you trying to run an 'include' file?"),
        ("[]", "'x' has invalid format"),
        ("", "'x' has invalid format"),
        ("a: 1", "'x' has invalid format"),
        ("- a: [\n", r"x\.yaml, line 2"),
    ],
)
def test_what_cannot_be_run_says_why(
    workflows: Workflows, folders: list[Path], text: str, reason: str
) -> None:
    (folders[1] / "x.yaml").write_text(text)
    with pytest.raises(WorkflowError, match=reason):
        workflows.check("x")


def test_a_missing_one_names_those_that_are_close(workflows: Workflows) -> None:
    with pytest.raises(NotFound, match="Did you mean hello-world"):
        workflows.path("helo-world")


def test_copying(workflows: Workflows, folders: list[Path]) -> None:
    _, mine = workflows.copy("hello-world", "mine")
    assert mine == folders[1] / "mine.yaml"
    (folders[0] / "a.yml").write_text(PLAY)
    assert workflows.copy("a", "b.yml")[1] == folders[0] / "b.yml"
    with pytest.raises(ConfigError, match="already exists") as caught:
        workflows.copy("a", "b.yml")
    assert caught.value.answer == str(folders[0] / "b.yml")
    with pytest.raises(LweError, match="cannot be a file name"):
        workflows.copy("a", "../up")


def test_deleting(workflows: Workflows, folders: list[Path]) -> None:
    path = folders[1] / "a.yaml"
    path.write_text(PLAY)
    assert workflows.delete("a") == path
    assert not path.exists()
    with pytest.raises(WorkflowError, match="came with the program"):
        workflows.delete("hello-world")


def test_arguments() -> None:
    assert parse_arguments("a=1 b='two words' c=x=y d=") == {
        "a": "1",
        "b": "two words",
        "c": "x=y",
        "d": "",
    }
    assert parse_arguments("") == {}


@pytest.mark.parametrize("text", ["oops", "=1", "a='b"])
def test_arguments_that_are_none(text: str) -> None:
    with pytest.raises(WorkflowError):
        parse_arguments(text)
