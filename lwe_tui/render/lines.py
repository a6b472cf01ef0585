"""Rows of the transcript: how they look, what copying them gives, and how they are cached."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rich.cells import chop_cells
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

NO_STYLE = Style.null()
PLAIN_NAMES = ("strong", "emphasis", "struck", "link")
"""Styles that only change the shape of letters and combine with any colour."""
COLOURED_NAMES = (
    "heading",
    "code",
    "block",
    "label",
    "quote",
    "bullet",
    "border",
    "user",
    "assistant",
    "quiet",
    "mark",
    "failed",
    "keyword",
    "string",
    "comment",
    "number",
    "name",
    "fold",
    "hit",
    "hit-now",
    "cursor",
)
STYLE_NAMES = (*PLAIN_NAMES, *COLOURED_NAMES)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The styles that rows are drawn with; another look means drawing again.

    Attributes:
        styles: by the names in `STYLE_NAMES`.
    """

    styles: Mapping[str, Style]

    def __getitem__(self, name: str) -> Style:
        return self.styles.get(name, NO_STYLE)


PLAIN_LOOK = Look({})
"""No colours at all: for tests, and for reading text without a screen."""


class Line(NamedTuple):
    """One row.

    Attributes:
        strip: what is drawn.
        indent: how many of its first characters are decoration.
        after: what copying puts between this row and the next of the same block.
        words: what copying gives instead of the drawn characters, where they differ.
        whole: all characters of a row of which only some are drawn; empty where all are.
        skipped: how many of those stand before the first drawn one.
    """

    strip: Strip
    indent: int = 0
    after: str = "\n"
    words: str | None = None
    whole: str = ""
    skipped: int = 0

    def copied(self, start: int, end: int | None) -> str:
        """Return what copying the characters from `start` to before `end` gives."""
        if self.words is not None:
            return self.words
        if self.whole:
            left = start + self.skipped - self.indent if start >= self.indent else 0
            is_inside = end is not None and end < len(self.strip.text.rstrip())
            right = end + self.skipped - self.indent if end is not None and is_inside else None
            return self.whole[left:right].rstrip()
        return self.strip.text[max(start, self.indent) : end].rstrip()


class Code(NamedTuple):
    """Code, or a part of it.

    Attributes:
        starts: whether it is not the rest of what came before.
    """

    text: str
    language: str
    starts: bool = True


BLANK = Line(Strip([]), after="")


class Block(ABC):
    """A part of a message that is drawn as a whole, at most once per width and look.

    Attributes:
        source: what copying the whole block gives.
        gap: whether a blank row stands above it.
        glue: what copying puts before it where no blank row stands above.
        kind: what it is to whoever moves through blocks; empty for words of the message.
        starts: whether it is the first of those that are one thing: a long fence is several.
    """

    __slots__ = ("_drawn_with", "_height", "_lines", "gap", "glue", "kind", "source", "starts")

    def __init__(self, source: str, gap: bool = True) -> None:
        self.source, self.gap, self.glue = source, gap, "\n"
        self.kind, self.starts = "", True
        self._lines: list[Line] | None = None
        self._drawn_with: tuple[int, Look] | None = None
        self._height = 0

    @abstractmethod
    def draw(self, width: int, look: Look) -> list[Line]:
        """Draw the rows, without the gap."""

    @abstractmethod
    def estimate(self, width: int) -> int:
        """Guess the number of rows without drawing them."""

    def lines(self, width: int, look: Look) -> list[Line]:
        """Return the rows, the gap included."""
        if self._lines is None or self._drawn_with != (width, look):
            drawn = self.draw(width, look)
            self._lines = [BLANK, *drawn] if self.gap else drawn
            self._drawn_with = (width, look)
            self._height = len(self._lines)
        return self._lines

    def height(self, width: int, look: Look) -> int:
        """Return how many rows there are, or a guess before they are drawn."""
        if self._drawn_with == (width, look):
            return self._height
        return self.estimate(width) + self.gap

    def changed(self) -> None:
        """Have it drawn anew."""
        self._drawn_with = None

    def stand_apart(self) -> None:
        """Have a blank row above from now on."""
        self.gap, self._drawn_with = True, None

    def codes(self) -> Iterator[Code]:
        """Yield the code that is in it."""
        yield from ()

    def rows(self) -> list[list[str]]:
        """Return the cells, if it is a table or a part of one."""
        return []

    def forget(self) -> None:
        """Drop the rows but not their number."""
        self._lines = None


@lru_cache(maxsize=1)
def console() -> Console:
    """Return the console that measures and wraps; nothing is ever written to it."""
    return Console(width=200, color_system="truecolor", legacy_windows=False, force_terminal=True)


def strip_of(text: Text) -> Strip:
    """Draw a text on one row."""
    if not text.spans and isinstance(text.style, Style):
        return Strip([Segment(text.plain, text.style)])  # Rich drops the style of such a text.
    return Strip(list(text.render(console(), end="")))


def wrapped(text: Text, width: int) -> list[Text]:
    """Break a text into rows; words that are longer than a row are cut."""
    return list(text.wrap(console(), max(1, width), overflow="fold", tab_size=4)) or [Text("")]


def prefixed(lines: Iterable[Line], first: Text, rest: Text) -> Iterator[Line]:
    """Put a decoration before rows: `first` before the first, `rest` before the others."""
    lead = first
    for line in lines:
        joined = Strip.join([strip_of(lead), line.strip])
        yield Line(joined, line.indent + len(lead.plain), line.after, line.words)
        lead = rest


def text_lines(text: Text, width: int) -> list[Line]:
    """Draw a text in as many rows as it needs; copying joins what was wrapped."""
    made: list[Line] = []
    for paragraph in text.split("\n", allow_blank=True) if text.plain else [text]:
        rows = wrapped(paragraph, width)
        made += [Line(strip_of(row), after=" ") for row in rows[:-1]]
        made.append(Line(strip_of(rows[-1])))
    return made


def cut(segments: list[Segment], width: int) -> list[Strip]:
    """Break one row of segments at the width, but never inside a wide character."""
    strip = Strip(segments)
    if strip.cell_length <= width:
        return [strip]
    rest = iter(segments)
    made, segment = [], next(rest)
    at = 0  # where the next piece begins in this segment
    for piece in chop_cells(strip.text, width):
        row, missing = [], len(piece)
        while missing > len(segment.text) - at:
            row.append(Segment(segment.text[at:], segment.style))
            missing -= len(segment.text) - at
            segment, at = next(rest), 0
        row.append(Segment(segment.text[at : at + missing], segment.style))
        at += missing
        made.append(Strip(row))
    return made
