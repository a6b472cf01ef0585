"""A turn on its way, as the screen knows it, and messages as entries of the transcript."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lwe.domain import Message, Origin, ToolCall
from lwe.errors import LweError
from lwe.events import ToolFinished, ToolRequested
from lwe.state import State
from lwe_tui.render.blocks import Entry

LONGEST_DATA = 64_000
"""Characters of a call or a result that are shown; all of them are stored."""
MARK_NOTES = {"stopped": "Stopped.", "cut": "Cut off.", "failed": "Failed."}


class Timing(Protocol):
    """What is known of how an answer was made; seconds and tokens."""

    @property
    def first_token(self) -> float | None: ...
    @property
    def seconds(self) -> float | None: ...
    @property
    def output_tokens(self) -> int | None: ...


@dataclass(eq=False, slots=True)
class View:
    """One conversation as it is open on the screen; a new one has no id yet.

    Attributes:
        loaded: set when what is stored of it is shown, or is known not to come.
        switched: whether the user chose how to ask since it was opened.
        how: the settings it is asked with, known when it is loaded; None for those of where it
            was begun.
        refusal: why it could not be read, so that nothing may be asked in it.
    """

    conversation_id: int | None = None
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    switched: bool = False
    how: State | None = None
    refusal: LweError | None = None

    @classmethod
    def new(cls) -> View:
        """Return a conversation of which nothing is stored."""
        view = cls()
        view.loaded.set()
        return view


@dataclass(eq=False, slots=True)
class Live:
    """A turn that is being answered.

    Attributes:
        view: the conversation it belongs to, on the screen or not.
        state: who asks, where and how.
        overrides: what this question does differently.
        asked: whether it has been handed to the library.
        kept: whether its words are stored although it was not asked.
        origin: with what it is asked, known when it is stored.
        text: the pieces of the answer so far, calls and results of tools among them.
        tools: whether tools were called.
    """

    view: View
    state: State
    question: str
    overrides: Mapping[str, Any] | None = None
    number: int = field(default_factory=itertools.count(1).__next__)
    origin: Origin | None = None
    started: float = field(default_factory=time.monotonic)
    question_id: int | None = None
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    asked: bool = False
    kept: bool = False
    begun: bool = False
    tools: bool = False

    @property
    def question_key(self) -> str:
        """The question's key in the transcript."""
        return f"live-{self.number}-question"

    @property
    def answer_key(self) -> str:
        """The answer's key in the transcript."""
        return f"live-{self.number}-answer"

    def question_entry(self) -> Entry:
        """Return the question as it is shown at once."""
        return Entry(
            key=self.question_key,
            role="user",
            heading="You",
            when=clock(datetime.now()),
            text=self.question,
        )

    def answer_entry(self) -> Entry:
        """Return the answer so far."""
        return Entry(
            key=self.answer_key,
            role="assistant",
            heading=heading_of(self.origin or self.state.origin),
            text="".join(self.text),
            reasoning="".join(self.reasoning),
            since=self.started,
            live=True,
        )


def heading_of(origin: Origin) -> str:
    """Name who answers: preset, then model."""
    return " · ".join(part for part in (origin.preset, origin.model) if part) or "assistant"


def entry_of(message: Message, timing: Timing | None = None, key: str = "") -> Entry:
    """Make an entry of a stored message."""
    return Entry(
        key=key or f"message-{message.id}",
        role=message.role,
        heading=_heading(message),
        when=clock(message.created) if message.created else "",
        text=_text(message),
        reasoning=message.reasoning,
        mark=message.mark.kind if message.mark else "",
        note=_note(message),
        footer=footer(timing, len(message.text)) if timing else "",
    )


def tool_text(event: ToolRequested | ToolFinished) -> str:
    """Write a call, or what a tool gave back, as Markdown that follows what was said."""
    if isinstance(event, ToolRequested):
        return f"\n\n{_call_text(event.call)}\n\n"
    result = event.result
    answer = _fenced(json.dumps(result.value, ensure_ascii=False, indent=2, default=str))
    return f"\n\n`{result.name}` answers\n\n{answer}\n\n"


def clock(when: datetime) -> str:
    """Write a time as hours and minutes, with the day when it is not today."""
    return when.strftime("%H:%M" if when.date() == datetime.now().date() else "%Y-%m-%d %H:%M")


def footer(timing: Timing, characters: int) -> str:
    """Describe how fast an answer came; tokens only where the server counted them."""
    parts = []
    if timing.first_token is not None:
        parts.append(f"{timing.first_token:.1f} s to first")
    if timing.output_tokens and timing.seconds:
        writing = max(timing.seconds - (timing.first_token or 0.0), 0.001)
        parts.append(f"{timing.output_tokens / writing:.0f} tok/s")
    if timing.output_tokens:
        parts.append(f"{timing.output_tokens:,} tok")
    elif characters:
        parts.append(f"{characters:,} characters")
    return " · ".join(parts)


def _heading(message: Message) -> str:
    match message.role:
        case "user":
            return "You"
        case "assistant":
            return heading_of(message.origin)
        case "system":
            return "System"
        case "tool":
            name = message.tool_result.name if message.tool_result else ""
            return f"Tool {name}".rstrip()


def _text(message: Message) -> str:
    if message.tool_result is not None:
        return _fenced(json.dumps(message.tool_result.value, ensure_ascii=False, indent=2))
    calls = [_call_text(call) for call in message.tool_calls]
    return "\n\n".join([*([message.text] if message.text else []), *calls])


def _call_text(call: ToolCall) -> str:
    arguments = json.dumps(dict(call.args), ensure_ascii=False, indent=2)
    return f"Calls `{call.name}`\n\n{_fenced(arguments)}"


def _fenced(text: str) -> str:
    if len(text) > LONGEST_DATA:
        rest = len(text) - LONGEST_DATA
        text = f"{text[:LONGEST_DATA]}\n… and {rest:,} more characters"
    return f"~~~~json\n{text}\n~~~~"


def _note(message: Message) -> str:
    if message.mark is None:
        return ""
    note = message.mark.note or MARK_NOTES[message.mark.kind]
    return f"{note}  F5 asks again." if message.role == "user" else note
