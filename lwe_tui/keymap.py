"""Reads the user's keymap and tells what in it cannot work; a broken one costs only itself."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from textual.keys import KEY_TO_UNICODE_NAME, Keys, _character_to_key

from lwe_tui import keys
from lwe_tui.keys import LEADER, NONE, Key

FILE = "keymap.yaml"
MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
ALIASES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
}
SAME = {"ctrl+h": "Backspace", "ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+[": "Escape"}
"""Keys for which terminals send what another key sends."""
BOTH = {"ctrl+space": "ctrl+@", "ctrl+slash": "ctrl+underscore"}
"""Keys that have another name where the terminal speaks no kitty protocol."""
_NAMES = frozenset(key.value for key in Keys if "+" not in key.value and "<" not in key.value)
_FUNCTION = re.compile(r"f\d", re.IGNORECASE)
_WRITING = frozenset(["space", "backspace", "delete", "tab", "left", "right", "up", "down"])
_DOUBTFUL = re.compile(r"ctrl\+(\d|enter|tab|backspace|comma|full_stop|shift\+\w)$")


@dataclass(slots=True)
class Keymap:
    """What a keymap file says.

    Attributes:
        changes: keys by id and by `leader.<id>`, in Textual's names; `none` for no key.
        problems: what does not work, each in a sentence.
    """

    changes: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load(path: Path) -> Keymap:
    """Read a keymap file; blocking. No file means no changes."""
    from lwe.config import edit, files
    from lwe.errors import ConfigError

    try:
        return understood(edit.mapping(files.read(path) or ""))
    except ConfigError as error:
        return Keymap(problems=[f"{path} is not used, the keys are the usual ones. {error}"])


def understood(written: Mapping[str, Any]) -> Keymap:
    """Say what a keymap file means."""
    made = Keymap()
    known = _known()
    for name, value in written.items():
        if value is None:
            continue  # As in the configuration: nothing said.
        if str(name) not in known:
            made.problems.append(f"There is no action '{name}'.{_nearest(str(name), known)}")
            continue
        try:
            made.changes[name] = meant(name, value)
        except ValueError as error:
            made.problems.append(f"{name} stays as it is: {error}")
    made.problems += conflicts(made.changes)
    return made


def meant(name: str, value: Any) -> str:
    """Return keys in Textual's names.

    Args:
        name: what they are for.
        value: as somebody writes them: separated by commas, or in a list.

    Raises:
        ValueError: with a sentence, when one of them cannot be pressed.
    """
    if isinstance(value, bool):
        raise ValueError("YAML reads this word as true or false. Put it between quotes.")
    if str(value).strip() == ",":
        parts = [","]
    else:
        parts = [
            str(v).strip() for v in (value if isinstance(value, list) else str(value).split(","))
        ]
    if [part.lower() for part in parts] == [NONE]:
        return NONE
    if name.startswith(LEADER):
        return _after_leader(parts)
    made = [_key(part) for part in parts if part]
    if not made:
        raise ValueError(f"it names no key. '{NONE}' takes every key away.")
    _refuse_letters(_known()[name], made)
    return ",".join(dict.fromkeys([*made, *(BOTH[key] for key in made if key in BOTH)]))


def _after_leader(parts: list[str]) -> str:
    if len(parts) != 1:
        raise ValueError("only one key can follow the leader, or two characters.")
    if 1 <= len(parts[0]) <= 2 and not _FUNCTION.fullmatch(parts[0]):
        return parts[0]
    return _key(parts[0])


def _key(written: str) -> str:
    """Return Textual's name of one key."""
    *modifiers, name = (
        written.split("+") if not written.endswith("+") else [*written[:-2].split("+"), "+"]
    )
    modifiers = sorted((part.strip().lower() for part in modifiers if part), key=_rank)
    name = name.strip()
    if unknown := [part for part in modifiers if part not in MODIFIERS]:
        raise ValueError(f"'{unknown[0]}' is no modifier. There are {', '.join(MODIFIERS[:4])}.")
    plain = "+".join([*modifiers, name.lower()])
    if plain in SAME:
        raise ValueError(f"terminals send {SAME[plain]} for {plain}.")
    if modifiers == ["shift"] and len(name) == 1 and name.isalpha():
        return name.upper()
    return "+".join([*modifiers, _named(name, bool(modifiers))])


