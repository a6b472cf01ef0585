"""A question with two answers; Escape is the one that changes nothing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean


class Confirm(Modal[bool]):
    """Answers whether to do it.

    Args:
        question: what is asked.
        yes: what the first key does, as an imperative.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("y,enter", "dismiss(True)", "Yes"),
        Binding("n,escape", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__(classes="form")
        self._question, self._yes = question, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(clean(self._question), classes="title", markup=False)
            yield Static(f"Enter or y: {clean(self._yes)}    Esc or n: no", markup=False)
