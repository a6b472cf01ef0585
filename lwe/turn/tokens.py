"""Counts what is sent and keeps it within a model's limit; pure, linear, and lazy.

A token is at least one byte: while the bytes alone prove that everything fits, nothing is
tokenised and no vocabulary is loaded.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lwe import vocabulary
from lwe.domain import Message, ToolSpec
from lwe.errors import ProviderError

BYTES_PER_TOKEN = 3
"""Bytes of UTF-8 that count as one token in a mere estimate.

English prose has about 4.2, source code and most other scripts about 3: the estimate errs on
the side of too much.
"""
OVERHEAD = 4
"""Tokens that chat formats add to each message."""
REPLY = 2
"""Tokens that open the answer."""

Count = Callable[[Sequence[Message]], int]
Form = Mapping[str, Any]
"""A message as chat formats have it: `role`, `content` and what belongs to tools."""


def estimate(message: Message) -> int:
    """Estimate the tokens of one message, its tool calls and results included."""
    size = len(message.text.encode("utf-8", "replace"))
    for call in message.tool_calls:
        size += len(call.name) + len(_compact(dict(call.args)))
    if message.tool_result is not None:
        size += len(_compact(message.tool_result.value))
    return OVERHEAD + -(-size // BYTES_PER_TOKEN)


def count_messages(
    messages: Iterable[Message], tools: Sequence[ToolSpec] = (), model: str = ""
) -> int:
    """Count the tokens of a whole request as the seed does, but each text only once.

    Args:
        messages: everything that is sent.
        tools: what the model may call.
        model: the model's name; one that is not OpenAI's is counted with cl100k_base.

    Raises:
        ConfigError: when the vocabulary cannot be loaded.
    """
    counted = sum(_tokens(chat_form(message), model) for message in messages)
    return counted + REPLY + vocabulary.count(_described(tools), model)


def trim(
    history: Sequence[Message],
    new: Sequence[Message],
    limit: int,
    model: str = "",
    tools: Sequence[ToolSpec] = (),
) -> tuple[list[Message], int]:
    """Drop the oldest messages until the rest fits.

    System messages stay, and of `new` everything from its last question on; of a longer list
    given at once the oldest go, after the history. A tool's call and its responses stay or go
    together. Counting begins with the newest and ends where the room does.

    Args:
        history: what was said before, oldest first.
        new: what is asked now, and in a turn with tools what has been called and answered since.
        limit: the most tokens to send.
        model: the model's name.
        tools: what the model may call; their descriptions are sent, too.

    Returns:
        The messages to send, and how many were left out.

    Raises:
        ProviderError: when what has to stay is over the limit alone.
        ConfigError: when the vocabulary is needed and cannot be loaded.
    """
    messages = [*history, *new]
    described = _described(tools)
    if _surely_fits(messages, limit - REPLY - _size(described)):
        return messages, 0
    start = _beginning_of_what_stays(messages, len(history))
    room = limit - REPLY - vocabulary.count(described, model)
    room = _spend([*_system(messages[:start]), *messages[start:]], model, room)
    if room < 0:
        raise _too_long(limit, sum(map(estimate, messages[start:])))
    start = _filled(messages, start, model, room)
    older = _system(messages[:start])
    return [*older, *messages[start:]], start - len(older)


def trim_by(
    count: Count, history: Sequence[Message], new: Sequence[Message], limit: int
) -> tuple[list[Message], int]:
    """Drop the oldest messages as `trim` does, where a provider counts in its own way.

    Args:
        count: counts the tokens of messages; fewer messages have not more of them.

    Raises:
        ProviderError: when what has to stay is over the limit alone.
    """
    messages = [*history, *new]
    start = _beginning_of_what_stays(messages, len(history))
    cuts = [0]
    while cuts[-1] < start:
        cuts.append(_end_of_exchange(messages, cuts[-1]))

    def kept(cut: int) -> list[Message]:
        return [*_system(messages[:cut]), *messages[cut:]]

    found = bisect_left(cuts, True, key=lambda cut: count(kept(cut)) <= limit)
    if found == len(cuts):
        raise _too_long(limit, count(kept(cuts[-1])))
    staying = kept(cuts[found])
    return staying, len(messages) - len(staying)


def _system(messages: Iterable[Message]) -> list[Message]:
    return [message for message in messages if message.role == "system"]


def _too_long(limit: int, size: int) -> ProviderError:
    about = f" (it has about {size:,})" if size > limit else ""
    return ProviderError(
        f"The message is longer than the {limit:,} tokens that may be submitted{about}.",
        "too_long",
        "Shorten it, or raise max_submission_tokens in the preset.",
    )


def chat_form(message: Message) -> Form:
    """Return a message as it is counted."""
    if message.tool_result is not None:
        result = message.tool_result
        return response_form(message.role, result.value, result.name, result.id)
    if message.tool_calls:
        calls = [
            {"name": call.name, "args": dict(call.args), "id": call.id, "type": "tool_call"}
            for call in message.tool_calls
        ]
        return {**call_form(message.role, calls), "content": message.text}
    return {"role": message.role, "content": message.text}


def call_form(role: str, calls: Sequence[Mapping[str, Any]]) -> Form:
    """Return stored tool calls as they are counted: in both notations, as the seed sends them."""
    noted = [
        {
            "id": call.get("id"),
            "type": "tool_calls",
            "function": {"name": call.get("name"), "arguments": _compact(call.get("args"))},
        }
        for call in calls
    ]
    return {
        "role": role,
        "additional_kwargs": {"tool_calls": noted},
        "tool_calls": list(calls),
        "content": "",
    }


def response_form(role: str, value: Any, name: str | None, call_id: str | None) -> Form:
    """Return a tool's response as it is counted."""
    return {"role": role, "content": _compact(value), "name": name, "tool_call_id": call_id}


