"""The seed's functions that read docstrings; types are looked up and never evaluated."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

from lwe.tools import hints
from lwe.tools.docstring import fields, parse
from lwe.tools.schema import definition, schema_of

__all__ = [
    "func_to_openai_tool_spec",
    "merge_argument_attrs_from_doc",
    "parse_docstring",
    "parse_type",
    "type_mapping",
]
_DESCRIPTION = "__description"
_RESULT = re.compile("returns?|rtype")


def type_mapping(dtype: Any) -> str:
    """Return JSON's name of a Python type; what JSON does not know is a `string`."""
    return str(schema_of(dtype).get("type", "string"))


def merge_argument_attrs_from_doc(
    attrs: dict[str, Any], param_name: str, parsed_doc: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Put a parameter's description into its schema, an empty one where there is none."""
    attrs["description"] = parsed_doc.get(param_name, {}).get("description", "")
    return attrs


def func_to_openai_tool_spec(name: str, func: Callable[..., Any]) -> dict[str, Any]:
    """Describe a function as a model wants it: `{"name", "description", "parameters"}`.

    Raises:
        ToolError: when a parameter's type is said nowhere.
    """
    if next(iter(inspect.signature(func).parameters), "") == "self":
        func = MethodType(func, object())  # A model does not know the object.
    return definition(name, func)


def parse_type(type_str: str) -> dict[str, Any]:
    """Read a type as docstrings write it: `{"optional": bool, "type": the type}`.

    The type is None where the text names none.
    """
    found = hints.read_prose(type_str, hints.names_of(parse_type))
    words = [word.strip() for word in type_str.split(",")]
    return {"optional": "optional" in words[1:], "type": None if found is hints.Unknown else found}


def parse_docstring(docstring: str | None) -> dict[str, Any]:
    """Take a docstring apart.

    Returns:
        `{parameter: {"description", "type", "optional"}}` as far as it says so, beside them
        `return` and `raises`; `__description` is what comes before the first of them.
    """
    text = inspect.cleandoc(docstring or "")
    parsed: dict[str, Any] = {}
    for kind, name, body in fields(text):
        if _RESULT.fullmatch(kind):
            entry = parsed.setdefault("return", {})
            entry.update(parse_type(body) if kind == "rtype" else {"description": body})
        elif kind.startswith("raise"):
            raised = getattr(builtins, name, None)
            parsed["raises"] = {"description": body, "type": raised}
    for name, said in parse(text).parameters.items():
        described = {"description": said.text} if said.text else {}
        parsed[name] = {**described, **(parse_type(said.type) if said.type else {})}
    return {**parsed, _DESCRIPTION: parse(text).description}
