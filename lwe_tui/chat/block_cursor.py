"""The block cursor: which part of the conversation the next letter is about."""

from __future__ import annotations

from lwe_tui.chat.column import Column
from lwe_tui.render import parts
from lwe_tui.render.folds import FoldBlock
from lwe_tui.render.markdown_lines import CodeBlock
from lwe_tui.render.parts import Part, Span

SIDEWAYS = 8
"""Columns that one press moves code."""


class BlockCursor:
    """Moves through the parts of what a column shows.

    Args:
        column: shows it.

    Attributes:
        part: where it is; None while letters are no commands.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self.part: Part | None = None

    @property
    def span(self) -> Span | None:
        """The blocks that it is on."""
        return self.part and parts.span(self._column.document, self.part)

    def rows(self, top: int, height: int) -> range:
        """Return which rows in sight it is on."""
        span = self.span
        if span is None:
            return range(0)
        first, end = parts.rows(self._column.document, span)
        return range(max(0, first - top), max(0, min(height, end - top)))

    def begin(self) -> None:
        """Begin with the last message in sight."""
        column = self._column
        if column.document.views:
            bottom = round(column.scroll_y) + column.scrollable_content_region.height - 1
            row = max(0, min(bottom, column.document.total - 1))
            self.part = Part(parts.at(column.document, row)[0].key)
            column.redraw()

    def end(self) -> None:
        """Let letters be letters again."""
        if self.part is not None:
            self.part = None
            self._column.redraw()

    def put(self, part: Part) -> None:
        """Go to a part and bring it into sight."""
        self.part = part
        self.reveal()

    def move(self, step: int) -> None:
        """Go to the next part, or the previous one."""
        if self.part is None:
            self.begin()
        else:
            self.put(parts.moved(self._column.document, self.part, step))

    def jump(self, last: bool) -> None:
        """Go to the first message that is here, or to the last."""
        views = self._column.document.views
        if views:
            self.put(Part(views[-1 if last else 0].entry.key))

    def reveal(self) -> None:
        """Scroll as little as possible until its part is in sight, or its beginning."""
        column, span = self._column, self.span
        if span is None:
            return
        height = column.scrollable_content_region.height
        parts.settle(column.document, span.entry, height)
        first, end = parts.rows(column.document, span)
        top = round(column.scroll_y)
        if first < top or end - first > height:
            top = first
        elif end > top + height:
            top = end - height
        column.go(top)

    # What is done to blocks

    def toggle(self, part: Part) -> bool:
        """Fold or unfold a part, or all of a message; the row it stands in stays in place."""
        column, document = self._column, self._column.document
        span = parts.span(document, part)
        if span is None:
            return False
        view = document.views[span.entry]
        blocks = view.blocks[span.first : span.end]
        folds = [block for block in blocks if isinstance(block, FoldBlock)]
        if not folds:
            return False
        above = parts.rows(document, span)[0] - round(column.scroll_y)
        rows, opened = document.total, any(not fold.opened for fold in folds)
        for fold in folds:
            if fold.opened is not opened:
                view.toggle(fold.name)
        parts.settle(document, span.entry, column.scrollable_content_region.height)
        column.go(parts.rows(document, span)[0] - above, document.total - rows)
        return True

    def slide(self, part: Part, step: int) -> bool:
        """Move the code of a part sideways; False when there is none."""
        column, document = self._column, self._column.document
        span = parts.span(document, part)
        if span is None:
            return False
        blocks = document.views[span.entry].blocks[span.first : span.end]
        codes = [block for block in blocks if isinstance(block, CodeBlock)]
        room = column.scrollable_content_region.width - 2
        longest = max((code.longest for code in codes), default=0)
        for shift in {code.shift for code in codes}:
            columns = shift.columns + step * SIDEWAYS
            shift.columns = max(0, min(columns, longest - room + 1 if longest > room else 0))
        column.redraw()
        return bool(codes)
