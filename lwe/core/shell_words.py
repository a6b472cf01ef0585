"""Reads and completes what is typed into a shell of commands; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lwe.core.constants import COMMAND_LEADER, DEFAULT_COMMAND, DEFAULT_HISTORY_LIMIT
from lwe.core.error import NoInputError

_COMMAND = "command_"
_UUID_LENGTH = 36
_BAD_RANGE = (
    "Error: Invalid range, must be two ordered history numbers separated by '-', e.g. '1-10'."
)

Completions = dict[str, Any]


def introspect_commands(klass: object) -> list[str]:
    """Return the commands of a class or object: its methods `command_…` without that prefix."""
    return _methods(klass, _COMMAND)


def introspect_command_actions(klass: object, command: str) -> list[str]:
    """Return the actions of a command: the methods `action_<command>_…` without that prefix."""
    return _methods(klass, f"action_{command}_")


def _methods(owner: object, prefix: str) -> list[str]:
    named = (name for name in dir(owner) if name.startswith(prefix))
    return [name.removeprefix(prefix) for name in named if callable(getattr(owner, name))]


def get_class_method(klass: type, command_command: str) -> Any:
    """Return the function of a class with this name, inherited or not; None without one."""
    found = (getattr(base, command_command, None) for base in klass.__mro__)
    return next((method for method in found if method), None)


def command_with_leader(command: object) -> str:
    """Return a command as it is typed."""
    return f"{COMMAND_LEADER}{command}"


def underscore_to_dash(text: str) -> str:
    """Return a method's name as a command's."""
    return text.replace("_", "-")


def dash_to_underscore(text: str) -> str:
    """Return a command's name as a method's."""
    return text.replace("-", "_")


def list_to_completion_hash(completion_list: Iterable[object]) -> Completions:
    """Return completions that end here: each value as text, leading to None."""
    return dict.fromkeys(map(str, completion_list))


def float_range_to_completions(min_val: float, max_val: float) -> Completions:
    """Return completions for a range in steps of a tenth, both ends included."""
    steps = int((max_val - min_val) * 10)
    return list_to_completion_hash(round(min_val + step / 10, 1) for step in range(steps + 1))


def validate_int(value: Any, min: int | None = None, max: int | None = None) -> int | bool:
    """Return a value as a whole number, or False.

    Args:
        value: what was typed.
        min: the least allowed; 0 and None do not bound, here and in the other two.
        max: the most allowed; likewise.

    Raises:
        TypeError: for something that could never be a number, such as None.
    """
    try:
        number = int(value)
    except ValueError:
        return False
    return number if _within(number, min, max) else False


def validate_float(value: Any, min: float | None = None, max: float | None = None) -> float | bool:
    """Return a value as a number, or False; see `validate_int`."""
    try:
        number = float(value)
    except ValueError:
        return False
    return number if _within(number, min, max) else False


def validate_str(value: Any, min: int | None = None, max: int | None = None) -> str | bool:
    """Return a value as text of an allowed length, or False; see `validate_int`."""
    try:
        text = str(value)
    except ValueError:
        return False
    return text if _within(len(text), min, max) else False


def _within(number: float, least: float | None, most: float | None) -> bool:
    return not (least and number < least) and not (most and number > most)


def parse_conversation_ids(
    id_string: str, limit: int = DEFAULT_HISTORY_LIMIT
) -> list[int | str] | str:
    """Return the conversations that a text like `1,3-5` means.

    Numbers count in a list of history; ids of 36 characters are taken as they are.

    Args:
        id_string: numbers, ranges and ids, separated by commas.
        limit: the highest number in that list.

    Returns:
        Numbers in order, then ids in the order typed, each once; a sentence when one item is wrong.
        A range that reaches beyond the list is wrong as a whole: it is typed before deleting.
    """
    numbers: set[int] = set()
    ids: dict[str | int, None] = {}
    for item in (part.strip() for part in id_string.split(",")):
        if len(item) == _UUID_LENGTH:
            ids[item] = None
        elif found := _numbers(item, limit):
            numbers.update(found)
        else:
            return _BAD_RANGE
    return [*sorted(numbers), *ids]


def _numbers(item: str, limit: int) -> range | None:
    """Return the numbers of `3` or `3-5`, None when it is neither or leaves the list."""
    try:
        first, *rest = (int(end) for end in item.split("-"))
    except ValueError:
        return None
    last = rest[0] if rest else first
    ordered = len(rest) == 0 or (len(rest) == 1 and first < last)
    return range(first, last + 1) if ordered and first >= 1 and last <= limit else None


def parse_shell_input(user_input: str) -> tuple[str, str]:
    """Split a typed line into command and argument; text without a leader is asked.

    Raises:
        NoInputError: when nothing was typed, or the leader alone.
        EOFError: for the commands that leave.
    """
    text = user_input.strip()
    if text == "?":
        return "help", ""
    if text and not text.startswith(COMMAND_LEADER):
        return DEFAULT_COMMAND, text
    words = text.removeprefix(COMMAND_LEADER).split(maxsplit=1)
    if not words:
        raise NoInputError
    command, argument = words[0], "".join(words[1:]).strip()
    if command in ("exit", "quit"):
        raise EOFError
    return command, argument
