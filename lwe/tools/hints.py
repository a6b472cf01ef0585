"""Reads types that are written as text, by looking names up and never by evaluating them."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
import typing
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

_JSON_NAMES: dict[str, Any] = {
    "string": str,
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}
"""Names that docstrings use beside Python's own; a module's own names come first."""

_CANNOT = (SyntaxError, LookupError, AttributeError, TypeError, ValueError)
_OPTIONAL = re.compile(r",\s*(optional\b.*|default.*)$", re.IGNORECASE)
_OF = re.compile(r"^(\w+) of (\w+?)s?$")


class Unknown:
    """Stands for a type that could not be found out."""


def names_of(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the names that a function's types may be written with."""
    return _beside(getattr(inspect.unwrap(function), "__globals__", {}))


def names_of_class(kind: type) -> Mapping[str, Any]:
    """Return the names that the types of a class's fields may be written with."""
    return _beside(getattr(sys.modules.get(kind.__module__), "__dict__", {}))


def _beside(own: dict[str, Any]) -> Mapping[str, Any]:
    return ChainMap(own, _JSON_NAMES, dict(vars(typing)), dict(vars(builtins)))


def read(hint: object, names: Mapping[str, Any]) -> object:
    """Return the type that an annotation means, `Unknown` when its text means none here."""
    # Text inside text: a quoted annotation in a module whose annotations are all text.
    while isinstance(hint, str):
        try:
            hint = _look_up(ast.parse(hint.strip(), mode="eval").body, names)
        except _CANNOT:
            return Unknown
    return hint


def read_prose(text: str, names: Mapping[str, Any]) -> object:
    """Return the type that a docstring names, as in `int, optional` or `list of str`."""
    plain = _OPTIONAL.sub("", text.strip()).replace(" or ", " | ")
    if found := _OF.match(plain):
        whole, part = found.groups()
        plain = f"{whole}[{part}]"
    return read(plain, names)


def _look_up(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.Attribute(value=owner, attr=name):
            return getattr(_look_up(owner, names), name)
        case ast.Subscript(value=owner, slice=inner):
            return _look_up(owner, names)[_look_up(inner, names)]
        case ast.Tuple(elts=parts):
            return tuple(_look_up(part, names) for part in parts)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _look_up(left, names) | _look_up(right, names)
        case _:
            raise ValueError(f"{ast.unparse(node)} is no type.")
