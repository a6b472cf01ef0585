"""A list that is narrowed by typing: what search and the palette share."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from lwe.errors import LweError
from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean_line
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.tasks import Tasks
from lwe_tui.widgets.virtual_list import Row, VirtualList


class Narrow(Modal[str | None], Tasks):
    """Answers with the key of the chosen row, None when it is closed.

    A subclass finds the rows: `find` when something was typed, `fetch` when it is scrolled.

    Args:
        placeholder: what stands in the empty line.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "rows('cursor_down')", priority=True),
        Binding("up", "rows('cursor_up')", priority=True),
        Binding("pagedown", "rows('cursor_page_down')", priority=True),
        Binding("pageup", "rows('cursor_page_up')", priority=True),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(classes="narrow")
        self._placeholder = placeholder
        self._finding, self._choosing = True, False
        self._early = ""
        self.headings: Sequence[tuple[int, str]] = ()
        """What stands above some of the rows, set by `find`."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield LineInput(placeholder=self._placeholder)
            yield VirtualList()
            yield Static("", classes="about", markup=False)

    def on_mount(self) -> None:
        if self._early:
            self.query_one(LineInput).insert(self._early, 0)
        else:
            self._find()

    def on_key(self, event: events.Key) -> None:
        """Take keys that are pressed before the line is there to take them."""
        if self.query(LineInput):
            return
        if event.character and event.is_printable:
            self._early += event.character
        self._choosing = event.key == "enter"

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        """Return how many rows there are, and the first of them."""
        raise NotImplementedError

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        """Return some more rows."""
        raise NotImplementedError

    def about(self, count: int) -> str:
        """Say what was found."""
        return f"{count:,} found"

    @property
    def needle(self) -> str:
        """What was typed."""
        return self.query_one(LineInput).value

    @on(Input.Changed)
    def _find(self) -> None:
        self._finding = True
        self.start_only_task("find", self._show, self.needle)

    async def _show(self, needle: str) -> None:
        try:
            count, rows = await self.find(needle)
            about = self.about(count)
        except LweError as error:
            # What an earlier needle has found is no answer to this one.
            count, rows, about = 0, (), str(error)
        shown = self.query_one(VirtualList)
        shown.set_count(count, self.headings)
        shown.refresh_rows()
        shown.provide(0, rows)
        shown.action_cursor_home()
        self._say(about)
        self._finding = False
        if self._choosing:
            shown.action_choose()

    @on(VirtualList.RowsWanted)
    def _fetch(self, event: VirtualList.RowsWanted) -> None:
        event.stop()
        self.start_task("fetch", self._provide, self.needle, event.offset, event.limit)

    async def _provide(self, needle: str, offset: int, limit: int) -> None:
        try:
            rows = await self.fetch(needle, offset, limit)
        except LweError as error:
            self._say(str(error))
            return
        if needle == self.needle and not self._finding:
            self.query_one(VirtualList).provide(offset, rows)

    def _say(self, text: str) -> None:
        self.query_one(".about", Static).update(clean_line(text))

    def action_rows(self, movement: str) -> None:
        getattr(self.query_one(VirtualList), f"action_{movement}")()

    @on(Input.Submitted)
    def _submit(self) -> None:
        # What is drawn may still answer the needle before this one.
        self._choosing = self._finding
        if not self._finding:
            self.query_one(VirtualList).action_choose()

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)
