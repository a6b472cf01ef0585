"""What a tool and a program that it starts print: neither on the screen nor in the answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lwe_tui import exits
from tests.e2e.conftest import Start
from tests.e2e.terminal import ROOT
from tests.e2e.test_command_line import piped
from tests.lwe.loopback import Loopback, Reply, chat_stream

pytestmark = pytest.mark.e2e

LOUD = """
import subprocess
import sys

from lwe.core.tool import Tool

class Loud(Tool):
    def __call__(self) -> str:
        '''Make a noise.'''
        print("SAID-IN-PYTHON")
        print("COMPLAINED-IN-PYTHON", file=sys.stderr)
        subprocess.run("echo SAID-BY-CHILD; echo COMPLAINED-BY-CHILD >&2; head -c 1", shell=True)
        return "done"
"""
WORDS = ["SAID-IN-PYTHON", "COMPLAINED-IN-PYTHON", "SAID-BY-CHILD", "COMPLAINED-BY-CHILD"]


def tool_call(name: str) -> list[bytes]:
    call = {"index": 0, "id": "c1", "function": {"name": name, "arguments": "{}"}}
    choice = {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}
    return [b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n", b"data: [DONE]\n\n"]


@pytest.fixture
def loud(profile: Path, server: Loopback) -> Path:
    """Let the model call the tool and then answer."""
    (profile / "tools").mkdir()
    config = "model:\n  default_preset: alpha\ntools:\n  policy: always\n"
    (profile / "config.yaml").write_text(config)
    (profile / "tools" / "loud.py").write_text(LOUD)
    preset = profile / "presets" / "alpha.yaml"
    preset.write_text(preset.read_text() + "  tools: [loud]\n")
    server.replies = [Reply(parts=tool_call("loud")), Reply(parts=chat_stream("All quiet."))]
    return profile


def test_a_pipe_gets_the_answer_alone(loud: Path) -> None:
    out, err, code = piped("hi")
    assert (out, code) == ("All quiet.\n", exits.OK)
    assert sorted(err.split()) == sorted(WORDS)


def test_a_closed_stderr_costs_no_answer(loud: Path) -> None:
    command = f"{sys.executable} -m lwe_tui hi 2>&-"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True)
    assert said.stdout == "All quiet.\n"


def test_the_screen_stays_the_apps_and_the_log_keeps_it(
    start: Start, loud: Path, home: Path
) -> None:
    app = start()
    app.wait("alpha")
    app.press("hi", "enter")
    app.wait("All quiet.")
    assert not [word for word in WORDS if word in app.text]
    app.press("x", "y")  # The child has not eaten what was typed.
    app.wait("xy")
    app.press("ctrl+q")
    assert app.wait_end() == exits.OK
    assert not [word for word in WORDS if word in app.text]
    log = home / ".cache" / "lwe-tui" / "printed.log"
    assert set(WORDS) <= set(log.read_text().split())
    assert log.stat().st_mode & 0o777 == 0o600
