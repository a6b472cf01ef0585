"""`WorkflowManager` answers as the seed's does, and a failure has a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lwe.core.workflow_manager import WorkflowManager
from tests.lwe.workflows.helpers import PLAY, stub


@pytest.fixture
def manager() -> WorkflowManager:
    return WorkflowManager()


def put(manager: WorkflowManager, name: str, text: str = PLAY) -> str:
    path = Path(manager.user_workflow_dirs[-1], f"{name}.yaml")
    path.write_text(text)
    return str(path)


def test_finding(manager: WorkflowManager) -> None:
    assert manager.ensure_workflow("") == (False, None, "No workflow name specified")
    assert manager.ensure_workflow("a") == (False, "a", "Workflow 'a' not found")
    path = put(manager, "a")
    assert manager.ensure_workflow("a") == (True, path, "Workflow a exists")
    assert manager.workflows["a"] == path
    plays = [{"hosts": "localhost", "tasks": [{"debug": {"msg": "hi"}}]}]
    assert manager.load_workflow("a") == (True, plays, "Workflow a successfully loaded")
    valid = "Workflow 'a' has a valid play with tasks"
    assert manager.ensure_runnable_workflow("a") == (True, plays, valid)
    assert manager.all_workflow_dirs == manager.system_workflow_dirs + manager.user_workflow_dirs


def test_what_cannot_be_run(manager: WorkflowManager) -> None:
    put(manager, "include", "- debug: {}\n")
    put(manager, "empty", "[]")
    message = "Workflow 'include' has no tasks, are you trying to run an 'include' file?"
    plays = [{"debug": {}}]
    assert manager.ensure_runnable_workflow("include") == (False, plays, message)
    assert manager.run("include", "") == (False, "include", message)
    invalid = (False, [], "Workflow 'empty' has invalid format")
    assert manager.ensure_runnable_workflow("empty") == invalid
    for method in (manager.load_workflow, manager.ensure_runnable_workflow, manager.run):
        assert method("no") == (False, "no", "Workflow 'no' not found")


def test_running(
    manager: WorkflowManager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stub(tmp_path, monkeypatch, 'echo "$3"')
    said: list[str] = []
    manager.tell = said.append
    put(manager, "a")
    assert manager.run("a", "x=1") == (True, None, "Workflow a completed")
    assert said == ['{"x": "1"}']
    assert WorkflowManager().run("a", "x=1")[0] is True
    assert capfd.readouterr() == ("", "")


def test_a_failure_is_no_unknown_error(
    manager: WorkflowManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, "echo the reason; exit 3")
    put(manager, "a")
    success, answer, message = manager.run("a")
    assert (success, answer) == (False, None)
    assert message.startswith("Error running workflow a: ")
    assert "the reason" in message
    assert manager.run("a", "oops")[:2] == (False, None)


def test_arguments_are_quoted_for_ansible(manager: WorkflowManager) -> None:
    assert manager.parse_workflow_args("a=1 b='x y'") == "a='1' b='x y'"
    assert manager.parse_workflow_args('c="it\'s"') == "c='it\\'s'"
    assert manager.parse_workflow_args("") == ""
    with pytest.raises(ValueError, match="oops"):
        manager.parse_workflow_args("oops")


def test_copying_and_deleting(manager: WorkflowManager) -> None:
    old = manager.workflows["hello-world"]
    new = f"{manager.user_workflow_dirs[-1]}/mine.yaml"
    copied = (True, new, f"Copied workflow {old} to {new}")
    assert manager.copy_workflow("hello-world", "mine") == copied
    taken = (False, new, f"{new} already exists")
    assert manager.copy_workflow("hello-world", "mine") == taken
    assert manager.copy_workflow("no", "x")[:2] == (False, "no")
    said = f"Successfully deleted workflow 'mine' from '{new}'"
    assert manager.delete_workflow("mine") == (True, "mine", said)
    assert manager.delete_workflow("mine")[:2] == (False, "mine")
    assert manager.delete_workflow("hello-world")[:2] == (False, None)
    assert manager.is_system_workflow(old)
    assert not manager.is_system_workflow(new)


def test_the_environment(manager: WorkflowManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", "")
    monkeypatch.setenv("ANSIBLE_PYTHON_INTERPRETER", "/mine")
    manager.set_workflow_environment()
    assert Path(os.environ["ANSIBLE_CONFIG"]).parent == Path(manager.get_workflow_dir())
    assert os.environ["ANSIBLE_PYTHON_INTERPRETER"] == "/mine"
    assert manager.get_workflow_environment_config()["ANSIBLE_CONFIG"] == {
        "op": "add-if-empty",
        "default": os.environ["ANSIBLE_CONFIG"],
    }
