"""Help for what has the focus, then for everything: prose, and the keys of the one table."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Static

from lwe_tui import keys
from lwe_tui.modals.modal import Modal

PROSE = {
    "Everywhere": "These work wherever you are. ctrl+c copies what is selected before it quits.",
    "Conversation": (
        "The answer streams in; Esc stops it and keeps what was said. Scrolling up stops the "
        "following, ctrl+end takes it up again. ctrl+l is the leader: one more key after it does "
        "what the right column says."
    ),
    "Preset slots": "A preset is a model with its parameters. One key asks with it from now on.",
    "Send with a slot": "Asks what is written with another preset, this once.",
    "Composer": (
        "Write and press Enter. A line that begins with / is a command and completes as you type; "
        "/help lists all, // sends a slash. @ names a file to go along. ↑ on the first row brings "
        "back what was asked before. What is written stays when you leave."
    ),
    "A tool wants to run": (
        "The model wants to run a tool with the arguments shown. Nothing runs before you say so; "
        "keys count after half a second, so that typing approves nothing."
    ),
    "Asking again": (
        "A new answer, or an edited question, keeps the old way as a variant: ‹2/3› says which one "
        "is shown. An answer that was stopped or cut off can go on where it ended."
    ),
    "Blocks of the conversation": (
        "alt+up puts a cursor on a message, a code block, a table or a call; then letters "
        "are commands. Esc leaves it."
    ),
    "Find in the conversation": "Type what is looked for; Enter goes from hit to hit.",
    "Conversations": (
        "Enter opens; what is deleted goes to the trash for 30 days, and u brings it back. Marks: "
        "… is being answered, ● has news, ? waits for your decision."
    ),
    "Trash": "Enter restores what was deleted together.",
    "Tools": (
        "A mark says that the tool is offered in this conversation. Each call is asked about "
        "unless you have said otherwise, at the right."
    ),
    "Lists": "Arrows move, Enter uses the row, Esc leads back to the composer.",
    "Presets": (
        "Enter asks with the preset from now on. A star says that what is in force differs from "
        "the file. Presets that came with the program stay; D makes a copy that is yours."
    ),
    "Templates": "Enter asks what the template says, once its variables are filled in.",
}
"""A paragraph for each scope of the keys."""
GENERAL = ("Conversation", "Preset slots", "Send with a slot", "Everywhere")
"""The scopes of the main screen, which hold whatever has the focus."""
MORE = "/help lists the commands, /help COMMAND explains one. ctrl+p finds everything by name."


def scopes_of(widget: Widget | None) -> list[str]:
    """Return the scopes whose keys a widget and those around it have, the innermost first."""
    found: dict[str, None] = {}
    for node in widget.ancestors_with_self if widget is not None else ():
        found |= dict.fromkeys(_scopes(node))
    return list(found)


def _scopes(node: DOMNode) -> Iterator[str]:
    bound = {each.id for held in node._bindings.key_to_bindings.values() for each in held}
    for scope, rows in keys.SCOPES.items():
        if scope not in GENERAL and any(key.id in bound for key in rows):
            yield scope


class Help(Modal[None]):
    """What one can do, and with which keys.

    Args:
        focused: what the help is wanted for first.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("escape,f1,q", "dismiss(None)", "Close"),
        Binding("j", "scroll('scroll_down')", show=False),
        Binding("k", "scroll('scroll_up')", show=False),
        Binding("space", "scroll('scroll_page_down')", show=False),
    ]

    def __init__(self, focused: Widget | None = None) -> None:
        super().__init__(classes="form")
        self._here = scopes_of(focused)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box wide"):
            yield Static("Help", classes="title", markup=False)
            for scope in self._here:
                yield from _section(scope)
            yield Static(f"\n{MORE}", markup=False)
            for scope in GENERAL:
                yield from _section(scope)
            for scope in keys.SCOPES:
                if scope not in (*self._here, *GENERAL):
                    yield from _section(scope)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, how: str) -> None:
        getattr(self.query_one(VerticalScroll), how)(animate=False)


def _section(scope: str) -> Iterator[Static]:
    yield Static(f"\n{scope}", classes="title scope", markup=False)
    if prose := PROSE.get(scope):
        yield Static(prose, markup=False)
    yield Static(_table(scope), markup=False)


def _table(scope: str) -> Table:
    rows = keys.SCOPES[scope]
    has_leader = any(key.follows for key in rows)
    table = Table(box=None, padding=(0, 1), expand=True, show_header=has_leader)
    table.add_column("keys", ratio=3)
    table.add_column("does", ratio=5)
    if has_leader:
        table.add_column(f"{keys.leader()}, then", ratio=2)
    for key in rows:
        leader = (keys.written_leader(key),) if has_leader else ()
        table.add_row(key.shown, key.label, *leader)
    return table
