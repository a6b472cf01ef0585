"""`fake_llm`: a scripted provider for tests and demonstrations; it never leaves the process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from typing import Any

from lwe.domain import ModelRequest
from lwe.events import ReplyEvent, ReplyFinished, TextDelta
from lwe.providers.provider import Provider, Stop

DEFAULT_RESPONSE = "test response"


class FakeLlm(Provider):
    """Answers with the preset's `responses`; without any, with "test response".

    Every request begins with the first one, as in the seed; what is asked after a tool has run
    gets the next. A response is a text, streamed a character at a time, or a list of pieces.
    """

    name = "provider_fake_llm"
    parameters = frozenset({"model_name", "responses"})
    default_model = "gpt-5.4-mini"

    @property
    def models(self) -> Mapping[str, int]:
        return {
            "gpt-3.5-turbo": 4096,
            "gpt-3.5-turbo-1106": 16384,
            "gpt-4": 8192,
            "gpt-4o": 131072,
        }

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        for event in _scripted(request):
            if stop.wished:
                return
            yield event

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in _scripted(request):
            yield event


def _scripted(request: ModelRequest) -> Iterator[ReplyEvent]:
    pieces = _pieces(request)
    if not request.stream:
        pieces = ["".join(pieces)]
    yield from (TextDelta(piece) for piece in pieces)
    yield ReplyFinished("stop")


def _pieces(request: ModelRequest) -> list[str]:
    given: Any = request.customizations.get("responses") or [DEFAULT_RESPONSE]
    responses = given if isinstance(given, list) else [given]
    response = responses[_round(request) % len(responses)]
    if response == DEFAULT_RESPONSE:
        return [DEFAULT_RESPONSE]
    return [str(piece) for piece in (response if isinstance(response, list) else str(response))]


def _round(request: ModelRequest) -> int:
    """Count the answers that this request, the one since the last question, has got already."""
    rounds = 0
    for message in reversed(request.messages):
        if message.role == "user":
            break
        rounds += message.role == "assistant"
    return rounds
