"""The provider object as the seed's plugins and commands use it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lwe.errors import LweError, PresetError, ProviderError
from lwe.plugins.provider_chat_openai import ProviderChatOpenai
from lwe.plugins.provider_fake_llm import ProviderFakeLlm
from lwe.providers.llm import Reply

MODEL = {"model_name": "gpt-5.4-mini", "_type": "chat_openai"}


@pytest.fixture
def openai() -> ProviderChatOpenai:
    return ProviderChatOpenai()


def test_it_holds_its_parameters_until_it_is_attached(openai: ProviderChatOpenai) -> None:
    assert openai.customizations == MODEL
    assert openai.set_customization_value("temperature", "0.5") == (
        True,
        {**MODEL, "temperature": 0.5},
        "Set temperature to 0.5",
    )
    assert openai.get_customization_value("temperature") == (True, 0.5, "Found key temperature")
    state: dict[str, Any] = {"model_name": "gpt-4"}
    openai.attach(lambda: state, state.update)
    assert openai.get_model() == "gpt-4"
    assert openai.set_model("gpt-4o")[2] == "Set model_name to gpt-4o"
    assert state == {"model_name": "gpt-4o"}
    openai.detach()
    assert openai.get_model() == "gpt-5.4-mini"
    assert openai.customizations["temperature"] == 0.5


@pytest.mark.parametrize(
    ("keys", "value", "made", "said"),
    [
        ("model_kwargs.user", "bob", {"model_kwargs": {"user": "bob"}}, "model_kwargs.user to bob"),
        (["model_kwargs", "user"], 5, {"model_kwargs": {"user": "5"}}, "model_kwargs.user to 5"),
        ("logit_bias.50", "-3", {"logit_bias": {"50": -3}}, "logit_bias.50 to -3"),
        ("logit_bias", {}, {"logit_bias": {}}, "logit_bias to {}"),
        ("temperature", "None", {"temperature": None}, "temperature to None"),
        ("openai_api_key", "sk-1", {"openai_api_key": "sk-1"}, "openai_api_key"),
    ],
)
def test_values_are_set_by_path(
    openai: ProviderChatOpenai, keys: Any, value: object, made: dict[str, Any], said: str
) -> None:
    answer = openai.set_customization_value(keys, value)
    assert answer == (True, {**MODEL, **made}, f"Set {said}")


def test_a_mapping_sets_each_of_its_keys(openai: ProviderChatOpenai) -> None:
    openai.set_customization_value("model_kwargs", {"user": "a", "x": 1})
    success, _parameters, said = openai.set_customization_value("model_kwargs", {"user": "b"})
    assert (success, said) == (True, "Set model_kwargs.user to b")
    assert openai.customizations["model_kwargs"] == {"user": "b", "x": 1}
    assert openai.get_customization_value("model_kwargs.x")[:2] == (True, 1)


@pytest.mark.parametrize(
    ("keys", "value", "reason"),
    [
        ("heat", 1, "Invalid key heat."),
        ("temperature.a", 1, "Invalid key a."),
        ("temperature", 5, "temperature has to be between 0 and 2, not 5."),
        ("logit_bias", 5, "logit_bias has to be a mapping, not 5."),
        ("model_kwargs.user", [1], "model_kwargs.user has to be a text, not [1]."),
    ],
)
def test_what_cannot_be_set_changes_nothing(
    openai: ProviderChatOpenai, keys: str, value: object, reason: str
) -> None:
    assert openai.set_customization_value(keys, value) == (False, None, reason)
    assert openai.customizations == MODEL


def test_unknown_values_are_a_failure(openai: ProviderChatOpenai) -> None:
    assert openai.get_customization_value("a.b") == (False, None, "Invalid key a.")


def test_models_are_looked_up(openai: ProviderChatOpenai) -> None:
    assert openai.validate_model("gpt-4o") == (True, "gpt-4o", "Model 'gpt-4o' is valid")
    assert openai.set_model("nope") == (False, None, openai.invalid_model_message("nope"))
    openai.set_customization_value("openai_api_base", "http://127.0.0.1:1/v1")
    assert openai.set_model("nope")[0]
    assert "gpt-4o" in openai.available_models
    assert (openai.get_capability("chat"), openai.get_capability("nothing")) == (True, False)
    assert openai.get_capability("models") == openai.models


def test_it_says_what_it_is(openai: ProviderChatOpenai) -> None:
    assert (openai.plugin_type, openai.display_name) == ("provider", "chat_openai")
    assert openai.description == "OpenAI's models, through OpenAI's API."
    assert openai.plugin_cache_filename == "provider_chat_openai.yaml"
    completions = openai.customizations_to_completions()
    assert list(completions["verbosity"]) == ["low", "medium", "high", "None"]
    assert "gpt-4o" in completions["model_name"]
    assert openai.private_parameters() == {"openai_api_key", "openai_organization"}


def test_types_of_customizations_are_left_out(openai: ProviderChatOpenai) -> None:
    openai.set_customizations({"_type": "chat_openai", "model_name": "gpt-4"})
    assert openai.get_customizations() == {"model_name": "gpt-4"}
    assert openai.get_customizations({"_type": "x", "n": 1}) == {"n": 1}


def test_tools_are_transformed_by_a_subclass(openai: ProviderChatOpenai) -> None:
    class Mine(ProviderFakeLlm):
        def transform_tool(self, spec: dict[str, Any]) -> str:
            return str(spec["name"])

    assert Mine().transform_tools([{"name": "a"}]) == ["a"]
    assert openai.transform_tools([{"name": "a"}]) == [{"name": "a"}]
    assert openai.prepare_file_for_llm("file") == "file"
    assert openai.convert_dict_to_message({"role": "user", "content": "hi"}).text == "hi"


# Models for plugins


@pytest.mark.parametrize(
    "messages",
    [
        "hi",
        ["hi"],
        [("system", "be"), ("user", "hi")],
        [{"role": "user", "content": "hi"}],
        [SimpleNamespace(type="human", content="hi")],
        SimpleNamespace(role="user", content="hi"),
    ],
)
def test_a_model_is_asked_with_messages_of_any_form(messages: object) -> None:
    llm = ProviderFakeLlm().make_llm({"responses": [["an ", "answer"]]})
    assert llm.invoke(messages) == Reply("an answer")
    assert [reply.content for reply in llm.stream(messages)] == ["an ", "answer"]


@pytest.mark.parametrize("messages", [5, [("robot", "x")], [{"role": "user"}], [("user", 5)]])
def test_other_messages_are_refused(messages: object) -> None:
    with pytest.raises(ProviderError, match="cannot be sent"):
        ProviderFakeLlm().make_llm().invoke(messages)


def test_parameters_of_a_model_are_checked(openai: ProviderChatOpenai) -> None:
    openai.set_customization_value("temperature", 1)
    assert openai.make_llm({"n": "2"}).customizations == {
        "model_name": "gpt-5.4-mini",
        "temperature": 1.0,
        "n": 2,
    }
    assert openai.make_llm(use_defaults=True).customizations == {"model_name": "gpt-5.4-mini"}
    with pytest.raises(PresetError, match="does not take heat"):
        openai.make_llm({"heat": 1})


def test_langchain_has_no_door(openai: ProviderChatOpenai) -> None:
    with pytest.raises(LweError, match="define stream, or derive"):
        openai.llm_factory()
