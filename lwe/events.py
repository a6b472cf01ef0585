"""The verbs: what may happen during a turn, as a closed union for `match`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lwe.domain import NO_USAGE, Message, ToolCall, ToolResult, Usage

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolRequested:
    """The model wants a tool to be run."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has been run, or could not be; the result says which."""

    call: ToolCall
    result: ToolResult


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """The model ended its reply by itself.

    Attributes:
        reason: the server's word: `stop`, `length`, `content_filter`, …
    """

    reason: str
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know; never an answer."""

    text: str
    level: Level = "info"


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The turn is over; `answer` is what the assistant said."""

    answer: Message
    usage: Usage = NO_USAGE


ReplyEvent = TextDelta | ReasoningDelta | ToolRequested | ReplyFinished | Notice
"""What a provider may say while it answers."""

Event = (
    TextDelta
    | ReasoningDelta
    | ToolRequested
    | ToolFinished
    | ReplyFinished
    | Notice
    | TurnFinished
)
"""What a turn may say."""
