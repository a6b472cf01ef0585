"""A turn on its way, as the screen knows it, and messages as entries of the transcript."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from lwe.domain import Attachment, Message, Origin, Stored
from lwe.errors import LweError
from lwe.events import ToolFinished, ToolRequested
from lwe.state import State
from lwe_tui.prices import written
from lwe_tui.render import folds
from lwe_tui.render.blocks import Entry
from lwe_tui.render.folds import Fold

REMEDIES = "F5 asks again, ctrl+l X with another preset, ctrl+l E edits it."
GO_ON = "ctrl+l C goes on."
MARK_NOTES = {"stopped": "Stopped.", "cut": "Cut off.", "failed": "Failed."}


class Timing(Protocol):
    """What is known of how an answer was made; seconds and tokens."""

    @property
    def first_token(self) -> float | None: ...
    @property
    def seconds(self) -> float | None: ...
    @property
    def output_tokens(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what it is asked with.

    Attributes:
        text: as the model gets it.
        overrides: what this question does differently.
        attachments: what goes with it.
        written: as it stood in the composer, with tokens for what is attached; empty when that
            is the text itself.
        edits: the stored question that it takes the place of.
    """

    text: str
    overrides: Mapping[str, Any] | None = None
    attachments: tuple[Attachment, ...] = ()
    written: str = ""
    edits: int | None = None

    @property
    def shown(self) -> str:
        """The words as their writer knows them."""
        return self.written or self.text


@dataclass(eq=False, slots=True)
class View:
    """One conversation as it is open on the screen; a new one has no id yet.

    Attributes:
        loaded: set when what is stored of it is shown, or is known not to come.
        switched: whether the user chose how to ask since it was opened.
        how: the settings it is asked with, known when it is loaded; None for those of where it
            was begun.
        refusal: why it could not be read, so that nothing may be asked in it.
        queued: questions that wait for the answer before them.
    """

    conversation_id: int | None = None
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    switched: bool = False
    how: State | None = None
    refusal: LweError | None = None
    queued: list[Question] = field(default_factory=list)

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
        asked: whether it has been handed to the library.
        kept: whether its words are stored although it was not asked.
        origin: with what it is asked, known when it is stored.
        text: the pieces of the answer so far.
        folds: the calls of tools among them.
        instead_of: the first stored message that it stands for, when it takes the place of
            something, which comes back when nothing is said.
        shown: the question as it stands in the transcript already.
        continues: the answer that it goes on with, as it stands there.
        error: why there is no whole answer.
    """

    view: View
    state: State
    question: Question
    number: int = field(default_factory=itertools.count(1).__next__)
    origin: Origin | None = None
    started: float = field(default_factory=time.monotonic)
    question_id: int | None = None
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    asked: bool = False
    kept: bool = False
    begun: bool = False
    folds: list[Fold] = field(default_factory=list)
    error: LweError | None = None
    instead_of: int | None = None
    shown: Entry | None = None
    continues: Entry | None = None

    @property
    def first_id(self) -> int | None:
        """The first stored message that it stands for."""
        return self.question_id if self.instead_of is None else self.instead_of

    @property
    def said(self) -> bool:
        """Whether there is anything of an answer: words, or calls of tools."""
        return bool(self.text or self.folds)

    def take(self, event: ToolRequested | ToolFinished) -> Fold | None:
        """Note a call or its result, and return the fold that shows it."""
        if isinstance(event, ToolRequested):
            call, at = event.call, sum(map(len, self.text))
            self.folds.append(folds.of_call(call.name, call.args, at, call.id))
            return self.folds[-1]
        result = event.result
        fold = _waiting(self.folds, result.id or result.name)
        if fold is not None:
            folds.answer(fold, result.value, result.failed)
        return fold

    @property
    def question_key(self) -> str:
        """The question's key in the transcript."""
        return self.shown.key if self.shown else f"live-{self.number}-question"

    @property
    def answer_key(self) -> str:
        """The answer's key in the transcript."""
        return self.continues.key if self.continues else f"live-{self.number}-answer"

    def entries(self) -> list[Entry]:
        """Return the turn so far as it is shown."""
        return (
            [self.answer_entry()]
            if self.continues
            else [self.question_entry(), self.answer_entry()]
        )

    def question_entry(self) -> Entry:
        """Return the question as it is shown at once."""
        if self.shown:
            return replace(self.shown, mark="", note="")
        return Entry(
            key=self.question_key,
            role="user",
            heading="You",
            when=clock(datetime.now()),
            text=self.question.shown,
        )

    def answer_entry(self) -> Entry:
        """Return the answer so far."""
        if self.continues:
            text, thought = self.continues.text, self.continues.reasoning
            return replace(
                self.continues,
                text=text + "".join(self.text),
                reasoning="\n\n".join(part for part in (thought, "".join(self.reasoning)) if part),
                mark="",
                note="",
                live=True,
            )
        return Entry(
            key=self.answer_key,
            role="assistant",
            heading=heading_of(self.origin or self.state.origin),
            text="".join(self.text),
            reasoning="".join(self.reasoning),
            since=self.started,
            live=True,
            folds=list(self.folds),
        )


