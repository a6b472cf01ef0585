"""`Heard`: an answer as a plugin's hook hears it, piece by piece or whole; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lwe.domain import ToolCall
from lwe.errors import ProviderError
from lwe.events import ReasoningDelta, ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.providers.llm import Reply
from lwe.providers.messages import call_of, calls_of, words_of

Hook = Callable[..., Any] | None


class Heard:
    """Passes an answer through a hook.

    Args:
        stream: whether the hook takes `(piece, pieces before)`; else it takes the whole reply.
        hook: None to pass everything on as it is.
    """

    def __init__(self, stream: bool, hook: Hook) -> None:
        self._stream, self._hook = stream, hook
        self._before: list[Reply] = []
        self._words: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[ToolCall] = []

    def take(self, event: ReplyEvent) -> Iterator[ReplyEvent]:
        """Yield what is made of an event.

        Raises:
            ProviderError: when the hook fails, or returns something that has no words.
        """
        if self._hook is None:
            yield event
        elif self._stream:
            yield from self._piece(event)
        else:
            yield from self._part(event)

    def rest(self) -> Iterator[ReplyEvent]:
        """Yield what is left of an answer that ended without saying so."""
        if self._hook is not None and (self._words or self._calls):
            yield from self._whole("")

    def _piece(self, event: ReplyEvent) -> Iterator[ReplyEvent]:
        if not isinstance(event, TextDelta):
            yield event  # The seed loses calls of tools here.
            return
        assert self._hook is not None
        piece = Reply(event.text)
        if words := _words(self._hook(piece, self._before)):
            yield TextDelta(words)
        self._before.append(piece)

    def _part(self, event: ReplyEvent) -> Iterator[ReplyEvent]:
        match event:
            case TextDelta(text):
                self._words.append(text)
            case ToolRequested(call):
                self._calls.append(call)
            case ReasoningDelta(text):
                self._thoughts.append(text)
                yield event
            case ReplyFinished(reason):
                yield from self._whole(reason)
                yield event
            case _:
                yield event

    def _whole(self, reason: str) -> Iterator[ReplyEvent]:
        assert self._hook is not None
        calls = calls_of(self._calls)
        reply = Reply("".join(self._words), calls)
        if self._thoughts:
            reply.additional_kwargs["reasoning_content"] = "".join(self._thoughts)
        if reason:
            reply.response_metadata["finish_reason"] = reason
        made = self._hook(reply)
        if words := _words(made):
            yield TextDelta(words)
        wanted = getattr(made, "tool_calls", None)
        for call in self._calls if wanted is None else map(call_of, wanted):
            yield ToolRequested(call)
        self._words, self._calls = [], []


def _words(made: Any) -> str:
    """Read the words that a hook returns.

    Raises:
        ProviderError: when it returns none.
    """
    try:
        return words_of(made if isinstance(made, str | list) else getattr(made, "content", None))
    except TypeError as error:
        raise ProviderError(
            f"A plugin's hook made {made!r} of an answer, which has no words.",
            "other",
            "Mend the plugin, or choose another preset.",
        ) from error
