"""The line above the composer in which words are looked for in the open conversation."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from lwe_tui import keys
from lwe_tui.chat.transcript import Transcript
from lwe_tui.widgets.line_input import LineInput


class FindBar(Horizontal):
    """Looks for what is typed, and says how often it is there.

    Args:
        transcript: where it is looked for.
    """

    BINDINGS = keys.bindings(keys.FIND)

    class Ended(Message):
        """The reader wants to look for nothing more."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self._transcript = transcript

    def compose(self) -> ComposeResult:
        yield LineInput(placeholder="Find in this conversation")
        yield Static("", markup=False)

    def begin(self) -> None:
        """Look for other words."""
        self.display = True
        line = self.query_one(LineInput)
        self.screen.set_focus(line)
        line.select_all()

    def close(self) -> None:
        """Look for nothing more."""
        self.display = False
        self._transcript.light()

    def show(self, event: Transcript.HitsChanged) -> None:
        """Say how often it is there, and which of them is gone to."""
        text = f"{event.number:,}/{event.count:,}"
        self.query_one(Static).update(f"{text} reading…" if event.reading else text)

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        event.stop()
        self._transcript.find(event.value)
        if not event.value:
            self.query_one(Static).update("")

    def action_go(self, step: int) -> None:
        self._transcript.next_hit(step)

    def action_end(self) -> None:
        self.post_message(self.Ended())
