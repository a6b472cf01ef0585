"""A playbook runs as a child: its output arrives, its failure has a reason, its group ends."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe.config.config import Config
from lwe.errors import WorkflowError
from lwe.workflows import runner
from lwe.workflows.runner import ANSIBLE_CONFIG, Run, environment, run
from tests.lwe.workflows.helpers import stub

FAILED = """\
PLAY [all] *****

TASK [fine] *****
fatal: [localhost]: FAILED! =>
    msg: ignored
...ignoring

TASK [breaks] *****
fatal: [localhost]: FAILED! =>
    msg: no such file

PLAY RECAP *****
localhost : ok=1 failed=1
"""


def ran(values: dict[str, str] | None = None) -> list[str]:
    """Run a playbook and return what it said."""
    said: list[str] = []
    run(Path("/p/x.yaml"), values or {}, Config(), said.append)
    return said


def test_the_command_and_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, 'printf "%s\\n" "$@"; echo talk >&2')
    values = {"a": 'it\'s "x" {{ y }}'}
    assert ran(values) == ["/p/x.yaml", "--extra-vars", json.dumps(values), "talk"]
    assert ran() == ["/p/x.yaml", "talk"]


def test_nothing_can_be_asked_on_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "cat; echo read")
    assert ran() == ["read"]


def test_a_failure_tells_the_task_and_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "said").write_text(FAILED)
    stub(tmp_path, monkeypatch, f"cat {tmp_path}/said; exit 2")
    with pytest.raises(WorkflowError) as caught:
        ran()
    assert str(caught.value) == (
        "The workflow x failed in the task 'breaks' (exit code 2):\n"
        "fatal: [localhost]: FAILED! =>\n    msg: no such file"
    )


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo '[ERROR]: no module'; echo 'line 4'; exit 4", "code 4.*\n.*no module\nline 4"),
        ("seq 9; exit 1", "code 1.*:\n5\n6\n7\n8\n9$"),
        ("exit 1", "and said nothing"),
        ("kill -KILL $$", "signal 9"),
    ],
)
def test_other_failures_have_reasons_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    stub(tmp_path, monkeypatch, script)
    with pytest.raises(WorkflowError, match=reason):
        ran()


def test_without_ansible_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(WorkflowError, match="pip install ansible-core"):
        ran()


def test_a_program_beside_python_needs_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, "echo found")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert ran() == ["found"]


@pytest.fixture
def group(tmp_path: Path) -> Iterator[int]:
    """Make a named pipe that ends when all who hold it have ended."""
    os.mkfifo(tmp_path / "held")
    reading = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    yield reading
    os.close(reading)


def ended(group: int) -> bool:
    """Wait until nobody of the group is left."""
    return bool(select.select([group], [], [], 10)[0]) and os.read(group, 1) == b""


def test_an_interrupt_ends_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    stub(tmp_path, monkeypatch, f"exec 3>{tmp_path}/held; sleep 60 & echo begun; wait")

    def interrupted(line: str) -> None:
        assert line == "begun"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Path("/p/x.yaml"), {}, Config(), interrupted)
    assert ended(group)


def test_who_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(runner, "PATIENCE", 0.05)
    stub(tmp_path, monkeypatch, f"trap '' TERM; exec 3>{tmp_path}/held; echo begun; sleep 60; exit")
    lines = Run(Path("/p/x.yaml"), {}, Config()).lines()
    assert next(lines) == "begun"
    lines.close()
    assert ended(group)


def test_another_thread_may_stop_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    stub(tmp_path, monkeypatch, f"exec 3>{tmp_path}/held; echo begun; sleep 60")
    running = Run(Path("/p/x.yaml"), {}, Config())
    lines = running.lines()
    assert next(lines) == "begun"
    thread = threading.Thread(target=running.stop)
    thread.start()
    with pytest.raises(WorkflowError, match="stopped"):
        next(lines)
    thread.join()
    assert ended(group)


def test_what_is_stopped_before_it_starts_does_not_start() -> None:
    running = Run(Path("/p/x.yaml"), {}, Config())
    running.stop()
    with pytest.raises(WorkflowError):
        next(running.lines())


def test_the_profile_and_its_folders_are_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", "")
    arguments = Namespace(templates_dir=["/one", "/two"], tools_dir=None)
    found = environment(Config(tmp_path, tmp_path, "work", args=arguments))
    assert found["LWE_CONFIG_DIR"] == found["LWE_DATA_DIR"] == str(tmp_path)
    assert found["LWE_CONFIG_PROFILE"] == "work"
    assert found["LWE_TEMPLATE_DIR"] == "/one:/two"
    assert "LWE_TOOL_DIR" not in found
    assert found["ANSIBLE_CONFIG"] == str(ANSIBLE_CONFIG)
    assert ANSIBLE_CONFIG.exists()
    assert found["ANSIBLE_PYTHON_INTERPRETER"] == sys.executable


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", "/mine.cfg")
    assert environment(Config())["ANSIBLE_CONFIG"] == "/mine.cfg"
    assert os.environ["ANSIBLE_CONFIG"] == "/mine.cfg"
