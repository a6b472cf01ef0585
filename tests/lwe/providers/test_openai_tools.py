"""Tools on OpenAI's two wires: definitions and results go out, calls come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lwe.domain import Message, ModelRequest, ToolCall, ToolResult, ToolSpec
from lwe.events import ReplyEvent, ToolRequested
from lwe.providers.openai_fold import ChatFold, ResponsesFold
from lwe.providers.openai_wire import body

SCHEMA = {"type": "object", "properties": {"sides": {"type": "integer"}}, "required": ["sides"]}
SPEC = ToolSpec("dice", "Rolls.", SCHEMA)
CALL = ToolCall("dice", {"sides": 6}, "c1")


def request(**customizations: Any) -> ModelRequest:
    messages = (
        Message("user", "roll"),
        Message("assistant", "I roll."),
        Message("assistant", "", (CALL,)),
        Message("tool", "", tool_result=ToolResult("dice", {"total": 6}, "c1")),
    )
    return ModelRequest(messages, {"model_name": "m", **customizations}, tools=(SPEC,))


def test_definitions_of_tools_are_flat_in_responses_and_wrapped_in_chat() -> None:
    flat = {"type": "function", "name": "dice", "description": "Rolls.", "parameters": SCHEMA}
    assert body(request(), "responses")["tools"] == [flat]
    wrapped = {"name": "dice", "description": "Rolls.", "parameters": SCHEMA}
    assert body(request(), "chat")["tools"] == [{"type": "function", "function": wrapped}]


@pytest.mark.parametrize(
    ("chosen", "responses", "chat"),
    [
        ("auto", "auto", "auto"),
        ("any", "required", "required"),
        ("required", "required", "required"),
        (
            "dice",
            {"type": "function", "name": "dice"},
            {"type": "function", "function": {"name": "dice"}},
        ),
    ],
)
def test_a_choice_of_tools_is_sent(chosen: str, responses: object, chat: object) -> None:
    asked = request(tool_choice=chosen)
    assert body(asked, "responses")["tool_choice"] == responses
    assert body(asked, "chat")["tool_choice"] == chat


def test_no_choice_is_sent_without_tools() -> None:
    asked = ModelRequest((Message("user", "x"),), {"model_name": "m", "tool_choice": "any"})
    assert "tool_choice" not in body(asked, "chat")


def test_words_beside_a_call_are_one_message_in_chat() -> None:
    sent = body(request(), "chat")["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[1]["content"] == "I roll."
    assert sent[1]["tool_calls"][0]["function"] == {"name": "dice", "arguments": '{"sides": 6}'}
    assert sent[2] == {"role": "tool", "tool_call_id": "c1", "content": '{"total": 6}'}


def test_calls_and_results_are_items_in_responses() -> None:
    items = body(request(), "responses")["input"]
    assert [item["type"] for item in items] == [
        "message",
        "message",
        "function_call",
        "function_call_output",
    ]
    assert items[3] == {"type": "function_call_output", "call_id": "c1", "output": '{"total": 6}'}


def test_parts_are_sent_in_the_words_of_each_api() -> None:
    parts = (
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:x", "detail": "low"}},
        {"type": "file", "file": {"file_data": "d", "filename": "f"}},
    )
    asked = ModelRequest((Message("user", "", parts=parts),), {"model_name": "m"})
    assert body(asked, "chat")["messages"][0]["content"] == list(parts)
    assert body(asked, "responses")["input"][0]["content"] == [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": "data:x", "detail": "low"},
        {"type": "input_file", "file_data": "d", "filename": "f"},
    ]


def chunk(finish: str | None = None, **call: Any) -> dict[str, Any]:
    delta = {"tool_calls": [call]} if call else {}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def folded(*parts: dict[str, Any]) -> list[ToolCall]:
    fold = ChatFold()
    events: list[ReplyEvent] = [event for part in parts for event in fold.part(part)]
    return [e.call for e in [*events, *fold.end()] if isinstance(e, ToolRequested)]


def test_pieces_of_parallel_calls_are_put_together() -> None:
    assert folded(
        chunk(index=0, id="c1", function={"name": "dice", "arguments": ""}),
        chunk(index=0, function={"arguments": '{"sid'}),
        chunk(index=1, id="c2", function={"name": "dice", "arguments": '{"sides": 8}'}),
        chunk(index=0, function={"arguments": 'es": 6}'}),
        chunk("tool_calls"),
    ) == [CALL, ToolCall("dice", {"sides": 8}, "c2")]


def test_servers_that_number_nothing_are_understood() -> None:
    assert folded(
        chunk(id="c1", function={"name": "dice", "arguments": '{"sides":'}),
        chunk(function={"arguments": " 6}"}),
        chunk(id="c2", function={"name": "dice", "arguments": '{"sides": 8}'}),
        chunk("stop"),
    ) == [CALL, ToolCall("dice", {"sides": 8}, "c2")]


def test_calls_that_share_a_number_are_told_apart() -> None:
    assert folded(
        chunk(index=0, id="c1", function={"name": "dice", "arguments": '{"sides": 6}'}),
        chunk(index=0, id="c2", function={"name": "dice", "arguments": '{"sides":'}),
        chunk(index=0, function={"arguments": " 8}"}),
        chunk("stop"),
    ) == [CALL, ToolCall("dice", {"sides": 8}, "c2")]


def test_a_call_without_an_id_gets_one() -> None:
    first, second = folded(
        chunk(index=0, function={"name": "a", "arguments": "{}"}),
        chunk(index=1, function={"name": "b", "arguments": ""}),
        chunk("tool_calls"),
    )
    assert first.id.startswith("call_")
    assert len(first.id) == 29
    assert first.id != second.id
    assert second.args == {}


@pytest.mark.parametrize(
    ("written", "problem"), [("{no", "The arguments are no JSON"), ("[1]", "a JSON object")]
)
def test_what_is_no_call_says_why(written: str, problem: str) -> None:
    (call,) = folded(
        chunk(index=0, id="c", function={"name": "a", "arguments": written}), chunk("stop")
    )
    assert problem in call.problem


def test_a_call_that_the_limit_cut_is_not_made() -> None:
    assert (
        folded(chunk(index=0, id="c", function={"name": "a", "arguments": "{"}), chunk("length"))
        == []
    )


@pytest.mark.parametrize("streamed", [True, False])
def test_calls_come_from_the_responses_api(streamed: bool) -> None:
    item = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "dice"}
    item["arguments"] = json.dumps({"sides": 6})
    fold = ResponsesFold()
    response = {"status": "completed", "output": [item]}
    if streamed:
        for event in (
            {"type": "response.output_item.done", "item": item},
            {"type": "response.completed", "response": response},
        ):
            assert list(fold.part(event)) == []
    else:
        assert list(fold.whole(response)) == []
    requested, _finished = fold.end()
    assert requested == ToolRequested(CALL)


def test_calls_come_whole_from_chat() -> None:
    function = {"name": "dice", "arguments": '{"sides": 6}'}
    message = {"content": None, "tool_calls": [{"id": "c1", "function": function}]}
    fold = ChatFold()
    reply = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}
    assert list(fold.whole(reply)) == []
    assert next(fold.end()) == ToolRequested(CALL)
