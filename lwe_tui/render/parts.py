"""The parts of a conversation that one can go to: messages, and code, tables and folds in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from lwe_tui.render.document import Document, Place
from lwe_tui.render.entry_view import EntryView
from lwe_tui.render.folds import FoldBlock
from lwe_tui.render.lines import Block, Code


class Part(NamedTuple):
    """A part of an entry.

    Attributes:
        key: the entry's.
        number: counted from 0, which is the whole message.
    """

    key: str
    number: int = 0


class Span(NamedTuple):
    """Blocks of one entry: the first, and the one after the last."""

    entry: int
    first: int
    end: int


def spans_of(view: EntryView, entry: int) -> list[Span]:
    """Return the parts of an entry; the first is the whole."""
    blocks = view.blocks
    made = [Span(entry, 0, len(blocks))]
    for index, block in enumerate(blocks[1:], 1):
        if block.kind and block.starts:
            end = index + 1
            while end < len(blocks) and blocks[end].kind == block.kind and not blocks[end].starts:
                end += 1
            made.append(Span(entry, index, end))
    return made


def span(document: Document, part: Part) -> Span | None:
    """Return where a part is; None when it is no longer there."""
    index = document.find(part.key)
    if index is None:
        return None
    found = spans_of(document.views[index], index)
    return found[min(part.number, len(found) - 1)]


def moved(document: Document, part: Part, step: int) -> Part:
    """Return the next part, or the previous one; the same at the ends."""
    index = document.find(part.key)
    if index is None:
        return part
    number = part.number + step
    count = len(spans_of(document.views[index], index))
    if 0 <= number < count:
        return Part(part.key, number)
    other = index + step
    if not 0 <= other < len(document.views):
        return Part(part.key, min(part.number, count - 1))
    view = document.views[other]
    last = len(spans_of(view, other)) - 1
    return Part(view.entry.key, 0 if step > 0 else last)


def at(document: Document, row: int) -> tuple[Part, Block, int]:
    """Return what is in a row: the innermost part, the block, and the block's row."""
    place = document.place(row)
    view = document.views[place.entry]
    index = place.block + view.before
    number = 0
    for count, found in enumerate(spans_of(view, place.entry)):
        if found.first <= index < found.end:
            number = count
    block = view.blocks[index]
    return Part(view.entry.key, number), block, place.row - block.gap


def settle(document: Document, index: int, rows: int) -> None:
    """Draw the first rows of an entry, so that their places are no guesses."""
    drawn = 0
    for block in document.views[index].blocks:
        if drawn > rows:
            break
        drawn += len(document.drawn(block))
    document.measure(index)


def rows(document: Document, where: Span) -> tuple[int, int]:
    """Return the first row of a span, without the gap above it, and the one after its last."""
    view = document.views[where.entry]
    block = view.blocks[where.first]
    top = document.row(Place(where.entry, where.first - view.before, 0))
    heights = (
        b.height(document.width, document.look) for b in view.blocks[where.first : where.end]
    )
    return top + block.gap, top + sum(heights)


def source(document: Document, where: Span) -> str:
    """Return what copying a part gives: of a message what was said, of code the code."""
    view = document.views[where.entry]
    blocks = view.blocks[where.first : where.end]
    if not where.first:
        return view.entry.text or view.entry.reasoning
    if codes := [code.text for block in blocks for code in block.codes()]:
        return "\n".join(codes)
    if isinstance(blocks[0], FoldBlock):
        return blocks[0].fold.body
    return "\n".join(block.source for block in blocks)


def codes(document: Document, where: Span) -> list[Code]:
    """Return the code of the message that a part belongs to."""
    return document.views[where.entry].codes()


def tables(document: Document, where: Span) -> list[str]:
    """Return the tables in a part as CSV."""
    made: list[list[list[str]]] = []
    for block in document.views[where.entry].blocks[where.first : where.end]:
        if found := block.rows():
            if block.starts or not made:
                made.append([])
            made[-1] += found
    return [_csv(table) for table in made]


def _csv(table: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(table)
    return written.getvalue()


def links(document: Document, where: Span) -> Iterator[str]:
    """Yield where the links of a part lead, each once."""
    seen: set[str] = set()
    for block in document.views[where.entry].blocks[where.first : where.end]:
        for line in document.drawn(block):
            for segment in line.strip:
                link = segment.style.link if segment.style else None
                if link and link not in seen:
                    seen.add(link)
                    yield link
