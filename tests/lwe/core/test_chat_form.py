"""Stored messages and request overrides become the plain shapes that the seed's plugins expect."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.core import util

CALL = {"name": "t", "args": {"w": "é"}, "id": "c1", "type": "tool_call"}


def message(role: str, content: Any, kind: str = "content", metadata: Any = None) -> dict[str, Any]:
    return {"role": role, "message": content, "message_type": kind, "message_metadata": metadata}


def in_order(made: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(made.items())


@pytest.mark.parametrize(
    ("stored", "chat"),
    [
        (message("system", "s"), [("role", "system"), ("content", "s")]),
        (message("user", "u"), [("role", "user"), ("content", "u")]),
        (
            message("assistant", "a"),
            [("role", "assistant"), ("tool_calls", None), ("content", "a")],
        ),
        (
            message("tool", {"r": "é"}, "tool_response", {"name": "t", "id": "c1"}),
            [
                ("role", "tool"),
                ("content", '{"r": "\\u00e9"}'),
                ("name", "t"),
                ("tool_call_id", "c1"),
            ],
        ),
        (
            message("tool", "x", "tool_response", {}),
            [("role", "tool"), ("content", '"x"'), ("name", None), ("tool_call_id", None)],
        ),
        (
            message("tool", 1, "tool_response"),
            [("role", "tool"), ("content", "1"), ("name", None), ("tool_call_id", None)],
        ),
    ],
)
def test_a_message_becomes_one_of_a_chat(
    stored: dict[str, Any], chat: list[tuple[str, Any]]
) -> None:
    (made,) = util.transform_messages_to_chat_messages([stored])
    assert in_order(made) == chat


def test_tool_calls_are_there_in_both_forms() -> None:
    stored = message("assistant", [CALL], "tool_call")
    (made,) = util.transform_messages_to_chat_messages([stored])
    function = {"name": "t", "arguments": '{"w": "\\u00e9"}'}
    assert in_order(made) == [
        ("role", "assistant"),
        (
            "additional_kwargs",
            {"tool_calls": [{"id": "c1", "type": "tool_calls", "function": function}]},
        ),
        ("tool_calls", [CALL]),
        ("content", ""),
    ]


def test_a_call_from_an_old_database_has_no_id() -> None:
    stored = message("assistant", [{"name": "t", "args": {}}], "tool_call")
    (made,) = util.transform_messages_to_chat_messages([stored])
    assert made["additional_kwargs"]["tool_calls"][0]["id"] is None


def test_a_conversation_is_shown_by_roles() -> None:
    assert util.conversation_from_messages([message("user", "hi")]) == [
        {"role": "user", "display_role": "**User**:", "message": "hi"}
    ]
    assert util.conversation_from_messages([]) == []


@pytest.mark.parametrize(
    ("overrides", "active", "found"),
    [
        ({}, None, (None, None, False)),
        ({"stream": 1}, "act", (None, None, False)),
        ({"preset": "p"}, None, ("p", None, False)),
        ({"preset": "p", "activate_preset": 1}, "act", ("p", None, True)),
        ({"preset_overrides": {"m": {}}}, "act", ("act", {"m": {}}, False)),
        ({"preset_overrides": {}, "activate_preset": True}, "act", ("act", {}, False)),
    ],
)
def test_the_wanted_preset_is_found(
    overrides: dict[str, Any], active: str | None, found: tuple[Any, ...]
) -> None:
    assert util.extract_preset_configuration_from_request_overrides(overrides, active) == (
        True,
        found,
        f"Extracted preset configuration from request overrides: {overrides}",
    )


@pytest.mark.parametrize(
    ("overrides", "active", "name"),
    [
        ({"preset_overrides": {"m": {}}}, None, None),
        ({"preset": ""}, "act", ""),
        ({"preset": None, "preset_overrides": {}}, "act", None),
    ],
)
def test_without_a_preset_there_is_nothing_to_override(
    overrides: dict[str, Any], active: str | None, name: str | None
) -> None:
    assert util.extract_preset_configuration_from_request_overrides(overrides, active) == (
        False,
        (name, None, False),
        "No active preset to override",
    )


def test_the_overrides_are_a_copy() -> None:
    given = {"preset": "p", "preset_overrides": {"metadata": {}}}
    _, (_, copied, _), _ = util.extract_preset_configuration_from_request_overrides(given)
    assert copied is not None
    copied["metadata"]["name"] = "x"
    assert given["preset_overrides"] == {"metadata": {}}


def test_a_preset_may_have_no_name() -> None:
    assert util.get_preset_name(({"name": "n"}, {})) == "n"
    assert util.get_preset_name(({}, {})) is None
    assert util.get_preset_name(None) is None
