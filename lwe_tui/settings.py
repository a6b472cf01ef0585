"""The documented settings: what each key of `config.yaml` is for, and what it may be; data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Mouse = Literal["on", "scroll", "off"]
Form = Literal["truth", "text", "number", "list", "choice", "open", "section"]
"""How a value is typed; `open` is a choice that takes other texts too."""
Lists = Mapping[str, tuple[str, ...]]
"""What there is to choose from, which only the running app knows, by its name."""
LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration.

    Attributes:
        key: dotted.
        about: what it is for, in one sentence.
        form: how it is typed.
        options: what it may be; the name of one of `Lists` when only the running app knows.
        later: whether it only counts after the next start.
        usual: what a default of nothing means, or the app's default where it is another one.
    """

    key: str
    about: str
    form: Form = "text"
    options: tuple[str, ...] | str = ()
    later: bool = False
    usual: str = ""

    def choices(self, lists: Lists) -> tuple[str, ...]:
        """Return what it may be, nothing when anything goes."""
        if self.form == "truth":
            return ("true", "false")
        return lists.get(self.options, ()) if isinstance(self.options, str) else self.options


@dataclass(frozen=True, slots=True)
class Own:
    """What the app itself reads, from `tui` of the configuration.

    Attributes:
        enter_sends: whether Enter sends, or breaks the line and ctrl+j sends.
        mouse: whether it is used, only its wheel, or not at all.
        reduced_motion: whether words come in a few steps instead of as they are made.
        bell: whether a bell rings for an answer that came while the terminal had no focus.
        slots: names of the presets in the first slots.
    """

    theme: str = ""
    enter_sends: bool = True
    mouse: Mouse = "on"
    reduced_motion: bool = False
    bell: bool = False
    slots: tuple[str, ...] = ()


def own(values: Any) -> Own:
    """Return what the section `tui` says; whatever it cannot mean is as if it were not said."""
    given = values if isinstance(values, Mapping) else {}
    usual, slots = Own(), given.get("slots") or ()
    return Own(
        theme=str(given.get("theme") or ""),
        enter_sends=_truth(given.get("enter_sends"), usual.enter_sends),
        mouse=mouse(given.get("mouse")),
        reduced_motion=_truth(given.get("reduced_motion"), usual.reduced_motion),
        bell=_truth(given.get("bell"), usual.bell),
        slots=tuple(map(str, [slots] if isinstance(slots, str) else slots)),
    )


def _truth(value: Any, usual: bool) -> bool:
    return value if isinstance(value, bool) else usual


def mouse(value: Any) -> Mouse:
    """Return what `tui.mouse` means; YAML reads `on` and `off` as true and false."""
    if value == "scroll":
        return "scroll"
    return "off" if value in (False, "off") else "on"


FOLDERS = "the first that has a name wins; $CONFIG_DIR, $DATA_DIR, $PROFILE and $HOME are replaced"

SETTINGS = (
    Setting("tui.theme", "The colours.", "choice", "themes", usual="lwe-dark"),
    Setting(
        "tui.enter_sends",
        "Whether Enter sends; otherwise Enter breaks the line and ctrl+j sends.",
        "truth",
    ),
    Setting(
        "tui.mouse",
        "What the mouse does: everything, only scroll with its wheel, or nothing, which leaves it"
        " to the terminal.",
        "choice",
        ("on", "scroll", "off"),
    ),
    Setting(
        "tui.reduced_motion",
        "Whether an answer appears in two steps a second instead of as it is made.",
        "truth",
    ),
    Setting(
        "tui.bell",
        "Whether the terminal's bell rings for an answer that comes while you are elsewhere.",
        "truth",
    ),
    Setting(
        "tui.slots",
        "Names of the presets for alt+1, alt+2 and so on; the others follow in their usual order.",
        "list",
        "presets",
    ),
    Setting(
        "model.default_preset",
        "The preset of a new conversation, in slot 1 unless tui.slots says otherwise.",
        "choice",
        "presets",
    ),
    Setting(
        "model.default_system_message",
        "The alias of the text that opens a new conversation, or the text itself.",
        "open",
        "system_messages",
    ),
    Setting(
        "model.system_message",
        "Texts that open a conversation, each under its alias.",
        "section",
    ),
    Setting("tools.max_rounds", "How often a model may be called in one turn.", "number"),
    Setting(
        "tools.policy",
        "What happens in the app when a model wants to run a tool, unless you have decided.",
        "choice",
        ("ask", "always", "never"),
    ),
    Setting(
        "backend_options.title_generation.provider",
        "Who makes the titles of conversations.",
        "choice",
        "providers",
        usual="whoever answers",
    ),
    Setting(
        "backend_options.title_generation.model",
        "The model that makes the titles.",
        usual="the one that answers, or the provider's own choice",
    ),
    Setting(
        "backend_options.default_user",
        "The name of the user who is logged in at the start.",
        later=True,
    ),
    Setting(
        "backend_options.auto_create_first_user",
        "The name of the first user, who is made where there is none.",
        later=True,
    ),
    Setting(
        "backend_options.default_conversation_id",
        "The number of the conversation with which scripts begin.",
        "number",
        later=True,
    ),
    Setting(
        "shell.streaming",
        "Whether the command line shows an answer while it comes; false waits for all of it.",
        "truth",
        usual="true",
    ),
    Setting(
        "chat.log.enabled",
        "Whether the command line appends questions and answers to a file.",
        "truth",
        later=True,
    ),
    Setting("chat.log.filepath", "The file that chat.log.enabled appends to.", later=True),
    Setting(
        "debug.log.enabled", "Whether the library tells a file what it does.", "truth", later=True
    ),
    Setting("debug.log.filepath", "The file of debug.log.enabled.", later=True),
    Setting(
        "debug.log.level", "From which level on it is told there.", "choice", LEVELS, later=True
    ),
    Setting("debug.log.format", "The form of its lines, as Python's logging has it.", later=True),
    Setting(
        "log.console.level",
        "From which level on the command line tells what the library does.",
        "choice",
        LEVELS,
        later=True,
    ),
    Setting("log.console.format", "The form of these lines.", later=True),
    Setting("plugins.enabled", "Names of the plugins that are loaded.", "list", later=True),
    Setting("prices", "What models cost, in dollars per million tokens.", "section"),
    Setting("mcp.servers", "Servers of the Model Context Protocol.", "section", later=True),
    Setting("mcp.timeout", "Seconds that a call of such a server may take.", "number", later=True),
    Setting("directories.presets", f"Folders of presets: {FOLDERS}.", "list", later=True),
    Setting("directories.templates", f"Folders of templates: {FOLDERS}.", "list", later=True),
    Setting("directories.workflows", f"Folders of workflows: {FOLDERS}.", "list", later=True),
    Setting("directories.tools", f"Folders of tools: {FOLDERS}.", "list", later=True),
    Setting("directories.plugins", f"Folders of plugins: {FOLDERS}.", "list", later=True),
    Setting("directories.cache", "Folders of lists that were fetched.", "list", later=True),
    Setting(
        "database",
        "The URL of the database, sqlite:///… and a path.",
        later=True,
        usual="storage.db in the profile's data folder",
    ),
)