def heading_of(origin: Origin) -> str:
    """Name who answers: preset, then model."""
    return " · ".join(part for part in (origin.preset, origin.model) if part) or "assistant"


def entry_of(
    message: Message,
    timing: Timing | None = None,
    key: str = "",
    cost: float | None = None,
    attached: Sequence[Stored] = (),
) -> Entry:
    """Make an entry of a stored message.

    Args:
        cost: of the answer, in US dollars.
        attached: what is a part of its text.
    """
    return Entry(
        key=key or f"message-{message.id}",
        role=message.role,
        heading=_heading(message),
        when=clock(message.created) if message.created else "",
        text=message.text,
        reasoning=message.reasoning,
        mark=message.mark.kind if message.mark else "",
        note=_note(message),
        footer=footer(timing, len(message.text), cost) if timing else "",
        folds=list(_folds(message, attached)),
    )


def _folds(message: Message, attached: Sequence[Stored]) -> Iterator[Fold]:
    text = message.text
    for given in sorted(attached, key=lambda given: given.start):
        if not given.hash and given.start + given.length <= len(text):
            part = text[given.start : given.start + given.length]
            yield folds.of_file(given.name, part, given.start, given.length)
    for call in message.tool_calls:
        yield folds.of_call(call.name, call.args, len(text), call.id)
    if message.tool_result is not None:
        yield folds.of_result(message.tool_result.name, message.tool_result.value)


def take_result(entries: Sequence[Entry], message: Message) -> bool:
    """Put a tool's result into the entry with its call; False when it is in none of them."""
    result = message.tool_result
    if result is None:
        return False
    for entry in reversed(entries):
        if entry.role == "user":
            break
        fold = _waiting(entry.folds, result.id or result.name)
        if fold is not None:
            folds.answer(fold, result.value, result.failed or None)
            entry.also += (f"message-{message.id}",)
            return True
    return False


def _waiting(calls: Sequence[Fold], key: str) -> Fold | None:
    """Return the first call with an id that has no result yet."""
    return next((f for f in calls if f.kind == "call" and f.key == key and not f.state), None)


def clock(when: datetime) -> str:
    """Write a time as hours and minutes, with the day when it is not today."""
    return when.strftime("%H:%M" if when.date() == datetime.now().date() else "%Y-%m-%d %H:%M")


def footer(timing: Timing, characters: int, cost: float | None = None) -> str:
    """Describe how fast an answer came; tokens only where the server counted them.

    Args:
        cost: in US dollars, where that is known.
    """
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
    if cost is not None:
        parts.append(written(cost))
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


def _note(message: Message) -> str:
    if message.mark is None:
        return ""
    note = message.mark.note or MARK_NOTES[message.mark.kind]
    if message.role == "user":
        return f"{note}  {REMEDIES}"
    return f"{note}  {GO_ON}" if message.role == "assistant" and message.text else note
