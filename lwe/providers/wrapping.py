"""Wraps the ways in which a provider answers, so that a plugin's hooks are called if it has any.

This much is loaded with every provider; what calls the hooks is loaded with the first of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from functools import wraps
from typing import Any

from lwe.domain import Message, ModelRequest
from lwe.events import ReplyEvent
from lwe.providers.overridden import FORMS, Awaiting, Streaming, own
from lwe.providers.stop import Stop

_HOOKS = (
    "llm_pre_init",
    "llm_pre_call",
    "transform_tool",
    "handle_streaming_chunk",
    "handle_non_streaming_response",
    *FORMS,
)


def with_hooks(stream: Streaming) -> Streaming:
    """Let a provider's `stream` be asked what its hooks make of a request."""

    @wraps(stream)
    def hooked(self: Any, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        if not _has_hooks(self):
            return stream(self, request, stop)
        from lwe.providers.hooks import hooked_stream

        return hooked_stream(stream, self, request, stop)

    return hooked


def with_awaited_hooks(astream: Awaiting) -> Awaiting:
    """Let a provider's `astream` be asked what its hooks make of a request."""

    @wraps(astream)
    def hooked(self: Any, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        if not _has_hooks(self):
            return astream(self, request)
        from lwe.providers.hooks import hooked_astream

        return hooked_astream(astream, self, request)

    return hooked


def counter_of(provider: Any) -> Callable[[Sequence[Message]], int] | None:
    """Return how a provider counts the tokens of messages, None when it leaves that to us."""
    counting = own(provider, "get_num_tokens_from_messages")
    if counting is None:
        return None
    from lwe.providers.hooks import Hooks
    from lwe.providers.messages import stored_form

    hooks = Hooks(provider)
    return lambda messages: int(hooks.run(counting, list(map(stored_form, messages)), None))


def _has_hooks(provider: Any) -> bool:
    return any(own(provider, name) for name in _HOOKS)
