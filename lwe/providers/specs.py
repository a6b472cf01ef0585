"""Reads tools' definitions as plugins write them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwe.domain import ToolSpec
from lwe.errors import ProviderError


@dataclass(frozen=True, slots=True)
class Given(ToolSpec):
    """A definition that nobody but the server understands; sent as it is.

    Attributes:
        given: what the plugin wrote.
    """

    given: Mapping[str, Any] = field(default_factory=dict)


def spec_of(given: Any, original: ToolSpec | None = None) -> ToolSpec:
    """Read a definition: as the seed's tools have it, of chat completions, or a JSON schema.

    Args:
        given: the definition.
        original: the tool that was transformed into it.

    Raises:
        ProviderError: when it is no definition.
    """
    if isinstance(given, ToolSpec):
        return given
    if not isinstance(given, Mapping):
        raise ProviderError(f"{given!r} is no definition of a tool.", "other", "Mend the plugin.")
    function = given.get("function")
    made = _read(function if isinstance(function, Mapping) else given)
    if made is not None:
        return made
    if original is not None:
        return Given(original.name, original.description, original.parameters, dict(given))
    return Given(str(given.get("name") or given.get("type") or ""), "", {}, dict(given))


def json_schema_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tool's definition as a JSON schema whose properties say if they are required."""
    parameters = spec["parameters"]
    needed = parameters.get("required") or ()
    return {
        "description": spec["description"],
        "title": spec["name"],
        "properties": {
            name: {
                "description": about.get("description", ""),
                "type": about.get("type", "string"),
                "title": name,
                "required": name in needed,
            }
            for name, about in parameters["properties"].items()
        },
    }


def _read(given: Mapping[str, Any]) -> ToolSpec | None:
    text = str(given.get("description") or "")
    for key in ("parameters", "input_schema"):
        if "name" in given and isinstance(schema := given.get(key), Mapping):
            return ToolSpec(str(given["name"]), text, schema)
    if "title" in given and isinstance(properties := given.get("properties"), Mapping):
        return ToolSpec(str(given["title"]), text, _object(properties, given.get("required")))
    return None


def _object(properties: Mapping[str, Any], required: Any) -> dict[str, Any]:
    """Return a schema of arguments whose properties may say themselves if they are required."""
    plain: dict[str, Any] = {}
    needed = list(required or ())
    for name, about in properties.items():
        marked = isinstance(about, Mapping) and isinstance(about.get("required"), bool)
        if marked and about["required"]:
            needed.append(name)
        plain[name] = {k: v for k, v in about.items() if k != "required"} if marked else about
    return {"type": "object", "properties": plain, "required": needed}
