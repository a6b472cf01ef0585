"""Keeps what is sent within a model's limit; pure, linear in the number of messages."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lwe.domain import Message
from lwe.errors import ProviderError

BYTES_PER_TOKEN = 3
"""Bytes of UTF-8 that count as one token where no vocabulary is loaded.

English prose has about 4.2, source code and most other scripts about 3: the estimate errs on
the side of leaving out too much.
"""
OVERHEAD = 4
"""Tokens that chat formats add to each message."""


def estimate(message: Message) -> int:
    """Estimate the tokens of one message, its tool calls and results included."""
    size = len(message.text.encode("utf-8", "replace"))
    for call in message.tool_calls:
        size += len(call.name) + len(json.dumps(dict(call.args), default=str))
    if message.tool_result is not None:
        size += len(json.dumps(message.tool_result.value, default=str))
    return OVERHEAD + -(-size // BYTES_PER_TOKEN)


def trim(
    history: Sequence[Message], new: Sequence[Message], limit: int
) -> tuple[list[Message], int]:
    """Drop the oldest messages until the rest fits.

    System messages and the last message stay; a tool's response never stays without its call.

    Args:
        history: what was said before, oldest first.
        new: what is asked now.
        limit: the most tokens to send.

    Returns:
        The messages to send, and how many were left out.

    Raises:
        ProviderError: when what has to stay is over the limit alone.
    """
    messages = [*history, *new]
    sizes = [estimate(message) for message in messages]
    staying = {n for n, message in enumerate(messages) if message.role == "system"}
    staying.add(len(messages) - 1)
    room = limit - sum(sizes[n] for n in staying)
    if room < 0:
        raise ProviderError(
            f"The message is longer than the {limit:,} tokens that may be submitted.",
            "too_long",
            "Shorten it, or raise max_submission_tokens in the preset.",
        )
    start = len(messages)
    while start and (start - 1 in staying or (room := room - sizes[start - 1]) >= 0):
        start -= 1
    start = _after_tool_responses(messages, start)
    kept = [message for n, message in enumerate(messages) if n >= start or n in staying]
    return kept, len(messages) - len(kept)


def _after_tool_responses(messages: Sequence[Message], start: int) -> int:
    if start == 0:
        return 0
    while start < len(messages) - 1 and messages[start].role == "tool":
        start += 1
    return start
