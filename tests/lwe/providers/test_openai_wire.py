"""Requests become the JSON that the two APIs take."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.domain import Message, ModelRequest, ToolCall, ToolResult
from lwe.errors import ProviderError
from lwe.providers.openai_wire import Api, body, may_see

TALK = (
    Message("system", "Be brief."),
    Message("user", "Roll."),
    Message("assistant", "", tool_calls=(ToolCall("dice", {"sides": 6}, "call_1"),)),
    Message("tool", "", tool_result=ToolResult("dice", {"total": 4}, "call_1")),
    Message("assistant", "Four."),
)


def request(**customizations: Any) -> ModelRequest:
    return ModelRequest(TALK, {"model_name": "gpt-4o", **customizations})


def test_chat_messages_carry_tool_calls_and_results() -> None:
    messages = body(request(), "chat")["messages"]
    assert [message["role"] for message in messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert messages[2]["content"] is None
    assert messages[2]["tool_calls"][0]["function"] == {"name": "dice", "arguments": '{"sides": 6}'}
    assert messages[3] == {"role": "tool", "tool_call_id": "call_1", "content": '{"total": 4}'}


def test_responses_items_carry_tool_calls_and_results() -> None:
    items = body(request(), "responses")["input"]
    assert items[0] == {"type": "message", "role": "system", "content": "Be brief."}
    assert items[2] == {
        "type": "function_call",
        "name": "dice",
        "arguments": '{"sides": 6}',
        "call_id": "call_1",
    }
    assert items[3] == {
        "type": "function_call_output",
        "call_id": "call_1",
        "output": '{"total": 4}',
    }
    assert items[4]["content"] == [{"type": "output_text", "text": "Four.", "annotations": []}]


def test_parameters_have_each_apis_names() -> None:
    given = request(
        max_tokens=9, reasoning_effort="low", verbosity="high", model_kwargs={"user": "me"}
    )
    chat, responses = body(given, "chat"), body(given, "responses")
    assert (chat["max_completion_tokens"], chat["reasoning_effort"], chat["user"]) == (
        9,
        "low",
        "me",
    )
    assert responses["max_output_tokens"] == 9
    assert responses["reasoning"] == {"effort": "low"}
    assert responses["text"] == {"verbosity": "high"}


def test_the_seeds_mark_of_the_provider_is_not_sent() -> None:
    assert "_type" not in body(request(_type="chat_openai"), "chat")


EVERY = {
    "temperature": 0.1,
    "top_p": 0.2,
    "top_logprobs": 3,
    "max_tokens": 4,
    "reasoning_effort": "low",
    "verbosity": "high",
}
CHAT_ONLY = {
    "presence_penalty": 0.5,
    "frequency_penalty": 0.6,
    "seed": 7,
    "logprobs": True,
    "logit_bias": {"50256": -100},
    "stop": ["END"],
    "n": 2,
}
MORE = {"user": "me", "response_format": {"type": "json_object"}, "top_k": 5, "unset": None}


def test_every_parameter_has_its_place_in_chat_completions() -> None:
    made = body(request(**EVERY, **CHAT_ONLY, model_kwargs=MORE), "chat")
    del made["messages"]
    assert made == {
        "model": "gpt-4o",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.1,
        "top_p": 0.2,
        "top_logprobs": 3,
        "max_completion_tokens": 4,
        "reasoning_effort": "low",
        "verbosity": "high",
        **CHAT_ONLY,
        "user": "me",
        "response_format": {"type": "json_object"},
        "top_k": 5,
    }


def test_every_parameter_has_its_place_in_responses() -> None:
    made = body(request(**EVERY, model_kwargs=MORE), "responses")
    del made["input"]
    assert made == {
        "model": "gpt-4o",
        "stream": True,
        "temperature": 0.1,
        "top_p": 0.2,
        "top_logprobs": 3,
        "max_output_tokens": 4,
        "reasoning": {"effort": "low"},
        "text": {"verbosity": "high", "format": {"type": "json_object"}},
        "user": "me",
        "top_k": 5,
    }


def test_a_schema_is_wrapped_as_each_api_wants_it() -> None:
    schema = {"name": "dice", "strict": True, "schema": {"type": "object"}}
    given = request(
        model_kwargs={"response_format": {"type": "json_schema", "json_schema": schema}}
    )
    assert body(given, "chat")["response_format"]["json_schema"] == schema
    assert body(given, "responses")["text"] == {"format": {"type": "json_schema", **schema}}


def test_making_a_body_changes_no_preset() -> None:
    kwargs = {"text": {"format": {"type": "text"}}, "reasoning": {"summary": "auto"}}
    given = request(model_kwargs=kwargs, verbosity="low", reasoning_effort="low")
    made = body(given, "responses")
    assert made["text"] == {"format": {"type": "text"}, "verbosity": "low"}
    assert made["reasoning"] == {"summary": "auto", "effort": "low"}
    assert kwargs == {"text": {"format": {"type": "text"}}, "reasoning": {"summary": "auto"}}


def test_a_whole_reply_is_asked_without_stream_options() -> None:
    made = body(ModelRequest(TALK, {"model_name": "m"}, stream=False), "chat")
    assert (made["stream"], "stream_options" in made) == (False, False)


def test_client_settings_and_unset_parameters_are_not_sent() -> None:
    made = body(request(openai_api_key="k", request_timeout=5, top_p=None, tools=["x"]), "chat")
    assert set(made) == {"model", "stream", "messages", "stream_options"}


@pytest.mark.parametrize("name", ["seed", "stop", "n", "logit_bias", "presence_penalty"])
def test_what_an_api_does_not_take_is_refused_by_name(name: str) -> None:
    assert name in body(request(**{name: 1}), "chat")
    with pytest.raises(ProviderError, match=name):
        body(request(**{name: 1}), "responses")


@pytest.mark.parametrize("model", ["o3", "gpt-5", "gpt-6-sol"])
def test_reasoning_models_get_no_temperature(model: str) -> None:
    assert "temperature" not in body(request(temperature=0.3, model_name=model), "responses")


def test_old_reasoning_models_get_the_system_message_from_the_user() -> None:
    assert body(request(model_name="o1-mini"), "chat")["messages"][0]["role"] == "user"


@pytest.mark.parametrize(
    ("model", "sees"),
    [
        ("gpt-4o", True),
        ("gpt-4-turbo", True),
        ("gpt-5.4-mini", True),
        ("o1", True),
        ("o3", True),
        ("llava", True),
        ("gpt-4", False),
        ("gpt-4-0613", False),
        ("gpt-3.5-turbo-0125", False),
        ("o3-mini-2025-01-31", False),
    ],
)
def test_which_models_may_see(model: str, sees: bool) -> None:
    assert may_see(model) is sees


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_words_beside_images_can_be_sent(api: Api) -> None:
    parts = ({"type": "text", "text": "a\ud800"}, {"type": "image_url", "image_url": {"url": "u"}})
    made = body(ModelRequest((Message("user", "", parts=parts),), {}), api)
    (message,) = made["input" if api == "responses" else "messages"]
    assert message["content"][0]["text"] == "a?"
