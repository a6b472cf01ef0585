"""Shows what the terminal sends for a key, and what the key does here."""

from __future__ import annotations

from rich.table import Table
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from lwe_tui import keys
from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean_line

SHOWN = 8
PROSE = """\
Press a key: it does nothing here. Esc twice closes.
A key that does not appear is taken by your terminal, tmux or the window manager.
"""
MAC_DIGITS = "¡™£¢∞§¶•ªº"
"""What Option with 1 … 9 and 0 types on a Mac whose terminal does not send alt."""
HINTS = {
    "ctrl+h": "Some terminals send this for Backspace.",
    "backspace": "ctrl+h may arrive as this, too.",
    "tab": "ctrl+i arrives as this, too.",
    "enter": "ctrl+m arrives as this, too; alt+enter or shift+enter, where they send no more.",
    "escape": "ctrl+[ arrives as this, too; alt with a key may begin with it.",
    "ctrl+j": "Some terminals send this for shift+enter or ctrl+enter.",
    "ctrl+@": "This is ctrl+space.",
    "ctrl+underscore": "This is ctrl+/ or ctrl+7 in many terminals.",
    "delete": "Some terminals send this for Backspace.",
}


class KeyTester(Modal[None]):
    """Lists the last keys that were pressed; nothing else happens."""

    def __init__(self) -> None:
        super().__init__(classes="form")
        self._pressed: list[tuple[str, str, str, str]] = []
        self._escaped = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box wide"):
            yield Static("What the terminal sends", classes="title", markup=False)
            yield Static(PROSE, markup=False)
            yield Static(self._table(), id="pressed", markup=False)

    def takes(self, event: events.Key) -> bool:
        """Take every key before anything else does."""
        if event.key == "escape" and self._escaped:
            self.dismiss(None)
            return True
        self._escaped = event.key == "escape"
        character = event.character or ""
        shown = clean_line(character) if character.isprintable() else ""
        self._pressed.insert(0, (event.key, shown, does(event.key), hint(event.key, character)))
        del self._pressed[SHOWN:]
        if self.query("#pressed"):
            self.query_one("#pressed", Static).update(self._table())
        return True

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 1), expand=True)
        for heading, ratio in (("Name", 3), ("Types", 1), ("Does", 5), ("Note", 5)):
            table.add_column(heading, justify="left", ratio=ratio)
        for row in self._pressed:
            table.add_row(*row)
        for _ in range(SHOWN - len(self._pressed)):
            table.add_row("", "", "", "")
        return table


def does(name: str) -> str:
    """Return what a key is bound to, and where."""
    return "\n".join(
        f"{key.label} ({key.id})" for key in keys.everything().values() if name in key.pressed
    )


def hint(name: str, character: str) -> str:
    """Return what else may have been pressed."""
    if character and character in MAC_DIGITS:
        digit = (MAC_DIGITS.index(character) + 1) % 10
        return f"If this was alt+{digit}: let the terminal use Option as Meta (Esc+)."
    if character and not character.isascii() and character.isprintable():
        return "If this was alt with a key: let the terminal send Esc for alt."
    return HINTS.get(name, "")
