"""`lwe-tui --workflow`: output on stdout, the end on stderr, an exit code that tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe_tui import cli, exits
from tests.lwe.workflows.helpers import stub

Output = pytest.CaptureFixture[str]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, 'echo "$LWE_CONFIG_PROFILE $3"; printf "\\033[31mred\\n"')


@pytest.mark.usefixtures("play")
def test_a_run(capsys: Output) -> None:
    arguments = ["-p", "work", "-w", "hello-world", "--workflow-args", "who='the world'"]
    assert cli.main(arguments) == exits.OK
    said = capsys.readouterr()
    assert said.out == 'work {"who": "the world"}\n\x1b[31mred\n'
    assert said.err == "lwe-tui: Workflow hello-world completed\n"


def test_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    stub(tmp_path, monkeypatch, "echo the reason; exit 2")
    assert cli.main(["-w", "hello-world"]) == exits.FAILED
    said = capsys.readouterr()
    assert said.out == "the reason\n"
    assert said.err == ("lwe-tui: The workflow hello-world failed (exit code 2):\nthe reason\n")


def test_what_cannot_run(capsys: Output) -> None:
    assert cli.main(["-w", "nope"]) == exits.FAILED
    assert "Workflow 'nope' not found" in capsys.readouterr().err
    assert cli.main(["-w", "hello-world", "--workflow-args", "oops"]) == exits.USAGE
    assert "'oops' is no argument" in capsys.readouterr().err
    assert cli.main(["-c", "/no/such", "-w", "hello-world"]) == exits.CONFIGURATION


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lwe.workflows.runner.run", interrupted)
    assert cli.main(["-w", "hello-world"]) == exits.INTERRUPTED
