"""Makes of the JSON values that a model sends what a tool's annotations promise; pure."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import re
import types
import typing
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any
from uuid import UUID

from lwe.errors import ToolError
from lwe.tools import hints
from lwe.tools.schema import promised

_TOLD = 3
"""So many faults of one value are told."""
_SHOWN = 60
"""So many characters of a wrong value are shown."""
_WHOLE = re.compile(r"[+-]?\d+")
_Read = Callable[[Any], Any]
_FROM_TEXT: tuple[tuple[type, _Read, str], ...] = (
    (datetime, datetime.fromisoformat, "a date and time like 2024-05-31T08:30:00"),
    (date, date.fromisoformat, "a date like 2024-05-31"),
    (time, time.fromisoformat, "a time like 08:30"),
    (UUID, UUID, "a UUID"),
)
"""Types that are told as strings, the narrower ones first."""


class WrongValue(ValueError):
    """A value is not what was promised; the sentence names its place."""


def arguments(name: str, function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's arguments as a function's annotations ask for them.

    Numbers and truths that come as text are read, whole numbers may come with a point, and
    numbers may stand for text. What is of the wanted type already stays.

    Raises:
        ToolError: when the function does not accept them; it names the argument and the place.
    """
    signature = inspect.signature(function)
    wanted = promised(function)
    try:
        signature.bind(**given)
        return {
            key: value
            if key not in wanted or value is signature.parameters[key].default
            else converted(wanted[key], value, f"'{key}'")
            for key, value in given.items()
        }
    except (TypeError, ValueError) as error:
        raise ToolError(f"The tool '{name}' was called with wrong arguments: {error}") from error


