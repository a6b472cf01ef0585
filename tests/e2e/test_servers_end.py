"""However the program ends, no MCP server that it has started stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lwe_tui import exits
from tests.e2e.conftest import Start
from tests.e2e.terminal import ROOT, Terminal
from tests.e2e.test_printing_tools import tool_call
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk

pytestmark = pytest.mark.e2e
SERVER = str(ROOT / "tests" / "lwe" / "tools" / "mcp_server.py")
SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]


def serve(profile: Path, server: Loopback, **environment: str) -> None:
    """Let the model ask a server for its number, and then stall."""
    servers = {"probe": {"command": sys.executable, "args": [SERVER], "env": environment}}
    config = {
        "model": {"default_preset": "alpha"},
        "mcp": {"servers": servers},
        "tools": {"policy": "always"},
    }
    (profile / "config.yaml").write_text(json.dumps(config))
    preset = profile / "presets" / "alpha.yaml"
    preset.write_text(preset.read_text() + "  tools: [probe__process]\n")
    again = Reply(parts=[chat_chunk("the beginning\n\n"), STALL])
    server.replies = [Reply(parts=tool_call("probe__process")), again]


def allow(app: Terminal) -> None:
    """Let the app start the server: a decision takes no key in its first half second."""
    app.wait("y: yes")
    time.sleep(0.8)
    app.press("y")
    app.wait(lambda text: "y: yes" not in text)


def number(server: Loopback) -> int:
    """Return the number of the server's process, which it has told the model."""
    while len(server.asked) < 2:
        time.sleep(0.02)
    return int(json.loads(server.asked[1]["messages"][-1]["content"])["result"])


def wait_until_gone(process: int) -> None:
    for _ in range(1000):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"{process} still runs.")


def stubborn(number: signal.Signals) -> dict[str, str]:
    """A server that ends only when it is killed; who is killed cannot do that."""
    return {} if number == signal.SIGKILL else {"STUBBORN": "1"}


@pytest.mark.parametrize("end", SIGNALS)
def test_of_a_prompt_as_words(profile: Path, server: Loopback, end: signal.Signals) -> None:
    serve(profile, server, **stubborn(end))
    command = [sys.executable, "-m", "lwe_tui", "hi"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as program:
        child = number(server)
        program.send_signal(end)
        program.communicate(timeout=30)
    assert program.returncode == (-end if end == signal.SIGKILL else exits.INTERRUPTED)
    wait_until_gone(child)


@pytest.mark.parametrize("end", SIGNALS)
def test_of_the_app(start: Start, profile: Path, server: Loopback, end: signal.Signals) -> None:
    serve(profile, server, **stubborn(end))
    app = start()
    app.wait("alpha")
    app.press("hi", "enter")
    allow(app)
    child = number(server)
    app.wait("the beginning")
    os.kill(app.process.pid, end)
    wait_until_gone(child)


def test_of_the_app_that_waits_for_one(
    start: Start, profile: Path, server: Loopback, tmp_path: Path
) -> None:
    file = tmp_path / "number"
    serve(profile, server)
    script = f"trap '' TERM; echo $$ > {file}; sleep 3600; sleep 3600"
    servers = {"probe": {"command": "sh", "args": ["-c", script]}}
    (profile / "config.yaml").write_text(json.dumps({"mcp": {"servers": servers}}))
    app = start("-r", "alpha")
    app.wait("alpha")
    app.press("hi", "enter")
    allow(app)
    while not file.exists() or not file.read_text():
        time.sleep(0.02)
    os.kill(app.process.pid, signal.SIGTERM)
    wait_until_gone(int(file.read_text()))
