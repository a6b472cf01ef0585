"""What a person types to find words, read: words, phrases and filters; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lwe.errors import LweError

FILTERS = ("preset", "model", "tool", "before", "after", "has", "user")
_TOKEN = re.compile(
    rf"(?P<name>{'|'.join(FILTERS)}):(?P<value>\"[^\"]*\"?|\S*)"
    r"|\"(?P<phrase>[^\"]*)(?P<end>\"?)|(?P<word>[^\s\"]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for in messages; everything has to be true of the same message.

    Attributes:
        words: beginnings of words; one with blanks in it is a phrase whose last word may go on.
        phrases: whole words in a row.
        preset: part of the preset's name with which it was said.
        model: part of the model's name.
        tool: part of the name of a tool that is called, or whose result it is.
        before: said before this day.
        after: said on this day or later.
        has_code: whether there has to be a block of code in it.
        user: by the name of whom; empty for anybody.
        user_id: in whose conversations; None for everybody's.
        hidden: whether to look into hidden conversations too.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    preset: str = ""
    model: str = ""
    tool: str = ""
    before: date | None = None
    after: date | None = None
    has_code: bool = False
    user: str = ""
    user_id: int | None = None
    hidden: bool = False

    @classmethod
    def parse(cls, text: str, *, user_id: int | None = None, hidden: bool = False) -> Query:
        """Read what was typed; a filter without a value is not written to its end yet.

        Args:
            text: for example `words "a phrase" preset:fast before:2025-01-31 has:code`.
            user_id: in whose conversations to look; None for everybody's.
            hidden: whether to look into hidden ones too.

        Raises:
            LweError: when a date is none, or `has:` names what cannot be looked for.
        """
        words: list[str] = []
        phrases: list[str] = []
        filters: dict[str, str] = {}
        for found in _TOKEN.finditer(text):
            if name := found["name"]:
                filters[name.lower()] = found["value"].strip('"').strip()
            elif found["word"]:
                words.append(found["word"])
            elif found["phrase"].strip():
                (phrases if found["end"] else words).append(found["phrase"].strip())
        return cls(
            words=tuple(words),
            phrases=tuple(phrases),
            preset=filters.get("preset", ""),
            model=filters.get("model", ""),
            tool=filters.get("tool", ""),
            before=_day("before", filters.get("before", "")),
            after=_day("after", filters.get("after", "")),
            has_code=_has_code(filters.get("has", "")),
            user=filters.get("user", ""),
            user_id=user_id,
            hidden=hidden,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked that a message could answer."""
        asked = (*self.words, *self.phrases, self.preset, self.model, self.tool, self.user)
        return not (any(asked) or self.before or self.after or self.has_code)

    @property
    def expression(self) -> str:
        """The words and phrases as FTS5 reads them; empty without any."""
        words = [f"{_quoted(word)}*" for word in self.words]
        return " ".join((*words, *map(_quoted, self.phrases)))


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _day(name: str, value: str) -> date | None:
    if not value:
        return None
    try:
        # A month or a year is its first day.
        return date.fromisoformat(value + "-01" * (2 - value.count("-")))
    except ValueError as error:
        raise LweError(
            f"'{name}:{value}' names no day. Write it as in {name}:2025-01-31."
        ) from error


def _has_code(value: str) -> bool:
    if value.lower() not in ("", "code"):
        raise LweError(f"'has:{value}' cannot be looked for. Write has:code.")
    return bool(value)