def converted(hint: Any, value: Any, where: str) -> Any:
    """Return a value as a type asks for it; a type that says nothing leaves it.

    Args:
        hint: the type.
        value: what JSON made of it, or already what is wanted.
        where: the value's place, for the sentence.

    Raises:
        WrongValue: when it is something else.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return converted(args[0], value, where)
    if origin is typing.Literal:
        return _chosen(args, value, where)
    if origin in (typing.Union, types.UnionType):
        return _any_of(args, value, where)
    if hint is None:
        hint = types.NoneType
    kind = origin or hint
    return _class(kind, args, value, where) if isinstance(kind, type) else value


def _chosen(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    for choice in choices:
        plain = choice.value if isinstance(choice, enum.Enum) else choice
        if value is choice or (type(value) is type(plain) and value == plain):
            return choice
    plain = [choice.value if isinstance(choice, enum.Enum) else choice for choice in choices]
    raise _wrong(where, f"one of {', '.join(map(_shown, plain))}", value)


def _any_of(parts: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and types.NoneType in parts:
        return None
    made, failures = [], []
    for part in (part for part in parts if part is not types.NoneType):
        try:
            made.append(converted(part, value, where))
        except WrongValue as error:
            failures.append(str(error))
    # A text stays a text where it may be one, although a number could be read in it.
    same = [one for one in made if type(one) is type(value) and one == value]
    if not made:
        raise WrongValue("; or ".join(failures))
    return (same or made)[0]


def _class(kind: type, args: tuple[Any, ...], value: Any, where: str) -> Any:
    for fits, make in _MAKERS:
        if fits(kind):
            return make(kind, args, value, where)
    return value


def _member(kind: Any, _args: object, value: Any, where: str) -> Any:
    try:
        # A member is made of its value, and of itself.
        return kind(value)
    except (ValueError, TypeError, KeyError) as error:
        values = ", ".join(_shown(member.value) for member in kind)
        raise _wrong(where, f"one of {values}", value) from error


def _model(kind: Any, _args: object, value: Any, where: str) -> Any:
    try:
        return kind.model_validate(value)
    except ValueError as error:
        listed: Any = getattr(error, "errors", tuple)()
        told = [f"{where}{_place(one['loc'])}: {one['msg']}" for one in listed[:_TOLD]]
        raise WrongValue("; ".join(told) or f"{where}: {error}") from error


def _place(loc: Iterable[object]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


def _record(kind: Any, _args: object, value: Any, where: str) -> Any:
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise _wrong(where, "an object", value)
    names = hints.names_of_class(kind)
    wanted = {one.name: one.type for one in dataclasses.fields(kind) if one.init}
    fields = {
        str(key): converted(hints.read(wanted[key], names), part, f"{where}.{key}")
        if key in wanted
        else part
        for key, part in value.items()
    }
    try:
        return kind(**fields)
    except (TypeError, ValueError) as error:
        raise WrongValue(f"{where}: {error}") from error


def _nothing(_kind: type, _args: object, value: Any, where: str) -> None:
    if value is not None:
        raise _wrong(where, "null", value)


def _truth(_kind: type, _args: object, value: Any, where: str) -> bool:
    words = {"true": True, "false": False}
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    if not isinstance(value, bool):
        raise _wrong(where, "true or false", value)
    return value


def _integer(kind: type, _args: object, value: Any, where: str) -> Any:
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return kind(value.strip())
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool):
        raise _wrong(where, "a whole number", value)
    return kind(value)


def _number(kind: type, _args: object, value: Any, where: str) -> Any:
    if isinstance(value, kind):
        return value
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        # Of the text of a fraction, as a float would bring its own digits.
        try:
            return kind(str(value))
        except (ValueError, InvalidOperation):
            pass
    raise _wrong(where, "a number", value)


def _text(kind: type, _args: object, value: Any, where: str) -> Any:
    if isinstance(value, kind):
        return value
    if not isinstance(value, str | int | float):
        raise _wrong(where, "a text", value)
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode() if kind is bytes else kind(text)


def _read(kind: type, _args: object, value: Any, where: str) -> Any:
    if type(value) is kind or (isinstance(value, kind) and kind is not date):
        return value
    read, words = next((read, words) for base, read, words in _FROM_TEXT if issubclass(kind, base))
    if isinstance(value, str):
        try:
            return read(value.strip())
        except ValueError:
            pass
    raise _wrong(where, words, value)


def _object(kind: type, args: tuple[Any, ...], value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(where, "an object", value)
    of_key, of_value = args if len(args) == 2 else (Any, Any)
    made = {
        converted(of_key, key, f"a key of {where}"): converted(of_value, one, f"{where}.{key}")
        for key, one in value.items()
    }
    if inspect.isabstract(kind) or kind is dict or typing.is_typeddict(kind):
        return made
    if isinstance(value, kind) and not args:
        return value
    return defaultdict(None, made) if kind is defaultdict else kind(made)


def _array(kind: type, args: tuple[Any, ...], value: Any, where: str) -> Any:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _wrong(where, "a list", value)
    items = list(value)
    if fixed := issubclass(kind, tuple) and bool(args) and args[-1] is not ...:
        _counted(len(args), items, where)
    parts = args if fixed else (args[:1] or (Any,)) * len(items)
    made = [
        converted(part, one, f"{where}[{index}]")
        for index, (part, one) in enumerate(zip(parts, items, strict=True))
    ]
    return _gathered(kind, made, where)


def _counted(count: int, items: list[Any], where: str) -> None:
    if len(items) != count:
        raise _wrong(where, f"a list of {count} values", items)


def _gathered(kind: Any, items: list[Any], where: str) -> Any:
    if inspect.isabstract(kind):
        kind = set if issubclass(kind, Set) else list
    try:
        return kind._make(items) if hasattr(kind, "_make") else kind(items)
    except (TypeError, ValueError) as error:
        raise WrongValue(f"{where}: {error}") from error


def _path(kind: type, _args: object, value: Any, where: str) -> Any:
    if not isinstance(value, str | kind):
        raise _wrong(where, "a path as text", value)
    return kind(value)


def _under(*bases: type) -> Callable[[type], bool]:
    return lambda kind: issubclass(kind, bases)


_Maker = Callable[[Any, tuple[Any, ...], Any, str], Any]
_MAKERS: tuple[tuple[Callable[[type], Any], _Maker], ...] = (
    (_under(enum.Enum), _member),
    (lambda kind: callable(getattr(kind, "model_validate", None)), _model),
    (dataclasses.is_dataclass, _record),
    (_under(types.NoneType), _nothing),
    (_under(bool), _truth),
    (_under(int), _integer),
    (_under(float, Decimal), _number),
    (_under(str, bytes), _text),
    (_under(*(base for base, _, _ in _FROM_TEXT)), _read),
    (_under(PurePath), _path),
    (_under(Mapping), _object),
    (_under(Iterable), _array),
)
"""Who makes a value of a class, in the order in which the schema tells them apart."""


def _wrong(where: str, wanted: str, value: Any) -> WrongValue:
    return WrongValue(f"{where} has to be {wanted}, not {_shown(value)}")


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
