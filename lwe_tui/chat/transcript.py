"""The open conversation as one virtual column of rows: live Markdown, selection, following."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from lwe_tui.render.blocks import Entry
from lwe_tui.render.clean import clean
from lwe_tui.render.document import Document, Place, Point, Window
from lwe_tui.render.lines import BLANK, PLAIN_NAMES, STYLE_NAMES, Line, Look, strip_of, text_lines

FASTEST, SLOWEST = 0.045, 0.5
"""Seconds between two drawings of what is coming in."""
SHARE = 4
"""A drawing that took a while is followed by a pause of so many whiles."""


class Transcript(ScrollView, can_focus=True):
    """Shows entries; those that are live grow with `feed`."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{name}" for name in STYLE_NAMES}
    placeholder: reactive[str] = reactive("", init=False)
    """What stands there while there are no entries."""

    @dataclass
    class RowsBelow(Message):
        """So many rows have come in below what is seen; 0 when the end is in sight."""

        count: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._document = Document()
        self._lines: list[Line] = []
        self._following = True
        self._seen = 0
        self._told = 0
        self._fed: set[str] = set()
        self._timer: Timer | None = None
        self._next_drawing = 0.0

    # What it holds

    @property
    def entries(self) -> list[Entry]:
        """Everything that is shown, oldest first."""
        return [view.entry for view in self._document.views]

    def last_answer(self) -> str:
        """Return the source of the newest answer, empty when there is none."""
        answers = [e.text for e in self.entries if e.role == "assistant" and e.text]
        return answers[-1] if answers else ""

    def load(self, entries: list[Entry]) -> None:
        """Show another conversation, from its end."""
        self._document.load(entries)
        self._fed.clear()
        self.screen.clear_selection()
        self.jump_to_end()

    def append(self, entry: Entry) -> None:
        """Add an entry at the end."""
        view = self._document.append(entry)
        if entry.live:
            view.update()
        self._draw()

    def update(self, entry: Entry) -> None:
        """Show another entry in the place of the one with its key."""
        index = self._document.find(entry.key)
        if index is not None:
            place = self._place()
            self._document.replace(index, entry)
            self._fed.discard(entry.key)
            self._draw(place)

    def drop(self, key: str) -> None:
        """Take an entry away."""
        index = self._document.find(key)
        if index is not None:
            place = self._place()
            self._document.remove(index)
            self._fed.discard(key)
            self._draw(place)

    def feed(self, key: str, text: str = "", reasoning: str = "") -> None:
        """Add what has come in for a live entry; it is drawn soon."""
        index = self._document.find(key)
        if index is None:
            return
        self._document.views[index].feed(text, reasoning)
        self._fed.add(key)
        wait = self._next_drawing - time.monotonic()
        if wait <= 0:
            self._draw_fed()
        elif self._timer is None:
            self._timer = self.set_timer(wait, self._draw_fed)

    def tick(self) -> None:
        """Draw again what counts the seconds until its first word."""
        self._fed |= {e.key for e in self.entries if e.live and not e.text and not e.reasoning}
        if self._fed:
            self._draw_fed()

    def _draw_fed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        started = time.monotonic()
        place = self._place()
        for key in self._fed:
            index = self._document.find(key)
            if index is not None:
                self._document.views[index].update()
                self._document.measure(index)
        self._fed.clear()
        self._draw(place)
        now = time.monotonic()
        self._next_drawing = now + min(SLOWEST, max(FASTEST, SHARE * (now - started)))

    # Drawing

    def _place(self) -> Place | None:
        """Return where the reader is; None at the end, where there is nothing to keep."""
        if self._following or not self._document.views:
            return None
        return self._document.place(round(self.scroll_y))

    def _draw(self, place: Place | None = None) -> None:
        """Show what is in sight now, from the place or row where the reader is."""
        if not self.is_mounted:
            return
        if self.scrollable_content_region.width != self._document.width:
            self._document.fit(self.scrollable_content_region.width, _look_of(self))
        height = self.scrollable_content_region.height
        if self._following:
            window = self._document.end(height)
        else:
            top = self._document.row(place) if place else round(self.scroll_y)
            window = self._document.window(top, height)
        self._move(window)
        lines = window.lines
        if not self._document.views:
            lines = text_lines(Text(clean(self.placeholder)), self.scrollable_content_region.width)
        self._repaint(lines + [BLANK] * (height - len(lines)))
        self._tell_rows_below(window.top + height)

    def _move(self, window: Window) -> None:
        """Set size and position without a new layout of the screen: neither changes it."""
        size = Size(self.scrollable_content_region.width, self._document.total)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        if window.top != self.scroll_y:
            self.set_reactive(Widget.scroll_y, float(window.top))
            self.set_reactive(Widget.scroll_target_y, float(window.top))
            self.vertical_scrollbar.position = window.top
            self._lines = []

    def _repaint(self, lines: list[Line]) -> None:
        old, self._lines = self._lines, lines
        if len(old) != len(lines):
            self.refresh()
            return
        width = self.outer_size.width
        changed = [
            Region(0, row, width, 1)
            for row, (before, after) in enumerate(zip(old, lines, strict=True))
            if before.strip is not after.strip
        ]
        if changed:
            self.refresh(*changed)

    def _tell_rows_below(self, bottom: int) -> None:
        if self._following or bottom >= self._document.total:
            self._seen = self._document.total
        below = max(0, self._document.total - self._seen)
        if below != self._told:
            self._told = below
            self.post_message(self.RowsBelow(below))

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.scrollable_content_region.width
        if y >= len(self._lines):
            return Strip.blank(width, base)
        row = y + self.scroll_offset.y
        strip = self._lines[y].strip.apply_style(base)
        if selection := self.text_selection:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = _lit(strip, selection.get_span(row), style)
        return strip.crop_extend(0, width, base).apply_offsets(0, row)

    # Looks and sizes

    def watch_placeholder(self) -> None:
        self._lines = []
        self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.call_later(self._fit)  # The styles of the parts are changed after this.

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Draw everything anew where the width or the colours are others."""
        if not self.is_mounted or not self.scrollable_content_region.width:
            return
        width, look = self.scrollable_content_region.width, _look_of(self)
        if width != self._document.width or look.styles != self._document.look.styles:
            place = self._place()
            self._document.fit(width, look)
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

    def action_scroll_home(self) -> None:
        self._following = False
        self.scroll_to(y=0, animate=False)

    def action_scroll_end(self) -> None:
        self.jump_to_end()

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    # Selecting

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what copying the selection gives: Markdown where whole blocks are selected."""
        if not self._document.views:
            return None
        first = Point(selection.start.y, selection.start.x) if selection.start else Point(0, 0)
        last = Point(selection.end.y, selection.end.x) if selection.end else Point(1 << 60, 0)
        return self._document.copied(first, last), "\n"

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


def _lit(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
    """Draw the selected characters of a row as selected."""
    if span is None:
        return strip
    text = Text("", end="")
    for segment in strip:
        text.append(segment.text, segment.style)
    text.stylize(style, span[0], None if span[1] == -1 else span[1])
    return strip_of(text)
