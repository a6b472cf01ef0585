"""What is in force is answered in the seed's sentences, and can be assigned as in the seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.domain import User
from lwe.errors import NotFound

PRESETS = {
    "badkey": "{metadata: {provider: chat_openai}, model_customizations: {nope: 1}}",
    "badmodel": "{metadata: {provider: chat_openai}, model_customizations: {model_name: zz}}",
    "badprovider": "{metadata: {provider: zz}, model_customizations: {}}",
    "quick": "{metadata: {provider: fake_llm, name: quick}, model_customizations: {model_name: q}}",
}
INVALID_MODEL = (
    "Invalid model {} for 'provider_chat_openai'; model is not present in the provider model "
    "list/cache. Refresh the provider cache with '/plugin reload provider_chat_openai' or update "
    "the preset."
)


@pytest.fixture
def bot() -> ApiBackend:
    made = ApiBackend()
    folder = made.config.directories("presets")[-1]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PRESETS.items():
        (folder / f"{name}.yaml").write_text(text)
    return made


def test_activating_says_what_was_set_last(bot: ApiBackend) -> None:
    assert bot.activate_preset("quick") == (True, bot.active_preset, "Set model_name to q")
    assert bot.active_preset_name == "quick"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("badkey", "Invalid key nope."),
        ("badmodel", INVALID_MODEL.format("'zz'")),
        ("badprovider", "Provider provider_zz not found in provider_plugins."),
    ],
)
def test_a_preset_that_cannot_be_used_is_answered(bot: ApiBackend, name: str, said: str) -> None:
    before = bot.state
    success, (metadata, _customizations), message = bot.activate_preset(name)
    assert (success, message, bot.state) == (False, said, before)
    assert metadata["filepath"].endswith(f"{name}.yaml")


def test_setting_a_provider_says_what_was_set_last(bot: ApiBackend) -> None:
    reset = bot.set_provider("chat_openai", {"model_name": "gpt-4o"}, reset=True)
    assert reset == (True, bot.provider, "Set model_name to gpt-4o")
    wrong = bot.set_provider("chat_openai", {"nope": 1}, reset=True)
    assert wrong == (False, None, "Invalid key nope.")
    unknown = bot.set_provider("zz")
    assert unknown == (False, None, "Provider provider_zz not found in provider_plugins.")


def test_no_model_is_an_invalid_model(bot: ApiBackend) -> None:
    assert bot.set_model(None) == (False, None, INVALID_MODEL.format("None"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "limit"), [(7, 7), ("7", 7), (0, 131072), (None, 131072)])
def test_a_limit_is_a_number_or_the_models_own(bot: ApiBackend, given: Any, limit: int) -> None:
    bot.set_model("gpt-4o")
    said = f"Max submission tokens set to {limit}"
    assert bot.set_max_submission_tokens(given) == (True, limit, said)


@pytest.mark.parametrize("given", [-1, "x", 2.5, [1]])
def test_what_is_no_limit_changes_none(bot: ApiBackend, given: Any) -> None:
    bot.set_max_submission_tokens(9)
    assert bot.set_max_submission_tokens(given)[:2] == (False, None)
    assert bot.max_submission_tokens == 9


def test_the_users_preset_is_told_as_activating_does(bot: ApiBackend) -> None:
    user = bot.user_manager.register("ann", None, None, "quick")[1]
    assert bot.set_current_user(user) == (True, bot.active_preset, "Set model_name to q")
    user = bot.user_manager.register("ben", None, None, "gone")[1]
    assert bot.set_current_user(user) == (False, "gone", "Preset 'gone' not found")


# Assigning


def test_a_provider_is_assigned_by_name_or_itself(bot: ApiBackend) -> None:
    bot.provider_name = "fake_llm"
    assert (bot.provider_name, bot.provider.name) == ("provider_fake_llm",) * 2
    bot.provider = bot.provider_manager.load_provider("chat_openai")[1]
    assert bot.provider_name == "provider_chat_openai"
    bot.provider = bot.provider
    with pytest.raises(NotFound):
        bot.provider_name = "zz"


def test_a_preset_is_assigned_and_taken_away(bot: ApiBackend) -> None:
    bot.active_preset_name = "quick"
    assert bot.active_preset == bot.preset_manager.ensure_preset("quick")[1]
    assert bot.provider_name == "provider_chat_openai"
    bot.active_preset = None
    assert (bot.active_preset, bot.active_preset_name) == (None, None)
    bot.active_preset = ({"name": "mine", "provider": "fake_llm"}, {"model_name": "m"})
    assert bot.active_preset_name == "mine"
    assert bot.state.stored_preset == "mine"
    bot.active_preset = ({"name": "mine", "return_on_tool_call": True}, {})
    assert bot.active_preset == (
        {"name": "mine", "return_on_tool_call": True, "filepath": ""},
        {"model_name": "m"},
    )
    with pytest.raises(NotFound):
        bot.active_preset_name = "zz"


def test_an_alias_is_assigned(bot: ApiBackend) -> None:
    bot.system_message_alias = "programmer"
    assert bot.system_message == bot.get_system_message("programmer")
    bot.system_message_alias = None
    assert bot.system_message_alias == "programmer"


def test_models_are_assigned_until_another_provider(bot: ApiBackend) -> None:
    bot.available_models = ["a", "b"]
    assert list(bot.available_models) == ["a", "b"]
    bot.set_provider("fake_llm")
    assert "a" not in bot.available_models


@pytest.mark.parametrize(
    "tell",
    [
        lambda bot, n: setattr(bot, "conversation_tokens", n),
        lambda bot, n: bot.set_conversation_tokens(n),
    ],
)
def test_tokens_are_what_was_said_until_something_is_said(
    bot: ApiBackend, tell: Callable[[ApiBackend, int], None]
) -> None:
    user: User = bot.engine.store.add_user("ann")
    bot.set_current_user(user)
    tell(bot, 55)
    assert bot.conversation_tokens == 55
    bot.set_provider("fake_llm", {"responses": ["hi"]})
    assert bot.ask("Say hi")[0]
    counted = bot.conversation_tokens
    assert counted not in (55, None)
    tell(bot, 7)
    assert bot.conversation_tokens == 7
    bot.new_conversation()
    assert bot.conversation_tokens == 0
    bot.wait_for_titles(10)


def test_a_title_and_a_log_are_assigned(bot: ApiBackend) -> None:
    bot.conversation_title = "abc"
    assert bot.conversation_title == "abc"
    bot.logfile = None
    assert bot.logfile is None
