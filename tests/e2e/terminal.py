"""The real program in a pty, and what a person would see of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyte
from ptyprocess import PtyProcess

ROOT = Path(__file__).parents[2]
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "alt+enter": "\x1b\r",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "pageup": "\x1b[5~",
    "ctrl+end": "\x1b[1;5F",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f5": "\x1b[15~",
    "f9": "\x1b[20~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{f"alt+{digit}": f"\x1b{digit}" for digit in "0123456789"},
}


class Terminal:
    """Runs a program in a pty of a given size and emulates its screen.

    Args:
        home: the program's HOME.
        arguments: after `python -m lwe_tui`.
        environment: added to a bare one.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        size: tuple[int, int] = (120, 40),
        environment: dict[str, str] | None = None,
    ) -> None:
        columns, rows = size
        bare = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": str(ROOT),
        }
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self.process = PtyProcess.spawn(
            [sys.executable, "-m", "lwe_tui", *arguments],
            env=bare | (environment or {}),
            cwd=str(home),
            dimensions=(rows, columns),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = self.process.read(1 << 16)
            except (EOFError, OSError):
                return
            with self._lock:
                self._stream.feed(data)

    @property
    def text(self) -> str:
        """The screen, a line a row."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *names: str) -> None:
        """Press keys by name, or type a text that is no key's name."""
        for name in names:
            self.process.write(KEYS.get(name, name).encode())

    def paste(self, text: str) -> None:
        """Paste a text as terminals do."""
        self.process.write(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        with self._lock:
            self._screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def wait(self, wanted: str | Callable[[str], bool], seconds: float = 40) -> str:
        """Wait until a text is on the screen, or a condition on the screen holds."""
        found = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found(text := self.text):
                return text
            if not self.process.isalive() and not self._reader.is_alive():
                break
            time.sleep(0.02)
        raise AssertionError(f"never saw {wanted!r} in\n{self.text}")

    def wait_gone(self, text: str, seconds: float = 40) -> None:
        """Wait until a text is not on the screen any more."""
        self.wait(lambda shown: text not in shown, seconds)

    def wait_end(self, seconds: float = 40) -> int:
        """Wait until the program has ended; returns its exit code, negative for a signal."""
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running:\n{self.text}")
            time.sleep(0.02)
        status = self.process.exitstatus
        return -(self.process.signalstatus or 0) if status is None else status

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the program."""
        os.kill(self.process.pid, number)

    def close(self) -> None:
        """End the program whatever it does."""
        if self.process.isalive():
            self.process.terminate(force=True)
        self.process.close(force=True)
