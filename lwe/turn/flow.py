"""What happens in a turn, decided without doing any of it: a generator of steps, no I/O."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lwe.config.defaults import MAX_ROUNDS as MAX_ROUNDS
from lwe.domain import (
    NO_USAGE,
    Mark,
    Message,
    ModelRequest,
    Origin,
    ToolCall,
    ToolResult,
    Usage,
)
from lwe.errors import ProviderError, ToolError
from lwe.events import (
    Event,
    Notice,
    ReasoningDelta,
    ReplyFinished,
    TextDelta,
    ToolFinished,
    ToolRequested,
    TurnFinished,
)

FREE_CHOICES = (None, "", "auto", "none")
"""What `tool_choice` says when the model may answer without a tool."""
_MOST_PIECES = 1000
NOT_RUN = {"error": "This tool was not run: the turn was ended before."}
NOT_AWAITED = {"error": "This tool was begun; the turn was ended before it gave anything back."}


@dataclass(frozen=True, slots=True)
class CallModel:
    """Send this request and report every event of the reply to `Turn.heard`."""

    request: ModelRequest


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run this tool and report a `ToolFinished` to `Turn.heard`."""

    call: ToolCall


Step = CallModel | RunTool
"""What a turn may ask its performer to do."""


@dataclass(frozen=True, slots=True)
class ToolRules:
    """How a turn ends when the model calls tools; the metadata of the seed's presets.

    Attributes:
        return_call: whether the calls are the answer, and nothing is run.
        return_response: whether the last tool's value is the answer.
        forced: whether the model had to call a tool: its value is the answer, at once.
        max_rounds: how often the model may be called again.
    """

    return_call: bool = False
    return_response: bool = False
    forced: bool = False
    max_rounds: int = MAX_ROUNDS


@dataclass(frozen=True, slots=True)
class Progress:
    """What a turn has said at one moment.

    Attributes:
        text: the words since the last call of a tool.
        said: everything before them: words, calls, results.
        whole: how many of those are in rounds of which every call has its result.
    """

    text: str
    said: tuple[Message, ...]
    whole: int


NO_RULES = ToolRules()
Fit = Callable[[Sequence[Message]], Sequence[Message]]


