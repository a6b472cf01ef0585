"""Where a person writes: grows, completes, attaches, keeps its words; knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Location

from lwe.domain import Attachment
from lwe_tui import keys
from lwe_tui.chat.recall import Recall
from lwe_tui.chat.suggestions import Suggestion
from lwe_tui.chat.tokens import Span, Tokens, pasted
from lwe_tui.render.clean import clean

LONG_PASTE_LINES, LONG_PASTE_CHARACTERS = 20, 2_000
"""A paste that is longer than either becomes one token."""


def hint(enter_sends: bool) -> str:
    """Name the keys that one needs, as they are now, for where nothing is written."""
    known = keys.everything()
    sends = known["composer.send" if enter_sends else "composer.other"]
    return f"Ask anything  ({sends.road} sends, {known['main.help'].road} helps)"


class Composer(TextArea):
    """A text area whose Enter sends.

    Attributes:
        enter_sends: whether Enter sends and ctrl+j breaks the line, or the other way round.
    """

    BINDINGS = keys.bindings(keys.COMPOSER)
    enter_sends = True

    @dataclass
    class Sent(Message):
        """The text is ready to be asked and was taken out; a receiver that refuses puts it back.

        Attributes:
            written: the text with its tokens, as it stood there.
        """

        text: str
        attachments: tuple[Attachment, ...] = ()
        written: str = ""

    @dataclass
    class Written(Message):
        """What stands before the cursor has changed: there may be something to suggest.

        Attributes:
            line: the cursor's line up to the cursor.
            first: whether that is the first line.
        """

        line: str
        first: bool

    @dataclass
    class Steered(Message):
        """The list of suggestions is to move, or to close."""

        movement: str

    @dataclass
    class AttachWanted(Message):
        """A file is to be read; its token replaces the range."""

        path: str
        start: Location
        end: Location

    class QuitWanted(Message):
        """The end of the input was pressed where nothing is written."""

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            id="composer",
        )
        self.placeholder = hint(self.enter_sends)
        self.cursor_blink = False  # Nothing moves by itself while somebody reads.
        self.tokens, self.recall = Tokens(), Recall()
        self._suggested: Suggestion | None = None
        self._reading = 0
        self._sends_then = False
        self._recalling = False

    def render_line(self, y: int) -> Strip:
        # Textual's own cannot wrap its placeholder into a window too small for anything.
        return super().render_line(y) if self.content_size.width > 0 else Strip([])

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for span in self.tokens.spans(line.plain):
            line.stylize("bold reverse", span.start, span.end)
        return line

    # Keys

    async def _on_key(self, event: events.Key) -> None:
        """Perform our own keys here, in the order in which they were pressed.

        As priority bindings they would run ahead of letters that still wait in this widget's
        queue, and Enter would send a text without its end.
        """
        if self._suggested is not None and self._steer(event.key):
            event.stop()
            event.prevent_default()
            return
        if event.key == "up" and self.cursor_at_first_line and self._recall(older=True):
            event.stop()
            event.prevent_default()
            return
        if event.key == "down" and self.cursor_at_last_line and self._recall(older=False):
            event.stop()
            event.prevent_default()
            return
        bound = keys.bound(self._bindings, event.key)
        if bound and await self.app.run_action(bound[0].action, self):
            event.stop()
            event.prevent_default()  # Else Textual calls the base class's handler too.

    def action_send(self) -> None:
        if not self.enter_sends:
            self.insert("\n")
            return
        self._send()

    def action_send_or_break(self) -> None:
        """Do what Enter does not: break the line, or send where Enter breaks it."""
        if self.enter_sends:
            self.insert("\n")
        else:
            self._send()

    def action_line_break(self) -> None:
        self.insert("\n")

    def action_end_of_input(self) -> None:
        """Ask to quit where nothing is written; delete to the right elsewhere."""
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.QuitWanted())

    def _send(self) -> None:
        if self._reading:  # A file that was chosen just now belongs to this question.
            self._sends_then = True
            return
        written, (text, attachments) = self.taken()
        self.post_message(self.Sent(text, attachments, written))

    def taken(self) -> tuple[str, tuple[str, tuple[Attachment, ...]]]:
        """Take out what is written; returns it as it stood there, and as it is asked."""
        written = self.text
        if written.strip():
            self.clear()  # Now: letters that follow at once belong to the next question.
        self._suggested = None  # It was meant for what is taken out.
        self.recall.close()
        return written, self.tokens.sent(written)

    # Suggestions

    def suggested(self, suggestion: Suggestion | None) -> None:
        """Say which suggestion stands under the cursor of the list, None while it is closed."""
        self._suggested = suggestion

    def _steer(self, key: str) -> bool:
        match key:
            case "up" | "down" | "pageup" | "pagedown" | "escape":
                self.post_message(self.Steered(key))
            case "tab":
                self.accept()
            case "enter" if not self._is_written(self._suggested):
                self.accept()
            case _:
                return False
        return True

    def _is_written(self, suggestion: Suggestion | None) -> bool:
        """Say whether a suggestion would change nothing, so that Enter means to send."""
        if suggestion is None or suggestion.path:
            return False
        row, column = self.cursor_location
        return self.document.get_line(row)[suggestion.start : column] == suggestion.text

    def accept(self) -> None:
        """Write what is suggested."""
        chosen = self._suggested
        if chosen is None:
            return
        self.post_message(self.Steered("escape"))
        self._suggested = None
        row, column = self.cursor_location
        start = (row, chosen.start)
        if chosen.path:
            self.attach_from(chosen.path, start, (row, column))
            return
        space = "" if chosen.goes_on else " "
        self.replace(chosen.text + space, start, (row, column), maintain_selection_offset=False)

    def on_text_area_selection_changed(self) -> None:
        row, column = self.cursor_location
        self.post_message(self.Written(self.document.get_line(row)[:column], row == 0))

    # Tokens

    def attach_from(self, path: str, start: Location, end: Location) -> None:
        """Ask for a file to be read and to take the place of a range."""
        self._reading += 1
        self.post_message(self.AttachWanted(path, start, end))

    def attach(self, attachment: Attachment | None, start: Location, end: Location) -> None:
        """Put a token in the place of a range, when its file has been read; None when it failed."""
        self._reading -= 1
        if attachment is not None:
            token = self.tokens.add(attachment)
            self.replace(f"{token} ", start, end, maintain_selection_offset=False)
        if self._sends_then and not self._reading:
            self._sends_then = False
            if attachment is not None:
                self._send()

    def _token_at(self, location: Location, before: bool) -> Span | None:
        """Return the token that would be cut by going one letter back, or on."""
        row, column = location
        for span in self.tokens.spans(self.document.get_line(row)):
            inside = span.start < column <= span.end if before else span.start <= column < span.end
            if inside:
                return span
        return None

    def get_cursor_left_location(self) -> Location:
        if span := self._token_at(self.cursor_location, before=True):
            return self.cursor_location[0], span.start
        return super().get_cursor_left_location()

    def get_cursor_right_location(self) -> Location:
        if span := self._token_at(self.cursor_location, before=False):
            return self.cursor_location[0], span.end
        return super().get_cursor_right_location()

    async def _on_paste(self, event: events.Paste) -> None:
        text = clean(event.text)
        if text.count("\n") >= LONG_PASTE_LINES or len(text) > LONG_PASTE_CHARACTERS:
            text = self.tokens.add(pasted(text))
        event.text = text  # Textual's own handler inserts it after this.

    # Texts from elsewhere

    def _recall(self, older: bool) -> bool:
        found = self.recall.older(self.text) if older else self.recall.newer()
        if found is None:
            return False
        self._recalling = True
        self.put(found)
        if older:
            self.move_cursor((0, 0))
        return True

    def on_text_area_changed(self) -> None:
        # What was recalled and then changed is written anew.
        if self._recalling:
            self._recalling = False
        else:
            self.recall.close()

    @property
    def attachments(self) -> list[Attachment]:
        """What the text refers to, pastes among them."""
        return self.tokens.used(self.text)

    def take_key(self, event: events.Key) -> None:
        """Take a printable key that was pressed elsewhere."""
        if event.character and event.is_printable:
            self.insert(event.character)

    def put(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Replace the text and go to its end."""
        self.tokens.hold(attachments)
        self.load_text(clean(text))
        self.move_cursor(self.document.end)

    def add_before(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Put words back that were written earlier than what stands here."""
        self.put(f"{text}\n\n{self.text}" if self.text else text, attachments)
