"""What can be copied of a block: its source, its code, its tables, a quotation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from lwe_tui.modals.modal import Modal
from lwe_tui.widgets.virtual_list import Row, VirtualList


class Piece(NamedTuple):
    """Something that can be copied.

    Attributes:
        key: the letter or number that copies it.
        is_quote: whether it goes into the composer instead.
    """

    key: str
    label: str
    text: str
    is_quote: bool = False


class CopyMenu(Modal[Piece | None]):
    """Answers with the piece whose key was pressed, or that was chosen.

    Args:
        pieces: the first is what a second `y` copies.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__(classes="form")
        self._pieces = list(pieces)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static("Copy", classes="title", markup=False)
            yield VirtualList()

    def on_mount(self) -> None:
        shown = self.query_one(VirtualList)
        shown.styles.height = len(self._pieces)
        rows = [Row(str(n), piece.label, piece.key) for n, piece in enumerate(self._pieces)]
        shown.set_rows(rows)
        shown.focus()

    def on_key(self, event: events.Key) -> None:
        typed = event.character or ""
        chosen = next((piece for piece in self._pieces if piece.key == typed), None)
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif typed == "y" or chosen is not None:
            event.stop()
            self.dismiss(chosen or self._pieces[0])

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.dismiss(self._pieces[int(event.key)])
