"""Rows of the seed's tables as domain values and back; the encodings are the seed's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lwe.domain import Conversation, Mark, Message, Origin, ToolCall, ToolResult, User

Row = Mapping[str, Any]
TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


def now() -> str:
    """Return the time as the seed stores it: local, without an offset, six digits."""
    return datetime.now().strftime(TIME_FORMAT)


def storable(text: str) -> str:
    """Replace what SQLite cannot hold: lone surrogates, and NUL, at which tools cut a text."""
    text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    # Two halves that a server has sent in two pieces become the character that they mean.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def time_of(text: str | None) -> datetime | None:
    """Read a stored time, with or without a fraction; an offset is dropped.

    None without a time, or with one that cannot be read.
    """
    try:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None


def user_of(row: Row) -> User:
    """Make a user of a row."""
    try:
        preferences = json.loads(row["preferences"] or "{}")
    except ValueError:
        preferences = {}
    return User(
        id=row["id"],
        username=row["username"],
        email=row["email"],
        default_preset=row["default_preset"] or "",
        has_password=row["password"] is not None,
        created=time_of(row["created_time"]),
        last_login=time_of(row["last_login_time"]),
        preferences=preferences if isinstance(preferences, dict) else {},
    )


def conversation_of(row: Row) -> Conversation:
    """Make a conversation of a row."""
    created, updated = time_of(row["created_time"]), time_of(row["updated_time"])
    return Conversation(
        id=row["id"],
        user_id=row["user_id"],
        title=row["title"],
        created=created or datetime.min,
        updated=updated or datetime.min,
        hidden=bool(row["hidden"]),
        opening=row.get("opening") or "",
        pinned=bool(row.get("pinned")),
    )


def message_of(row: Row) -> Message:
    """Make a message of a row joined with its mark; what cannot be decoded stays text."""
    text, kind = row["message"], row["message_type"]
    calls: tuple[ToolCall, ...] = ()
    result: ToolResult | None = None
    try:
        if kind == "tool_call":
            calls = tuple(_call(call) for call in json.loads(text))
        elif kind == "tool_response":
            result = _result(text, row["message_metadata"])
    except (ValueError, TypeError, AttributeError, KeyError):
        calls, result = (), None
    return Message(
        role=row["role"],
        text="" if calls or result else text,
        tool_calls=calls,
        tool_result=result,
        id=row["id"],
        created=time_of(row["created_time"]),
        origin=Origin(row["provider"], row["model"], row["preset"]),
        mark=Mark(row["mark_kind"], row["mark_note"]) if row["mark_kind"] else None,
        reasoning=row.get("mark_reasoning") or "",
    )


def _call(call: Mapping[str, Any]) -> ToolCall:
    return ToolCall(name=str(call["name"]), args=dict(call["args"]), id=str(call.get("id") or ""))


def _result(text: str, metadata: str | None) -> ToolResult:
    about = json.loads(metadata or "{}")
    return ToolResult(str(about.get("name") or ""), json.loads(text), str(about.get("id") or ""))


def encoded(message: Message) -> tuple[str, str, str | None]:
    """Return a message's text, type and metadata as the seed stores them."""
    if message.tool_result is not None:
        result = message.tool_result
        about = {"name": result.name, **({"id": result.id} if result.id else {})}
        return json.dumps(result.value), "tool_response", json.dumps(about)
    if message.tool_calls:
        calls = [
            {"name": call.name, "args": dict(call.args), "id": call.id, "type": "tool_call"}
            for call in message.tool_calls
        ]
        return json.dumps(calls), "tool_call", None
    return storable(message.text), "content", None


def raw_message(row: Row) -> dict[str, Any]:
    """Return a message as the seed's dictionary, tool data decoded."""
    found = {name: value for name, value in row.items() if not name.startswith("mark_")}
    found["created_time"] = time_of(row["created_time"])
    if row["message_type"] in ("tool_call", "tool_response"):
        for key in ("message", "message_metadata"):
            try:
                found[key] = json.loads(row[key]) if row[key] else None
            except ValueError:
                found[key] = row[key]
    return found
