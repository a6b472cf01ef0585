"""Turns a function's signature and docstring into the JSON schema that a model is told; pure."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lwe.errors import ToolError
from lwe.tools import hints
from lwe.tools.docstring import Docstring, ParameterDoc, parse

_CLASSES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (bytes, "string"),
    (Mapping, "object"),
    (Iterable, "array"),
    (types.NoneType, "null"),
)
"""JSON's names of Python's types, the narrower ones first."""

_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def definition(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Describe a function as a model wants it.

    Args:
        name: the tool's name.
        function: its types are read from annotations, else from the docstring, else from defaults.

    Returns:
        `{"name", "description", "parameters"}`, the last as a JSON schema of type `object`.

    Raises:
        ToolError: when a parameter's type is said nowhere.
    """
    doc = parse(inspect.getdoc(function) or "")
    parameters = _parameters(function)
    return {
        "name": name,
        "description": doc.description,
        "parameters": {
            "type": "object",
            "properties": {
                parameter.name: _property(name, function, parameter, doc)
                for parameter in parameters
            },
            "required": [p.name for p in parameters if p.default is inspect.Parameter.empty],
        },
    }


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.kind not in _STARRED]


def _property(
    tool: str, function: Callable[..., Any], parameter: inspect.Parameter, doc: Docstring
) -> dict[str, Any]:
    said = doc.parameters.get(parameter.name, ParameterDoc())
    hint = _hint(function, parameter, said)
    if hint is None:
        raise ToolError(
            f"The tool '{tool}' cannot be used: its parameter '{parameter.name}' has no type."
            f" Write one, for example '{parameter.name}: str'."
        )
    schema = schema_of(hint)
    return {**schema, "description": said.text or schema.get("description", "")}


def _hint(
    function: Callable[..., Any], parameter: inspect.Parameter, said: ParameterDoc
) -> object | None:
    hint = _written(hints.names_of(function), parameter, said)
    if hint is not hints.Unknown:
        return hint
    if isinstance(parameter.default, bool | int | float | str):
        return type(parameter.default)
    # A class that is only imported for type checkers is text to a model, as everything is.
    return None if parameter.annotation is inspect.Parameter.empty else str


def _written(names: Mapping[str, Any], parameter: inspect.Parameter, said: ParameterDoc) -> object:
    written: list[object] = []
    if parameter.annotation is not inspect.Parameter.empty:
        written.append(hints.read(parameter.annotation, names))
    if said.type:
        written.append(hints.read_prose(said.type, names))
    for hint in written:
        if hint is not hints.Unknown:
            return types.NoneType if hint is None else hint
    return hints.Unknown


def promised(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of a function's parameters that are written somewhere, by their names."""
    doc, names = parse(inspect.getdoc(function) or ""), hints.names_of(function)
    found = {
        one.name: _written(names, one, doc.parameters.get(one.name, ParameterDoc()))
        for one in _parameters(function)
    }
    return {name: hint for name, hint in found.items() if hint is not hints.Unknown}


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of a Python type; what JSON does not know is a string."""
    origin = typing.get_origin(hint)
    if origin is not None:
        return _generic(origin, typing.get_args(hint))
    if hint is Any or hint is object:
        return {}
    return _class(hint) if isinstance(hint, type) else {"type": "string"}


def _generic(origin: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    if origin is typing.Annotated:
        return _annotated(args[0], args[1:])
    if origin is typing.Literal:
        return _choice(args)
    if origin in (typing.Union, types.UnionType):
        return _any_of([part for part in args if part is not types.NoneType])
    schema = _class(origin)
    if schema.get("type") == "array":
        schema["items"] = _any_of([part for part in args if part is not ...])
    elif schema.get("type") == "object" and len(args) == 2 and args[1] is not Any:
        schema["additionalProperties"] = schema_of(args[1])
    return schema


def _annotated(hint: Any, notes: tuple[Any, ...]) -> dict[str, Any]:
    schema = schema_of(hint)
    for note in notes:
        text = note if isinstance(note, str) else getattr(note, "description", None)
        if isinstance(text, str):
            schema["description"] = text
    return schema


def _any_of(parts: list[Any]) -> dict[str, Any]:
    schemas: list[dict[str, Any]] = []
    for part in parts:
        if (schema := schema_of(part)) not in schemas:
            schemas.append(schema)
    if len(schemas) == 1:
        return schemas[0]
    return {"anyOf": schemas} if schemas else {}


def _choice(values: Iterable[Any]) -> dict[str, Any]:
    # A member of an enumeration among literals is told by its value.
    listed = [value.value if isinstance(value, enum.Enum) else value for value in values]
    kinds = {_class(type(value)).get("type") for value in listed}
    return {**({"type": kinds.pop()} if len(kinds) == 1 else {}), "enum": listed}


def _class(kind: type) -> dict[str, Any]:
    if issubclass(kind, enum.Enum):
        return _choice(member.value for member in kind)
    if callable(of_model := getattr(kind, "model_json_schema", None)):
        return dereferenced(of_model())
    if dataclasses.is_dataclass(kind):
        return _fields(kind)
    for base, name in _CLASSES:
        if issubclass(kind, base):
            return {"type": name, "items": {}} if name == "array" else {"type": name}
    return {"type": "string"}


def _fields(kind: type) -> dict[str, Any]:
    names = hints.names_of_class(kind)
    missing = dataclasses.MISSING
    listed = [one for one in dataclasses.fields(kind) if one.init]
    return {
        "type": "object",
        "properties": {one.name: schema_of(hints.read(one.type, names)) for one in listed},
        "required": [
            one.name for one in listed if one.default is missing and one.default_factory is missing
        ],
    }


def dereferenced(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with its `$defs` put where they are referred to.

    A model inside itself is told as any `object` from its second level on.
    """
    shared = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    rest = {key: value for key, value in schema.items() if key not in ("$defs", "definitions")}
    whole: dict[str, Any] = _resolved(rest, shared, ())
    return whole


def resolved(node: Any, shared: Mapping[str, Any]) -> Any:
    """Return a part of a schema with definitions put where they are referred to."""
    return _resolved(node, shared, ())


def _resolved(node: Any, shared: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, shared, within) for item in node]
    if not isinstance(node, Mapping):
        return node
    name = str(node.get("$ref", "")).rpartition("/")[2]
    if name in within:
        return {"type": "object"}
    rest = {
        key: _resolved(value, shared, within)
        for key, value in node.items()
        if key != "$ref" or name not in shared
    }
    if name not in shared:
        return rest
    return {**_resolved(shared[name], shared, (*within, name)), **rest}


def cleanup_tool_definition(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition whose parameters refer to nothing outside themselves."""
    cleaned = dict(tool)
    if isinstance(parameters := cleaned.get("parameters"), Mapping):
        cleaned["parameters"] = dereferenced(parameters)
    return cleaned
