"""All keys, from the one table that has them."""

from __future__ import annotations

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from lwe_tui import keys
from lwe_tui.modals.modal import Modal

PROSE = """\
Write at the bottom and press Enter. The answer streams in; Esc stops it and keeps what was said.
A preset is a model with its parameters: alt+1 … alt+0 switch it, F2 lists all.
ctrl+l is the leader: one more key after it does what the right column says.
"""


class Help(Modal[None]):
    """What one can do, and with which keys."""

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("escape,f1,q", "dismiss(None)", "Close")
    ]

    def __init__(self) -> None:
        super().__init__(classes="form")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box wide"):
            yield Static("Help", classes="title", markup=False)
            yield Static(PROSE, markup=False)
            yield Static(self._table(), markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 1), expand=True)
        for heading in ("Keys", "Does", "ctrl+l, then"):
            table.add_column(heading, justify="left")
        for scope, rows in keys.SCOPES.items():
            table.add_row("", scope, "", style="bold")
            for key in rows:
                table.add_row(key.shown, key.label, keys.written_leader(key))
        return table
