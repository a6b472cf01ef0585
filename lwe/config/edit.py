"""Changes one value in the text of a YAML file; comments and every other line stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lwe.errors import ConfigError

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

STEP = 2
"""Columns by which a section that is made here stands deeper than its parent."""


Key = str | Sequence[str]
"""Dotted, or its parts, which may have dots of their own then."""


def changed(text: str, key: Key, value: Any) -> str:
    """Return the text with a value changed or added.

    Args:
        text: a YAML mapping, or nothing.
        key: sections that are missing are made.
        value: what the key is to have.

    Raises:
        ConfigError: when the text is no mapping, or a part of the key holds no section, or the
            value stands where it cannot be changed alone.
    """
    parts = _parts(key)
    wanted = _with(mapping(text), parts, value)
    return _checked(_put(text, parts, value), wanted)


def removed(text: str, key: Key) -> str:
    """Return the text without a key, so that it has its default; sections around it stay.

    A section that has nothing else stays empty, which means its defaults; the text stays as it is
    when the key is not in it.

    Args:
        text: a YAML mapping, or nothing.

    Raises:
        ConfigError: when the text is no mapping, or the key stands where it cannot be taken away
            alone.
    """
    parts = _parts(key)
    found = mapping(text)
    if not _has(found, parts):
        return text
    taken = _take(text, parts)
    return _checked(taken, _without(found, parts, None), _without(found, parts, {}))


def _parts(key: Key) -> Sequence[str]:
    return key.split(".") if isinstance(key, str) else key


def _has(found: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def _take(text: str, parts: Sequence[str]) -> str:
    import yaml

    inner: Node | None = yaml.compose(text, yaml.SafeLoader)
    for part in parts:
        around = inner
        entry = _entry(around, part) if isinstance(around, yaml.MappingNode) else None
        inner = entry[1] if entry else None
    if entry is None or not isinstance(around, yaml.MappingNode):
        raise _refused(parts, "it comes from elsewhere in the file")
    if around.flow_style:
        return _take_from_braces(text, around, entry)
    name, held = entry
    if text[text.rfind("\n", 0, name.start_mark.index) + 1 : name.start_mark.index].strip():
        raise _refused(parts, "something else stands before it on its line")
    start = text.rfind("\n", 0, name.start_mark.index) + 1
    # A value that is missing has its mark at the next key.
    last = max(_end(text, held), name.end_mark.index) if _is_there(held) else name.end_mark.index
    end = last if text[:last].endswith("\n") else text.find("\n", last) + 1
    return text[:start] + (text[end:] if end else "")


def _is_there(node: Node) -> bool:
    return node.start_mark.index < node.end_mark.index


def _take_from_braces(text: str, node: MappingNode, entry: tuple[Node, Node]) -> str:
    at = node.value.index(entry)
    start, end = entry[0].start_mark.index, max(entry[0].end_mark.index, _end(text, entry[1]))
    if at + 1 < len(node.value):
        end = node.value[at + 1][0].start_mark.index
    elif at:
        before = node.value[at - 1]
        start = max(before[0].end_mark.index, _end(text, before[1]))
    return text[:start] + text[end:]


def _without(
    found: dict[str, Any], parts: Sequence[str], empty: dict[str, Any] | None
) -> dict[str, Any]:
    """Return what the text means without a key, where an empty section is null or braces."""
    first, *rest = parts
    if not rest:
        return {name: value for name, value in found.items() if name != first}
    return {**found, first: _without(found[first], rest, empty) or empty}


def _put(text: str, parts: Sequence[str], value: Any) -> str:
    import yaml

    root = yaml.compose(text, yaml.SafeLoader)
    if root is None:
        return _joined(text, _lines(parts, value, 0))
    node: Node = root
    for depth, part in enumerate(parts):
        if not isinstance(node, yaml.MappingNode):
            return _fill(text, node, _lines(parts[depth:], value, _depth(text, node)), parts)
        found = _entry(node, part)
        if found is None:
            return _add(text, node, parts[depth:], value)
        name, node = found
        if node.start_mark.index < name.end_mark.index:
            raise _refused(parts, "it is written as an alias of another value")
    return _replace(text, name, node, value)


def _replace(text: str, name: Node, node: Node, value: Any) -> str:
    import yaml

    start, end = node.start_mark.index, _end(text, node)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        start = text.index(":", name.end_mark.index) + 1
    gap = " " if start == end or text[start - 1] == ":" else ""
    after = text[end:]
    if text[start:end].endswith("\n") and not after.startswith("\n"):
        after = "\n" + after
    return f"{text[:start]}{gap}{_inline(value)}{after}"


def _fill(text: str, node: Node, lines: str, parts: Sequence[str]) -> str:
    """Put lines into a section that has a name and nothing in it yet."""
    import yaml

    if not (isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"):
        raise _refused(parts, "a part of it is no section")
    start, end = node.start_mark.index, node.end_mark.index
    rest = text[:start].rstrip(" ") + text[end:]
    line_end = rest.find("\n", len(text[:start].rstrip(" ")))
    if line_end < 0:
        return f"{rest}\n{lines}"
    return f"{rest[: line_end + 1]}{lines}{rest[line_end + 1 :]}"


def _add(text: str, node: MappingNode, parts: Sequence[str], value: Any) -> str:
    """Put an entry at the end of a section."""
    if node.flow_style:
        for part in reversed(parts[1:]):
            value = {part: value}
        at = node.end_mark.index - 1
        before = text[:at].rstrip()
        comma = ", " if node.value and not before.endswith(",") else ""
        return f"{before}{comma}{_inline({parts[0]: value})[1:-1]}{text[at:]}"
    last = _end(text, node.value[-1][1])
    column = node.start_mark.column
    line_end = text.find("\n", last) if not text[:last].endswith("\n") else last - 1
    lines = _lines(parts, value, column)
    if line_end < 0:
        return _joined(text, lines)
    return f"{text[: line_end + 1]}{lines}{text[line_end + 1 :]}"


def _entry(node: MappingNode, part: str) -> tuple[Node, Node] | None:
    return next(((name, held) for name, held in node.value if name.value == part), None)


def _end(text: str, node: Node) -> int:
    """Return where a value ends; a block's own end mark is behind the comments after it."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _depth(text: str, node: Node) -> int:
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    line = text[start : node.start_mark.index]
    return len(line) - len(line.lstrip(" ")) + STEP


