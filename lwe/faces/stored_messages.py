"""Turns the seed's message dictionaries into domain messages and back; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from lwe.domain import Message, Role, ToolCall, ToolResult
from lwe.errors import ConfigError
from lwe.turn.flow import call_dict
from lwe.turn.request import file_message

Stored = dict[str, Any]
"""`role`, `message`, `message_type`, `message_metadata`: what a request adds."""

_ROLES: tuple[Role, ...] = get_args(Role)
_LONGEST_EXCERPT = 80


def build(
    role: str, message: Any, message_type: str = "content", message_metadata: Any = None
) -> Stored:
    """Return a message in the seed's form.

    Args:
        message: a text; for `tool_call` a list of calls, for `tool_response` any JSON value.
        message_type: `content`, `tool_call` or `tool_response`.
        message_metadata: for `tool_response` the tool's `name` and the call's `id`.
    """
    return {
        "role": role,
        "message": message,
        "message_type": message_type,
        "message_metadata": message_metadata,
    }


def to_stored(message: Message) -> Stored:
    """Return a message in the seed's form; it holds calls, a result, or words."""
    if message.tool_result is not None:
        result = message.tool_result
        about = {"name": result.name, **({"id": result.id} if result.id else {})}
        return build(message.role, result.value, "tool_response", about)
    if message.tool_calls:
        return build(message.role, [call_dict(call) for call in message.tool_calls], "tool_call")
    return build(message.role, message.text)


def to_domain(given: Mapping[str, Any]) -> Message:
    """Read a message.

    Args:
        given: a dictionary in the seed's form, or in that of chat completions (`content`, and
            `tool_calls` or `tool_call_id`).

    Raises:
        ConfigError: when it is nothing of that kind.
    """
    if not isinstance(given, Mapping) or given.get("role") not in _ROLES:
        raise _unreadable(given)
    try:
        return _of_stored(given) if "message" in given else _of_chat(given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(given) from error


def to_domains(given: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Read messages, oldest first.

    Raises:
        ConfigError: when one of them cannot be read.
    """
    return [to_domain(message) for message in given]


def to_call(given: Mapping[str, Any]) -> ToolCall:
    """Read a tool's call; `error` says why it cannot be run.

    Args:
        given: `name`, `args` and mostly `id`; old rows have `arguments` and no `id`.
    """
    args = given["args"] if "args" in given else given["arguments"]
    name, called = str(given["name"]), str(given.get("id") or "")
    return ToolCall(name, dict(args), called, str(given.get("error") or ""))


def _of_stored(given: Mapping[str, Any]) -> Message:
    role, content = given["role"], given["message"]
    match given.get("message_type"):
        case "tool_call":
            calls = [content] if isinstance(content, Mapping) else content
            return Message(role, "", tool_calls=tuple(to_call(call) for call in calls))
        case "tool_response":
            about = given.get("message_metadata") or {}
            return _response(about.get("name"), content, about.get("id"))
    return Message(role, _text(content))


def _of_chat(given: Mapping[str, Any]) -> Message:
    role, content = given["role"], given["content"]
    if role == "tool":
        return _response(given.get("name"), _value(content), given.get("tool_call_id"))
    if calls := given.get("tool_calls"):
        return Message(role, content or "", tool_calls=tuple(to_call(call) for call in calls))
    if isinstance(content, Sequence) and not isinstance(content, str):
        return file_message(given)
    return Message(role, _text(content))


def _response(name: Any, value: Any, called: Any) -> Message:
    return Message("tool", "", tool_result=ToolResult(str(name or ""), value, str(called or "")))


def _value(content: Any) -> Any:
    """Read the JSON that chat messages hold of a tool's value; what is none stays text."""
    try:
        return json.loads(content)
    except ValueError:
        return content


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise TypeError(f"{content!r} is no text")
    return content


def _unreadable(given: object) -> ConfigError:
    text = repr(given)
    if len(text) > _LONGEST_EXCERPT:
        text = text[:_LONGEST_EXCERPT] + "…"
    return ConfigError(
        f"A message needs a role ({', '.join(_ROLES)}) and 'message' or 'content', not {text}."
    )
