"""Decides which stored messages a model is told; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lwe.domain import Message
from lwe.storage.rows import Row, message_of

_ROLES = ("system", "user", "assistant")


def sendable(found: Sequence[Row]) -> list[Message]:
    """Return the messages that a server can make sense of.

    Left out are questions that got no answer, answers without words, tool calls of which some
    result is missing, results without their call, and rows that cannot be read.

    Args:
        found: rows of one conversation joined with their marks, oldest first.
    """
    read = ((row, message_of(row)) for row in found)
    messages = [message for row, message in read if _is_readable(row, message)]
    return [message for group in _groups(messages) for message in group]


def _is_readable(row: Row, message: Message) -> bool:
    match row["message_type"]:
        case "tool_call":
            return bool(message.tool_calls)
        case "tool_response":
            return message.tool_result is not None
    return row["role"] in _ROLES


def _groups(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Yield messages that only make sense together."""
    start = 0
    while start < len(messages):
        message, end = messages[start], start + 1
        if message.tool_calls or message.tool_result:
            while end < len(messages) and messages[end].tool_result:
                end += 1
            if _is_whole(message, messages[start + 1 : end]):
                yield messages[start:end]
        elif _says_something(message):
            yield [message]
        start = end


def _is_whole(message: Message, results: Sequence[Message]) -> bool:
    """Say whether every call has its result; old rows have no ids, so names have to do."""
    wanted = sorted((call.id, call.name) for call in message.tool_calls)
    given = sorted((m.tool_result.id, m.tool_result.name) for m in results if m.tool_result)
    if all(id_ for id_, _name in (*wanted, *given)):
        return bool(wanted) and [id_ for id_, _ in wanted] == [id_ for id_, _ in given]
    return bool(wanted) and sorted(n for _, n in wanted) == sorted(n for _, n in given)


def _says_something(message: Message) -> bool:
    if message.role == "assistant":
        return bool(message.text.strip())
    return message.mark is None and (message.role == "user" or bool(message.text))
