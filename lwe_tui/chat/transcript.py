"""The open conversation: entries that grow while they come in, and pages of earlier ones."""

from __future__ import annotations

import time

from textual.message import Message
from textual.timer import Timer

from lwe_tui.chat.explored import Explored
from lwe_tui.render.blocks import Entry, is_awaited
from lwe_tui.render.document import Place
from lwe_tui.render.folds import Fold

FASTEST, SLOWEST = 0.045, 0.5
"""Seconds between two drawings of what is coming in."""
HEAD = -1000
"""A block before all others of an entry."""
SHARE = 4
"""A drawing that took a while is followed by a pause of so many whiles."""


class Transcript(Explored):
    """Shows entries; those that are live grow with `feed`."""

    class EarlierWanted(Message):
        """The reader comes near the first entry, and `load` was told that there are others."""

    calm = False
    """Whether what comes in is drawn in as few steps as possible."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked = self._to_top = False
        self._fed: set[str] = set()
        self._timer: Timer | None = None
        self._next_drawing = 0.0

    # What it holds

    @property
    def entries(self) -> list[Entry]:
        """Everything that is shown, oldest first."""
        return [view.entry for view in self.document.views]

    @property
    def is_behind(self) -> bool:
        """Whether something has come in that is not drawn yet."""
        return bool(self._fed)

    def last_answer(self) -> str:
        """Return the source of the newest answer, empty when there is none."""
        answers = [e.text for e in self.entries if e.role == "assistant" and e.text]
        return answers[-1] if answers else ""

    def load(self, entries: list[Entry], earlier: bool = False) -> None:
        """Show another conversation, from its end.

        Args:
            earlier: whether there are entries before these, for `put_before`.
        """
        self.document.load(entries)
        self._earlier, self._asked, self._to_top = earlier, False, False
        self._fed.clear()
        self.cursor.part = None
        self.screen.clear_selection()
        self.jump_to_end()
        if entries:
            self._seek()

    def put_before(self, entries: list[Entry], earlier: bool) -> None:
        """Add entries above all others; what the reader sees stays where it is.

        Args:
            earlier: whether there are others still.
        """
        rows = self.document.total
        place = self.document.put_before(entries, self._place())
        self._earlier, self._asked = earlier, False
        self._move_selection(self.document.total - rows)
        self._lines = []
        self._draw(None if self._to_top else place)
        self._seek()

    def ask_again(self) -> None:
        """Let `EarlierWanted` be sent again after it could not be answered."""
        self._asked = False

    def append(self, entry: Entry) -> None:
        """Add an entry at the end."""
        view = self.document.append(entry)
        if entry.live:
            view.update()
        self._draw()

    def update(self, entry: Entry) -> None:
        """Show another entry in the place of the one with its key."""
        index = self.document.find(entry.key)
        if index is not None:
            place = self._place()
            self.document.replace(index, entry)
            self._fed.discard(entry.key)
            self._draw(place)

    def drop(self, key: str) -> None:
        """Take an entry away."""
        index = self.document.find(key)
        if index is not None:
            place = self._place()
            self.document.remove(index)
            self._fed.discard(key)
            self._draw(place)

    def feed(self, key: str, text: str = "", reasoning: str = "") -> None:
        """Add what has come in for a live entry; it is drawn soon."""
        index = self.document.find(key)
        if index is None:
            return
        self.document.views[index].feed(text, reasoning)
        self._fed.add(key)
        wait = self._next_drawing - time.monotonic()
        if wait <= 0:
            self._draw_fed()
        elif self._timer is None:
            self._timer = self.set_timer(wait, self._draw_fed)

    def fold(self, key: str, fold: Fold) -> None:
        """Show a call of a tool in a live entry, or how it ended."""
        index = self.document.find(key)
        if index is not None:
            view = self.document.views[index]
            if not any(fold is known for known in view.entry.folds):
                view.fold(fold)
            self._fed.add(key)
            self._draw_fed()

    def set_footer(self, key: str, footer: str) -> None:
        """Say how an answer was made, which is known late."""
        index = self.document.find(key)
        if index is not None:
            view, place = self.document.views[index], self._place()
            view.tell(footer)
            self._draw(place)

    def tick(self) -> None:
        """Draw again what counts the seconds until its first word."""
        self._fed |= {e.key for e in self.entries if is_awaited(e)}
        if self._fed:
            self._draw_fed()

    def _draw_fed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        started = time.monotonic()
        place = self._place()
        for key in self._fed:
            index = self.document.find(key)
            if index is not None:
                self.document.views[index].update()
                self.document.measure(index)
        self._fed.clear()
        self._draw(place)
        now = time.monotonic()
        self._next_drawing = now + min(
            SLOWEST, max(SLOWEST if self.calm else FASTEST, SHARE * (now - started))
        )

    # Where the reader is

    def where(self) -> tuple[str, int, int] | None:
        """Return where the reader is, as `return_to` takes it; None at the end."""
        place = self._place()
        if place is None:
            return None
        return self.document.views[place.entry].entry.key, place.block, place.row

    def return_to(self, key: str, block: int = HEAD, row: int = 0) -> bool:
        """Bring an entry to the top, or a row of it; False when it is not here."""
        index = self.document.find(key)
        if index is None:
            return False
        self._following, self._to_top = False, False
        self._lines = []
        self._draw(Place(index, block, row))
        self._following = self.scroll_y >= self.max_scroll_y
        return True

    # Scrolling

    def _drawn(self, top: int, height: int) -> None:
        super()._drawn(top, height)
        near = self._to_top or self._all or top < 2 * height
        if self._earlier and not self._asked and near:
            self._asked = True
            self.post_message(self.EarlierWanted())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if round(old_value) != round(new_value):
            self._to_top = self._to_top and not new_value
        super().watch_scroll_y(old_value, new_value)

    def jump_to_end(self) -> None:
        self._to_top = False
        super().jump_to_end()

    def action_scroll_home(self) -> None:
        """Go to the very first entry, over all that are not here yet."""
        self._following, self._to_top = False, True
        self.scroll_to(y=0, animate=False)
        self._draw()

    def action_scroll_end(self) -> None:
        self.jump_to_end()

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)
