"""The command line as a shell uses it: pipes, a terminal, an interrupt, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lwe_tui import exits
from tests.e2e.conftest import Start
from tests.e2e.terminal import ROOT
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error

pytestmark = pytest.mark.e2e


def piped(*arguments: str, stdin: str = "") -> tuple[str, str, int]:
    """Run the program between pipes; returns stdout, stderr and the exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "lwe_tui", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.stdout, done.stderr, done.returncode


def test_a_pipe_gets_the_source_and_gives_the_prompt(profile: Path, server: Loopback) -> None:
    server.replies = [Reply(parts=chat_stream("A **bold** ", "answer."))]
    said = piped("Translate:", "-s", "Be brief.", "-i", stdin="la vie\n")
    assert said == ("A **bold** answer.\n", "", exits.OK)
    assert [message["content"] for message in server.asked[-1]["messages"]] == [
        "Be brief.",
        "Translate:\n\nla vie\n",
    ]


def test_a_terminal_gets_it_rendered(start: Start, profile: Path, server: Loopback) -> None:
    server.replies = [Reply(parts=chat_stream("A **bold** ", "answer."))]
    app = start("-r", "beta", "What?")
    app.wait("A bold answer.")
    assert app.wait_end() == exits.OK
    assert "**" not in app.text
    assert server.asked[-1]["model"] == "model-beta"


def test_a_failure_is_talk_and_a_code(profile: Path, server: Loopback) -> None:
    server.replies = [error(400, "not like this")]
    out, err, code = piped("hi")
    assert (out, code) == ("", exits.FAILED)
    assert "not like this" in err


def test_an_interrupt_has_a_code_of_its_own(start: Start, profile: Path, server: Loopback) -> None:
    server.replies = [Reply(parts=[chat_chunk("the beginning\n\nand"), STALL])]
    app = start("hi")
    app.wait("the beginning")
    app.press("ctrl+c")
    assert app.wait_end() == exits.INTERRUPTED
    assert server.left.wait(30)
    assert "Traceback" not in app.text
    app.wait("and")


def test_a_configuration_and_a_workflow_that_are_not_there(profile: Path) -> None:
    assert piped("config", "model.default_preset")[0].endswith("```yaml\nalpha\n```\n")
    assert piped("config", "nope")[::2] == ("", exits.FAILED)
    assert piped("-w", "nope")[::2] == ("", exits.FAILED)
    assert piped("-c", "/no/such", "hi")[::2] == ("", exits.CONFIGURATION)
    assert piped("-i", "/no/such")[::2] == ("", exits.USAGE)
