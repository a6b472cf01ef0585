"""Keeps the part of a long list that is known: any number of rows, a bounded part in memory.

`Layout` says where they stand when there are headings between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

RowClass = Literal["", "active", "busy", "news", "waiting", "quiet"]

PAGE = 32
"""Rows are asked for in multiples of this, so that scrolling by one row asks for nothing."""
MOST_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list.

    Attributes:
        key: names the row; the same while the row is the same.
        text: what it says, on the left, shortened where it is too long.
        right: a few characters at the right end.
        style_class: how it looks.
        right_yields: whether the right end is left out where the text needs its room.
        lead: a few characters before the text.
        spans: from where to where the text is lit.
    """

    key: str
    text: str
    right: str = ""
    style_class: RowClass = ""
    right_yields: bool = False
    lead: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class Layout:
    """The lines of a list: its rows, and the headings that stand before some of them.

    Args:
        headings: the index of the first row below each, in ascending order, and what it says.
    """

    def __init__(self, headings: Sequence[tuple[int, str]] = ()) -> None:
        self.headings = tuple(headings)
        self._firsts = [first for first, _ in self.headings]
        self._lines = [first + above for above, first in enumerate(self._firsts)]

    def line(self, index: int) -> int:
        """Return the line of a row."""
        return index + bisect_right(self._firsts, index)

    def heading(self, line: int) -> str | None:
        """Return the heading that stands on a line; None on a row's."""
        above = bisect_right(self._lines, line)
        return self.headings[above - 1][1] if above and self._lines[above - 1] == line else None

    def index(self, line: int) -> int:
        """Return the row that stands on a line, or below it when that is a heading's."""
        above = bisect_right(self._lines, line)
        is_heading = above and self._lines[above - 1] == line
        return line - above + (1 if is_heading else 0)


class RowWindow:
    """Rows by index: known and current, known and stale, asked for, or unknown."""

    def __init__(self) -> None:
        self.count = 0
        self._rows: dict[int, Row] = {}
        self._current: set[int] = set()
        """Pages whose rows are as the source has them now."""
        self._asked: dict[int, int] = {}
        """Offsets and limits that nobody has answered yet."""
        self._complete = False

    @property
    def settled(self) -> bool:
        """Whether nothing that was asked for is missing."""
        return not self._asked

    def fill(self, rows: Sequence[Row]) -> None:
        """Know all rows; none is ever asked for or forgotten."""
        self.count, self._complete = len(rows), True
        self._rows = dict(enumerate(rows))
        self._asked.clear()

    def resize(self, count: int) -> None:
        """Know only how many rows there are; those known so far are kept while they fit."""
        if self._complete:
            self._complete = False
            self._current.clear()
        if count < self.count:
            self._rows = {index: row for index, row in self._rows.items() if index < count}
            self._asked = {offset: limit for offset, limit in self._asked.items() if offset < count}
        elif count > self.count:
            # The page that was the last one has more rows now.
            self._current.discard(self.count // PAGE)
        self.count = count

    def expire(self) -> None:
        """Take every known row for stale: it can be shown, and is asked for again."""
        self._current.clear()
        self._asked.clear()

    def get(self, index: int) -> Row | None:
        """Return a row, stale or not, or None when it is unknown."""
        return self._rows.get(index)

    def find(self, key: str, near: int) -> int | None:
        """Return the index of a current row; the one asked about first is `near`."""
        for index in (near, *self._rows):
            row = self._rows.get(index)
            if row is not None and row.key == key and self._is_current(index):
                return index
        return None

    def put(self, offset: int, rows: Sequence[Row]) -> int:
        """Take rows from the source.

        Returns:
            How many rows from the offset on may look different now.
        """
        if self._complete:
            return 0  # An answer to a question that is out of date.
        answered = self._asked.pop(offset, len(rows))
        end = min(offset + max(answered, len(rows)), self.count)
        before = [self._rows.pop(index, None) for index in range(offset, end)]
        fresh = list(rows[: max(0, end - offset)])
        self._rows.update(enumerate(fresh, offset))
        whole = range(-(-offset // PAGE), end // PAGE + (end == self.count))
        self._current.update(whole)
        after = [*fresh, *[None] * (len(before) - len(fresh))]
        return 0 if before == after else len(before)

    def want(self, *spans: tuple[int, int]) -> list[tuple[int, int]]:
        """Say what has to be asked for, each thing once, to know the rows in sight.

        Args:
            spans: first and last rows.

        Returns:
            Offsets and limits. What is out of sight is forgotten after a while, and so is that it
            was asked for.
        """
        if self._complete:
            return []
        sight = _pages(spans, self.count)
        self._asked = {
            offset: limit
            for offset, limit in self._asked.items()
            if not sight.isdisjoint(_pages([(offset, offset + limit - 1)], self.count))
        }
        if len(self._rows) > MOST_ROWS:
            self._forget_far_from(spans)
        asked = _pages([(o, o + limit - 1) for o, limit in self._asked.items()], self.count)
        wanted = []
        for start, end in _runs(sorted(sight - self._current - asked)):
            offset = start * PAGE
            wanted.append((offset, min(end * PAGE, self.count) - offset))
        self._asked.update(wanted)
        return wanted

    def _is_current(self, index: int) -> bool:
        return self._complete or index // PAGE in self._current

    def _forget_far_from(self, spans: Iterable[tuple[int, int]]) -> None:
        near = _pages(
            [(low - MOST_ROWS // 8, high + MOST_ROWS // 8) for low, high in spans], 1 << 62
        )
        self._rows = {index: row for index, row in self._rows.items() if index // PAGE in near}
        self._current &= near


def _pages(spans: Iterable[tuple[int, int]], count: int) -> set[int]:
    """Return the pages that hold any of the rows."""
    return {
        page
        for low, high in spans
        for page in range(max(0, low) // PAGE, min(high, count - 1) // PAGE + 1)
    }


def _runs(pages: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield beginnings and ends of neighbouring pages."""
    start = None
    for position, page in enumerate(pages):
        if start is None:
            start = page
        if position + 1 == len(pages) or pages[position + 1] != page + 1:
            yield start, page + 1
            start = None
