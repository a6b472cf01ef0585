"""What a message is made of on the screen: a heading, what was thought, its words, a mark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from lwe_tui.render.clean import Cleaner, clean, clean_line
from lwe_tui.render.lines import Block, Line, Look, strip_of, text_lines
from lwe_tui.render.markdown_strips import LiveMarkdown

PLAIN_ROWS = 100
"""Rows of plain text that are drawn together: a pasted megabyte is drawn where it is read."""
MOST_CHARACTERS = 4000
WAITING = "…"
WONDERING = 3
"""Seconds without a word after which the wait is counted."""


@dataclass(slots=True)
class Entry:
    """One message as it is shown.

    Attributes:
        key: unique in its transcript.
        role: decides the heading's colour; `user` texts are shown as they were typed.
        heading: who speaks.
        when: a time, at the right edge.
        text: Markdown, or what the user typed.
        reasoning: what the model thought before it answered.
        mark: `stopped`, `cut` or `failed`, empty for a whole message.
        note: what the mark means.
        footer: how the answer was made.
        since: when it was asked, on the clock that never goes back; for one that is waited for.
        live: whether it is still coming in.
    """

    key: str
    role: str
    heading: str
    when: str = ""
    text: str = ""
    reasoning: str = ""
    mark: str = ""
    note: str = ""
    footer: str = ""
    since: float = 0.0
    live: bool = False


def waiting(since: float) -> str:
    """Say how long nothing has come, once that is long enough to wonder."""
    seconds = int(time.monotonic() - since) if since else 0
    return f"{WAITING} {seconds} s" if seconds >= WONDERING else WAITING


class HeadBlock(Block):
    """Who speaks, how it was made, and when."""

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry, gap: bool) -> None:
        super().__init__(entry.heading, gap)
        self._entry = entry

    def estimate(self, width: int) -> int:
        return 1

    def draw(self, width: int, look: Look) -> list[Line]:
        entry = self._entry
        row = Text(clean_line(entry.heading), look["user" if entry.role == "user" else "assistant"])
        if entry.footer:
            row.append(f" · {clean_line(entry.footer)}", look["quiet"])
        room = width - cell_len(entry.when) - 1
        words = row.plain
        row.truncate(max(1, room), overflow="ellipsis")
        if entry.when and room > 1:
            row.append(" " * (room - row.cell_len + 1))
            row.append(entry.when, look["quiet"])
        return [Line(strip_of(row), words=words)]


class PlainBlock(Block):
    """Words as they are, without any markup.

    Args:
        text: without control characters.
        style: the look's name for it.
    """

    __slots__ = ("_style",)

    def __init__(self, text: str, style: str = "", gap: bool = False) -> None:
        super().__init__(text, gap)
        self._style = style

    def estimate(self, width: int) -> int:
        return sum(1 + cell_len(row) // max(1, width) for row in self.source.split("\n"))

    def draw(self, width: int, look: Look) -> list[Line]:
        return text_lines(Text(self.source, look[self._style]), width)


def plain_blocks(text: str, style: str = "") -> Iterator[Block]:
    """Cut a text into blocks of so many rows and characters of the source."""
    rows = text.split("\n")
    for start in range(0, len(rows), PLAIN_ROWS):
        part = "\n".join(rows[start : start + PLAIN_ROWS])
        for at in range(0, max(1, len(part)), MOST_CHARACTERS):
            block = PlainBlock(part[at : at + MOST_CHARACTERS], style)
            block.glue = "" if at else "\n"
            yield block


class EntryView:
    """An entry and its blocks, which are made when they are first seen.

    Args:
        entry: what is shown; a live one grows with `feed`.
        first: whether nothing stands above it.
    """

    def __init__(self, entry: Entry, first: bool = False) -> None:
        self.entry, self._first = entry, first
        self._blocks: list[Block] | None = None
        self._markdown = LiveMarkdown()
        self._cleaner = Cleaner()
        self._fed: list[str] = []
        self._before = 1
        self._head = HeadBlock(entry, gap=not first)
        self._size = (len(entry.text), entry.text.count("\n"))

    def follow(self) -> None:
        """Stand below another entry from now on."""
        if self._first:
            self._first = False
            self._head.stand_apart()

    @property
    def is_made(self) -> bool:
        """Whether the blocks exist."""
        return self._blocks is not None

    @property
    def blocks(self) -> list[Block]:
        """The blocks, from the heading to the mark."""
        if self._blocks is None:
            if self.entry.role != "user":
                self._markdown.feed(clean(self.entry.text))
                self._markdown.update()
            self._blocks = list(self._assembled())
        return self._blocks

    @property
    def before(self) -> int:
        """How many blocks stand before the words."""
        return self._before

    def feed(self, text: str, reasoning: str) -> None:
        """Add what has come in; it is shown after `update`."""
        if not self.is_made:
            self.update()
        self._fed.append(text)
        self.entry.reasoning += reasoning
        self._markdown.feed(self._cleaner.feed(text))

    def update(self) -> None:
        """Bring the blocks up to date with what was fed."""
        if not self.is_made:
            self._markdown.feed(self._cleaner.feed(self.entry.text))
        self.entry.text += "".join(self._fed)
        self._fed.clear()
        self._markdown.update()
        self._blocks = list(self._assembled())

    def height(self, width: int, look: Look) -> int:
        """Return how many rows there are, partly or wholly a guess."""
        if self._blocks is None:
            characters, breaks = self._size
            return 3 - self._first + breaks + characters // max(1, width)
        return sum(block.height(width, look) for block in self._blocks)

    def _assembled(self) -> Iterator[Block]:
        entry = self.entry
        yield self._head
        thought = list(self._thought())
        yield from thought
        self._before = 1 + len(thought)
        if entry.role == "user":
            yield from plain_blocks(clean(entry.text))
        else:
            yield from self._markdown.blocks
        if entry.live and not entry.text and not entry.reasoning:
            yield PlainBlock(waiting(entry.since), "quiet")
        if entry.note:
            yield PlainBlock(clean_line(entry.note), "failed" if entry.mark == "failed" else "mark")

    def _thought(self) -> Iterator[Block]:
        """Show thinking while there is nothing else, then only that there was some."""
        thought = self.entry.reasoning
        if not thought:
            return
        if self.entry.live and not self.entry.text:
            yield from plain_blocks(clean(thought), "quiet")
        else:
            yield PlainBlock(f"(thought for {len(thought.split()):,} words)", "quiet")
