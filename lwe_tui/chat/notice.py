"""Rows above the composer that tell what happened; they never cover what is read."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import Static

from lwe.events import Level
from lwe_tui.render.clean import clean

INFO_SECONDS = 8.0


class NoticeLine(Static):
    """Shows the newest notice; information goes by itself, errors stay until the next question."""

    def __init__(self) -> None:
        super().__init__("", id="notice", markup=False)
        self._timer: Timer | None = None
        self.text = ""

    def show(self, text: str, level: Level = "info") -> None:
        """Show a notice."""
        if self._timer:
            self._timer.stop()
        self.text = clean(text)
        self.update(self.text)
        for name in ("info", "warning", "error"):
            self.set_class(name == level, f"-{name}")
        self.add_class("-shown")
        self._timer = self.set_timer(INFO_SECONDS, self.clear) if level == "info" else None

    def clear(self) -> None:
        """Take the notice away."""
        self.text = ""
        self.update("")
        self.remove_class("-shown")
