"""Tables: natural widths where they fit, else narrower columns, else a list of names and values.

The widths follow from the head and the first rows alone, so that a long table that is still
coming in keeps its shape and its finished rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rich.text import Text

from lwe_tui.render.inline import inline_text
from lwe_tui.render.lines import NO_STYLE, PLAIN_LOOK, Block, Line, Look, strip_of, wrapped

if TYPE_CHECKING:
    from markdown_it.token import Token

Justify = Literal["left", "center", "right"]
Row = Sequence["Token"]
NARROWEST = 4
SEPARATOR = " │ "
RULE_OF_LIST = 12


class Shape:
    """What all rows of a table share: the head, the alignment, the widths.

    Args:
        head: the cells of the first row.
        justify: how each column is aligned.
        rows: those that the widths are taken from.
    """

    def __init__(self, head: Row, justify: list[Justify], rows: Sequence[Row]) -> None:
        self.head, self.justify = head, justify
        self._natural = [
            max(1, *(inline_text(cell, PLAIN_LOOK).cell_len for cell in column))
            for column in zip(head, *rows, strict=True)
        ]

    def widths(self, width: int) -> list[int] | None:
        """Return how wide the columns are drawn; None when they cannot stand side by side."""
        columns = len(self._natural)
        room = width - 1 - len(SEPARATOR) * (columns - 1)
        if room < columns * NARROWEST and room < sum(self._natural):
            return None
        return self._natural if sum(self._natural) <= room else self._shrunk(room)

    def _shrunk(self, room: int) -> list[int]:
        """Give narrow columns what they want, and share the rest among the wide ones."""
        widths = [0] * len(self._natural)
        left = sorted(range(len(widths)), key=lambda index: self._natural[index])
        while left:
            share = room // len(left)
            index = left.pop(0)
            widths[index] = min(self._natural[index], max(share, NARROWEST))
            room -= widths[index]
        return widths


class TableBlock(Block):
    """Some rows of a table, the head before the first ones.

    Args:
        shape: shared by all blocks of the table.
        rows: cells, as many in each row as the head has.
        source: the rows in Markdown.
        first: whether the head stands above.
    """

    __slots__ = ("_first", "_rows", "_shape")

    def __init__(self, shape: Shape, rows: Sequence[Row], source: str, first: bool) -> None:
        super().__init__(source, gap=first)
        self._shape, self._rows, self._first = shape, rows, first
        self.kind, self.starts = "table", first

    def estimate(self, width: int) -> int:
        return len(self._rows) + 2 * self._first

    def rows(self) -> list[list[str]]:
        head = [self._shape.head] if self._first else []
        return [
            [inline_text(cell, PLAIN_LOOK).plain for cell in row] for row in [*head, *self._rows]
        ]

    def draw(self, width: int, look: Look) -> list[Line]:
        widths = self._shape.widths(width)
        if widths is None:
            return self._as_list(width, look)
        made: list[Line] = []
        if self._first:
            made += self._row(self._shape.head, widths, look, head=True)
            rule = "┼".join("─" * (column + 2) for column in widths)[:-1]
            made.append(Line(strip_of(Text(rule, look["border"])), words="", after=""))
        for row in self._rows:
            made += self._row(row, widths, look)
        return made

    def _row(self, row: Row, widths: list[int], look: Look, head: bool = False) -> list[Line]:
        style = look["heading"] if head else NO_STYLE
        cells = [inline_text(cell, look, style) for cell in row]
        columns = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        height, made = max(map(len, columns)), list[Line]()
        for number in range(height):
            line = Text(" ")
            for index, column in enumerate(columns):
                line.append(SEPARATOR if index else "", look["border"])
                cell = column[number] if number < len(column) else Text("")
                cell.rstrip()
                cell.align(self._shape.justify[index], widths[index])
                line.append_text(cell)
            made.append(Line(strip_of(line), 1, "", ""))
        words = " | ".join(cell.plain.strip() for cell in cells)
        made[-1] = made[-1]._replace(after="\n", words=words)
        return made

    def _as_list(self, width: int, look: Look) -> list[Line]:
        made: list[Line] = []
        for row in self._rows:
            for head, cell in zip(self._shape.head, row, strict=True):
                line = inline_text(head, look, look["heading"])
                line.append(": ")
                line.append_text(inline_text(cell, look))
                parts = wrapped(line, width)
                made += [Line(strip_of(part), after=" ") for part in parts[:-1]]
                made.append(Line(strip_of(parts[-1])))
            rule = Text("─" * min(width, RULE_OF_LIST), look["border"])
            made.append(Line(strip_of(rule), words="", after=""))
        return made
