"""A list of any number of rows that costs what is in sight, and keeps the cursor on its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lwe_tui.render.clean import clean_line
from lwe_tui.widgets.row_window import Layout, Row, RowClass, RowWindow

__all__ = ["Row", "RowClass", "VirtualList"]

LONGEST_TEXT = 2_000
"""Characters of a row that are looked at; no terminal is that wide."""
LEAST_TEXT = 4
"""Cells of text that must be left beside what stands at the right end."""


class VirtualList(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows rows that are given at once, or asked for when they come into sight.

    Args:
        id: the widget's id.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-list--cursor",
        "virtual-list--active",
        "virtual-list--busy",
        "virtual-list--news",
        "virtual-list--waiting",
        "virtual-list--quiet",
        "virtual-list--right",
        "virtual-list--heading",
        "virtual-list--lit",
    }
    DEFAULT_CSS = """
    VirtualList {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .virtual-list--active { color: $primary; text-style: bold; }
        & > .virtual-list--busy { color: $accent; }
        & > .virtual-list--news { color: $secondary; text-style: bold; }
        & > .virtual-list--waiting { color: $warning; text-style: bold; }
        & > .virtual-list--quiet { color: $foreground 60%; }
        & > .virtual-list--right { color: $foreground 70%; }
        & > .virtual-list--heading { color: $foreground 70%; text-style: bold; }
        & > .virtual-list--lit { text-style: bold underline; }
        & > .virtual-list--cursor { background: $foreground 8%; }
        &:focus > .virtual-list--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="list.choose", show=False),
        Binding("up", "cursor_up", "Row up", id="list.up", show=False),
        Binding("down", "cursor_down", "Row down", id="list.down", show=False),
        Binding("pageup", "cursor_page_up", "Page up", id="list.page_up", show=False),
        Binding("pagedown", "cursor_page_down", "Page down", id="list.page_down", show=False),
        Binding("home", "cursor_home", "First row", id="list.home", show=False),
        Binding("end", "cursor_end", "Last row", id="list.end", show=False),
    ]

    @dataclass
    class RowsWanted(Message):
        """Rows came into sight that nobody has provided yet."""

        offset: int
        limit: int

    @dataclass
    class Chosen(Message):
        """A row was chosen."""

        key: str

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        key: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window = RowWindow()
        self._layout = Layout()
        self._cursor = 0
        self._key: str | None = None
        self._counted = self._navigated = self._choosing = self._will_ask = False
        self._last_height = 0

    # What is shown

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._window.count

    @property
    def cursor_row(self) -> int:
        """The index of the row under the cursor."""
        return self._cursor

    def row(self, index: int) -> Row | None:
        """Return a row as far as it is known."""
        return self._window.get(index)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are all known."""
        self._window.fill(rows)
        self._layout = Layout()
        self._count_changed()
        self._follow()
        self.refresh()

    def set_count(self, count: int, headings: Sequence[tuple[int, str]] = ()) -> None:
        """Show a number of rows that are asked for with `RowsWanted` when they come into sight.

        Args:
            headings: what stands above some of them, which no cursor comes to: the index of the
                first row below each, in ascending order, and what it says.
        """
        changed = (count, tuple(headings)) != (self._window.count, self._layout.headings)
        self._window.resize(count)
        self._layout = Layout(headings)
        self._count_changed()
        if changed:
            self.refresh()
        self._ask_soon()

    def provide(self, offset: int, rows: Sequence[Row]) -> None:
        """Give rows that were asked for."""
        if changed := self._window.put(offset, rows):
            first = self._layout.line(offset)
            self.refresh_lines(first, self._layout.line(offset + changed - 1) - first + 1)
        self._follow()

    def refresh_rows(self) -> None:
        """Ask for what is in sight again; until it comes, the rows stay as they are."""
        self._window.expire()
        self._ask_soon()

    def _count_changed(self) -> None:
        self._counted, count = True, self._window.count
        lines = count + len(self._layout.headings)
        if self.virtual_size.height != lines:
            self.virtual_size = Size(0, lines)
        self._cursor = max(0, min(self._cursor, count - 1))
        if not count:
            self._key, self._navigated, self._choosing = None, False, False

    # What is wanted

    def _ask_soon(self) -> None:
        # A count and a refresh often come together: one question is enough for both.
        if not self._will_ask and self.is_attached:
            self._will_ask = True
            self.call_later(self._ask)

    def _ask(self) -> None:
        self._will_ask = False
        top, height = self.scroll_offset.y, self.size.height
        in_sight = self._layout.index(top - height), self._layout.index(top + 2 * height)
        for offset, limit in self._window.want(in_sight, (self._cursor, self._cursor)):
            self.post_message(self.RowsWanted(offset, limit))

    def on_mount(self) -> None:
        self._ask_soon()

    def on_resize(self) -> None:
        height, self._last_height = self._last_height, self.size.height
        if not height or 0 <= self._layout.line(self._cursor) - self.scroll_offset.y < height:
            self._reveal()
        self._ask_soon()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_soon()

    # The cursor

    def action_cursor_up(self) -> None:
        self._move_to(self._cursor - 1)

    def action_cursor_down(self) -> None:
        self._move_to(self._cursor + 1)

    def action_cursor_page_up(self) -> None:
        self._move_to(self._cursor - max(1, self.size.height - 1))

    def action_cursor_page_down(self) -> None:
        self._move_to(self._cursor + max(1, self.size.height - 1))

    def action_cursor_home(self) -> None:
        self._move_to(0)

    def action_cursor_end(self) -> None:
        self._move_to(self._window.count - 1)

    def action_choose(self) -> None:
        """Choose the row under the cursor, as soon as it is known which one that is."""
        self._choosing = not self._counted or self._window.count > 0
        self._arrive()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or event.button != 1 or event.chain > 1:
            return
        line = offset.y + self.scroll_offset.y
        index = self._layout.index(line)
        if index < self._window.count and self._layout.heading(line) is None:
            self._move_to(index)
            self.action_choose()

    def _move_to(self, index: int) -> None:
        if not self._window.count:
            return
        self._navigated, self._choosing = True, False
        self._put_cursor(index)
        self._reveal()
        self._key = self._key if self._window.get(self._cursor) else None
        self._arrive()
        self._ask_soon()

    def _put_cursor(self, index: int) -> None:
        old, self._cursor = self._cursor, max(0, min(index, self._window.count - 1))
        self.refresh_line(self._layout.line(old))
        self.refresh_line(self._layout.line(self._cursor))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height < 1:
            return
        line = self._layout.line(self._cursor)
        # The heading above a row comes into sight with it, where there is room for both.
        under_heading = height > 1 and self._layout.heading(line - 1) is not None
        wanted = max(min(top, line - under_heading), line - height + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _follow(self) -> None:
        """Stay on the row's key when rows have moved; at the untouched top, stay at the top."""
        if self._key is not None and (self._navigated or self._cursor):
            found = self._window.find(self._key, self._cursor)
            if found is not None:
                self._move_along(found)
            elif not self._window.settled:
                return  # It may be among the rows that are still to come.
        self._arrive()

    def _move_along(self, found: int) -> None:
        """Move to where the row is now; the reader's rows stay where they are on the screen."""
        if found == self._cursor:
            return
        line, top = self._layout.line(self._cursor), self.scroll_offset.y
        moved, in_sight = self._layout.line(found) - line, 0 <= line - top < self.size.height
        self._put_cursor(found)
        if top:
            self.scroll_to(y=top + moved, animate=False, force=True)
        if in_sight:
            self._reveal()

    def _arrive(self) -> None:
        """Tell which row the cursor is on, and choose it if that was asked for."""
        row = self._window.get(self._cursor)
        if row is None:
            return
        if row.key != self._key:
            self._key = row.key
            self.post_message(self.Moved(row.key))
        if self._choosing:
            self._choosing = False
            self.post_message(self.Chosen(row.key))

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.size.width - self.scrollbar_gutter.width
        line = y + self.scroll_offset.y
        if (heading := self._layout.heading(line)) is not None:
            text = shortened(clean_line(heading[:LONGEST_TEXT]), width)
            return Strip([Segment(text, self._style("virtual-list--heading"))], width)
        index = self._layout.index(line)
        row = self._window.get(index)
        at_cursor = index == self._cursor and index < self._window.count
        styles = [f"virtual-list--{row.style_class}"] if row and row.style_class else []
        end = ["virtual-list--cursor"] if at_cursor else []
        style = self._style(*styles, *end)
        if row is None or width < 1:
            return Strip.blank(max(0, width), style)
        row = cleaned(row)
        text, right = laid_out(row, width)
        segments = list(_lit(text, row, style, self._style(*styles, *end, "virtual-list--lit")))
        if right:
            segments.append(Segment(right, self._style(*styles, "virtual-list--right", *end)))
        return Strip(segments, width)

    def _style(self, *names: str) -> Style:
        return self.get_visual_style(*names).rich_style


