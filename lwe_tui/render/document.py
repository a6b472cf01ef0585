"""All messages of a conversation as one long column of rows, of which only some are ever drawn.

Heights of what was never seen are guesses. A guess is corrected when its block comes into view,
and the rows that the reader sees stay where they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from lwe_tui.render.blocks import Entry
from lwe_tui.render.entry_view import EntryView
from lwe_tui.render.lines import PLAIN_LOOK, Block, Line, Look

MOST_KEPT_ROWS = 4000
"""Drawn rows that are kept; those seen longest ago are drawn again when they come back."""


class Window(NamedTuple):
    """Rows to show, and the row of the whole column at which they begin."""

    top: int
    lines: list[Line]


class Place(NamedTuple):
    """A row, in terms that survive drawing everything again.

    Attributes:
        block: counted from the first block of the message's words.
    """

    entry: int
    block: int
    row: int


class Point(NamedTuple):
    """A character: its row in the whole column and its column."""

    row: int
    column: int


class Drawings:
    """Drawn blocks; those seen longest ago are forgotten when there are too many rows."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Block, int] = OrderedDict()
        self._rows = 0

    def of(self, block: Block, width: int, look: Look) -> list[Line]:
        """Return the rows of a block."""
        lines = block.lines(width, look)
        self._rows += len(lines) - self._kept.pop(block, 0)
        self._kept[block] = len(lines)
        while self._rows > MOST_KEPT_ROWS and len(self._kept) > 1:
            old, rows = self._kept.popitem(last=False)
            old.forget()
            self._rows -= rows
        return lines


