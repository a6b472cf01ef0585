"""What a message is made of on the screen: a heading, what was thought, its words, a mark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.text import Text

from lwe_tui.render.clean import clean_line
from lwe_tui.render.folds import Fold
from lwe_tui.render.lines import Block, Line, Look, strip_of, text_lines

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
        role: decides the heading's colour; texts of `user` and `plain` are shown as they are, and
            those of `user` fold when they are long.
        heading: who speaks.
        when: a time, at the right edge.
        text: Markdown, or what the user typed.
        reasoning: what the model thought before it answered.
        mark: `stopped`, `cut` or `failed`, empty for a whole message.
        note: what the mark means.
        footer: how the answer was made.
        since: when it was asked, on the clock that never goes back; for one that is waited for.
        live: whether it is still coming in.
        variant: which of several ways to go on from here this one is, written `‹2/3›`.
        folds: calls of tools and files, in the order in which they stand in the text.
        also: keys of what was stored apart and is shown in it.
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
    variant: str = ""
    folds: list[Fold] = field(default_factory=list)
    also: tuple[str, ...] = ()


def is_awaited(entry: Entry) -> bool:
    """Say whether nothing has come of an entry yet."""
    return entry.live and not (entry.text or entry.reasoning or entry.folds)


def waiting(since: float) -> str:
    """Say how long nothing has come, once that is long enough to wonder."""
    seconds = int(time.monotonic() - since) if since else 0
    return f"{WAITING} {seconds} s" if seconds >= WONDERING else WAITING


class HeadBlock(Block):
    """Who speaks, how it was made, and when."""

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry, gap: bool) -> None:
        super().__init__(entry.heading, gap)
        self.kind = "message"
        self._entry = entry

    def estimate(self, width: int) -> int:
        return 1

    def draw(self, width: int, look: Look) -> list[Line]:
        entry = self._entry
        row = Text(clean_line(entry.heading), look["user" if entry.role == "user" else "assistant"])
        if entry.variant:
            row.append(f" {entry.variant}", look["quiet"])
        made = Text(clean_line(entry.footer), look["quiet"])
        words = " · ".join(part for part in (row.plain, made.plain) if part)
        room = width - cell_len(entry.when) - 1
        below = []
        if cell_len(words) > room and entry.footer:
            made.truncate(max(1, width), overflow="ellipsis")
            below = [Line(strip_of(made), words="", after="")]
        elif entry.footer:
            row.append(" · ", look["quiet"])
            row.append_text(made)
        row.truncate(max(1, room), overflow="ellipsis")
        if entry.when and room > 1:
            row.append(" " * (room - row.cell_len + 1))
            row.append(entry.when, look["quiet"])
        return [Line(strip_of(row), words=words), *below]


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
