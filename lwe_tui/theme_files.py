"""Reads theme files: what is wrong in one is told with its line and field, and costs only it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.css.errors import StylesheetError
from textual.css.stylesheet import Stylesheet, StylesheetParseError
from textual.theme import Theme

_TRUTHS = ("dark", "ansi")
_NUMBERS = ("luminosity_spread", "text_alpha")
_VARIABLES = "variables"
_FIELDS = tuple(entry.name for entry in fields(Theme) if entry.name != "name")
_COLOURS = tuple(name for name in _FIELDS if name not in (*_TRUTHS, *_NUMBERS, _VARIABLES))


class _Unusable(Exception):
    """A field of a theme cannot be used; the text says why, without file and line."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


def read(paths: Sequence[Path]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Read theme files; of two with one name the later is used, if it can be.

    Returns:
        The fields of each theme by its name, and a sentence for each file that cannot be used.
    """
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for path in paths:
        lines: dict[str, int] = {}
        try:
            found[path.stem] = _checked(path, lines)
        except _Unusable as error:
            line = f", line {lines[error.key]}" if error.key in lines else ""
            problems.append(f"The theme {path}{line} cannot be used: {error}")
        # Other people's files: whatever is wrong with one must not cost the others.
        except Exception as error:  # noqa: BLE001
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            why = getattr(error, "problem", None) or error
            problems.append(f"The theme {path}{line} cannot be used: {why}.")
    return found, problems


def _checked(path: Path, lines: dict[str, int]) -> dict[str, Any]:
    import yaml

    text = path.read_text("utf-8")
    given = yaml.safe_load(text)
    if not isinstance(given, dict):
        raise _Unusable("", "it is no mapping of fields to values.")
    lines |= _lines(yaml.compose(text))
    for key, value in given.items():
        _check_field(str(key), value)
    if given.get("primary") is None:
        raise _Unusable("", "'primary' is missing; every other field may be.")
    theme = Theme(name=path.stem, **given)
    _check_variables(theme.to_color_system().generate(), given.get(_VARIABLES) or {})
    return given


def _lines(node: Any, before: str = "") -> dict[str, int]:
    """Return the line of each key, dotted."""
    found = {}
    for key, value in node.value:
        name = f"{before}{key.value}"
        found[name] = key.start_mark.line + 1
        if isinstance(value.value, list) and value.id == "mapping":
            found |= _lines(value, f"{name}.")
    return found


def _check_field(key: str, value: Any) -> None:
    if key not in _FIELDS:
        raise _Unusable(key, f"'{key}' is no field of a theme. There are {', '.join(_FIELDS)}.")
    if key in _TRUTHS and not isinstance(value, bool):
        raise _Unusable(key, f"'{key}' has to be true or false, not {value!r}.")
    if key in _NUMBERS and not isinstance(value, int | float):
        raise _Unusable(key, f"'{key}' has to be a number, not {value!r}.")
    if key == _VARIABLES and not isinstance(value, dict):
        raise _Unusable(key, f"'{key}' has to be a mapping, not {value!r}.")
    if key in _COLOURS:
        _check_colour(key, value)


def _check_colour(key: str, value: Any) -> None:
    try:
        Color.parse(value if isinstance(value, str) else "")
    except ColorParseError as error:
        written = "Write one as '#7aa2f7', with quotes, or by a name such as ansi_blue."
        raise _Unusable(key, f"'{key}' is {value!r}, which is no colour. {written}") from error


def _check_variables(generated: dict[str, str], given: dict[Any, Any]) -> None:
    """Try each variable where style sheets use it: a wrong one would end the program."""
    for name, value in given.items():
        key = f"{_VARIABLES}.{name}"
        if not isinstance(value, str):
            raise _Unusable(key, f"'{key}' has to be a text, not {value!r}.")
        sheet = Stylesheet(variables={**generated, str(name): value})
        if name in generated:
            sheet.add_source(f"App {{ {_property(str(name))}: ${name}; }}")
        try:
            sheet.parse()
        except (StylesheetParseError, StylesheetError) as error:
            raise _Unusable(key, f"'{key}' cannot be {value!r}.") from error


def _property(variable: str) -> str:
    return "text-style" if variable.endswith("style") else "color"
