"""Messages as plugins write them: read in many forms, written in the seed's two; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lwe.domain import Message, Role, ToolCall, ToolResult, ToolSpec
from lwe.errors import ProviderError

Dictionary = dict[str, Any]
_ROLES: Mapping[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
}


def messages_of(given: Any) -> tuple[Message, ...]:
    """Read messages in the forms that plugins use.

    Args:
        given: a text, or a list of texts, `{"role", "content"}`, `(role, text)`, or objects with
            `content` and `role` or `type`.

    Raises:
        ProviderError: when a message has another form.
    """
    listed = given if isinstance(given, list) else [given]
    return tuple(message_of(each) for each in listed)


def message_of(given: Any) -> Message:
    """Read one message.

    Raises:
        ProviderError: when it has a form that is not known.
    """
    if isinstance(given, Message):
        return given
    try:
        return _read(given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProviderError(
            f"A message cannot be sent: {given!r}.",
            "refused",
            "Give a text, or a role (system, user, assistant) with a text.",
        ) from error


def stored_form(message: Message) -> Dictionary:
    """Return a message as the seed stores it and hands it to `llm_pre_call`."""
    kind, about = "content", None
    content: Any = message.text
    if message.tool_result is not None:
        result = message.tool_result
        kind, content = "tool_response", result.value
        about = {"name": result.name, **({"id": result.id} if result.id else {})}
    elif message.tool_calls:
        kind, content = "tool_call", calls_of(message.tool_calls)
    return {
        **(_row(message) if message.id is not None else {}),
        "role": message.role,
        "message": content,
        "message_type": kind,
        "message_metadata": about,
    }


def _row(message: Message) -> Dictionary:
    """Return what the seed knows of a message that is in the database."""
    origin = message.origin
    return {
        "id": message.id,
        "created_time": message.created,
        "provider": origin.provider,
        "model": origin.model,
        "preset": origin.preset,
    }


def chat_form(message: Message) -> Dictionary:
    """Return a message as the seed hands it to `prepare_messages_for_llm`."""
    if message.tool_result is not None:
        result = message.tool_result
        words = json.dumps(result.value, default=str)
        ids = {"tool_call_id": result.id, "name": result.name}
        return {"role": message.role, "content": words, **ids}
    content: Any = [dict(part) for part in message.parts] if message.parts else message.text
    calls = {"tool_calls": calls_of(message.tool_calls)} if message.tool_calls else {}
    return {"role": message.role, "content": content, **calls}


def calls_of(calls: Iterable[ToolCall]) -> list[Dictionary]:
    """Return calls in the seed's form; one that cannot be run has the reason in `error`."""
    return [
        {
            "name": call.name,
            "args": dict(call.args),
            "id": call.id,
            "type": "tool_call",
            **({"error": call.problem} if call.problem else {}),
        }
        for call in calls
    ]


def call_of(given: Mapping[str, Any]) -> ToolCall:
    """Read a call in the seed's form or in that of chat completions.

    Raises:
        KeyError, TypeError, ValueError: when it is none.
    """
    function = given.get("function")
    if isinstance(function, Mapping):
        args: Any = json.loads(function.get("arguments") or "{}")
        return ToolCall(str(function["name"]), dict(args), str(given.get("id") or ""))
    args = given["args"] if "args" in given else given["arguments"]
    called, problem = str(given.get("id") or ""), str(given.get("error") or "")
    return ToolCall(str(given["name"]), dict(args), called, problem)


def described(spec: ToolSpec) -> Dictionary:
    """Return a tool's definition as the seed hands it to `transform_tool`."""
    parameters = dict(spec.parameters)
    return {"name": spec.name, "description": spec.description, "parameters": parameters}


def unshared(value: Any) -> Any:
    """Copy mappings and lists as deep as they go, so that who gets them may change them."""
    if isinstance(value, Mapping):
        return {key: unshared(inner) for key, inner in value.items()}
    return [unshared(inner) for inner in value] if isinstance(value, list) else value


def words_of(content: Any) -> str:
    """Join the text of a content: a text, or a list of parts.

    Raises:
        TypeError: when it is neither.
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise TypeError("a content is a text or a list of parts")
    parts = (part.get("text") if isinstance(part, Mapping) else part for part in content)
    return "".join(part for part in parts if isinstance(part, str))


def _read(given: Any) -> Message:
    role, content = _parts(given)
    speaker = _ROLES[str(role)]
    if speaker == "tool":
        return Message(speaker, "", tool_result=_result(given, content))
    if calls := _calls(given):
        words = content if isinstance(content, str) else ""
        return Message(speaker, words, tuple(call_of(call) for call in calls))
    if isinstance(content, list) and content:
        return Message(speaker, "", parts=tuple(_part(part) for part in content))
    if not isinstance(content, str):
        raise TypeError("a message has a text")
    return Message(speaker, content)


def _parts(given: Any) -> tuple[Any, Any]:
    if isinstance(given, str):
        return "user", given
    if isinstance(given, tuple) and len(given) == 2:
        return given
    if isinstance(given, Mapping):
        return given.get("role"), given.get("content", given.get("message"))
    role = getattr(given, "role", None) or getattr(given, "type", None)
    return role, getattr(given, "content", None)


def _of(given: Any, name: str) -> Any:
    return given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)


def _calls(given: Any) -> list[Any]:
    if isinstance(given, str | tuple):
        return []
    if _of(given, "message_type") == "tool_call":
        return list(_of(given, "message"))
    return list(_of(given, "tool_calls") or ())


def _result(given: Any, content: Any) -> ToolResult:
    if isinstance(given, Mapping) and "message" in given:
        about = given.get("message_metadata") or {}
        return ToolResult(str(about["name"]), content, str(about.get("id") or ""))
    value = content
    if isinstance(content, str):
        try:
            value = json.loads(content)
        except ValueError:
            value = content  # Words of the plugin's own are a value, too.
    name, called = _of(given, "name"), _of(given, "tool_call_id")
    return ToolResult(str(name or ""), value, str(called or ""))


def _part(part: Any) -> Mapping[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, Mapping):
        raise TypeError("a part is a mapping or a text")
    return part
