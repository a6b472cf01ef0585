"""A column of rows of which only those in sight are drawn: looks, following, selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from lwe_tui.render.clean import clean
from lwe_tui.render.document import Document, Place, Point, Window
from lwe_tui.render.lines import (
    BLANK,
    PLAIN_LOOK,
    PLAIN_NAMES,
    STYLE_NAMES,
    Line,
    Look,
    strip_of,
    text_lines,
)

MARK = "▌"


class Inks(Widget):
    """Holds the styles that entries are drawn with; it is never seen itself.

    Not the transcript itself: an empty one does without them, and so does the first frame.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{name}" for name in STYLE_NAMES}

    @dataclass
    class Changed(Message):
        """The styles may be others now."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.post_message(self.Changed())  # The styles of the parts are changed after this.

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return None  # Selecting everything selects children too.


class Column(ScrollView, can_focus=True):
    """Draws a document and follows its end while more comes in."""

    ALLOW_SELECT = True
    placeholder: reactive[str] = reactive("", init=False)
    """What stands there while there are no entries."""

    @dataclass
    class RowsBelow(Message):
        """So many rows have come in below what is seen; 0 when the end is in sight."""

        count: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document = Document()
        self._inks: Inks | None = None
        self._lines: list[Line] = []
        self._marked = range(0)
        self._following = True
        self._seen = 0
        self._told = 0

    # Drawing

    def _place(self) -> Place | None:
        """Return where the reader is; None at the end, where there is nothing to keep."""
        if self._following or not self.document.views:
            return None
        return self.document.place(round(self.scroll_y))

    def _draw(self, place: Place | None = None) -> None:
        """Show what is in sight now, from the place or row where the reader is."""
        if not self.is_mounted:
            return
        width = self.scrollable_content_region.width
        if self._inks is None or width != self.document.width:
            self.document.fit(width, self._look())
        height = self.scrollable_content_region.height
        if self._following:
            window = self.document.end(height)
        else:
            top = self.document.row(place) if place else round(self.scroll_y)
            window = self.document.window(top, height)
        self._move(window)
        lines = window.lines
        if not self.document.views:
            lines = text_lines(Text(clean(self.placeholder)), self.scrollable_content_region.width)
        self._repaint(lines + [BLANK] * (height - len(lines)), self._mark(window.top, height))
        self._tell_rows_below(window.top + height)
        self._drawn(window.top, height)

    def _mark(self, top: int, height: int) -> range:
        """Return which rows in sight are marked at their left."""
        return range(0)

    def _lit(self, line: Line) -> Strip:
        """Return what is drawn of a row."""
        return line.strip

    def go(self, top: int, grown: int = 0) -> None:
        """Show the rows from one on, as far as there are so many.

        Args:
            grown: how many rows there are more that nobody needs to be told of.
        """
        self._seen += grown
        height = self.scrollable_content_region.height
        self._following = top + height >= self.document.total
        place = None if self._following else self.document.place(max(0, top))
        self._lines = []
        self._draw(place)

    def redraw(self) -> None:
        """Draw again what is in sight, where the reader is."""
        place = self._place()
        self._lines = []
        self._draw(place)

    def _drawn(self, top: int, height: int) -> None:
        """Do what follows from which rows are in sight."""

    def _move(self, window: Window) -> None:
        """Set size and position without a new layout of the screen: neither changes it."""
        size = Size(self.scrollable_content_region.width, self.document.total)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        if window.top != self.scroll_y:
            self.set_reactive(Widget.scroll_y, float(window.top))
            self.set_reactive(Widget.scroll_target_y, float(window.top))
            self.vertical_scrollbar.position = window.top
            self._lines = []

    def _repaint(self, lines: list[Line], marked: range) -> None:
        old, self._lines = self._lines, lines
        before, self._marked = self._marked, marked
        if before != marked:
            self.refresh()
            return
        if len(old) != len(lines):
            self.refresh()
            return
        width = self.outer_size.width
        changed = [
            Region(0, row, width, 1)
            for row, (was, now) in enumerate(zip(old, lines, strict=True))
            if was.strip is not now.strip
        ]
        if changed:
            self.refresh(*changed)

    def _tell_rows_below(self, bottom: int) -> None:
        if self._following or bottom >= self.document.total:
            self._seen = self.document.total
        below = max(0, self.document.total - self._seen)
        if below != self._told:
            self._told = below
            self.post_message(self.RowsBelow(below))

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.scrollable_content_region.width
        if y >= len(self._lines):
            return Strip.blank(width, base)
        row = y + self.scroll_offset.y
        strip = self._lit(self._lines[y]).apply_style(base)
        if selection := self.text_selection:
            style = self.screen.get_component_rich_style("screen--selection")
            if span := selection.get_span(row):
                strip = lit(strip, [(*span, style)])
        return strip.crop_extend(0, width, base).apply_offsets(0, row)

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        if not self._marked or crop.x or not self.gutter.left:
            return strips
        bar = Strip([Segment(MARK, self.document.look["cursor"])])
        return [
            Strip.join([bar, strip.crop(1)]) if row in self._marked else strip
            for row, strip in enumerate(strips, crop.y - self.gutter.top)
        ]

    # Looks and sizes

    def _look(self) -> Look:
        if self._inks is None:
            if not self.document.views:
                return PLAIN_LOOK
            self._inks = Inks()
            self.mount(self._inks)
        return _look_of(self._inks)

    def watch_placeholder(self) -> None:
        self._lines = []
        self._draw()

    def on_inks_changed(self, event: Inks.Changed) -> None:
        event.stop()
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Draw everything anew where the width or the colours are others."""
        if not self.is_mounted or not self.scrollable_content_region.width:
            return
        width, look = self.scrollable_content_region.width, self._look()
        if width != self.document.width or look.styles != self.document.look.styles:
            place = self._place()
            self.document.fit(width, look)
            self._lines = []
            self._draw(place)
        else:
            self._draw()

    # Scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value):
            return
        # A larger window also lowers the position, but leaves it at the end.
        self._following = new_value >= self.max_scroll_y or (
            self._following and new_value > old_value
        )
        self._lines = []
        self._draw()

    def jump_to_end(self) -> None:
        """Go to the end and stay there while more comes in."""
        self._following = True
        self._lines = []
        self._draw()

    # Selecting

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what copying the selection gives: Markdown where whole blocks are selected."""
        if not self.document.views:
            return None
        first = Point(selection.start.y, selection.start.x) if selection.start else Point(0, 0)
        last = Point(selection.end.y, selection.end.x) if selection.end else Point(1 << 60, 0)
        return self.document.copied(first, last), "\n"

    def _move_selection(self, rows: int) -> None:
        """Keep the selected words selected when they stand further down."""
        if self.text_selection is not None:
            ends = (end and end + Offset(0, rows) for end in self.text_selection)
            self.screen.selections = {**self.screen.selections, self: Selection(*ends)}

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()


def _look_of(widget: Widget) -> Look:
    """Read the styles from the style sheet; a background only where one is set."""
    styles = {}
    for name in STYLE_NAMES:
        component = f"transcript--{name}"
        own = widget.get_component_rich_style(component, partial=True)
        if name not in PLAIN_NAMES:
            blended = widget.get_component_rich_style(component)
            own += Style(color=blended.color, bgcolor=blended.bgcolor if own.bgcolor else None)
        styles[name] = own
    return Look(styles)


def lit(strip: Strip, spans: list[tuple[int, int, Style]]) -> Strip:
    """Draw some characters of a row in other styles; an end of -1 is that of the row."""
    text = Text("", end="")
    for segment in strip:
        text.append(segment.text, segment.style)
    for start, end, style in spans:
        text.stylize(style, start, None if end == -1 else end)
    return strip_of(text)
