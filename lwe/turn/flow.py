"""What happens in a turn, decided without doing any of it: a generator of steps, no I/O."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from lwe.domain import NO_USAGE, Mark, Message, ModelRequest, Origin, Usage
from lwe.errors import ProviderError
from lwe.events import Event, Notice, ReasoningDelta, ReplyFinished, TextDelta, TurnFinished


@dataclass(frozen=True, slots=True)
class CallModel:
    """Send this request and report every event of the reply to `Turn.heard`."""

    request: ModelRequest


Step = CallModel
"""What a turn may ask its performer to do."""


class Turn:
    """One question and what has been answered so far; it may be read at any moment.

    Args:
        request: what the model is asked.
        origin: what is stored with the answer.
        notices: what the user should know before the answer starts.
        clock: seconds that never go back; for the latencies.
    """

    def __init__(
        self,
        request: ModelRequest,
        origin: Origin,
        notices: tuple[Notice, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request, self.origin, self.notices = request, origin, notices
        self.usage: Usage = NO_USAGE
        self.finish_reason = ""
        self.started = clock()
        self.first_token: float | None = None
        self._clock = clock
        self._text: list[str] = []
        self._reasoning: list[str] = []

    @property
    def text(self) -> str:
        """The answer so far."""
        if len(self._text) > 1:
            self._text = ["".join(self._text)]
        return self._text[0] if self._text else ""

    @property
    def reasoning(self) -> str:
        """What the model thought so far."""
        if len(self._reasoning) > 1:
            self._reasoning = ["".join(self._reasoning)]
        return self._reasoning[0] if self._reasoning else ""

    @property
    def seconds(self) -> float:
        """How long the turn has taken so far."""
        return self._clock() - self.started

    def steps(self) -> Generator[Step, None, TurnFinished]:
        """Decide what to do next, until the turn is finished.

        Raises:
            ProviderError: when the model ended its reply without saying anything.
        """
        yield CallModel(self.request)
        if not self.text:
            raise ProviderError(
                "The model answered nothing.", "bad_reply", "Retry, or choose another model."
            )
        return TurnFinished(self.answer(), self.usage)

    def heard(self, event: Event) -> None:
        """Take what the model said into account."""
        match event:
            case TextDelta(text):
                self._note_first_token()
                self._text.append(text)
            case ReasoningDelta(text):
                self._note_first_token()
                self._reasoning.append(text)
            case ReplyFinished(reason, usage):
                self.finish_reason, self.usage = reason, usage
            case Notice() | TurnFinished():
                pass

    def answer(self, mark: Mark | None = None) -> Message:
        """Return what the assistant has said, whole or cut short."""
        if mark is None and self.finish_reason == "length":
            mark = Mark("cut", "The answer reached its limit of tokens.")
        return Message("assistant", self.text, origin=self.origin, mark=mark)

    def _note_first_token(self) -> None:
        if self.first_token is None:
            self.first_token = self.seconds