class Document:
    """The entries of a transcript, drawn for one width and look."""

    def __init__(self) -> None:
        self.views: list[EntryView] = []
        self.width, self.look = 80, PLAIN_LOOK
        self._tops: list[int] | None = None
        self._drawings = Drawings()

    # What it holds

    def load(self, entries: list[Entry]) -> None:
        """Replace everything."""
        self.views = [EntryView(entry, first=not n) for n, entry in enumerate(entries)]
        self._drawings = Drawings()
        self.changed()

    def append(self, entry: Entry) -> EntryView:
        """Add an entry at the end."""
        self.views.append(EntryView(entry, first=not self.views))
        self.changed()
        return self.views[-1]

    def put_before(self, entries: list[Entry], place: Place | None = None) -> Place | None:
        """Add entries above all others; returns where a place is then."""
        if not entries:
            return place
        if self.views:
            self.views[0].follow()
            if place and not place.entry and place.block == -self.views[0].before:
                place = place._replace(row=place.row + 1)
        self.views[:0] = [EntryView(entry, first=not n) for n, entry in enumerate(entries)]
        self.changed()
        return place and place._replace(entry=place.entry + len(entries))

    def find(self, key: str) -> int | None:
        """Return the index of an entry, newest first."""
        for index in range(len(self.views) - 1, -1, -1):
            entry = self.views[index].entry
            if entry.key == key or key in entry.also:
                return index
        return None

    def replace(self, index: int, entry: Entry) -> None:
        """Show another entry in an entry's place."""
        opened = self.views[index].opened  # What was unfolded stays so.
        self.views[index] = EntryView(entry, not index, opened)
        self.changed()

    def remove(self, index: int) -> None:
        """Take an entry away."""
        del self.views[index]
        if self.views and not index:
            self.views[0] = EntryView(self.views[0].entry, first=True)
        self.changed()

    def changed(self) -> None:
        """Measure again: an entry has other blocks now."""
        self._tops = None

    def fit(self, width: int, look: Look) -> None:
        """Draw for another width or look from now on."""
        self.width, self.look = max(1, width), look
        self.changed()

    # Where things are

    @property
    def tops(self) -> list[int]:
        """The first row of each entry, and after them the number of all rows."""
        if self._tops is None:
            heights = (view.height(self.width, self.look) for view in self.views)
            self._tops = list(accumulate(heights, initial=0))
        return self._tops

    @property
    def total(self) -> int:
        """How many rows there are, as far as it is known."""
        return self.tops[-1]

    def measure(self, index: int) -> None:
        """Move what stands below an entry whose height may be another now."""
        tops = self.tops
        height = self.views[index].height(self.width, self.look)
        if difference := height - (tops[index + 1] - tops[index]):
            tops[index + 1 :] = [top + difference for top in tops[index + 1 :]]

    def place(self, row: int) -> Place:
        """Return where a row is."""
        entry = max(0, min(bisect_right(self.tops, row) - 1, len(self.views) - 1))
        offset, view = row - self.tops[entry], self.views[entry]
        if not view.is_made and offset:
            # The reader comes from below: the distance to the entry's end stays.
            offset += sum(b.height(self.width, self.look) for b in view.blocks)
            offset -= self.tops[entry + 1] - self.tops[entry]
            self.measure(entry)
        offset = max(0, offset)
        for index, block in enumerate(view.blocks):
            height = block.height(self.width, self.look)
            if offset < height:
                return Place(entry, index - view.before, offset)
            offset -= height
        return Place(entry, len(view.blocks) - 1 - view.before, offset)

    def row(self, place: Place) -> int:
        """Return the row of a place; the nearest one when it is no longer there."""
        if not self.views:
            return 0
        entry = min(place.entry, len(self.views) - 1)
        view = self.views[entry]
        index = max(0, min(place.block + view.before, len(view.blocks) - 1))
        self.measure(entry)
        above = sum(block.height(self.width, self.look) for block in view.blocks[:index])
        last = view.blocks[index].height(self.width, self.look) - 1
        return self.tops[entry] + above + max(0, min(place.row, last))

    # What is seen

    def window(self, top: int, height: int) -> Window:
        """Draw the rows from `top` on; what stands at the top stays when guesses are corrected."""
        if not self.views or height <= 0:
            return Window(0, [])
        place = self._settled(self.place(max(0, top)))
        lines = self._lines_from(place, height)
        if len(lines) < height:
            return self.end(height)
        return Window(self.row(place), lines)

    def end(self, height: int) -> Window:
        """Draw the last rows."""
        parts: list[list[Line]] = []
        found = 0
        for index in range(len(self.views) - 1, -1, -1):
            for block in reversed(self.views[index].blocks):
                if found >= height:
                    break
                parts.append(self._drawings.of(block, self.width, self.look))
                found += len(parts[-1])
            self.measure(index)
            if found >= height:
                break
        lines = [line for part in reversed(parts) for line in part]
        return Window(max(0, self.total - height), lines[max(0, len(lines) - height) :])

    def _settled(self, place: Place) -> Place:
        """Draw the block at a place, keeping the distance to its end as in `place`."""
        view = self.views[place.entry]
        block = view.blocks[place.block + view.before]
        guess = block.height(self.width, self.look)
        drawn = len(self._drawings.of(block, self.width, self.look))
        row = place.row + drawn - guess if place.row else 0
        return place._replace(row=max(0, min(row, drawn - 1)))

    def _lines_from(self, place: Place, height: int) -> list[Line]:
        lines: list[Line] = []
        skipped = place.block + self.views[place.entry].before
        for index in range(place.entry, len(self.views)):
            for block in self.views[index].blocks[skipped:]:
                if len(lines) >= height + place.row:
                    break
                lines += self._drawings.of(block, self.width, self.look)
            self.measure(index)
            if len(lines) >= height + place.row:
                break
            skipped = 0
        return lines[place.row : place.row + height]

    def drawn(self, block: Block) -> list[Line]:
        """Return the rows of a block."""
        return self._drawings.of(block, self.width, self.look)

    # Copying

    def copied(self, start: Point, end: Point) -> str:
        """Return what copying a range gives: the source of whole blocks, the words of others."""
        made = ""
        for block, top in _between(self, start.row, end.row):
            lines = self._drawings.of(block, self.width, self.look)
            text = _copied(block, lines, _within(start, top), _within(end, top))
            if text:
                made += ("\n\n" if block.gap else block.glue) * bool(made) + text
        return made


def _between(document: Document, first: int, last: int) -> Iterator[tuple[Block, int]]:
    tops = list(document.tops)
    for index in range(max(0, bisect_right(tops, first) - 1), len(document.views)):
        top = tops[index]
        if top > last:
            return
        for block in document.views[index].blocks:
            height = block.height(document.width, document.look)
            if top + height > first and top <= last:
                yield block, top
            top += height


def _within(point: Point, top: int) -> Point:
    return Point(point.row - top, point.column)


def _copied(block: Block, lines: list[Line], start: Point, end: Point) -> str:
    begins = int(block.gap)
    last = len(lines) - 1
    from_start = start.row < begins or (
        start.row == begins and start.column <= lines[begins].indent
    )
    to_end = end.row > last or (
        end.row == last and end.column >= len(lines[last].strip.text.rstrip())
    )
    if from_start and to_end:
        return block.source
    made = ""
    for row in range(max(begins, start.row), min(last, end.row) + 1):
        line = lines[row]
        left = start.column if row == start.row else 0
        right = end.column if row == end.row else None
        made += line.copied(left, right) + (line.after if row < min(last, end.row) else "")
    return made
