"""Markdown that is still coming in, as blocks: what is finished is never parsed or drawn again.

Only the tail, from the last unfinished block on, is parsed with every piece. What can grow long at
the outermost level is cut while it grows: code at blank lines, lists at items, tables at rows. The
cuts follow from the text before them alone, so that a text fed in pieces and the same text fed at
once become the same blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lwe_tui.render.code import Shift
from lwe_tui.render.lines import Block
from lwe_tui.render.markdown_lines import (
    CodeBlock,
    MarkdownBlock,
    language_of,
    number_of,
    parts,
    table_of,
)
from lwe_tui.render.tables import Shape, TableBlock

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CODE_ROWS, MOST_CODE_ROWS = 40, 80
"""A part of a long fence ends at the first blank line after so many rows, or at so many."""
TABLE_ROWS = 30
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # HTML stays text: a model's <tags> are words to be read.
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def warm_up() -> None:
    """Load the parser and the highlighter, which the first answer would wait for."""
    import pygments.lexers  # noqa: F401 - loaded for its own sake

    _parser()


class _InCode(NamedTuple):
    """The tail begins inside a fence."""

    shift: Shift


class _InList(NamedTuple):
    """The tail begins with an item that is not the list's first."""

    number: int | None
    gap: bool


_Inside = _InCode | _InList | Shape | None
"""What the tail begins inside of; a table is known by its shape."""


class _Piece(NamedTuple):
    """A block and where the tail begins when everything before it is finished.

    Attributes:
        line: the line that the block begins at.
        lead: lines to be put before it, so that it is read as it was.
    """

    block: Block
    line: int
    lead: tuple[str, ...] = ()
    inside: _Inside = None


class LiveMarkdown:
    """Blocks of a Markdown text that grows at its end.

    Args:
        apart: whether a blank row stands above the first block.

    Attributes:
        blocks: everything so far.
    """

    def __init__(self, apart: bool = False) -> None:
        self.blocks: list[Block] = []
        self._apart = apart
        self._shifts: dict[int, Shift] = {}
        self._naming: dict[str, list[int]] = {}
        """Finished blocks by what they have in brackets: it may be the name of a link."""
        self._told: dict[str, str] = {}
        """Where links lead of which finished blocks were told after they were finished."""
        self._frozen = 0
        self._tail = ""
        self._references: dict[str, Any] = {}
        self._inside: _Inside = None

    def feed(self, text: str) -> None:
        """Add a piece; it takes effect with `update`."""
        self._tail += text

    def update(self) -> None:
        """Bring the blocks up to date."""
        env: dict[str, Any] = {"references": dict(self._references)}
        tokens = _parser().parse(self._tail, env)
        lines = self._tail.split("\n")
        inside = self._inside
        pieces: list[_Piece] = []
        for group in parts(tokens):
            gap = bool(self._apart or self._frozen or pieces)
            place = _Place(inside, gap, self._shift(self._frozen + len(pieces)))
            pieces += _pieces(group, lines, place)
            inside = None
        self.blocks[self._frozen :] = [piece.block for piece in pieces]
        self._tell(env["references"])
        if len(pieces) > 1:
            self._finish_before(pieces[-1], lines, env["references"])

    def _shift(self, index: int) -> Shift:
        """Return the shift of the fence that begins with a block; it outlives the block."""
        return self._shifts.setdefault(index, Shift())

    def _finish_before(
        self, last: _Piece, lines: list[str], references: dict[str, dict[str, Any]]
    ) -> None:
        first, self._frozen = self._frozen, len(self.blocks) - 1
        self._tail = "\n".join([*last.lead, *lines[last.line :]])
        self._inside = last.inside
        # Those below may be half of what they will be; they are read again with the tail.
        self._references |= {
            label: reference
            for label, reference in references.items()
            if reference["map"][1] <= last.line
        }
        for index in range(first, self._frozen):
            source = self.blocks[index].source
            for name in _IN_BRACKETS.findall(source) if "[" in source else ():
                self._naming.setdefault(_label(name), []).append(index)

    def _tell(self, references: dict[str, dict[str, Any]]) -> None:
        """Tell finished blocks of links that are defined, or are otherwise, since."""
        if not self._naming:
            return
        changed = []
        for label in {*references, *self._told} - (self._references.keys() - self._told.keys()):
            href = str(references.get(label, {}).get("href", ""))
            if self._naming.get(label) and href != self._told.get(label, ""):
                self._told[label] = href
                changed.append(label)
        for index in {index for label in changed for index in self._naming[label]}:
            block = self.blocks[index]
            if isinstance(block, MarkdownBlock):
                env = {"references": dict(references)}
                tokens = _parser().parse(block.source, env)
                self.blocks[index] = block.told(tokens) if tokens else block


