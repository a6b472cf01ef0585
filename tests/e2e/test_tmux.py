"""Keys and the clipboard inside a real tmux, which sends and takes them in its own ways."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import ROOT
from tests.e2e.test_first_road import marks, stored
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error

pytestmark = pytest.mark.e2e


class Tmux:
    """A session of its own server."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._base = ["tmux", "-f", "/dev/null", "-S", str(folder / "socket")]
        program = f"exec env -u TMUX_PANE PYTHONPATH={ROOT} HOME={home} {sys.executable} -m lwe_tui"
        self("new-session", "-d", "-s", "t", "-x", "110", "-y", "30", program)

    def __call__(self, *words: str) -> str:
        done = subprocess.run([*self._base, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names."""
        self("send-keys", "-t", "t", *names)

    def wait(self, wanted: str, seconds: float = 40) -> str:
        """Wait until a text is on the screen."""
        deadline = time.monotonic() + seconds
        while wanted not in (shown := self("capture-pane", "-t", "t", "-p")):
            assert time.monotonic() < deadline, f"never saw {wanted!r} in\n{shown}"
            time.sleep(0.05)
        return shown


@pytest.fixture
def tmux(profile: Path, home: Path, tmp_path: Path) -> Iterator[Tmux]:
    assert shutil.which("tmux"), "tmux is missing: install it"
    session = Tmux(tmp_path, home)
    yield session
    subprocess.run([*session._base, "kill-server"], capture_output=True, check=False)


def test_alt_digit_switches_and_types_nothing(tmux: Tmux) -> None:
    tmux.wait("Ask anything")
    tmux.wait("alpha · model-alpha")
    tmux.keys("M-2")
    shown = tmux.wait("beta · model-beta")
    assert "Ask anything" in shown


def test_alt_enter_breaks_the_line_and_enter_sends(tmux: Tmux, server: Loopback) -> None:
    tmux.wait("Ask anything")
    tmux.keys("one", "M-Enter", "two", "Enter")
    tmux.wait("Hello!")
    assert server.asked[0]["messages"][-1]["content"] == "one\ntwo"


def test_the_last_answer_reaches_tmuxs_buffer(tmux: Tmux, server: Loopback) -> None:
    server.replies = [Reply(parts=chat_stream("Some **bold** ", "words: ä"))]
    tmux.wait("Ask anything")
    tmux.keys("go", "Enter")
    tmux.wait("Some bold words")
    tmux.keys("C-l", "y")
    tmux.wait("Copied")
    assert tmux("show-buffer") == "Some **bold** words: ä"


def test_ctrl_c_copies_what_is_selected(tmux: Tmux) -> None:
    tmux.wait("alpha · model-alpha")
    tmux.keys("some words", "S-Home", "C-c")
    tmux.wait("Copied 10 characters: tmux buffer + OSC 52")
    assert tmux("show-buffer") == "some words"


def test_function_keys_arrive(tmux: Tmux, server: Loopback) -> None:
    server.replies = [error(429, "Slow down", **{"retry-after": "1"})]
    tmux.wait("alpha · model-alpha")
    tmux.keys("words", "Enter")
    tmux.wait("answered 429")
    tmux.keys("F6")
    tmux.wait("Hello!")
    tmux.keys("F12")
    tmux.wait("Log: type to filter")
    tmux.wait("answered 4")


def test_nothing_stays_when_the_terminal_goes(tmux: Tmux, server: Loopback, home: Path) -> None:
    server.replies = [Reply(parts=[*[chat_chunk(f"word{n} ") for n in range(20)], STALL])]
    tmux.wait("Ask anything")
    tmux.keys("go", "Enter")
    tmux.wait("word19")
    process = Path("/proc") / tmux("display-message", "-p", "-t", "t", "#{pane_pid}").strip()
    assert process.exists()
    tmux("kill-session", "-t", "t")
    deadline = time.monotonic() + 40
    while process.exists():
        assert time.monotonic() < deadline, "the program stayed without a terminal"
        time.sleep(0.1)
    assert stored(home)[-1][1].startswith("word0 word1")
    assert marks(home) == ["stopped"]