def cleaned(row: Row) -> Row:
    """Return a row as it can be drawn; what is lit stays lit where characters go."""
    if not row.spans:
        return row
    text, spans, end = "", [], 0
    for start, stop in row.spans:
        text += clean_line(row.text[end:start])
        lit = clean_line(row.text[start:stop])
        spans.append((len(text), len(text) + len(lit)))
        text, end = text + lit, stop
    return replace(row, text=text + clean_line(row.text[end:]), spans=tuple(spans))


def _lit(text: str, row: Row, plain: Style, lit: Style) -> Iterator[Segment]:
    """Yield the pieces of a row's drawn left part."""
    end = 0
    for start, stop in ((len(row.lead) + a, len(row.lead) + b) for a, b in row.spans):
        yield Segment(text[end:start], plain)
        yield Segment(text[start:stop], lit)
        end = stop
    yield Segment(text[end:], plain)


def laid_out(row: Row, width: int) -> tuple[str, str]:
    """Return the two ends of a row, together as wide as asked for, in cells."""
    text = row.lead + clean_line(row.text[:LONGEST_TEXT])
    right = clean_line(row.right[:LONGEST_TEXT])
    room = width - cell_len(right) - 1 if right else width
    if right and (room < LEAST_TEXT or (row.right_yields and cell_len(text) > room)):
        right, room = "", width
    return shortened(text, room) + (" " if right else ""), right


def shortened(text: str, width: int) -> str:
    """Return a text that is exactly so many cells wide, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width < 1:
        return ""
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


if __name__ == "__main__":
    from textual.app import App, ComposeResult

    class Demo(App[None]):
        """A hundred thousand rows, each read when it is seen."""

        def compose(self) -> ComposeResult:
            yield VirtualList()

        def on_mount(self) -> None:
            self.query_one(VirtualList).set_count(100_000)

        def on_virtual_list_rows_wanted(self, event: VirtualList.RowsWanted) -> None:
            rows = [
                Row(
                    str(number), f"Row {number}", f"{number % 60}m", "active" if number == 3 else ""
                )
                for number in range(event.offset, event.offset + event.limit)
            ]
            self.query_one(VirtualList).provide(event.offset, rows)

        def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
            self.sub_title = event.key
            self.notify(f"Chosen: {event.key}")

    Demo().run()
