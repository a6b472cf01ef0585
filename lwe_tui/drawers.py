"""The files of a profile in which something is set: what is in each, and how it is changed."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lwe.errors import LweError
from lwe_tui import keymap, keys
from lwe_tui.keymap import Keymap
from lwe_tui.settings import SETTINGS, Lists, Setting

if TYPE_CHECKING:
    from lwe.config.config import Config

KEYMAP, SECRET = "keymap ", "key "
"""Begin the names of what is not in the configuration: keys to press, and keys to pay with."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it is now.

    Attributes:
        shown: what it is; empty for nothing.
        about: what it is for, what it may be, what it is by default.
        options: what there is to choose from.
        open: whether another text will do.
        changed: whether it differs from the default.
        secret: whether nobody may see what is typed.
    """

    name: str
    shown: str
    about: str
    options: tuple[str, ...] = ()
    open: bool = False
    changed: bool = False
    secret: bool = False


class Drawer(Protocol):
    """One file, and what in it can be set."""

    @property
    def path(self) -> Path:
        """The file."""

    def shown(self, lists: Lists) -> list[Shown]:
        """Return what can be set."""

    def rewritten(self, text: str, name: str, answer: str | None, lists: Lists) -> str:
        """Return the file's text after a change.

        Args:
            answer: as it was typed; None for the default.

        Raises:
            LweError: when the answer cannot be taken, or the text cannot be changed.
        """

    def take_up(self, text: str, name: str) -> str:
        """Use what the file says now; returns what the user should know."""


class Configuration:
    """`config.yaml`.

    Args:
        config: what is in force.
    """

    def __init__(self, config: Config) -> None:
        from lwe.config.defaults import defaults

        self._config, self._defaults = config, defaults()
        self._settings = {setting.key: setting for setting in SETTINGS}

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._config.config_profile_dir) / "config.yaml"

    def shown(self, lists: Lists) -> list[Shown]:
        """Return every documented key."""
        return [self._shown(setting, lists) for setting in SETTINGS]

    def _shown(self, setting: Setting, lists: Lists) -> Shown:
        default = setting.usual or self._said(self._config.get(setting.key, self._defaults))
        now = self._said(self._value(setting)) or setting.usual
        said = (setting.about, self._may_be(setting, lists), f"Default: {default or 'nothing'}.")
        about = " ".join(part for part in said if part)
        if setting.later:
            about += "\nCounts after the next start."
        return Shown(
            setting.key,
            now,
            about,
            () if setting.form in ("list", "section") else setting.choices(lists),
            open=setting.form == "open",
            changed=now != default,
        )

    def _value(self, setting: Setting) -> Any:
        key = setting.key
        written = self._config.get(key, self._config.written)
        if written is not None:
            return written
        if key.startswith("directories.") or key == "database":
            return self._config.get(key, self._defaults)  # In force they are paths of this machine.
        value = self._config.get(key)
        return value.lower() if setting.form == "choice" and isinstance(value, str) else value

    def _said(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, Mapping):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    def _may_be(self, setting: Setting, lists: Lists) -> str:
        from lwe.config.known import known

        options = setting.choices(lists)
        if setting.form == "section":
            return "Change it in the file: ctrl+e opens it."
        if setting.form == "list":
            return f"Separated by commas{': ' + ', '.join(options) if options else ''}."
        if options and setting.form != "open" and len(options) < 8:
            return f"One of {', '.join(options)}."
        return "" if options else f"It has to be {known()[setting.key].named}."

    def rewritten(self, text: str, name: str, answer: str | None, lists: Lists) -> str:
        """Return the file's text after a change."""
        from lwe.config import edit

        if answer is None:
            return edit.removed(text, name)
        return edit.changed(text, name, self._meant(self._settings[name], answer, lists))

    def _meant(self, setting: Setting, answer: str, lists: Lists) -> Any:
        from lwe.config.known import known

        value, kind = _typed(setting, answer), known()[setting.key]
        if setting.form == "section":
            raise LweError("It is a section with names of its own: ctrl+e opens the file.")
        if not kind.takes(value):
            raise LweError(f"{setting.key} has to be {kind.named}, not '{answer}'.")
        options = setting.choices(lists)
        if options and setting.form in ("choice", "list"):
            for part in value if isinstance(value, list) else [value]:
                if part not in options:
                    raise LweError(_no_option(setting.key, str(part), options))
        return value

    def take_up(self, text: str, name: str) -> str:
        """Put the file's value of a key in force."""
        from lwe.config import edit

        self._config.written = written = edit.mapping(text)
        value, setting = self._config.get(name, written), self._settings[name]
        value = None if value == "None" else value  # as the configuration reads it
        if value is None and setting.form == "truth" and setting.usual:
            value = _typed(setting, setting.usual)
        self._config.set(name, self._config.get(name, self._defaults) if value is None else value)
        return "It counts after the next start." if setting.later else ""


