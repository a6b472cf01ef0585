"""What is one row until somebody wants to see more: thinking, calls of tools, files, long texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text

from lwe_tui.render.clean import clean, clean_line
from lwe_tui.render.lines import Block, Line, Look, strip_of

FOLDED, OPEN = "▸ ", "▾ "
LONG_ROWS, LONG_CHARACTERS = 40, 4000
"""What a user typed and is longer than this is folded."""
LONGEST_ARGUMENTS, LONGEST_BEGINNING = 60, 48
LONGEST_DATA = 64_000
"""Characters of a call or a result that are shown; all of them are stored."""
_BYTES = 1000.0

Kind = Literal["thought", "call", "file", "text"]


@dataclass(slots=True)
class Fold:
    """A part of a message that is folded.

    Attributes:
        label: what the row says.
        body: what is shown when it is unfolded: Markdown of a call, else plain words.
        at: where in the message's text it stands.
        length: how many characters of the text it stands for.
        state: how a call ended: `ok` or `failed`; empty while it runs.
        key: the id of a call.
    """

    kind: Kind
    label: str
    body: str
    at: int = 0
    length: int = 0
    state: str = ""
    key: str = ""


class FoldBlock(Block):
    """The row that stands for what is folded, and above it when it is unfolded."""

    __slots__ = ("fold", "name", "opened")

    def __init__(self, fold: Fold, name: str, opened: bool, gap: bool) -> None:
        super().__init__("" if opened else clean(fold.body), gap)
        self.fold, self.name, self.opened, self.kind = fold, name, opened, fold.kind

    def estimate(self, width: int) -> int:
        return 1

    def draw(self, width: int, look: Look) -> list[Line]:
        failed = self.fold.state == "failed"
        row = Text(OPEN if self.opened else FOLDED, look["fold"])
        row.append(clean_line(self.fold.label), look["fold"])
        if self.fold.kind == "call":
            state = self.fold.state or "…"
            row.append(f" · {state}", look["failed" if failed else "quiet"])
        row.truncate(max(1, width), overflow="ellipsis")
        return [Line(strip_of(row), words=self.source)]


def of_thought(thought: str) -> Fold:
    """Fold what a model thought."""
    return Fold("thought", f"thought for {len(thought.split()):,} words", thought)


def of_file(name: str, text: str, at: int, length: int) -> Fold:
    """Fold a file that is a part of a message's text."""
    return Fold("file", f"{name} · {size_of(text)}", text, at, length)


def of_call(name: str, arguments: Mapping[str, Any], at: int, key: str = "") -> Fold:
    """Fold a call of a tool, whose result is not there yet."""
    given = ", ".join(f"{key}: {_short(value)}" for key, value in arguments.items())
    if len(given) > LONGEST_ARGUMENTS:
        given = given[: LONGEST_ARGUMENTS - 1] + "…"
    body = f"Calls `{name}`\n\n{_fenced(arguments)}"
    return Fold("call", f"{name}({given})", body, at, key=key or name)


def answer(fold: Fold, value: object, failed: bool | None = None) -> None:
    """Put what a tool gave back into its call's fold.

    Args:
        failed: whether the tool could not do it; None when only the value tells.
    """
    if failed is None:
        failed = isinstance(value, Mapping) and set(value) == {"error"}
    fold.state = "failed" if failed else "ok"
    fold.body += f"\n\nIt gave back\n\n{_fenced(value)}"


def of_result(name: str, value: object) -> Fold:
    """Fold what a tool gave back to a call that is not here."""
    fold = Fold("call", name or "tool", "")
    answer(fold, value)
    fold.body = fold.body.lstrip()
    return fold


def of_long(text: str, end: int) -> Iterator[Fold]:
    """Fold the beginning of what a user typed, if it is long."""
    words = text[:end]
    if len(words) > LONG_CHARACTERS or words.count("\n") >= LONG_ROWS:
        beginning = " ".join(words[: 4 * LONGEST_BEGINNING].split())
        if len(beginning) > LONGEST_BEGINNING:
            beginning = beginning[: LONGEST_BEGINNING - 1] + "…"
        yield Fold("text", f"{beginning} · {size_of(words)}", words, 0, end)


def size_of(text: str) -> str:
    """Say how long a text is."""
    count = text.count("\n") + 1
    size = len(text.encode("utf-8", "replace"))
    amount = f"{size:,} bytes" if size < _BYTES else f"{size / _BYTES:,.1f} kB"
    return f"{count:,} line{'' if count == 1 else 's'}, {amount}"


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _fenced(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    if len(text) > LONGEST_DATA:
        rest = len(text) - LONGEST_DATA
        text = f"{text[:LONGEST_DATA]}\n… and {rest:,} more characters"
    return f"~~~~json\n{text}\n~~~~"
