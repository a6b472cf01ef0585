"""`fake_llm`: a scripted provider for tests and demonstrations; it never leaves the process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from typing import Any

from lwe.domain import ModelRequest, ToolCall
from lwe.events import ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.providers.models import DEFAULT_MODEL, Models
from lwe.providers.options import PresetValue
from lwe.providers.provider import Provider
from lwe.providers.stop import Stop

DEFAULT_RESPONSE = "test response"


class FakeLlm(Provider):
    """Answers with the preset's `responses`; without any, with "test response".

    Every request begins with the first one, as in the seed; what is asked after a tool has run
    gets the next. A response is a text, streamed a character at a time, or a list of pieces;
    a piece may be a mapping or an object with `content` and `tool_calls`. Tools that are offered
    are called when the script says so.
    """

    name = "provider_fake_llm"
    type_mark = "fake-messages-list-chat-model"
    default_model = DEFAULT_MODEL
    capabilities: Mapping[str, Any] = {
        "chat": True,
        "validate_models": False,
        "images": True,
        "models": {
            "gpt-3.5-turbo": {"max_tokens": 4096},
            "gpt-3.5-turbo-1106": {"max_tokens": 16384},
            "gpt-4": {"max_tokens": 8192},
            "gpt-4o": {"max_tokens": 131072},
        },
    }

    def customization_config(self) -> dict[str, Any]:
        model = PresetValue(str, options=lambda: self.models)
        return {"model_name": model, "responses": None, "tools": None, "tool_choice": None}

    @property
    def static_models(self) -> Models:
        return dict(self.capabilities.get("models", {}))

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
    calls = [call for piece in pieces for call in _of(piece, "tool_calls") or ()]
    texts = [_text(piece) for piece in pieces]
    if not request.stream:
        texts = ["".join(texts)]
    yield from (TextDelta(text) for text in texts if text or not calls)
    for call in calls:
        name, args, key = (_of(call, part) for part in ("name", "args", "id"))
        yield ToolRequested(ToolCall(str(name), dict(args or {}), str(key or "")))
    yield ReplyFinished("tool_calls" if calls else "stop")


def _pieces(request: ModelRequest) -> list[Any]:
    given: Any = request.customizations.get("responses") or [DEFAULT_RESPONSE]
    responses = given if isinstance(given, list) else [given]
    response = responses[_round(request) % len(responses)]
    if isinstance(response, list):
        return response
    whole = response == DEFAULT_RESPONSE or _is_message(response)
    return [response] if whole else list(str(response))


def _is_message(response: Any) -> bool:
    return isinstance(response, Mapping) or hasattr(response, "content")


def _text(piece: Any) -> str:
    return str(_of(piece, "content") or "") if _is_message(piece) else str(piece)


def _of(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _round(request: ModelRequest) -> int:
    """Count the answers that this request, the one since the last question, has got already."""
    rounds = 0
    for message in reversed(request.messages):
        if message.role == "user":
            break
        rounds += message.role == "assistant"
    return rounds
