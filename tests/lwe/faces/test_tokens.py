"""The seed's `TokenManager` takes what the seed's took and counts what it counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from lwe import vocabulary
from lwe.core.token_manager import TokenManager
from lwe.errors import ConfigError

Stored = dict[str, Any]
ID = "call_4MqKEs9ZWh0qTh0xCFcb9IOI"


class Provider:
    available_models = ("gpt-4o", "gpt-4", "llama")

    def __init__(self, validates: bool = True) -> None:
        self.validates = validates

    def get_capability(self, capability: str, default: Any = False) -> Any:
        return self.validates if capability == "validate_models" else default


class CountingProvider(Provider):
    def get_num_tokens_from_messages(self, messages: Sequence[Stored], encoding: Any) -> int:
        return len(messages) * (100 if encoding is None else 1)


class Manager:
    def get_tool_config(self, tool_name: str) -> Mapping[str, Any]:
        word = {"type": "string", "description": "w"}
        return {
            "name": tool_name,
            "description": "Say héllo",
            "parameters": {"type": "object", "properties": {"word": word}, "required": ["word"]},
        }


class Tools:
    tool_manager = Manager()

    def __init__(self, *tools: str) -> None:
        self.tools = list(tools)


class GrowingTools(Tools):
    """Takes up the tool `t` wherever a message names it, and knows no other."""

    def add_message_tools(self, messages: Sequence[Stored]) -> list[Stored]:
        known = [message for message in messages if "gone" not in str(message)]
        if any(message["message_type"] == "tool_call" for message in known):
            self.tools = ["t"]
        return known


def manager(
    model: str = "gpt-4o", tools: Tools | None = None, provider: Provider | None = None
) -> TokenManager:
    return TokenManager(None, provider or Provider(), model, tools or Tools())


def content(role: str, text: str) -> Stored:
    return {"role": role, "message": text, "message_type": "content", "message_metadata": None}


THREE = [
    content("system", "You are a helpful assistant."),
    content("user", "Say one word hello."),
    content("assistant", "Hello."),
]
CALL = {
    "role": "assistant",
    "message": [{"name": "t", "args": {"word": "fé", "n": 2}, "id": ID, "type": "tool_call"}],
    "message_type": "tool_call",
    "message_metadata": None,
}
RESPONSE = {
    "role": "tool",
    "message": {"message": "Repeated é", "result": "foo foo"},
    "message_type": "tool_response",
    "message_metadata": {"name": "t", "id": ID},
}
BARE_CALL = {**CALL, "message": [{"name": "t", "args": {}, "id": ""}]}
BARE_RESPONSE = {**RESPONSE, "message": "x", "message_metadata": {"name": "t"}}


@pytest.mark.parametrize(
    ("messages", "model", "tools", "number"),
    [
        ([], "gpt-4o", (), 2),
        (THREE, "gpt-4o", (), 30),
        (THREE, "llama", (), 30),
        (THREE, "gpt-4o", ("t",), 109),
        ([CALL], "gpt-4o", (), 160),
        ([BARE_CALL], "gpt-4o", (), 77),
        ([RESPONSE], "gpt-4o", (), 44),
        ([BARE_RESPONSE], "gpt-4o", (), 9),
        ([*THREE[:2], CALL, RESPONSE, THREE[2]], "gpt-4o", ("t",), 309),
        ([*THREE[:2], CALL, RESPONSE, THREE[2]], "gpt-4", ("t", "t"), 388),
        ([content("user", "")], "gpt-4o", (), 7),
    ],
)
def test_stored_messages_are_counted_as_in_the_seed(
    messages: list[Stored], model: str, tools: tuple[str, ...], number: int
) -> None:
    assert manager(model, Tools(*tools)).get_num_tokens_from_messages(messages) == number


def test_messages_in_chat_form_are_counted_as_they_are() -> None:
    chat = [{"role": message["role"], "content": message["message"]} for message in THREE]
    assert manager().get_num_tokens_from_messages(chat) == 30
    assert manager(tools=GrowingTools()).get_num_tokens_from_messages(chat) == 30


def test_tools_that_messages_name_are_offered_and_those_that_are_gone_left_out() -> None:
    gone = {**CALL, "message": [{"name": "gone", "args": {}, "id": ""}]}
    messages = [*THREE[:2], gone, CALL, RESPONSE, THREE[2]]
    assert manager(tools=GrowingTools()).get_num_tokens_from_messages(messages) == 309


def test_what_looks_like_a_control_token_is_text() -> None:
    messages = [content("user", "<|endoftext|>")]
    assert manager().get_num_tokens_from_messages(messages) > 10


def test_another_encoding_may_be_given() -> None:
    messages = [content("user", "こんにちは世界 🎉🎉")]
    given = vocabulary.encoding("cl100k_base")
    assert manager().get_num_tokens_from_messages(messages) == 13
    assert manager().get_num_tokens_from_messages(messages, given) == 17


@pytest.mark.parametrize(
    ("model", "name"),
    [("gpt-4o", "o200k_base"), ("gpt-4", "cl100k_base"), ("llama", "cl100k_base")],
)
def test_a_model_has_its_encoding(model: str, name: str) -> None:
    assert manager(model).get_token_encoding().name == name


def test_a_model_that_the_provider_does_not_know_is_refused() -> None:
    refused = manager("nope")
    with pytest.raises(NotImplementedError, match=r"^Unsupported model: nope$"):
        refused.get_token_encoding()
    with pytest.raises(NotImplementedError, match="nope"):
        refused.get_num_tokens_from_messages(THREE)


def test_a_provider_that_does_not_validate_takes_any_model() -> None:
    free = manager("nope", provider=Provider(validates=False))
    assert free.get_num_tokens_from_messages(THREE) == 30


def test_a_provider_may_count_itself() -> None:
    counting = manager(provider=CountingProvider())
    assert counting.get_num_tokens_from_messages(THREE) == 300
    assert counting.get_num_tokens_from_messages(THREE, vocabulary.encoding("o200k_base")) == 3
    assert counting.default_get_num_tokens_from_messages(THREE) == 30


def test_a_vocabulary_that_cannot_be_loaded_names_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> None:
        raise ConfigError(f"{name} is broken.")

    monkeypatch.setattr(vocabulary, "encoding", fail)
    expected = "^Unable to get token encoding for model gpt-4o: o200k_base is broken"
    with pytest.raises(ConfigError, match=expected):
        manager().get_token_encoding()
