"""What scripts and plugins of the seed ask of the providers that come with the library."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.core.provider import PresetValue, Provider, ProviderBase
from lwe.core.provider_manager import ProviderManager
from lwe.plugins.provider_chat_openai import ProviderChatOpenai
from lwe.plugins.provider_chat_openai_compat import ProviderChatOpenaiCompat
from lwe.plugins.provider_fake_llm import (
    DEFAULT_CAPABILITIES,
    DEFAULT_RESPONSE_MESSAGE,
    ProviderFakeLlm,
)


@pytest.fixture
def openai() -> ProviderChatOpenai:
    return ProviderChatOpenai(Config())


@pytest.mark.parametrize(
    ("model", "thinks", "is_legacy"),
    [
        ("o1", True, False),
        ("o1-mini-2024", True, True),
        ("o3-pro", True, False),
        ("gpt-5.4-mini", True, False),
        ("gpt-4o", False, False),
    ],
)
def test_kinds_of_models(
    openai: ProviderChatOpenai, model: str, thinks: bool, is_legacy: bool
) -> None:
    assert openai.is_reasoning_model(model) is thinks
    assert openai.is_legacy_reasoning_model(model) is is_legacy


def test_a_subclass_may_call_what_it_replaces(openai: ProviderChatOpenai) -> None:
    assert openai.llm_pre_init({"model_name": "o3"}) == {"model_name": "o3", "temperature": 1}
    assert openai.llm_pre_init({"model_name": "gpt-4o"}) == {"model_name": "gpt-4o"}
    talk = [{"role": "system", "message": "be"}, {"role": "user", "message": "hi"}]
    changed = openai.llm_pre_call(openai.make_llm({"model_name": "o1-preview"}), talk)
    assert [message["role"] for message in changed] == ["user", "user"]
    assert openai.llm_pre_call(openai.make_llm(), talk) == talk
    parts: Any = [{"text": "a"}, {"refusal": "x"}, {"text": "b"}]
    assert openai.handle_non_streaming_response(SimpleNamespace(content=parts)).content == "ab"
    assert openai.handle_streaming_chunk("a", []) == "a"
    assert openai.handle_streaming_chunk(SimpleNamespace(content=parts), []) == "ab"


def test_whether_models_are_checked_can_be_set(openai: ProviderChatOpenai) -> None:
    openai.set_name("provider_chat_openai")
    assert openai.validate_models
    openai.validate_models = False
    assert not openai.get_capability("validate_models")
    assert openai.set_model("unheard-of")[0]


def test_models_can_be_set_and_loaded_again() -> None:
    fake = ProviderFakeLlm(Config())
    fake.models = {"mine": {"max_tokens": 5}}
    assert list(fake.available_models) == ["mine"]
    fake.load_models()
    assert sorted(fake.available_models) == sorted(DEFAULT_CAPABILITIES["models"])


def test_values_are_cast_as_the_rules_say(openai: ProviderChatOpenai) -> None:
    assert openai.calculate_customization_value("temperature", "0.5")[:2] == (True, 0.5)
    assert openai.calculate_customization_value(["temperature"], 9)[:2] == (False, None)
    assert openai.calculate_customization_value("heat", 1) == (False, None, "Invalid key heat.")
    assert [openai.cast_dict_value(text) for text in ("1", "1.5", "x", None)] == [1, 1.5, "x", None]
    openai.set_value(["model_kwargs", "user"], "bob")
    assert openai.customizations["model_kwargs"] == {"user": "bob"}


def test_messages_are_prepared() -> None:
    fake = ProviderFakeLlm()
    talk: list[Any] = [{"role": "system", "content": "be"}, {"role": "user", "content": "hi"}]
    assert [message.text for message in fake.prepare_messages_for_llm(talk)] == ["be", "hi"]
    assert fake.prepare_messages_for_llm_last_message(talk) == "hi"
    assert fake.prepare_messages_for_llm_stuff_messages(talk) == "be\n\nhi"
    assert fake.convert_ai_dict_to_message({"role": "assistant", "content": "x"}).text == "x"
    spec = {"name": "a", "description": "b", "parameters": {"properties": {}, "required": []}}
    schema = fake.transform_openai_tool_spec_to_json_schema_spec(spec)
    assert schema == {"title": "a", "description": "b", "properties": {}}


def test_a_model_with_tools_wants_them_run() -> None:
    call = {"name": "roll", "args": {}, "id": "1", "type": "tool_call"}
    script = {"responses": [{"content": "", "tool_calls": [call]}]}
    spec = {"name": "roll", "description": "", "parameters": {"type": "object", "properties": {}}}
    llm = ProviderFakeLlm().make_llm(script, tools=[spec], tool_choice="any")
    assert (llm.tool_choice, [tool.name for tool in llm.tools]) == ("any", ["roll"])
    assert llm.invoke("go").tool_calls == [call]
    assert [reply.tool_calls for reply in llm.stream("go")] == [[call]]
    assert "tool_choice" not in ProviderFakeLlm().make_llm(tool_choice="any").asdict()


def test_the_names_are_at_the_seeds_places() -> None:
    assert issubclass(ProviderFakeLlm, ProviderBase)
    assert issubclass(ProviderChatOpenaiCompat, Provider)
    assert PresetValue(int, 1, 2).completions == {"1": None, "2": None}
    assert ProviderFakeLlm().make_llm().invoke("x").content == DEFAULT_RESPONSE_MESSAGE
    manager = ProviderManager(Config(), None)
    assert manager.full_name("fake_llm") == "provider_fake_llm"
    assert "provider_fake_llm" in manager.provider_plugins
