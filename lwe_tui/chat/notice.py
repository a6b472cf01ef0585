"""Rows above the composer that tell what happened; they never cover what is read."""

from __future__ import annotations

from contextlib import ExitStack

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Static

from lwe.events import Level
from lwe_tui.faults import Memory
from lwe_tui.keys import named
from lwe_tui.render.clean import clean, clean_line

INFO_SECONDS = 8.0
ROWS = 6
"""As many rows as a notice may take; what can be done now is never cut off."""


class NoticeLine(Static):
    """Shows the newest notice; information goes by itself, errors stay until the next question.

    Attributes:
        text: the notice, whole.
        standing: what can be done now; it stays below one notice and the next.
        memory: every notice of this session, and what the program logged.
    """

    def __init__(self) -> None:
        super().__init__("", id="notice", markup=False)
        self._timer: Timer | None = None
        self._listening = ExitStack()
        self.text = self.standing = ""
        self.memory = Memory()

    def on_mount(self) -> None:
        self._listening.enter_context(self.memory.listening())

    def on_unmount(self) -> None:
        self._listening.close()

    def on_resize(self) -> None:
        self._draw()

    def show(self, text: str, level: Level = "info") -> None:
        """Show a notice."""
        if self._timer:
            self._timer.stop()
        self.text = clean(text)
        self.memory.note(level, "notice", self.text)
        for name in ("info", "warning", "error"):
            self.set_class(name == level, f"-{name}")
        self._draw()
        self._timer = self.set_timer(INFO_SECONDS, self._pass) if level == "info" else None

    def stand(self, text: str) -> None:
        """Show what can be done now, below the notice."""
        if (line := clean_line(text)) != self.standing:
            self.standing = line
            self._draw()

    def clear(self) -> None:
        """Take the notice away, and what could be done."""
        self.standing = ""
        self._pass()

    def _pass(self) -> None:
        self.text = ""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width or 80
        below = -(-len(self.standing) // width)
        most = max(1, ROWS - below) * width
        shown = self.text
        if len(shown) > most or shown.count("\n") >= ROWS - below:
            more = f"… ({named('main.log')} shows all)"
            rows = shown[: most - len(more) - 1].split("\n")[: max(1, ROWS - below)]
            shown = "\n".join(rows) + more
        self.update("\n".join(part for part in (shown, self.standing) if part))
        self.set_class(bool(shown or self.standing), "-shown")


class QueueLine(Static):
    """Shows the questions that wait for the answer that is coming.

    Attributes:
        editing: says that a question is being edited, empty when none is.
    """

    def __init__(self) -> None:
        super().__init__("", id="queue", markup=False)
        self.editing = ""

    def show(self, waiting: list[str]) -> None:
        """Show what waits, a row each."""
        rows = [f"⧗ {clean_line(text)}" for text in waiting]
        line = Text("\n".join(rows), no_wrap=True, overflow="ellipsis")
        if rows:
            line.append("   Esc takes the last one back")
        if self.editing:
            line.append(("\n" if rows else "") + self.editing)
        self.update(line)
        self.set_class(bool(rows or self.editing), "-shown")
