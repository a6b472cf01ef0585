"""Asks whether a server that brings tools may be used; what is typed by chance does not answer."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from lwe.errors import NotAllowed
from lwe_tui.modals.modal import Modal
from lwe_tui.permits import GRACE_SECONDS
from lwe_tui.render.clean import clean_line

PROGRAM = "It starts a program on this machine, with your rights:"
ADDRESS = "Questions to its tools go to this address:"
REMEMBERED = "Yes is remembered for this profile until the configuration says it differently."


class Consent(Modal[bool]):
    """Answers whether a server may be used.

    Args:
        unasked: the server.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, unasked: NotAllowed) -> None:
        super().__init__(classes="form")
        self._unasked = unasked
        self._shown_at = time.monotonic()

    def compose(self) -> ComposeResult:
        server = self._unasked
        title = f"Use the MCP server {clean_line(server.server)}?"
        with VerticalScroll(classes="box", can_focus=False):
            yield Static(title, classes="title", markup=False)
            yield Static(PROGRAM if server.program else ADDRESS, markup=False)
            yield Static(clean_line(server.reached), classes="reached", markup=False)
            yield Static(REMEMBERED, classes="label", markup=False)
            yield Static("y: yes    n or Esc: no, without its tools", markup=False)

    def action_answer(self, answer: bool) -> None:
        if time.monotonic() - self._shown_at >= GRACE_SECONDS:
            self.dismiss(answer)
