"""The first road with a real model: the embedded one, in the real program."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.terminal import ROOT
from tests.e2e.test_first_road import READY, marks, stored

pytestmark = pytest.mark.e2e

LONG = "Write a long story about a ship."


def children() -> set[int]:
    """Return the processes that serve the model."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"lwe.providers.local_child" in command:
            found.add(int(entry.name))
    return found


def wait_until_gone(pids: set[int], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while children() & pids:
        assert time.monotonic() < deadline, "the model's process stayed"
        time.sleep(0.05)


def answered(screen: str, question: str) -> int:
    """Count the words that stand below a question, its slots and hints left out."""
    middle = [row.split("│")[1] for row in screen.splitlines() if row.count("│") == 2]
    below = " ".join(row.strip() for row in middle).partition(question)[2]
    return len(re.findall(r"\w+", below.partition("1 gpt")[0]))


def first_day(start: Start) -> set[int]:
    """Ask, be answered, stop the next answer, switch, quit; returns the model's processes."""
    others = children()
    app = start()
    app.wait(READY)
    app.wait("embedded demo model")
    app.press("Explain what a hash table is.", "enter")
    app.wait(lambda text: "New conversation" not in text, 40)  # It has its title.
    app.press(LONG, "enter")
    app.wait(lambda text: answered(text, LONG) > 15, 20)
    app.press("escape")
    app.wait("Stopped.", 5)
    app.press("ctrl+n", "alt+1")
    app.wait(lambda text: "gpt-4-chatbot-responses ·" in text)
    ours = children() - others
    app.press("ctrl+q")
    assert app.wait_end() == 0
    return ours


def test_a_stranger_asks_stops_quits_and_comes_back(start: Start, home: Path) -> None:
    ours = first_day(start)
    assert ours
    wait_until_gone(ours)

    again = start()
    again.wait(READY)
    again.wait("embedded demo model")
    again.press("ctrl+s", "enter")
    again.wait("Stopped.")
    again.press("ctrl+q")
    assert again.wait_end() == 0
    kept = [(role, text) for role, text in stored(home) if role != "system"]
    assert [role for role, _ in kept] == ["user", "assistant", "user", "assistant"]
    assert kept[2][1] == LONG
    assert len(kept[1][1]) > 100
    assert len(kept[3][1]) > 20
    assert marks(home) == ["stopped"]


def test_killing_the_program_leaves_no_model_behind(start: Start, home: Path) -> None:
    others = children()
    app = start()
    app.wait(READY)
    app.wait("embedded demo model")
    app.press(LONG, "enter")
    app.wait(lambda text: answered(text, LONG) > 15, 20)
    ours = children() - others
    assert ours
    app.kill(signal.SIGKILL)
    app.wait_end()
    wait_until_gone(ours)


def test_a_prompt_as_words_is_answered_on_stdout(home: Path) -> None:
    command = [sys.executable, "-m", "lwe_tui", "--preset", "local", "What", "is", "2+2?"]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