def _lines(parts: Sequence[str], value: Any, column: int) -> str:
    made = ""
    for depth, part in enumerate(parts[:-1]):
        made += f"{' ' * (column + STEP * depth)}{_inline(part)}:\n"
    space = " " * (column + STEP * (len(parts) - 1))
    return f"{made}{space}{_inline(parts[-1])}: {_inline(value)}\n"


def _joined(text: str, lines: str) -> str:
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{lines}"


def _inline(value: Any) -> str:
    import yaml

    dumped: str = yaml.safe_dump(
        value, default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False
    )
    return dumped.removesuffix("...\n").rstrip("\n")


def mapping(text: str) -> dict[str, Any]:
    """Return what a text says.

    Raises:
        ConfigError: when it is no mapping, with the line where that is known.
    """
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"It is no YAML: {where(error)}.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError("It has to be a mapping of keys to values.")
    return found


def where(error: Exception) -> str:
    """Return the line of an error in YAML, and what is wrong there."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    said = str(problem or getattr(error, "context", None) or error)
    return said if mark is None else f"line {mark.line + 1}, {said}"


def _with(found: dict[str, Any], parts: Sequence[str], value: Any) -> dict[str, Any]:
    """Return what the text has to mean afterwards."""
    first, *rest = parts
    if not rest:
        return {**found, first: value}
    inner = found.get(first)
    return {**found, first: _with(inner if isinstance(inner, dict) else {}, rest, value)}


def _checked(after: str, *wanted: dict[str, Any]) -> str:
    """Refuse a text that does not mean what it was changed for."""
    import yaml

    try:
        if (yaml.safe_load(after) or {}) in wanted:
            return after
    except yaml.YAMLError as error:
        raise _refused((), "the text around it is unusual") from error
    raise _refused((), "the text around it is unusual")


def _refused(parts: Sequence[str], why: str) -> ConfigError:
    what = f"'{'.'.join(parts)}'" if parts else "This value"
    return ConfigError(f"{what} cannot be changed alone: {why}. Edit the file.")
