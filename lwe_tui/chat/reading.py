"""A text to read: Markdown as in a conversation, with selection, copying and scrolling."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import CopyWanted
from lwe_tui.modals.modal import Modal
from lwe_tui.render.blocks import Entry


class Reading(Modal[None]):
    """Shows a text until it is closed.

    Args:
        title: what it is.
        text: Markdown, or plain words.
        plain: whether it is shown as it is.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("escape,q", "dismiss(None)", "Close"),
        Binding("y", "copy", "Copy all"),
        Binding("down,j", "scroll('scroll_down')", priority=True),
        Binding("up,k", "scroll('scroll_up')", priority=True),
        Binding("pagedown,space", "scroll('page_down')", priority=True),
        Binding("pageup", "scroll('page_up')", priority=True),
        Binding("home,g", "scroll('scroll_home')", priority=True),
        Binding("end,G", "scroll('scroll_end')", priority=True),
    ]

    def __init__(self, title: str, text: str, plain: bool = False) -> None:
        super().__init__(classes="narrow")
        role = "plain" if plain else "assistant"
        self._entry = Entry("text", role, title, footer="Esc closes, y copies", text=text)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Transcript(id="reading")

    def on_mount(self) -> None:
        shown = self.query_one(Transcript)
        shown.load([self._entry])
        shown.focus()
        self.call_after_refresh(shown.action_scroll_home)

    def action_scroll(self, how: str) -> None:
        getattr(self.query_one(Transcript), f"action_{how}")()

    def action_copy(self) -> None:
        self.app.post_message(CopyWanted(self._entry.text))
