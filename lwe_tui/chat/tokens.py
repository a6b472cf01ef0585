"""Attachments stand in a text as tokens: `[notes.md]`, which is written and deleted as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lwe.domain import Attachment
from lwe_tui.render.clean import clean_line

PASTED = "text/x-pasted"
"""The media type of a long paste: it is no file, and goes back into the text when it is sent."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a token stands in a line."""

    start: int
    end: int
    token: str


class Tokens:
    """The tokens that a text may hold, and what they stand for."""

    def __init__(self) -> None:
        self._held: dict[str, Attachment] = {}

    def add(self, attachment: Attachment) -> str:
        """Hold an attachment and return its token, the same one for the same thing."""
        name = clean_line(attachment.name).replace("[", "(").replace("]", ")")
        for number in range(1, len(self._held) + 2):
            token = f"[{name}]" if number == 1 else f"[{name} {number}]"
            if self._held.get(token, attachment) == attachment:
                self._held[token] = attachment
                return token
        raise AssertionError("unreachable: there are fewer tokens than numbers")

    def hold(self, attachments: Iterable[Attachment]) -> None:
        """Hold what a text that comes from elsewhere refers to, in the order of its tokens."""
        for attachment in attachments:
            self.add(attachment)

    def spans(self, line: str) -> Iterator[Span]:
        """Find the tokens of a line, from left to right."""
        at = 0
        while self._held and (at := line.find("[", at)) >= 0:
            token = max((t for t in self._held if line.startswith(t, at)), key=len, default="")
            if token:
                yield Span(at, at + len(token), token)
            at += len(token) or 1

    def used(self, text: str) -> list[Attachment]:
        """Return what a text refers to, each once, in its order."""
        found = {span.token: None for span in self.spans(text)}
        return [self._held[token] for token in found]

    def sent(self, text: str) -> tuple[str, tuple[Attachment, ...]]:
        """Return a text as it is asked: pastes in full, and the files beside it."""
        made, at = "", 0
        for span in self.spans(text):
            held = self._held[span.token]
            if held.media_type == PASTED:
                made += text[at : span.start] + held.text
                at = span.end
        files = [held for held in self.used(text) if held.media_type != PASTED]
        return made + text[at:], tuple(files)

    @property
    def held(self) -> Mapping[str, Attachment]:
        """What each token stands for."""
        return self._held


def pasted(text: str) -> Attachment:
    """Make an attachment of a long paste."""
    lines = text.count("\n") + 1
    size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
    return Attachment(f"pasted {size}", PASTED, text=text)
