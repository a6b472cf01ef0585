"""The seed's dictionaries become messages and the same dictionaries again."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.domain import Message, ToolCall, ToolResult
from lwe.errors import ConfigError
from lwe.faces.stored_messages import build, to_call, to_domain, to_domains, to_stored

CALL = {"name": "dice", "args": {"sides": 6}, "id": "c1", "type": "tool_call"}


@pytest.mark.parametrize(
    "stored",
    [
        build("system", "Be brief."),
        build("user", "roll"),
        build("assistant", "4"),
        build("assistant", [CALL], "tool_call"),
        build("tool", {"rolled": [4, None]}, "tool_response", {"name": "dice", "id": "c1"}),
        build("tool", "four", "tool_response", {"name": "dice"}),
    ],
)
def test_a_stored_message_survives_the_way_there_and_back(stored: dict[str, Any]) -> None:
    assert to_stored(to_domain(stored)) == stored


def test_a_message_of_a_request_has_four_keys() -> None:
    assert to_stored(Message("user", "hi")) == {
        "role": "user",
        "message": "hi",
        "message_type": "content",
        "message_metadata": None,
    }


@pytest.mark.parametrize(
    ("chat", "message"),
    [
        ({"role": "user", "content": "hi"}, Message("user", "hi")),
        (
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            Message("assistant", "", (ToolCall("dice", {"sides": 6}, "c1"),)),
        ),
        ({"role": "assistant", "content": "4", "tool_calls": None}, Message("assistant", "4")),
        (
            {"role": "tool", "content": "[4]", "name": "dice", "tool_call_id": "c1"},
            Message("tool", "", tool_result=ToolResult("dice", [4], "c1")),
        ),
        (
            {"role": "tool", "content": "not JSON", "tool_call_id": "c1"},
            Message("tool", "", tool_result=ToolResult("", "not JSON", "c1")),
        ),
        (
            {"role": "user", "content": [{"type": "text", "text": "look"}]},
            Message("user", "", parts=({"type": "text", "text": "look"},)),
        ),
    ],
)
def test_messages_of_chat_completions_are_read(chat: dict[str, Any], message: Message) -> None:
    assert to_domain(chat) == message


def test_calls_of_old_rows_are_read() -> None:
    old = build("assistant", {"name": "dice", "arguments": {"sides": 6}}, "tool_call")
    assert to_domain(old).tool_calls == (ToolCall("dice", {"sides": 6}),)


def test_why_a_call_cannot_be_run_stays_with_it() -> None:
    assert to_call({"name": "dice", "args": {}, "error": "no JSON"}).problem == "no JSON"


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "boss", "message": "hi"},
        {"role": "user"},
        {"role": "user", "content": None},
        {"role": "assistant", "message": "roll", "message_type": "tool_call"},
        {"message": "hi" * 100},
        "hi",
    ],
)
def test_what_is_no_message_is_named(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="A message needs a role"):
        to_domains([wrong])
