"""Reads docstrings: what a function does, and what its parameters mean, in the two usual styles."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

_FIELD = re.compile(
    r":(?P<kind>param|parameter|arg|argument|key|keyword|type|returns?|rtype|raises?|yields?)"
    r"(?:[ \t]+(?P<name>[^:]*))?:[ \t]*(?P<text>.*)$"
)
_SECTION = re.compile(
    r"(?P<kind>Args|Arguments|Parameters|Keyword Args|Keyword Arguments|Returns?|Yields?|Raises):"
    r"[ \t]*(?P<text>)$"
)
_ITEM = re.compile(r"\*{0,2}(?P<name>\w+)[ \t]*(?:\((?P<type>.*?)\))?[ \t]*:[ \t]*(?P<text>.*)$")
_BULLET = re.compile(r"^[-*+][ \t]+", re.MULTILINE)
_ROLE = re.compile(r":[a-z:]+:(?=`)")
_INLINE = re.compile(r"(?<![\w`*])(``|`|\*\*|\*)(?=\S)(.+?)(?<=\S)\1(?![\w`*])", re.DOTALL)

_RESULTS = ("return", "rtype", "raise", "yield")


@dataclass(slots=True)
class ParameterDoc:
    """What a docstring says of one parameter; empty where it says nothing."""

    text: str = ""
    type: str = ""


@dataclass(slots=True)
class Docstring:
    """A docstring's parts.

    Attributes:
        description: the paragraphs before the first field or section, joined by spaces.
        parameters: what is said of each parameter.
    """

    description: str = ""
    parameters: dict[str, ParameterDoc] = field(default_factory=dict)

    def of(self, name: str) -> ParameterDoc:
        """Return what is said of a parameter, for reading or for writing."""
        return self.parameters.setdefault(name, ParameterDoc())


def parse(text: str) -> Docstring:
    """Take a docstring apart.

    Both `:param name: text` with `:type name: type` and a section `Args:` are understood.
    """
    lines = inspect.cleandoc(text).splitlines()
    doc = Docstring(_description(lines))
    for found, body in _entries(lines, _FIELD):
        _add_field(doc, found["kind"], (found["name"] or "").strip(), body)
    for found, body in _entries(lines, _SECTION):
        if not found["kind"].lower().startswith(_RESULTS):
            _add_items(doc, body)
    return doc


def fields(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the fields `:kind name: text` of a docstring whose indentation is gone."""
    for found, body in _entries(text.splitlines(), _FIELD):
        yield found["kind"], (found["name"] or "").strip(), _inline(body)


def _add_field(doc: Docstring, kind: str, name: str, body: str) -> None:
    if not name or kind.startswith(_RESULTS):
        return
    if kind == "type":
        doc.of(name).type = body
        return
    *named_type, name = name.split()
    doc.of(name).text = _inline(body)
    if named_type:
        doc.of(name).type = " ".join(named_type)


def _add_items(doc: Docstring, section: str) -> None:
    for found, body in _entries(section.splitlines(), _ITEM):
        entry = doc.of(found["name"])
        entry.text, entry.type = _inline(body), found["type"] or entry.type


def _entries(lines: list[str], pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], str]]:
    """Yield what begins with the pattern, together with the indented lines that follow it."""
    current: re.Match[str] | None = None
    body: list[str] = []
    for line in lines:
        found = pattern.match(line)
        if current and (found or line[:1].strip()):
            yield current, _body(current, body)
            current = None
        if found:
            current, body = found, []
        elif current:
            body.append(line)
    if current:
        yield current, _body(current, body)


def _body(found: re.Match[str], lines: list[str]) -> str:
    return f"{found['text']}\n{textwrap.dedent(chr(10).join(lines))}".strip()


def _description(lines: list[str]) -> str:
    head: list[str] = []
    for line in lines:
        if _FIELD.match(line) or _SECTION.match(line):
            break
        head.append(line.strip())
    paragraphs = re.split(r"\n\n+", "\n".join(head).strip())
    return _inline(" ".join(_items(paragraph) for paragraph in paragraphs))


def _items(paragraph: str) -> str:
    if not _BULLET.match(paragraph):
        return paragraph
    return " ".join(item.strip() for item in _BULLET.split(paragraph) if item.strip())


def _inline(text: str) -> str:
    """Take the marks of emphasis and code away: the model reads plain text."""
    return _INLINE.sub(r"\2", _ROLE.sub("", text))
