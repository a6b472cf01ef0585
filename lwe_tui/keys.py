"""Every key of the app, each with an id; bindings, palette, help and README come from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from textual.binding import Binding, BindingsMap, BindingType

SLOTS = 10
NONE = "none"
"""Stands for no key, in a keymap and in Textual's bindings: no terminal sends it."""
LEADER = "leader."
"""Begins the id of what follows the leader, in a keymap."""
_changed: dict[str, str] = {}
"""What the user's keymap says instead: one keyboard, one process."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that keys can do.

    Attributes:
        id: dotted, unique; the name in a keymap.
        keys: Textual's names, separated by commas; empty when only the leader reaches it.
        action: the action's name, with its arguments.
        label: what it does, as an imperative.
        leader: the key after the leader that does the same; two characters are two keys.
        priority: whether it wins over the widget that has the focus.
    """

    id: str
    keys: str
    action: str
    label: str
    leader: str = ""
    priority: bool = False

    @property
    def comes_first(self) -> bool:
        """Whether it wins over the focus; what usually has no key does when it is given one."""
        return self.priority or not self.keys

    @property
    def pressed(self) -> tuple[str, ...]:
        """Textual's names of the keys that do it now."""
        found = _changed.get(self.id, self.keys)
        return tuple(name for name in found.split(",") if name and name != NONE)

    @property
    def follows(self) -> str:
        """What does it after the leader now."""
        found = _changed.get(LEADER + self.id, self.leader)
        return "" if found == NONE else found

    @property
    def shown(self) -> str:
        """The keys as people write them."""
        return ", ".join(map(written, self.pressed))

    @property
    def road(self) -> str:
        """One way to it as people write it: its keys, else those behind the leader."""
        return self.shown or f"{leader()} {written_leader(self)}"


_SHORT = {
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "escape": "Esc",
    "enter": "Enter",
    "slash": "/",
}


def written(key: str) -> str:
    """Return Textual's name of a key as people write it."""
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
    Key("app.theme", "", "app.choose_theme", "Choose the theme", "L"),
)

MAIN = (
    Key("main.escape", "escape", "escape", "Close, go back, stop the answer"),
    Key("main.leader", "ctrl+l", "leader", "Leader: then one more key", priority=True),
    Key("main.search", "ctrl+r", "search", "Search and switch", "r", priority=True),
    Key("main.new", "ctrl+n", "new_conversation", "New conversation", "n", priority=True),
    Key("main.conversations", "ctrl+s", "focus_conversations", "Conversations", "c", priority=True),
    Key("main.chat", "", "focus_chat", "Read the conversation", "k"),
    Key("main.block_up", "alt+up", "block('previous')", "Block before", priority=True),
    Key("main.block_down", "alt+down", "block('next')", "Block after", priority=True),
    Key("main.find", "ctrl+f", "find", "Find in the conversation", "slash", priority=True),
    Key("main.composer", "", "focus_composer", "Write", "i"),
    Key("main.presets", "f2", "focus_presets", "Presets", "p", priority=True),
    Key("main.templates", "f3,ctrl+t", "focus_templates", "Templates", "t", priority=True),
    Key("main.tools", "", "focus_tools", "Tools", "h"),
    Key("main.editor", "f4", "editor", "Write in your editor", "e", priority=True),
    Key("main.model", "", "choose_model", "Choose the model", "o"),
    Key("main.provider", "", "choose_provider", "Choose the provider", "O"),
    Key("main.parameters", "", "change_parameters", "Change parameters", "v"),
    Key("main.system", "", "choose_system_message", "Choose the system message", "S"),
    Key("main.limit", "", "set_limit", "Bound the tokens submitted", "T"),
    Key("main.save_preset", "", "save_preset", "Save these settings as a preset", "P"),
    Key("main.left", "f9", "toggle_left", "Show or hide the left side", "b", priority=True),
    Key(
        "main.right", "shift+f9", "toggle_right", "Show or hide the right side", "B", priority=True
    ),
    Key("main.retry", "f5", "retry", "Retry the failed question", "x", priority=True),
    Key("main.mend", "f6", "mend", "Mend what failed, then retry", "f", priority=True),
    Key("main.failure", "", "show_failure", "Show what failed, word for word", "F"),
    Key("main.log", "f12", "show_log", "Log", "l", priority=True),
    Key("main.copy_answer", "", "copy_answer", "Copy the last answer", "y"),
    Key("main.page_up", "pageup", "scroll_chat('page_up')", "Scroll up", priority=True),
    Key("main.page_down", "pagedown", "scroll_chat('page_down')", "Scroll down", priority=True),
    Key("main.top", "ctrl+home", "scroll_chat('top')", "First message", "g", priority=True),
    Key("main.end", "ctrl+end", "scroll_chat('end')", "Follow the end", "G", priority=True),
    Key("main.users", "", "users", "Users: switch, add, edit, delete", "U"),
    Key("main.help", "f1", "help", "Help", "question_mark", priority=True),
    Key("main.settings", "", "settings", "Settings", ","),
    Key("main.test_keys", "", "test_keys", "Show what the terminal sends for a key", "K"),
    Key("main.key", "", "enter_key", "Enter an OpenAI key", "a"),
    Key("main.install", "", "install_model", "Install the embedded model", "m"),
    Key("main.endpoint", "", "name_endpoint", "Name an endpoint", "u"),
)

