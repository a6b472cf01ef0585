"""Turns stored messages and presets into the plain shapes that the seed's plugins expect; pure."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

MessageDict = dict[str, Any]
Extracted = tuple[str | None, dict[str, Any] | None, bool]


def conversation_from_messages(messages: Iterable[Mapping[str, Any]]) -> list[MessageDict]:
    """Return messages with `role`, `display_role` (Markdown) and `message`, for showing."""
    return [
        {
            "role": message["role"],
            "display_role": f"**{message['role'].capitalize()}**:",
            "message": message["message"],
        }
        for message in messages
    ]


def transform_messages_to_chat_messages(messages: Iterable[Mapping[str, Any]]) -> list[MessageDict]:
    """Return message dicts in the form of chat completions, as tokens are counted.

    Args:
        messages: dicts with `role`, `message`, `message_type` and `message_metadata`.
    """
    return [_chat_message(message) for message in messages]


def _chat_message(message: Mapping[str, Any]) -> MessageDict:
    role, content = message["role"], message["message"]
    if role == "tool":
        # Rows that came through old migrations name no call.
        metadata = message["message_metadata"] or {}
        return {
            "role": role,
            "content": json.dumps(content),
            "name": metadata.get("name"),
            "tool_call_id": metadata.get("id"),
        }
    if role != "assistant":
        return {"role": role, "content": content}
    if message["message_type"] != "tool_call":
        return {"role": role, "tool_calls": None, "content": content}
    calls = [_call(call) for call in content]
    return {
        "role": role,
        "additional_kwargs": {"tool_calls": calls},
        "tool_calls": content,
        "content": "",
    }


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": json.dumps(call["args"])}
    return {"id": call.get("id"), "type": "tool_calls", "function": function}


def extract_preset_configuration_from_request_overrides(
    request_overrides: Mapping[str, Any], active_preset_name: str | None = None
) -> tuple[bool, Extracted, str]:
    """Find out which preset a request wants.

    Args:
        request_overrides: the keys `preset`, `preset_overrides`, `activate_preset` count.
        active_preset_name: what `preset_overrides` alone refer to.

    Returns:
        `(success, (preset name, copied overrides, whether to activate), message)`.
    """
    name, overrides, activate = None, None, False
    if "preset" in request_overrides:
        name = request_overrides["preset"]
        activate = bool(request_overrides.get("activate_preset"))
    elif "preset_overrides" in request_overrides:
        name = active_preset_name
    if not name and not request_overrides.keys().isdisjoint(("preset", "preset_overrides")):
        return False, (name, None, activate), "No active preset to override"
    if "preset_overrides" in request_overrides:
        overrides = copy.deepcopy(request_overrides["preset_overrides"])
    told = f"Extracted preset configuration from request overrides: {request_overrides}"
    return True, (name, overrides, activate), told


def get_preset_name(preset: tuple[Mapping[str, Any], Any] | None) -> str | None:
    """Return the name in a preset's metadata; None without a preset or without a name in it."""
    if not preset:
        return None
    metadata, _customizations = preset
    name: str | None = metadata.get("name")
    return name
