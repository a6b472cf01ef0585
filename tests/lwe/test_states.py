"""States: which preset, provider, model and system message are in force, and for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lwe.config.config import Config
from lwe.domain import Origin, Preset, User
from lwe.errors import NotFound, PresetError
from lwe.presets import Presets
from lwe.providers.registry import Providers
from lwe.state import State
from lwe.states import States
from lwe.turn.request import Overrides

DEFAULT_SYSTEM = "You are a helpful assistant."


class Profile:
    """A profile whose presets a test writes."""

    def __init__(self) -> None:
        self.config = Config()
        self.folder = self.config.directories("presets")[-1]

    def put(
        self, name: str, customizations: dict[str, Any] | None = None, /, **metadata: Any
    ) -> Profile:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = {
            "metadata": {"provider": "fake_llm", **metadata},
            "model_customizations": customizations or {},
        }
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
        return self

    @property
    def states(self) -> States:
        return States(self.config, Presets(self.config), Providers())


@pytest.fixture
def profile() -> Profile:
    return Profile()


def overridden(states: States, state: State, **keys: Any) -> State:
    return states.overridden(state, Overrides.of(keys))


# At the start


def test_without_a_preset_openai_is_asked(profile: Profile) -> None:
    state = profile.states.initial()
    assert (state.provider, state.model, state.preset) == (
        "provider_chat_openai",
        "gpt-5.4-mini",
        "",
    )
    assert (state.user, state.conversation_id, state.system_message) == (None, None, DEFAULT_SYSTEM)


def test_the_default_preset_is_active_from_the_start(profile: Profile) -> None:
    profile.config.set("model.default_preset", "gpt-4-chatbot-responses")
    state = profile.states.initial()
    assert (state.preset, state.model) == ("gpt-4-chatbot-responses", "gpt-4o")
    assert state.customizations["temperature"] == 0.5


def test_a_users_default_preset_goes_before_the_configurations(profile: Profile) -> None:
    profile.config.set("model.default_preset", "gpt-4o-mini")
    user = User(1, "ann", default_preset="gpt-4-code-generation")
    state = profile.states.initial(user)
    assert (state.preset, state.user) == ("gpt-4-code-generation", user)
    assert state.system_message.startswith("You are an expert programmer")
    assert profile.states.initial(User(2, "bob")).preset == "gpt-4o-mini"


@pytest.mark.parametrize("wanted", ["no-such", "broken"])
def test_a_default_that_cannot_be_used_is_a_notice(profile: Profile, wanted: str) -> None:
    profile.put("broken", {"no_such_parameter": 1})
    profile.config.set("model.default_preset", wanted)
    states = profile.states
    assert states.initial().provider == "provider_chat_openai"
    (notice,) = states.notices
    assert notice.level == "warning"
    assert wanted in notice.text


@pytest.mark.parametrize(
    ("configured", "text"),
    [
        ("programmer", "You are an expert programmer"),
        ("pirate", "Arr."),
        ("Be brief.", "Be brief."),
        (None, DEFAULT_SYSTEM),
    ],
)
def test_the_default_system_message(profile: Profile, configured: str | None, text: str) -> None:
    profile.config.set("model.system_message.pirate", "Arr.")
    profile.config.set("model.default_system_message", configured)
    assert profile.states.initial().system_message.startswith(text)


def test_the_default_alias_has_one_meaning_and_asking_changes_nothing(profile: Profile) -> None:
    profile.config.set("model.system_message.default", "other")
    assert profile.states.system_message("default") == DEFAULT_SYSTEM
    assert set(profile.states.system_messages()) == {"default", "programmer", "creative_writer"}
    assert profile.config.get("model.system_message.default") == "other"


@pytest.mark.parametrize("odd", [None, "text", ["list"]])
def test_aliases_that_are_no_mapping_are_none(profile: Profile, odd: object) -> None:
    profile.config.set("model.system_message", odd)
    assert profile.states.system_messages() == {"default": DEFAULT_SYSTEM}


# Presets


def test_a_preset_brings_its_system_message_and_limit(profile: Profile) -> None:
    profile.put("p", {"model_name": "m"}, system_message="programmer", max_submission_tokens=99)
    state = profile.states.activate_preset(profile.states.initial(), "p")
    assert (state.provider, state.model, state.preset) == ("provider_fake_llm", "m", "p")
    assert state.system_message.startswith("You are an expert")
    assert state.max_submission_tokens == 99


def test_a_preset_without_a_system_message_leaves_the_last_one(profile: Profile) -> None:
    profile.put("with", system_message="Arr.", max_submission_tokens=9).put("without")
    states = profile.states
    state = states.activate_preset(states.initial(), "with")
    state = states.activate_preset(state, "without")
    assert (state.system_message, state.max_submission_tokens) == ("Arr.", None)


def test_a_preset_without_a_model_asks_the_providers_own(profile: Profile) -> None:
    assert profile.put("p").states.activate_preset(State(), "p").model == "gpt-5.4-mini"


def test_the_name_inside_is_what_is_stored(profile: Profile) -> None:
    state = profile.put("file", name="inside").states.activate_preset(State(), "inside")
    assert state.preset == "file"
    assert state.origin == Origin("provider_fake_llm", "gpt-5.4-mini", "inside")


def test_parameters_that_are_not_taken_are_named_with_those_that_are(profile: Profile) -> None:
    profile.put("p", {"model_name": "m", "temprature": 1, "model_kwargs": {"x": 1}})
    with pytest.raises(
        PresetError,
        match=r"fake_llm does not take model_kwargs\.x, temprature, named by the preset 'p'\. "
        r"It takes model_name, responses, tool_choice, tools\.",
    ):
        profile.states.activate_preset(State(), "p")


def test_openai_takes_free_parameters_inside_model_kwargs(profile: Profile) -> None:
    kwargs = {"user": "me", "metadata": {"a": 1}}
    profile.put("p", {"model_name": "gpt-4o", "model_kwargs": kwargs}, provider="chat_openai")
    assert profile.states.activate_preset(State(), "p").customizations["model_kwargs"] == kwargs


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"provider": None}, "'p' names no provider"),
        ({"max_submission_tokens": "many"}, "max_submission_tokens"),
        ({"max_submission_tokens": [1]}, "max_submission_tokens"),
        ({"max_submission_tokens": -5}, "max_submission_tokens"),
    ],
)
def test_metadata_that_make_no_sense_are_a_sentence(
    profile: Profile, metadata: dict[str, Any], reason: str
) -> None:
    with pytest.raises(PresetError, match=reason):
        profile.put("p", **metadata).states.activate_preset(State(), "p")


def test_unknown_names_are_sentences(profile: Profile) -> None:
    with pytest.raises(NotFound, match="Preset 'x' not found") as caught:
        profile.states.activate_preset(State(), "x")
    assert caught.value.answer == "x"
    with pytest.raises(NotFound, match="Provider 'nobody' not found") as caught:
        profile.put("p", provider="nobody").states.activate_preset(State(), "p")
    assert caught.value.answer is None


def test_a_changed_state_shares_nothing_with_the_preset(profile: Profile) -> None:
    profile.put("p", {"responses": [["a"]]})
    states = profile.states
    states.activate_preset(State(), "p").customizations["responses"][0].append("b")
    assert states.activate_preset(State(), "p").customizations["responses"] == [["a"]]


# Providers and models


def test_a_provider_comes_with_its_defaults_and_no_preset(profile: Profile) -> None:
    profile.put("p", {"model_name": "m"}, max_submission_tokens=9)
    states = profile.states
    state = states.set_provider(states.activate_preset(State(), "p"), "chat_openai")
    assert (state.provider, state.model, state.preset) == (
        "provider_chat_openai",
        "gpt-5.4-mini",
        "",
    )
    assert (state.preset_metadata, state.max_submission_tokens) == ({}, None)
    assert states.set_provider(State(), "provider_fake_llm", "m").model == "m"


def test_a_providers_customizations_are_checked(profile: Profile) -> None:
    states = profile.states
    asked = {"temperature": 0.1, "model_kwargs": {"user": "me"}}
    state = states.set_provider(State(), "chat_openai", customizations=asked)
    assert state.customizations == {"model_name": "gpt-5.4-mini", **asked}
    with pytest.raises(PresetError, match="does not take heat"):
        states.set_provider(State(), "chat_openai", customizations={"heat": 1})


def test_another_model_is_a_change_of_the_preset(profile: Profile) -> None:
    profile.put("p", {"model_name": "m", "responses": ["a"]}, max_submission_tokens=9)
    states = profile.states
    active = states.activate_preset(State(), "p")
    state = states.set_model(active, "other")
    assert (state.model, state.preset, state.changed) == ("other", "p", True)
    assert (state.customizations["responses"], state.max_submission_tokens) == (["a"], None)
    assert active.model == "m"
    assert not states.set_model(states.initial(), "gpt-4o").changed


# What is allowed


def test_values_come_in_their_types(profile: Profile) -> None:
    given = {"model_name": "gpt-4o", "temperature": "0.5", "seed": "2", "logprobs": "true"}
    profile.put("p", given, provider="chat_openai")
    state = profile.states.activate_preset(State(), "p")
    assert state.customizations == {
        "model_name": "gpt-4o",
        "temperature": 0.5,
        "seed": 2,
        "logprobs": True,
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"temperature": 5}, "temperature has to be between 0 and 2, not 5."),
        ({"temperature": "hot"}, "temperature has to be a number between 0 and 2, not 'hot'."),
        (
            {"reasoning_effort": "huge"},
            "reasoning_effort has to be one of minimal, low, medium, high, xhigh, max, none, "
            "not 'huge'.",
        ),
        ({"model_kwargs": 5}, "model_kwargs has to be a mapping, not 5."),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(
    profile: Profile, given: dict[str, Any], sentence: str
) -> None:
    profile.put("p", given, provider="chat_openai")
    profile.put("good", {"model_name": "gpt-4o"}, provider="chat_openai")
    states = profile.states
    for ask in (
        lambda: states.activate_preset(State(), "p"),
        lambda: states.set_provider(State(), "chat_openai", customizations=given),
        lambda: overridden(
            states, State(), preset="good", preset_overrides={"model_customizations": given}
        ),
    ):
        with pytest.raises(PresetError) as caught:
            ask()
        assert str(caught.value).startswith(f"{sentence} It is named by ")


def test_openai_is_asked_for_models_that_it_has(profile: Profile) -> None:
    profile.put("p", {"model_name": "nope"}, provider="chat_openai")
    profile.put("good", {"model_name": "gpt-4o"}, provider="chat_openai")
    states = profile.states
    over = {"model_customizations": {"model_name": "nope"}}
    for ask in (
        lambda: states.activate_preset(State(), "p"),
        lambda: states.set_model(states.initial(), "nope"),
        lambda: states.set_provider(State(), "chat_openai", "nope"),
        lambda: overridden(states, State(), preset="good", preset_overrides=over),
    ):
        with pytest.raises(PresetError) as caught:
            ask()
        assert str(caught.value) == (
            "Invalid model 'nope' for 'provider_chat_openai'; model is not present in the provider "
            "model list/cache. Refresh the provider cache with '/plugin reload "
            "provider_chat_openai' or update the preset."
        )


def test_another_server_has_models_of_its_own(profile: Profile) -> None:
    there = {"model_name": "mine", "openai_api_base": "http://127.0.0.1:1/v1"}
    profile.put("p", there, provider="chat_openai")
    states = profile.states
    state = states.activate_preset(State(), "p")
    assert states.set_model(state, "other").model == "other"


def test_every_model_is_taken_where_the_configuration_says_so(profile: Profile) -> None:
    profile.config.set("plugins.provider_chat_openai.validate_models", False)
    providers = Providers(profile.config)
    states = States(profile.config, Presets(profile.config), providers)
    assert states.set_model(states.initial(), "newest").model == "newest"


# As a stored message was asked


def test_a_conversation_goes_on_as_it_was(profile: Profile) -> None:
    profile.put("p", {"model_name": "m"}, name="inside")
    states = profile.states
    state = states.as_asked(states.initial(), Origin("provider_chat_openai", "gpt-4o", "inside"))
    assert (state.preset, state.model) == ("p", "m")
    state = states.as_asked(state, Origin("chat_openai", "gpt-4o"))
    assert (state.preset, state.provider, state.model) == ("", "provider_chat_openai", "gpt-4o")
    assert states.as_asked(state, Origin()) == state
    assert states.notices == []


def test_without_its_preset_a_conversation_stays_with_its_provider(profile: Profile) -> None:
    states = profile.states
    state = states.as_asked(states.initial(), Origin("provider_fake_llm", "m", "gone"))
    assert (state.provider, state.model, state.preset) == ("provider_fake_llm", "m", "")
    (notice,) = states.notices
    assert "Preset 'gone' not found" in notice.text


def test_without_its_provider_a_conversation_goes_on_with_a_notice(profile: Profile) -> None:
    states = profile.states
    state = states.as_asked(states.initial(), Origin("provider_gone", "m", ""))
    assert state == states.initial()
    (notice,) = states.notices
    assert "Provider 'gone' not found" in notice.text


@pytest.mark.parametrize(
    ("preset", "reason"), [("ollama", "Preset 'ollama' not found"), ("", "where its server is")]
)
def test_a_server_that_only_a_preset_knew_is_never_replaced_by_openai(
    profile: Profile, preset: str, reason: str
) -> None:
    profile.put("mine", {"model_name": "mine"})
    states = profile.states
    mine = states.activate_preset(states.initial(), "mine")
    origin = Origin("provider_chat_openai_compat", "llama3", preset)
    assert states.as_asked(mine, origin) == mine
    (notice,) = states.notices
    assert reason in notice.text


def test_a_preset_that_is_offered_again_says_where_its_server_is(profile: Profile) -> None:
    presets = Presets(profile.config)
    states = States(profile.config, presets, Providers())
    there = {"model_name": "llama3", "openai_api_base": "http://127.0.0.1:11434/v1"}
    presets.offer(Preset("ollama", {"provider": "chat_openai_compat"}, there))
    origin = states.activate_preset(State(), "ollama").origin
    assert origin == Origin("provider_chat_openai_compat", "llama3", "ollama")
    assert states.as_asked(states.initial(), origin).customizations == there
    assert states.notices == []


# One request


def test_a_requests_preset_brings_everything_of_its_own(profile: Profile) -> None:
    profile.put("p", {"model_name": "m"}, system_message="Arr.", max_submission_tokens=9)
    states = profile.states
    state = overridden(states, states.initial(), preset="p")
    assert (state.provider, state.model, state.system_message, state.max_submission_tokens) == (
        "provider_fake_llm",
        "m",
        "Arr.",
        9,
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [("programmer", "You are an expert"), ("Be brief.", "Be brief."), ("", "Arr.")],
)
def test_a_requests_system_message_may_be_an_alias(profile: Profile, given: str, text: str) -> None:
    profile.put("p", system_message="Arr.")
    states = profile.states
    state = overridden(states, states.initial(), preset="p", system_message=given)
    assert state.system_message.startswith(text)


def test_overrides_go_deep_over_the_named_preset(profile: Profile) -> None:
    profile.put(
        "p",
        {"model_name": "gpt-4", "model_kwargs": {"user": "me", "metadata": {"a": 1, "b": 2}}},
        provider="chat_openai",
        mine={"x": 1, "y": 2},
    )
    states = profile.states
    state = overridden(
        states,
        states.initial(),
        preset="p",
        preset_overrides={
            "metadata": {"mine": {"y": 3}, "max_submission_tokens": 7, "system_message": "s"},
            "model_customizations": {"temperature": 0, "model_kwargs": {"metadata": {"b": 3}}},
        },
    )
    assert state.customizations == {
        "model_name": "gpt-4",
        "temperature": 0,
        "model_kwargs": {"user": "me", "metadata": {"a": 1, "b": 3}},
    }
    assert state.preset_metadata["mine"] == {"x": 1, "y": 3}
    assert (state.max_submission_tokens, state.system_message) == (7, "s")
    assert states.activate_preset(State(), "p").preset_metadata["mine"] == {"x": 1, "y": 2}


def test_without_a_name_the_active_presets_file_is_overridden(profile: Profile) -> None:
    profile.put("p", {"model_name": "m", "responses": ["a"]})
    states = profile.states
    active = states.set_model(states.activate_preset(State(system_message="mine"), "p"), "changed")
    over = {"model_customizations": {"responses": ["b"]}}
    state = overridden(states, active, preset_overrides=over)
    assert state.customizations == {"model_name": "m", "responses": ["b"]}
    assert state.system_message == "mine"
    assert overridden(states, active, system_message="s").model == "changed"


@pytest.mark.parametrize("over", [{"metadata": {"a": 1}}, {"model_customizations": {"n": 1}}])
def test_without_a_preset_there_is_nothing_to_override(
    profile: Profile, over: dict[str, Any]
) -> None:
    with pytest.raises(PresetError, match="No active preset to override") as caught:
        overridden(profile.states, profile.states.initial(), preset_overrides=over)
    assert caught.value.answer == (None, None, False)


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"model_customizations": {"heat": 1}}, "does not take heat, named by preset_overrides"),
        ({"metadata": {"max_submission_tokens": "many"}}, "max_submission_tokens"),
    ],
)
def test_overrides_that_cannot_be_used_are_a_sentence(
    profile: Profile, over: dict[str, Any], reason: str
) -> None:
    states = profile.put("p").states
    with pytest.raises(PresetError, match=reason):
        overridden(states, states.initial(), preset="p", preset_overrides=over)


def test_nothing_is_overridden_by_nothing(profile: Profile) -> None:
    states = profile.states
    assert overridden(states, states.initial()) == states.initial()


def test_presets_of_other_folders_are_not_written(profile: Profile, home: Path) -> None:
    profile.states.initial()
    assert not profile.folder.exists()