TURNS = (
    Key("turns.again", "", "turn('regenerate')", "Ask the last question again", "R"),
    Key("turns.again_with", "", "turn('regenerate_with')", "Ask it with another preset", "X"),
    Key("turns.edit", "", "turn('edit')", "Edit the last question", "E"),
    Key("turns.continue", "", "turn('continue')", "Continue a stopped answer", "C"),
    Key("turns.previous", "", "turn('previous_variant')", "Previous variant", "less_than_sign"),
    Key("turns.next", "", "turn('next_variant')", "Next variant", "greater_than_sign"),
    Key("turns.branches", "", "turn('branches')", "All variants", "V"),
    Key("turns.inspect", "", "turn('inspect')", "How the last answer was asked", "Y"),
    Key("turns.undelete", "", "turn('undelete')", "Bring the deleted message back", "Z"),
    Key("turns.context", "", "inspect_context", "What will be sent", "I"),
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

SEND_KEYS = tuple(
    Key(
        f"main.send_{number}",
        "",
        f"send_with({number})",
        f"Send this one with the preset in slot {number}",
        f"s{number % 10}",
    )
    for number in range(1, SLOTS + 1)
)

SIDE_LIST = (Key("list.filter", "slash", "filter", "Filter the list"),)

CONVERSATIONS = (
    Key("conversations.filter", "slash", "filter", "Filter by the title"),
    Key("conversations.leave", "escape", "leave", "End the filter, then the marks"),
    Key("conversations.rows", "down", "to_rows", "From the filter into the list"),
    Key("conversations.rename", "R", "do('rename')", "Rename the conversation"),
    Key("conversations.pin", "p", "do('pin')", "Pin it, or take the pin away"),
    Key("conversations.delete", "d", "do('delete')", "Delete it, or the marked ones"),
    Key("conversations.undelete", "u", "do('undelete')", "Bring back what was deleted last"),
    Key("conversations.mark", "space", "mark", "Mark it; d p h D are for all that are marked"),
    Key("conversations.duplicate", "D", "do('duplicate')", "Duplicate it"),
    Key("conversations.hide", "h", "do('hide')", "Hide it, or bring it back"),
    Key("conversations.hidden", "H", "show_hidden", "Show hidden ones too, or no more"),
    Key("conversations.trash", "T", "do('show_trash')", "Show the trash"),
)

TRASH = (
    Key("trash.empty", "X", "empty", "Remove everything in the trash for good"),
    Key("trash.close", "escape", "dismiss(None)", "Close the trash"),
)

TEMPLATES = (
    Key("templates.show", "s", "do('show')", "Show the template"),
    Key("templates.edit_run", "e", "do('edit_run')", "Change a copy in your editor and run it"),
    Key("templates.edit", "E", "do('edit')", "Open the template's file in your editor"),
    Key("templates.duplicate", "D", "do('duplicate')", "Copy the template"),
    Key("templates.delete", "d", "do('delete')", "Delete the template"),
    Key("templates.undelete", "u", "do('undelete')", "Bring the deleted template back"),
)

PRESETS = (
    Key("presets.edit", "e", "do('edit')", "Change the preset's values"),
    Key("presets.edit_file", "E", "do('edit_file')", "Open the preset's file in your editor"),
    Key("presets.duplicate", "D", "do('duplicate')", "Duplicate the preset"),
    Key("presets.rename", "R", "do('rename')", "Rename the preset"),
    Key("presets.delete", "d", "do('delete')", "Delete the preset"),
    Key("presets.undelete", "u", "do('undelete')", "Bring the deleted preset back"),
)

TOOLS = (
    Key("tools.policy", "P", "do('change_policy')", "Decide whether the tool may run unasked"),
    Key("tools.show", "s", "do('show')", "Show the tool's schema"),
    Key("tools.edit", "E", "do('edit')", "Open the tool's file in your editor"),
)

DECISION = (
    Key("decision.run", "y", "decide('once')", "Run the tool this once"),
    Key("decision.here", "c", "decide('conversation')", "Always run it in this conversation"),
    Key("decision.always", "a", "decide('always')", "Always run it"),
    Key("decision.edit", "e", "edit", "Change the arguments first"),
    Key("decision.no", "n", "decide('no')", "Do not run it"),
    Key("decision.never", "N", "decide('never')", "Never run it"),
    Key("decision.leave", "escape", "leave", "Do not run it"),
)

BLOCKS = (
    Key("blocks.next", "j", "block('next')", "Next block"),
    Key("blocks.previous", "k", "block('previous')", "Previous block"),
    Key("blocks.first", "g", "block('first')", "First message"),
    Key("blocks.last", "G", "block('last')", "Last message"),
    Key("blocks.copy", "y", "want('copy')", "Copy: message, code, table, quote"),
    Key("blocks.fold", "space", "fold", "Fold or unfold"),
    Key("blocks.left", "less_than_sign", "slide(-1)", "Move code back"),
    Key("blocks.right", "greater_than_sign", "slide(1)", "Move code sideways"),
    Key("blocks.open", "o", "want('open')", "Open in the pager or the editor"),
    Key("blocks.pipe", "vertical_line", "want('pipe')", "Pipe through a command"),
    Key("blocks.follow", "enter", "want('follow')", "Follow a link"),
    Key("blocks.regenerate", "r", "command('regenerate')", "Answer again"),
    Key("blocks.edit", "e", "command('edit')", "Edit the question and ask again"),
    Key("blocks.continue", "c", "command('continue')", "Continue the answer"),
    Key("blocks.branches", "b", "command('branches')", "Branches"),
    Key("blocks.variant_before", "left", "command('previous_variant')", "Variant before"),
    Key("blocks.variant_after", "right", "command('next_variant')", "Variant after"),
    Key("blocks.inspect", "i", "command('inspect')", "How this was asked"),
    Key("blocks.delete", "d", "command('delete')", "Delete the message"),
    Key("blocks.next_hit", "n", "next_hit(1)", "Next that was found"),
    Key("blocks.previous_hit", "N", "next_hit(-1)", "The one before that was found"),
    Key("blocks.leave", "escape", "leave", "Letters are letters again"),
)

FIND = (
    Key("find.next", "enter,down", "go(1)", "Next that is found", priority=True),
    Key("find.previous", "shift+enter,alt+enter,up", "go(-1)", "The one before", priority=True),
    Key("find.end", "escape", "end", "End the search"),
)

COMPOSER = (
    Key("composer.send", "enter", "send", "Send"),
    Key("composer.line_break", "alt+enter,shift+enter", "line_break", "Line break"),
    Key("composer.other", "ctrl+j", "send_or_break", "Line break, or send where Enter does not"),
    Key("composer.end", "ctrl+d", "end_of_input", "Quit, when nothing is written"),
)

SCOPES: dict[str, tuple[Key, ...]] = {
    "Everywhere": APP,
    "Conversation": MAIN,
    "Asking again": TURNS,
    "Preset slots": SLOT_KEYS,
    "Send with a slot": SEND_KEYS,
    "Composer": COMPOSER,
    "A tool wants to run": DECISION,
    "Blocks of the conversation": BLOCKS,
    "Find in the conversation": FIND,
    "Conversations": CONVERSATIONS,
    "Trash": TRASH,
    "Lists": SIDE_LIST,
    "Presets": PRESETS,
    "Templates": TEMPLATES,
    "Tools": TOOLS,
}


ALWAYS = ("Everywhere", "Conversation", "Asking again", "Preset slots")
"""Scopes whose keys act wherever the focus is on the main screen."""
TOGETHER: dict[str, tuple[str, ...]] = {
    "Presets": ("Lists",),
    "Templates": ("Lists",),
    "Tools": ("Lists",),
}
"""Scopes that act besides another one, for a widget that has the keys of both."""


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """Make Textual's bindings; a keymap may give a key to those that have none."""
    return [
        Binding(
            key.keys or NONE, key.action, key.label, id=key.id, show=False, priority=key.comes_first
        )
        for key in keys
    ]


def everything() -> dict[str, Key]:
    """Return every key by its id."""
    return {key.id: key for scope in SCOPES.values() for key in scope}


def change(keymap: Mapping[str, str]) -> dict[str, str]:
    """Take a keymap for every key from now on.

    Args:
        keymap: keys by id, and what follows the leader by `leader.<id>`; NONE for no key.

    Returns:
        The same for Textual's `set_keymap`.
    """
    _changed.clear()
    _changed.update(keymap)
    ahead.cache_clear()
    return {name: keys for name, keys in keymap.items() if not name.startswith(LEADER)}


def bound(bindings: BindingsMap, name: str) -> list[Binding]:
    """Return what a key does among a widget's own bindings, as the keymap has it."""
    if _changed:
        bindings = bindings.copy()
        bindings.apply_keymap(_changed)
    return bindings.key_to_bindings.get(name, [])


@cache
def ahead() -> frozenset[str]:
    """Return the names of the keys that act before letters that were pressed earlier."""
    scopes = [SCOPES[name] for name in ALWAYS]
    return frozenset(n for keys in scopes for key in keys if key.comes_first for n in key.pressed)


def named(id: str) -> str:
    """Return a key as people write it, the leader's where it has no other."""
    return everything()[id].road


def after_leader() -> dict[str, Key]:
    """Return what may follow the leader."""
    return {key.follows: key for scope in SCOPES.values() for key in scope if key.follows}


def leader() -> str:
    """Return the leader's key as people write it."""
    return everything()["main.leader"].shown or "(no leader)"


def table() -> str:
    """Return all keys as a Markdown table, for the README and the help."""
    rows = [f"| does | keys | leader ({leader()}, then) |", "|---|---|---|"]
    for keys in (APP, MAIN, TURNS, COMPOSER):
        rows += [f"| {key.label} | {key.shown} | {written_leader(key)} |" for key in keys]
    rows.append("| Preset in slot N | alt+1 … alt+0 | N |")
    rows.append("| Send this one with the preset in slot N |  | s N |")
    return "\n".join(rows)


_LEADERS = {
    "question_mark": "?",
    "space": "Space",
    "slash": "/",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}


def written_leader(key: Key) -> str:
    """Return the key after the leader as people write it."""
    return _LEADERS.get(key.follows, key.follows)