class Turn:
    """One question and what has been answered so far; it may be read at any moment.

    Args:
        request: what the model is asked.
        origin: what is stored with the answer.
        notices: what the user should know before the answer starts.
        rules: how tools end it.
        fit: returns the messages to send, given those that the turn has added; within the limit.
        clock: seconds that never go back; for the latencies.

    Attributes:
        response: what `ask` answers once the turn is finished: the text, the calls, or a
            tool's value.
    """

    def __init__(
        self,
        request: ModelRequest,
        origin: Origin,
        notices: tuple[Notice, ...] = (),
        rules: ToolRules = NO_RULES,
        fit: Fit | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request, self.origin, self.notices, self.rules = request, origin, notices, rules
        self.usage: Usage = NO_USAGE
        self.finish_reason = ""
        self.started = clock()
        self.first_token: float | None = None
        self.response: Any = None
        self._clock = clock
        self._fit = fit or (lambda said: (*request.messages, *said))
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[ToolCall] = []
        self._said: list[Message] = []
        self._open: list[ToolCall] = []
        self._kept = self._whole = 0
        self._begun: ToolCall | None = None
        self._guard = threading.RLock()  # words that become a message are in one place only

    @property
    def text(self) -> str:
        """The answer so far, without what was said before tools were run."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """What the model thought so far, since the last tool was run."""
        return "".join(self._reasoning)

    @property
    def has_said(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self._text or self._said)

    @property
    def seconds(self) -> float:
        """How long the turn has taken so far."""
        return self._clock() - self.started

    def steps(self) -> Generator[Step, None, TurnFinished]:
        """Decide what to do next, until the turn is finished.

        Raises:
            ProviderError: when the model ended its reply without saying anything.
            ToolError: when it calls tools again and again.
        """
        request = self.request
        for _ in range(self.rules.max_rounds):
            yield CallModel(request)
            if not (self._calls and request.tools):  # Nobody can run what nobody has offered.
                return self._finished()
            calls = self._settle_calls()
            if self.rules.return_call:
                self._open = []
                self.response = [call_dict(call) for call in calls]
                return TurnFinished(self.answer(), self.usage)
            for call in calls:
                self._begun = call
                yield RunTool(call)
            if self.rules.forced:
                return self._finished_by_tool()
            request = replace(request, messages=tuple(self._fit(self._said)))
        raise ToolError(
            f"The model was called {self.rules.max_rounds} times in one turn and called tools each "
            "time. Ask it to go on, or raise tools.max_rounds in the configuration."
        )

    def heard(self, event: Event) -> None:
        """Take what the model said, or a tool gave back, into account."""
        match event:
            case TextDelta(text):
                self._note_first_token()
                self._text = _with_piece(self._text, text)
            case ReasoningDelta(text):
                self._note_first_token()
                self._reasoning = _with_piece(self._reasoning, text)
            case ToolRequested(call):
                self._note_first_token()
                self._calls.append(call)
            case ToolFinished(call, result):
                self._answer_call(call, result)
            case ReplyFinished(reason, usage):
                self.finish_reason, self.usage = reason, _sum(self.usage, usage)
            case Notice() | TurnFinished():
                pass

    def answer(self, mark: Mark | None = None) -> Message:
        """Return the last thing that the assistant has said, whole or cut short."""
        if mark is None and self.finish_reason == "length":
            mark = Mark("cut", "The answer reached its limit of tokens.")
        elif mark is None and self.finish_reason == "content_filter":
            mark = Mark("cut", "The server's content filter ended the answer.")
        return Message(
            "assistant", self.text, origin=self.origin, mark=mark, reasoning=self.reasoning
        )

    def progress(self) -> Progress:
        """Return what has been said so far; callable while another thread performs the turn."""
        with self._guard:
            said = tuple(self._said)
            return Progress(self.text, said, self._whole if self._open else len(said))

    def begun(self, call: ToolCall | None) -> None:
        """Note which call has been begun; None while somebody has to allow it first."""
        self._begun = call

    def take_settled(self) -> list[Message]:
        """Return what may be stored before the turn ends and was not returned yet.

        Calls are returned with all their results, or not yet.
        """
        if self._open:
            return []
        settled, self._kept = self._said[self._kept :], len(self._said)
        return settled

    def rest(self, since: int | None = None) -> list[Message]:
        """Return what was said but the last answer; every call gets a result.

        Args:
            since: how many messages are left out; those of `take_settled` without it.
        """
        since = self._kept if since is None else since
        missing = [
            ToolResult(c.name, NOT_AWAITED if c is self._begun else NOT_RUN, c.id, True)
            for c in self._open
        ]
        return [*self._said[since:], *map(_result_message, missing)]

    # Inner

    def _settle_calls(self) -> list[ToolCall]:
        """Make messages of a reply with calls; what follows is another reply."""
        calls, self._calls = self._calls, []
        with self._guard:
            self._open, self._whole = list(calls), len(self._said)
            self._said += self._call_messages(calls)
            self._text, self._reasoning = [], []
        return calls

    def _call_messages(self, calls: Sequence[ToolCall]) -> list[Message]:
        asking = Message(
            "assistant", "", tuple(calls), origin=self.origin, reasoning=self.reasoning
        )
        if not self.text:
            return [asking]
        # The seed's rows hold calls or words, not both.
        words = Message("assistant", self.text, origin=self.origin, reasoning=self.reasoning)
        return [words, replace(asking, reasoning="")]

    def _answer_call(self, call: ToolCall, result: ToolResult) -> None:
        with self._guard:
            self._open = [waiting for waiting in self._open if waiting is not call]
            self._said.append(_result_message(result))

    def _finished(self) -> TurnFinished:
        if self.rules.return_response and self._said:
            return self._finished_by_tool()
        if not self.text and self.finish_reason == "content_filter":
            raise ProviderError(
                "The server's content filter withheld the answer.",
                "filtered",
                "Say it in other words, or choose another model.",
            )
        if not self.text:
            raise ProviderError(
                "The model answered nothing.", "bad_reply", "Retry, or choose another model."
            )
        self.response = self.text
        return TurnFinished(self.answer(), self.usage)

    def _finished_by_tool(self) -> TurnFinished:
        """End with the last tool's value; what the model says of it is not wanted."""
        self._text, self._reasoning = [], []
        last = self._said[-1]
        self.response = last.tool_result.value if last.tool_result else None
        return TurnFinished(last, self.usage)

    def _note_first_token(self) -> None:
        if self.first_token is None:
            self.first_token = self.seconds


def call_dict(call: ToolCall) -> dict[str, Any]:
    """Return a call as the seed stores and answers it."""
    return {"name": call.name, "args": dict(call.args), "id": call.id, "type": "tool_call"}


def _with_piece(pieces: list[str], piece: str) -> list[str]:
    """Add a piece, so that the list stays short and another thread may read it meanwhile."""
    if len(pieces) < _MOST_PIECES:
        pieces.append(piece)
        return pieces
    return ["".join(pieces), piece]


def _result_message(result: ToolResult) -> Message:
    return Message("tool", "", tool_result=result)


def _sum(one: Usage, other: Usage) -> Usage:
    """Add up the tokens of several calls of a model, as far as they are known."""
    return Usage(
        _added(one.input_tokens, other.input_tokens),
        _added(one.output_tokens, other.output_tokens),
    )


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
