"""Where a person writes: grows, keeps its words, knows no model."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from lwe_tui import keys
from lwe_tui.render.clean import clean

PLACEHOLDER = "Ask anything  (Enter sends, F1 helps)"


class Composer(TextArea):
    """A text area whose Enter sends."""

    BINDINGS = keys.bindings(keys.COMPOSER)

    @dataclass
    class Sent(Message):
        """The text is ready to be asked and was taken out; a receiver that refuses puts it back."""

        text: str

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            placeholder=PLACEHOLDER,
            id="composer",
        )
        self.cursor_blink = False  # Nothing moves by itself while somebody reads.

    def render_line(self, y: int) -> Strip:
        # Textual's own cannot wrap its placeholder into a window too small for anything.
        return super().render_line(y) if self.content_size.width > 0 else Strip([])

    async def _on_key(self, event: events.Key) -> None:
        """Perform our own keys here, in the order in which they were pressed.

        As priority bindings they would run ahead of letters that still wait in this widget's
        queue, and Enter would send a text without its end.
        """
        bound = self._bindings.key_to_bindings.get(event.key)
        if bound and await self.app.run_action(bound[0].action, self):
            event.stop()
            event.prevent_default()  # Else Textual calls the base class's handler too.

    def action_send(self) -> None:
        text = self.text
        if text.strip():
            self.clear()  # Now: letters that follow at once belong to the next question.
        self.post_message(self.Sent(text))

    def action_line_break(self) -> None:
        self.insert("\n")

    def take_key(self, event: events.Key) -> None:
        """Take a printable key that was pressed elsewhere."""
        if event.character and event.is_printable:
            self.insert(event.character)

    def put(self, text: str) -> None:
        """Replace the text and go to its end."""
        self.load_text(clean(text))
        self.move_cursor(self.document.end)

    def add_before(self, text: str) -> None:
        """Put words back that were written earlier than what stands here."""
        self.put(f"{text}\n\n{self.text}" if self.text else text)

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = clean(event.text)  # Textual's own handler inserts it after this.
