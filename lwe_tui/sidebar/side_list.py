"""What the lists of files beside the chat have in common: a filter, a description, deeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from lwe_tui.render.clean import clean
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.virtual_list import Row, VirtualList


class SideList(Vertical):
    """A titled list whose rows are all known.

    Args:
        title: what is listed.
        id: the widget's id.
    """

    @dataclass
    class Wanted(Message):
        """Something is to be done with a row.

        Attributes:
            kind: the list's id.
            deed: what its keys call it.
        """

        kind: str
        deed: str
        name: str

    def __init__(self, title: str, id: str) -> None:
        super().__init__(id=id, classes="side-list")
        self._title = title
        self._rows: Sequence[Row] = ()

    def compose(self) -> ComposeResult:
        if not self.children:  # Alone, nobody has mounted them.
            yield from self.parts()

    def parts(self) -> list[Widget]:
        """Make what it holds, to be mounted with it: at once, so that a key can go there."""
        return [
            Static(self._title, classes="title", markup=False),
            LineInput(placeholder="Filter", classes="filter"),
            VirtualList(id=f"{self.id}-rows"),
            Static("", classes="about", markup=False),
        ]

    @property
    def rows(self) -> VirtualList:
        """The list itself."""
        return self.query_one(VirtualList)

    def describe(self, name: str) -> str:
        """Return what a row is for."""
        raise NotImplementedError

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows, as far as they pass the filter."""
        self._rows = rows
        needle = self.query_one(LineInput).value.casefold().strip()
        self.rows.set_rows([row for row in rows if needle in row.text.casefold()])

    def action_filter(self) -> None:
        """Narrow the list by what is typed; Escape shows all again."""
        self.add_class("-filtering")
        self.query_one(LineInput).focus()

    def action_end_filter(self) -> None:
        """Show all rows again."""
        self.remove_class("-filtering")
        self.query_one(LineInput).value = ""
        self.rows.focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.show(self._rows)

    @on(Input.Submitted)
    def _go_to_rows(self, event: Input.Submitted) -> None:
        event.stop()
        self.rows.focus()

    @on(VirtualList.Moved)
    def _show_description(self, event: VirtualList.Moved) -> None:
        event.stop()
        self.query_one(".about", Static).update(clean(self.describe(event.key)))

    def action_do(self, deed: str) -> None:
        row = self.rows.row(self.rows.cursor_row)
        self.post_message(self.Wanted(self.id or "", deed, row.key if row else ""))
