"""Knows every key of a configuration file and its type: a wrong type is refused, a slip is told."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lwe.config.defaults import defaults
from lwe.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key holds.

    Attributes:
        named: ends the sentence "… has to be".
        takes: says whether a value is of this kind.
    """

    named: str
    takes: Callable[[Any], bool]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_name(value: Any) -> bool:
    # YAML reads a name of digits as a number.
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return all(_is_name(entry) for entry in listed)


_TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
_TEXT = Kind("a text", _is_name)
_LIST = Kind("a list of texts", _is_list)
_KEYS = Kind("a section of keys", lambda value: isinstance(value, Mapping))
_TEXTS = Kind(
    "a section of texts",
    lambda value: isinstance(value, Mapping) and all(map(_is_name_or_null, value.values())),
)
_ROUNDS = Kind("a whole number of at least 1", lambda value: _is_whole(value) and value > 0)
_POLICY = Kind("ask, always or never", lambda value: value in ("ask", "always", "never"))
_SECONDS = Kind(
    "a number of seconds",
    lambda value: (_is_whole(value) or isinstance(value, float)) and value > 0,
)
_ID = Kind("the number of a conversation", _is_whole)
_FILE = Kind("a file's name, or false for none", lambda value: value is False or _is_name(value))


def _is_name_or_null(value: Any) -> bool:
    return value is None or _is_name(value)


_MOUSE = Kind(
    "on, scroll or off",
    # YAML reads the words on and off as true and false.
    lambda value: value is True or value is False or value in ("on", "scroll", "off"),
)


_KINDS: Mapping[str, Kind] = {
    "backend_options.default_conversation_id": _ID,
    "shell.history_file": _FILE,
    "model.streaming": _TRUTH,
    "model.system_message": _TEXTS,
    "tools.max_rounds": _ROUNDS,
    "tools.policy": _POLICY,
    "mcp.servers": _KEYS,
    "mcp.timeout": _SECONDS,
    "decisions": _KEYS,
    "prices": _KEYS,
    "tui.mouse": _MOUSE,
}
"""Kinds that the defaults do not tell."""
_FREE = "plugins"
"""The section in which every plugin has keys of its own."""


def check(written: Mapping[str, Any], file: str) -> list[str]:
    """Check what a configuration file says.

    Args:
        written: its content; null is allowed everywhere and means the default.
        file: its path, for the sentences.

    Returns:
        A sentence for each key that nothing reads.

    Raises:
        ConfigError: when a known key holds what it cannot mean.
    """
    kinds = known()
    return [f"{file}: {slip}" for slip in _slips(written, "", kinds, file)]


def known() -> dict[str, Kind]:
    """Return every key and section, dotted, with its kind."""
    found: dict[str, Kind] = {}
    for key, value in _leaves(defaults()):
        found[key] = _kind_of(value)
    found |= _KINDS
    for key in list(found):
        parts = key.split(".")[:-1]
        for count in range(1, len(parts) + 1):
            found.setdefault(".".join(parts[:count]), _KEYS)
    return found


def _leaves(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        dotted = f"{before}{key}"
        if isinstance(value, Mapping) and value and dotted not in _KINDS:
            yield from _leaves(value, f"{dotted}.")
        else:
            yield dotted, value


def _kind_of(default: Any) -> Kind:
    if isinstance(default, bool):
        return _TRUTH
    return _LIST if isinstance(default, list) else _TEXT


def _slips(
    values: Mapping[str, Any], before: str, kinds: Mapping[str, Kind], file: str
) -> Iterator[str]:
    for key, value in values.items():
        dotted = f"{before}{key}"
        kind = kinds.get(dotted)
        if kind is None:
            if before != f"{_FREE}.":
                yield f"'{dotted}' is no key that anything reads.{_nearest(dotted, kinds)}"
        elif value is not None and not kind.takes(value):
            raise ConfigError(
                f"{dotted} has to be {kind.named}, not {value!r}. Correct it in {file}."
            )
        elif kind is _KEYS and value is not None and dotted not in _KINDS:
            yield from _slips(value, f"{dotted}.", kinds, file)


def _nearest(dotted: str, kinds: Mapping[str, Kind]) -> str:
    """Name the key that was probably meant: a similar one, or the same in another section."""
    last = dotted.rpartition(".")[2]
    close = difflib.get_close_matches(dotted, kinds, n=1, cutoff=0.75)
    moved = [key for key in kinds if key.rpartition(".")[2] == last]
    loose = difflib.get_close_matches(dotted, kinds, n=1, cutoff=0.4)
    found = (close or moved or loose)[:1]
    return f" Did you mean '{found[0]}'?" if found else ""
