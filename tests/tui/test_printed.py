"""The terminal is the app's, stdout the answer's; what else is printed goes elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lwe_tui import printed

TERMINAL = """
import os, subprocess, sys
from lwe_tui.printed import own_terminal

with own_terminal() as log:
    print("of python", file=log)
    subprocess.run(["sh", "-c", "echo of a child; echo of its talk >&2; cat"])
    assert os.read(0, 1) == b""
    print("on the screen", file=sys.__stderr__)
    assert sys.__stdin__.readline() == "a key\\n"
print("after", flush=True)
subprocess.run(["echo", "after too"])
"""
ANSWER = """
import subprocess, sys
from lwe_tui.printed import own_stdout

with own_stdout() as answer:
    print("of python")
    sys.stdout.flush()
    subprocess.run(["echo", "of a child"])
    print("the answer", file=answer)
print("after", flush=True)
subprocess.run(["echo", "after too"])
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        input="a key\n",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_the_terminal_is_the_apps_until_it_ends() -> None:
    done = run(TERMINAL)
    # Without a terminal on stderr the screen is where stdout is.
    assert (done.stdout, done.stderr) == ("on the screen\nafter\nafter too\n", "")
    log = printed.cache_folder() / "printed.log"
    assert log.read_text().splitlines()[1:] == ["of python", "of a child", "of its talk"]


def test_stdout_is_the_answers_until_it_ends() -> None:
    done = run(ANSWER)
    assert done.stdout == "the answer\nafter\nafter too\n"
    assert done.stderr == "of python\nof a child\n"


def test_a_large_log_makes_room_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "LARGEST", 3)
    folder = printed.cache_folder()
    folder.mkdir(parents=True)
    (folder / "printed.log").write_text("four")
    printed._log().close()
    assert (folder / "printed.old.log").read_text() == "four"
    assert (folder / "printed.log").read_text().startswith("--- ")


def test_where_nothing_can_be_written_prints_are_lost() -> None:
    folder = printed.cache_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    with printed._log() as log:
        log.write("lost")
    assert folder.read_text() == "in the way"
