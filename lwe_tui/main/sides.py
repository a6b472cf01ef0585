"""The lists beside the chat: columns where there is room, overlays where there is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.screen import Screen
from textual.widget import Widget

from lwe_tui.widgets.virtual_list import VirtualList

NEEDED = {"conversations": 70, "right": 100}
"""Columns that a window must have to show this side all the time."""
SMALLEST = (40, 12)
STYLE_SHEETS = ("sidebar/sidebar.tcss", "modals/modals.tcss")
"""What only the sides and the small screens need."""


class Sides:
    """Shows and hides the sides of a screen.

    Args:
        screen: has the sides `#conversations` and `#right`.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._later: list[tuple[Widget, Sequence[Widget]]] = []

    def bring_later(self, parent: Widget, inner: Sequence[Widget]) -> None:
        """Name what a widget holds; it takes its place with `furnish`."""
        self._later.append((parent, inner))

    def furnish(self) -> None:
        """Put what was named into its place; again, nothing happens."""
        if self._later:
            folder = Path(__file__).parent.parent
            self._screen.app.stylesheet.read_all([folder / sheet for sheet in STYLE_SHEETS])
        for parent, inner in self._later:
            parent.mount_all(inner)
        self._later.clear()

    @property
    def overlay_open(self) -> bool:
        """Whether a side covers the chat."""
        return bool(self._screen.query("#conversations.-open, #right.-open"))

    def close_overlays(self) -> None:
        """Uncover the chat."""
        self._screen.query("#conversations.-open, #right.-open").remove_class("-open")

    def reveal(self, side_id: str, inner: type[Widget]) -> None:
        """Show a side and go to one of its lists."""
        self.furnish()
        self.close_overlays()
        side = self._screen.query_one(f"#{side_id}")
        side.remove_class("-hidden")
        if self._screen.size.width < NEEDED[side_id]:
            side.add_class("-open")
        self.go_to(self._screen.query_one(inner).query_one(VirtualList))

    def go_to(self, widget: Widget) -> None:
        """Move the focus at once, so that the next key finds it there."""
        if widget.focusable:
            self._screen.set_focus(widget)
        else:
            widget.focus()  # It comes into sight with the next layout.

    def toggle(self, side_id: str) -> None:
        """Show a hidden side, hide a shown one."""
        has_room = self._screen.size.width >= NEEDED[side_id]
        self._screen.query_one(f"#{side_id}").toggle_class("-hidden" if has_room else "-open")

    def fit(self, width: int, height: int) -> None:
        """Follow the window's size."""
        self._screen.set_class(width < NEEDED["right"], "-medium")
        self._screen.set_class(width < NEEDED["conversations"], "-narrow")
        self._screen.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-tiny")
        if width >= NEEDED["right"]:
            self.close_overlays()
