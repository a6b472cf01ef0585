"""Every key of the app, each with an id; bindings, palette, help and README come from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

SLOTS = 10


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that keys can do.

    Attributes:
        id: dotted, unique; the name in a keymap.
        keys: Textual's names, separated by commas; empty when only the leader reaches it.
        action: the action's name, with its arguments.
        label: what it does, as an imperative.
        leader: the key after the leader that does the same.
        priority: whether it wins over the widget that has the focus.
    """

    id: str
    keys: str
    action: str
    label: str
    leader: str = ""
    priority: bool = False

    @property
    def shown(self) -> str:
        """The keys as people write them."""
        return ", ".join(_written(key) for key in self.keys.split(",") if key)


_SHORT = {"pageup": "PageUp", "pagedown": "PageDown", "escape": "Esc", "enter": "Enter"}


def _written(key: str) -> str:
    modifiers, plus, name = key.rpartition("+")
    if name[0] == "f" and name[1:].isdigit():
        return modifiers + plus + name.upper()
    return _SHORT.get(key, key)


APP = (
    Key("app.quit", "ctrl+q", "app.quit", "Quit", "q", priority=True),
    Key(
        "app.interrupt", "ctrl+c", "app.interrupt", "Copy the selection; twice: quit", priority=True
    ),
    Key("app.palette", "ctrl+p", "app.command_palette", "Command palette", "space", priority=True),
)

MAIN = (
    Key("main.escape", "escape", "escape", "Close, go back, stop the answer"),
    Key("main.leader", "ctrl+l", "leader", "Leader: then one more key", priority=True),
    Key("main.search", "ctrl+r", "search", "Search and switch", "r", priority=True),
    Key("main.new", "ctrl+n", "new_conversation", "New conversation", "n", priority=True),
    Key("main.conversations", "ctrl+s", "focus_conversations", "Conversations", "c", priority=True),
    Key("main.chat", "", "focus_chat", "Read the conversation", "k"),
    Key("main.composer", "", "focus_composer", "Write", "i"),
    Key("main.presets", "f2", "focus_presets", "Presets", "p", priority=True),
    Key("main.templates", "f3,ctrl+t", "focus_templates", "Templates", "t", priority=True),
    Key("main.left", "f9", "toggle_left", "Show or hide the left side", "b", priority=True),
    Key(
        "main.right", "shift+f9", "toggle_right", "Show or hide the right side", "B", priority=True
    ),
    Key("main.retry", "f5", "retry", "Retry the failed question", "x", priority=True),
    Key("main.copy_answer", "", "copy_answer", "Copy the last answer", "y"),
    Key("main.page_up", "pageup", "scroll_chat('page_up')", "Scroll up", priority=True),
    Key("main.page_down", "pagedown", "scroll_chat('page_down')", "Scroll down", priority=True),
    Key("main.top", "ctrl+home", "scroll_chat('top')", "First message", "g", priority=True),
    Key("main.end", "ctrl+end", "scroll_chat('end')", "Follow the end", "G", priority=True),
    Key("main.help", "f1", "help", "Help", "question_mark", priority=True),
    Key("main.key", "", "enter_key", "Enter an OpenAI key", "a"),
    Key("main.install", "", "install_model", "Install the embedded model", "m"),
    Key("main.endpoint", "", "name_endpoint", "Name an endpoint", "u"),
)

SLOT_KEYS = tuple(
    Key(
        f"main.slot_{number}",
        f"alt+{number % 10}",
        f"slot({number})",
        f"Preset in slot {number}",
        str(number % 10),
        priority=True,
    )
    for number in range(1, SLOTS + 1)
)

COMPOSER = (
    Key("composer.send", "enter", "send", "Send"),
    Key("composer.line_break", "alt+enter,shift+enter,ctrl+j", "line_break", "Line break"),
)

SCOPES: dict[str, tuple[Key, ...]] = {
    "Everywhere": APP,
    "Conversation": MAIN,
    "Preset slots": SLOT_KEYS,
    "Composer": COMPOSER,
}


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """Make Textual's bindings."""
    return [
        Binding(key.keys, key.action, key.label, id=key.id, show=False, priority=key.priority)
        for key in keys
        if key.keys
    ]


def after_leader() -> dict[str, Key]:
    """Return what may follow the leader."""
    return {key.leader: key for key in (*APP, *MAIN, *SLOT_KEYS) if key.leader}


def table() -> str:
    """Return all keys as a Markdown table, for the README and the help."""
    rows = ["| does | keys | leader (ctrl+l, then) |", "|---|---|---|"]
    for keys in (APP, MAIN, COMPOSER):
        rows += [f"| {key.label} | {key.shown} | {written_leader(key)} |" for key in keys]
    rows.append("| Preset in slot N | alt+1 … alt+0 | N |")
    return "\n".join(rows)


def written_leader(key: Key) -> str:
    """Return the key after the leader as people write it."""
    return {"question_mark": "?", "space": "Space"}.get(key.leader, key.leader)
