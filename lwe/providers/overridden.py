"""What a provider plugin may define of its own, and whether it does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from lwe.domain import ModelRequest
from lwe.events import ReplyEvent
from lwe.providers.stop import Stop

Streaming = Callable[[Any, ModelRequest, Stop], Generator[ReplyEvent, None, None]]
Awaiting = Callable[[Any, ModelRequest], AsyncGenerator[ReplyEvent, None]]
FORMS = (
    "prepare_messages_for_llm",
    "prepare_messages_method",
    "convert_dict_to_message",
    "convert_ai_dict_to_message",
)
"""What a plugin may override to give messages another form."""
_OURS = "lwe."


def own(provider: Any, name: str) -> Callable[..., Any] | None:
    """Return a hook that a plugin defines; None for what is the library's, or not there."""
    found = getattr(provider, name, None)
    ours = found is None or str(getattr(found, "__module__", "")).startswith(_OURS)
    return None if ours else found
