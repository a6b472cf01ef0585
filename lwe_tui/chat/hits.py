"""What is looked for in a conversation: lit where it is seen, counted, and gone to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from lwe_tui.chat.column import Column, lit
from lwe_tui.render import parts
from lwe_tui.render.document import Place
from lwe_tui.render.entry_view import EntryView
from lwe_tui.render.folds import FoldBlock
from lwe_tui.render.lines import Block, Line
from lwe_tui.render.markdown_lines import CodeBlock

SLICE = 300_000
"""Characters that are looked through before keys get their turn."""
CONTEXT = 10
"""Columns that stay in sight before a hit in code that is moved sideways."""


class Hit(NamedTuple):
    """An occurrence, counted within its entry."""

    key: str
    number: int


class Hits:
    """Finds words in what a column shows.

    Args:
        column: shows it.

    Attributes:
        current: the one that was gone to last.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self._pattern: re.Pattern[str] | None = None
        self._counts: dict[str, tuple[tuple[int, ...], int]] = {}
        self._now: tuple[Strip, int] | None = None
        self.current: Hit | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is looked for."""
        return self._pattern is not None

    def look_for(self, words: Sequence[str]) -> None:
        """Look for other words, or for nothing."""
        wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, wanted))
        self._pattern = re.compile(pattern, re.IGNORECASE) if pattern else None
        self._counts.clear()
        self._now = self.current = None

    # Counting

    def count_some(self) -> bool:
        """Count in what is new; False when there is more than can be counted at once."""
        if self._pattern is None:
            return True
        looked = 0
        for view in self._column.document.views:
            if looked > SLICE:
                return False
            stamp = _stamp(view)
            if self._counts.get(view.entry.key, (None, 0))[0] != stamp:
                looked += sum(stamp)
                found = sum(len(self._pattern.findall(text)) for text in view.searched())
                self._counts[view.entry.key] = (stamp, found)
        return True

    def of(self, view: EntryView) -> int:
        """Return how many there are in an entry, as far as they are counted."""
        return self._counts.get(view.entry.key, ((), 0))[1]

    @property
    def total(self) -> int:
        """How many have been counted."""
        return sum(self.of(view) for view in self._column.document.views)

    @property
    def number(self) -> int:
        """The number of the current one, from 1; 0 without one."""
        if self.current is None:
            return 0
        before = 0
        for view in self._column.document.views:
            if view.entry.key == self.current.key:
                return before + self.current.number + 1
            before += self.of(view)
        return 0

    # Going

    def step(self, step: int) -> bool:
        """Go to the next one or the previous one, around the ends; False when there is none."""
        views = self._column.document.views
        if not self.total:
            return False
        index = self._start(step)
        key, number = views[index].entry.key, -1 if step > 0 else self.of(views[index])
        if self.current is not None and self.current.key == key:
            number = self.current.number
        number += step
        while not 0 <= number < self.of(views[index]):
            index = (index + step) % len(views)
            number = 0 if step > 0 else self.of(views[index]) - 1
        self.show(Hit(views[index].entry.key, number))
        return True

    def _start(self, step: int) -> int:
        document = self._column.document
        if self.current is not None:
            index = document.find(self.current.key)
            if index is not None:
                return index
        return document.place(round(self._column.scroll_y)).entry

    def show(self, hit: Hit) -> None:
        """Bring one into sight, and unfold what it is in."""
        column, document = self._column, self._column.document
        index = document.find(hit.key)
        if index is None or self._pattern is None:
            return
        self.current = hit
        found = self._block(document.views[index], hit.number)
        if found is None:
            column.go(document.row(Place(index, -document.views[index].before, 0)))
            return
        position, number = found
        view = document.views[index]
        block = view.blocks[position]
        parts.settle(
            document, index, sum(b.estimate(document.width) + 1 for b in view.blocks[:position])
        )
        self._slide_to(block, number)
        row, nth = self._row(document.drawn(block), number)
        self._now = (document.drawn(block)[row].strip, nth)
        height = column.scrollable_content_region.height
        at = document.row(Place(index, position - view.before, row))
        top = round(column.scroll_y)
        column.go(top if top <= at < top + height else at - height // 3)

    def _block(self, view: EntryView, number: int) -> tuple[int, int] | None:
        """Return the block with an occurrence and its number there; folded ones are unfolded."""
        assert self._pattern is not None
        last = None
        for position, block in enumerate(view.blocks):
            if block.kind == "message":
                continue
            count = len(self._pattern.findall(block.source))
            if count and isinstance(block, FoldBlock) and number < count:
                view.toggle(block.name)
                return self._block(view, number + self._before(view, position))
            if number < count:
                return position, number
            number -= count
            last = (position, count - 1) if count else last
        return last

    def _before(self, view: EntryView, position: int) -> int:
        """Count those before a block."""
        assert self._pattern is not None
        blocks = [b for b in view.blocks[:position] if b.kind != "message"]
        return sum(len(self._pattern.findall(block.source)) for block in blocks)

    def _row(self, lines: list[Line], number: int) -> tuple[int, int]:
        """Return the row of an occurrence and its number there; the last where it is hidden."""
        assert self._pattern is not None
        row, nth = 0, 0
        for index, line in enumerate(lines):
            count = len(self._pattern.findall(line.strip.text))
            if count:
                row, nth = index, min(number, count - 1)
            if number < count:
                break
            number -= count
        return row, nth

    def _slide_to(self, block: Block, number: int) -> None:
        """Move code sideways until an occurrence is in sight."""
        if not isinstance(block, CodeBlock):
            return
        assert self._pattern is not None
        block.shift.columns = 0
        for line in self._column.document.drawn(block):
            for found in self._pattern.finditer(line.whole or line.strip.text):
                if not number and line.whole and found.end() > len(line.strip.text) - 2:
                    block.shift.columns = max(0, found.start() - CONTEXT)
                number -= 1

    # Drawing

    def lit(self, line: Line, style: Style, now: Style) -> Strip:
        """Draw a row with what is looked for lit."""
        if self._pattern is None:
            return line.strip
        found = list(self._pattern.finditer(line.strip.text))
        if not found:
            return line.strip
        chosen = self._now[1] if self._now and self._now[0] is line.strip else -1
        spans = [
            (match.start(), match.end(), now if number == chosen else style)
            for number, match in enumerate(found)
        ]
        return lit(line.strip, spans)


def _stamp(view: EntryView) -> tuple[int, ...]:
    """Return what differs when there is something else in an entry."""
    entry = view.entry
    return (len(entry.text), len(entry.reasoning), sum(len(fold.body) for fold in entry.folds))
