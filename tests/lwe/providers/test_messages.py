"""Messages and tools' definitions are read in the forms that plugins write."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.domain import Message, ModelRequest, Origin, ToolCall, ToolResult, ToolSpec
from lwe.errors import ProviderError
from lwe.providers.messages import chat_form, message_of, stored_form, words_of
from lwe.providers.openai_wire import body
from lwe.providers.specs import Given, json_schema_of, spec_of

CALL = ToolCall("roll", {"sides": 6}, "c1")
STORED_CALL = {"name": "roll", "args": {"sides": 6}, "id": "c1", "type": "tool_call"}
CALLING = Message("assistant", "", (CALL,))
RESULT = Message("tool", "", tool_result=ToolResult("roll", {"total": 4}, "c1"))
PICTURE = Message("user", "", parts=({"type": "image_url", "image_url": {"url": "data:,"}},))


@pytest.mark.parametrize("form", [stored_form, chat_form])
@pytest.mark.parametrize("message", [Message("system", "be"), CALLING, RESULT])
def test_what_is_written_can_be_read(form: Any, message: Message) -> None:
    assert message_of(form(message)) == message


def test_a_message_of_the_database_says_where_it_comes_from() -> None:
    when = datetime(2026, 1, 2)
    kept = Message("user", "hi", id=7, created=when, origin=Origin("provider_a", "m", "p"))
    assert stored_form(kept) == {
        "id": 7,
        "created_time": when,
        "provider": "provider_a",
        "model": "m",
        "preset": "p",
        "role": "user",
        "message": "hi",
        "message_type": "content",
        "message_metadata": None,
    }
    assert message_of(stored_form(kept)) == Message("user", "hi")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "function": {"name": "roll", "arguments": '{"sides": 6}'}}
                ],
            },
            CALLING,
        ),
        (
            {
                "role": "assistant",
                "message": [{"name": "roll", "arguments": {"sides": 6}, "id": "c1"}],
                "message_type": "tool_call",
            },
            CALLING,
        ),
        (SimpleNamespace(type="ai", content="", tool_calls=[STORED_CALL]), CALLING),
        (
            {"role": "tool", "content": '{"total": 4}', "tool_call_id": "c1", "name": "roll"},
            RESULT,
        ),
        (
            {"role": "tool", "content": "four", "tool_call_id": "c1"},
            Message("tool", "", tool_result=ToolResult("", "four", "c1")),
        ),
        (chat_form(PICTURE), PICTURE),
        (
            ("human", ["look"]),
            Message("user", "", parts=({"type": "text", "text": "look"},)),
        ),
    ],
)
def test_other_forms_are_read(given: Any, message: Message) -> None:
    assert message_of(given) == message


@pytest.mark.parametrize(
    "given",
    [
        {"role": "assistant", "message": [{"no": 1}], "message_type": "tool_call"},
        {"role": "assistant", "tool_calls": [{"function": {"name": "x", "arguments": "{"}}]},
        {"role": "tool", "message": 1, "message_type": "tool_response"},
        {"role": "user", "content": [5]},
        {"role": "user", "content": []},
        None,
    ],
)
def test_what_cannot_be_read_is_a_sentence(given: Any) -> None:
    with pytest.raises(ProviderError, match="A message cannot be sent"):
        message_of(given)


def test_a_call_that_cannot_be_run_keeps_its_reason() -> None:
    broken = Message("assistant", "", (ToolCall("roll", {}, "c1", "no JSON"),))
    assert message_of(stored_form(broken)) == broken


def test_words_are_those_of_text_parts() -> None:
    assert words_of([{"type": "text", "text": "a"}, "b", {"type": "image"}]) == "ab"


# Definitions of tools

SCHEMA = {
    "type": "object",
    "properties": {"sides": {"type": "integer", "description": "how many"}},
    "required": ["sides"],
}
SPEC = ToolSpec("roll", "rolls", SCHEMA)
PLAIN = {"name": "roll", "description": "rolls", "parameters": SCHEMA}
FOR_ITSELF = {
    "description": "rolls",
    "title": "roll",
    "properties": {
        "sides": {
            "description": "how many",
            "type": "integer",
            "title": "sides",
            "required": True,
        }
    },
}


@pytest.mark.parametrize(
    "given",
    [
        SPEC,
        PLAIN,
        {"type": "function", "function": PLAIN},
        {"name": "roll", "description": "rolls", "input_schema": SCHEMA},
        {"title": "roll", "description": "rolls", **SCHEMA},
    ],
)
def test_definitions_are_read(given: Any) -> None:
    assert spec_of(given) == SPEC


def test_a_schema_may_say_at_each_property_if_it_is_required() -> None:
    assert json_schema_of(PLAIN) == FOR_ITSELF
    properties = {"sides": {"description": "how many", "type": "integer", "title": "sides"}}
    read = {"type": "object", "properties": properties, "required": ["sides"]}
    assert spec_of(FOR_ITSELF) == ToolSpec("roll", "rolls", read)


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_definition_that_only_the_server_knows_is_sent_as_it_is(api: Any) -> None:
    search = {"type": "web_search", "region": "de"}
    spec = spec_of(search, SPEC)
    assert (spec.name, spec.parameters) == ("roll", SCHEMA)
    alone = spec_of(search)
    assert isinstance(alone, Given)
    assert alone.name == "web_search"
    request = ModelRequest((), {"model_name": "m"}, tools=(spec, alone))
    assert body(request, api)["tools"] == [search, search]
    with pytest.raises(ProviderError, match="no definition of a tool"):
        spec_of(5)