def count_form(form: Form, count: Callable[[str], int]) -> int:
    """Count one message's tokens.

    Args:
        form: the message in chat form.
        count: counts a text.
    """
    # A name replaces the role, which is one token.
    return OVERHEAD + sum(map(count, _texts(form))) - ("name" in form)


def tools_text(definitions: Sequence[Mapping[str, Any]]) -> str:
    """Return definitions of tools as the text that is counted; empty without any."""
    return _indented(list(definitions)) if definitions else ""


def _described(tools: Sequence[ToolSpec]) -> str:
    return tools_text(
        [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for tool in tools
        ]
    )


def _texts(form: Form) -> list[str]:
    values = (_indented(v) if isinstance(v, dict | list) else v for v in form.values())
    return [str(value) for value in values if value]


def _tokens(form: Form, model: str) -> int:
    return count_form(form, lambda text: vocabulary.count(text, model))


def _surely_fits(messages: Sequence[Message], room: int) -> bool:
    for message in reversed(messages):
        room -= count_form(chat_form(message), _size) + 1
        if room < 0:
            return False
    return room >= 0


def _filled(messages: Sequence[Message], start: int, model: str, room: int) -> int:
    """Return how far back the room reaches from `start`, system messages being paid already."""
    while start:
        begin = _beginning_of_exchange(messages, start)
        room = _spend([m for m in messages[begin:start] if m.role != "system"], model, room)
        if room < 0:
            break
        start = begin
    return start


def _spend(messages: Sequence[Message], model: str, room: int) -> int:
    """Return the room that is left after these messages, negative as soon as there is none."""
    for message in reversed(messages):
        form = chat_form(message)
        # What is over in any case is not worth tokenising: it may be a whole book.
        if sum(map(len, _texts(form))) > room * vocabulary.LONGEST_TOKEN:
            return -1
        room -= _tokens(form, model)
        if room < 0:
            break
    return room


def _beginning_of_what_stays(messages: Sequence[Message], new: int) -> int:
    """Return where the last question begins that is asked now, else everything new.

    Args:
        messages: all of them, at least one.
        new: the index of the first new one.
    """
    last = len(messages) - 1
    questions = (n for n in range(last, new - 1, -1) if messages[n].role == "user")
    # A response may be new and its call not.
    return _beginning_of_exchange(messages, next(questions, min(new, last)) + 1)


def _beginning_of_exchange(messages: Sequence[Message], end: int) -> int:
    """Return where the last message before `end` begins, or the call whose responses end there."""
    begin = last = end - 1
    while begin > 0 and messages[begin].role == "tool":
        begin -= 1
    return begin if begin == last or messages[begin].tool_calls else begin + 1


def _end_of_exchange(messages: Sequence[Message], begin: int) -> int:
    """Return where the message at `begin` ends, with the responses to its calls."""
    end = begin + 1
    while messages[begin].tool_calls and end < len(messages) and messages[end].role == "tool":
        end += 1
    return end


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _compact(value: Any) -> str:
    return json.dumps(value, default=str)


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2, default=str)