def _label(name: str) -> str:
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(name)


class _Place(NamedTuple):
    """Where a group of tokens stands.

    Attributes:
        inside: what it goes on with.
        gap: whether a blank row stands above it.
        shift: of the fence, if it is one.
    """

    inside: _Inside
    gap: bool
    shift: Shift


def _pieces(group: Sequence[Token], lines: list[str], place: _Place) -> Iterator[_Piece]:
    inside, gap = place.inside, place.gap
    match group[0].type:
        case "fence":
            yield from _code(group[0], lines, place)
        case "table_open":
            yield from _table(group, lines, inside if isinstance(inside, Shape) else None, gap)
        case "bullet_list_open" | "ordered_list_open":
            yield from _list(group, lines, inside if isinstance(inside, _InList) else None, gap)
        case _:
            start, end = _span(group[0])
            yield _Piece(MarkdownBlock(group, _source(lines[start:end]), gap), start)


def _code(token: Token, lines: list[str], place: _Place) -> Iterator[_Piece]:
    start, end = _span(token)
    rows = token.content.split("\n")[:-1]
    closing = lines[start + 1 + len(rows) : end]
    inside = isinstance(place.inside, _InCode)
    shift = place.inside.shift if isinstance(place.inside, _InCode) else place.shift
    begin = 0
    for stop in _code_cuts(rows):
        first = not begin and not inside
        source = lines[start + (not first) + begin : start + 1 + stop]
        source += closing if stop == len(rows) else []
        code, gap = "\n".join(rows[begin:stop]), place.gap and first
        block = CodeBlock(code, language_of(token), "\n".join(source), gap, first, shift)
        if first:
            yield _Piece(block, start)
        else:
            yield _Piece(block, start + 1 + begin, (lines[start],), _InCode(shift))
        begin = stop


def _code_cuts(rows: list[str]) -> Iterator[int]:
    begin = 0
    for index in range(1, len(rows)):
        size = index - begin
        if size >= MOST_CODE_ROWS or (size >= CODE_ROWS and not rows[index - 1].strip()):
            yield index
            begin = index
    yield len(rows)


def _table(
    group: Sequence[Token], lines: list[str], inside: Shape | None, gap: bool
) -> Iterator[_Piece]:
    start, _end = _span(group[0])
    shape, rows = table_of(group, TABLE_ROWS)
    shape = inside or shape
    for begin in range(0, max(1, len(rows)), TABLE_ROWS):
        first = not begin and not inside
        part = rows[begin : begin + TABLE_ROWS]
        line = start + 2 + begin
        source = lines[start if first else line : line + len(part)]
        block = TableBlock(shape, part, "\n".join(source), first)
        block.gap = gap and first
        if first:
            yield _Piece(block, start)
        else:
            yield _Piece(block, line, (lines[start], lines[start + 1]), shape)


def _list(
    group: Sequence[Token], lines: list[str], inside: _InList | None, gap: bool
) -> Iterator[_Piece]:
    for index, item in enumerate(parts(group[1:-1])):
        start, end = _span(item[0])
        number = number_of(group[0], index)
        if inside and inside.number is not None:
            number = inside.number + index
        if index:
            gap = not lines[start - 1].strip()
        elif inside:
            gap = inside.gap
        block = MarkdownBlock(item, _source(lines[start:end]), gap, number)
        yield _Piece(block, start, (), _InList(number, gap))


def _span(token: Token) -> tuple[int, int]:
    start, end = token.map or (0, 0)
    return start, end


def _source(lines: list[str]) -> str:
    return "\n".join(lines).rstrip()