def _rank(modifier: str) -> int:
    return MODIFIERS.index(modifier) if modifier in MODIFIERS else -1


def _named(name: str, modified: bool) -> str:
    if len(name) == 1:
        return _character_to_key(name.lower() if modified else name)
    name = ALIASES.get(name.lower(), name.lower())
    if (
        name in _NAMES
        or name in KEY_TO_UNICODE_NAME
        or name in ("minus", "slash", "underscore", "at")
    ):
        return name
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError as error:
        raise ValueError(f"there is no key '{name}'.{_nearest(name, _NAMES)}") from error
    return name


def _refuse_letters(key: Key, names: list[str]) -> None:
    """Keep what acts before the composer off what is written there."""
    ahead = key.comes_first and key not in keys.FIND  # One line is written there, without arrows.
    for name in names:
        if ahead and "+" not in name and (name in _WRITING or name not in _NAMES):
            raise ValueError(f"{keys.written(name)} is needed for writing.")


def conflicts(changes: Mapping[str, str]) -> list[str]:
    """Say which keys of a keymap do two things at once, and which may not arrive."""
    found: dict[str, None] = {}
    for scope in _together():
        for one, other in combinations(scope, 2):
            if one.id in changes or other.id in changes:
                # On some keys the focus decides, and is meant to.
                usual = _keys(one, {}) & _keys(other, {})
                for name in (_keys(one, changes) & _keys(other, changes)) - usual:
                    found[_both(one.id, other.id, keys.written(name))] = None
    found |= dict.fromkeys(_leader_conflicts(changes))
    for name, value in changes.items():
        for part in value.split(","):
            if _DOUBTFUL.match(part) and not name.startswith(LEADER):
                found[
                    f"{part} for {name}: many terminals send the same as without ctrl or shift."
                ] = None
    return list(found)


def _leader_conflicts(changes: Mapping[str, str]) -> Iterator[str]:
    after = {key.id: changes.get(LEADER + key.id, key.leader) for key in keys.everything().values()}
    pairs = combinations([(k, v) for k, v in after.items() if v and v != NONE], 2)
    for (one, first), (other, second) in pairs:
        changed = LEADER + one in changes or LEADER + other in changes
        if changed and (first == second or (len(first + second) == 3 and _begins(first, second))):
            yield _both(LEADER + one, LEADER + other, " or ".join(dict.fromkeys((first, second))))


def _begins(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _both(one: str, other: str, key: str) -> str:
    return f"{one} and {other} are both on {key}, and only one can act. Change one of them."


def _keys(key: Key, changes: Mapping[str, str]) -> set[str]:
    return {name for name in changes.get(key.id, key.keys).split(",") if name and name != NONE}


def _together() -> Iterator[list[Key]]:
    """Go through the keys that can be pressed at the same time."""
    always = [key for name in keys.ALWAYS for key in keys.SCOPES[name]]
    for name, scope in keys.SCOPES.items():
        if name not in keys.ALWAYS:
            beside = [key for other in keys.TOGETHER.get(name, ()) for key in keys.SCOPES[other]]
            yield [*always, *beside, *scope]


def _known() -> dict[str, Key]:
    """Return what can stand on the left of a line: ids, and what follows the leader."""
    found = keys.everything()
    return found | {LEADER + name: key for name, key in found.items() if may_follow(name)}


def may_follow(name: str) -> bool:
    """Say whether the screen can do it, so that the leader reaches it."""
    return name.startswith(("app.", "main."))


def _nearest(name: str, names: Any) -> str:
    found = difflib.get_close_matches(name, list(names), n=1)
    return f" Did you mean '{found[0]}'?" if found else ""