class KeymapFile:
    """`keymap.yaml`.

    Args:
        folder: the profile's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / keymap.FILE

    def shown(self, lists: Lists) -> list[Shown]:
        """Return every action with its keys, behind what is wrong with the file."""
        read = keymap.load(self.path)
        rows = []
        if read.problems:
            count = f"{len(read.problems)} to look at"
            rows.append(Shown(KEYMAP + "problems", count, " ".join(read.problems), changed=True))
        for key in keys.everything().values():
            about = f"{key.label}. One or more keys, as ctrl+n, f6; none for no key."
            rows.append(self._row(read, key.id, ", ".join(key.pressed), key.keys, about))
        for key in keys.everything().values():
            if keymap.may_follow(key.id):
                about = f"{key.label}: after {keys.leader()}. One key, or two characters; or none."
                rows.append(self._row(read, keys.LEADER + key.id, key.follows, key.leader, about))
        return rows

    def _row(self, read: Keymap, name: str, now: str, usual: str, about: str) -> Shown:
        wrong = [problem for problem in read.problems if f"{name} " in problem]
        about = " ".join([*wrong, about, f"Default: {usual or keys.NONE}."])
        return Shown(KEYMAP + name, now or keys.NONE, about, changed=name in read.changes)

    def rewritten(self, text: str, name: str, answer: str | None, lists: Lists) -> str:
        """Return the file's text after a change."""
        from lwe.config import edit

        wanted = name.removeprefix(KEYMAP)
        if wanted == "problems":
            raise LweError(f"ctrl+e opens {keymap.FILE}.")
        if answer is None:
            return edit.removed(text, [wanted])
        try:
            keymap.meant(wanted, answer)
        except ValueError as error:
            raise LweError(f"{wanted} stays as it is: {error}") from error
        return edit.changed(text, [wanted], answer)

    def take_up(self, text: str, name: str) -> str:
        """Say what the new keys clash with; the app reads the file again."""
        wanted = name.removeprefix(KEYMAP)
        wrong = keymap.load(self.path).problems
        return " ".join(problem for problem in wrong if f"{wanted} " in problem)


class Secrets:
    """`keys.env`.

    Args:
        folder: the profile's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        from lwe.config import secrets

        return self._folder / secrets.FILE

    def shown(self, lists: Lists) -> list[Shown]:
        """Return the names of keys; never a key."""
        from lwe.config import files

        kept = _variables(files.read(self.path) or "")
        rows = []
        for name in dict.fromkeys((*lists.get("variables", ()), *kept)):
            where = "kept" if name in kept else "in the environment"
            rows.append(
                Shown(
                    SECRET + name,
                    where if os.environ.get(name) else "",
                    f"A key, kept in {self.path.name} of the profile, which only you can read."
                    " What the environment sets comes before it at the next start.",
                    changed=name in kept,
                    secret=True,
                )
            )
        return rows

    def rewritten(self, text: str, name: str, answer: str | None, lists: Lists) -> str:
        """Return the file's text after a change."""
        variable = name.removeprefix(SECRET)
        lines = [line for line in text.splitlines() if _variable(line) != variable]
        if answer is not None:
            lines.append(f"{variable}={''.join(answer.split())}")
        return "\n".join([*lines, ""]) if lines else ""

    def take_up(self, text: str, name: str) -> str:
        """Put the key into the environment, where a request looks for it."""
        variable = name.removeprefix(SECRET)
        value = _variables(text).get(variable)
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value
        return ""


def _typed(setting: Setting, answer: str) -> Any:
    """Return what was typed as the file would have it."""
    match setting.form:
        case "truth":
            words = {"true": True, "yes": True, "on": True, "false": False, "no": False}
            return {**words, "off": False}.get(answer.lower(), answer)
        case "number":
            return _number(answer)
        case "list":
            return [part.strip() for part in answer.strip("[]").split(",") if part.strip()]
        case _:
            return answer


def _number(answer: str) -> Any:
    for kind in (int, float):
        try:
            return kind(answer)
        except ValueError:
            continue
    return answer


def _no_option(key: str, value: str, options: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(value, options, n=1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    listed = f" There is {', '.join(options)}." if len(options) < 12 and not close else ""
    return f"{key} cannot be '{value}'.{meant}{listed}"


def _variable(line: str) -> str:
    return line.partition("=")[0].strip()


def _variables(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            found[name.strip()] = value.strip()
    return found
