"""The commands for models, providers, presets, the configuration and the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.commands import UsageError
from lwe.commands.outcome import Confirm, StartedOver, StateChanged
from lwe.errors import ConfigError, LweError, NotFound, PresetError
from tests.lwe.commands.conftest import Typed

# Models and providers


@pytest.fixture
def openai(typed: Typed) -> Typed:
    """Ask a provider with parameters."""
    typed("/provider chat_openai gpt-4.1-nano")
    return typed


def test_parameters_are_shown_and_set_in_their_types(openai: Typed) -> None:
    assert "model_name: gpt-4.1-nano" in openai("/model").text
    outcome = openai("/model temperature 0.7")
    assert outcome.effect == StateChanged(openai.bot.state)
    assert openai.bot.state.customizations["temperature"] == 0.7
    assert openai("/model temperature").text == "* temperature: 0.7"
    openai("/model model_kwargs.user bob")
    assert openai.bot.state.customizations["model_kwargs"] == {"user": "bob"}
    openai('/model model_kwargs.response_format {"type": "json_object"}')
    assert openai.bot.state.customizations["model_kwargs"]["response_format"] == {
        "type": "json_object"
    }


def test_values_that_are_not_allowed_say_what_is(openai: Typed) -> None:
    with pytest.raises(UsageError, match="between 0 and 2"):
        openai("/model temperature 3")
    with pytest.raises(NotFound, match="Did you mean temperature"):
        openai("/model temprature 1")
    with pytest.raises(PresetError):
        openai("/model model_name no-such-model")
    with pytest.raises(PresetError, match="list of names"):
        openai("/model tools dice")
    assert "tools" not in openai.bot.state.customizations
    openai('/model tools ["dice"]')
    assert openai.bot.state.customizations["tools"] == ["dice"]


def test_a_key_is_never_shown(openai: Typed) -> None:
    shown = openai("/model openai_api_key sk-secret").text
    shown += openai("/model openai_api_key").text + openai("/model").text
    assert "sk-secret" not in shown and "hidden" in shown


def test_parameters_and_their_values_are_offered(openai: Typed) -> None:
    assert openai.offered("/model temp") == ["temperature"]
    assert openai.offered("/model temperature 1.") == [f"1.{n}" for n in range(10)]
    assert "high" in openai.offered("/model verbosity ")
    assert openai.offered("/model model_name gpt-4.1-na")[0] == "gpt-4.1-nano"
    assert openai.offered("/model nothing x") == []


def test_a_key_press_does_not_fetch_models(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = typed.bot.engine.providers.get("ollama")
    monkeypatch.setattr(provider, "fetch_models", lambda: pytest.fail("asked a server"))
    assert typed.offered("/provider ollama ") == []
    typed.bot.state = typed.bot.engine.states.set_provider(typed.bot.state, "ollama", "any")
    assert typed.offered("/model temp") == ["temperature"]
    assert typed.offered("/model model_name ") == []


def test_providers_are_listed_set_and_offered(typed: Typed) -> None:
    assert "* fake_llm: A scripted model for tests. 🟢" in typed("/providers").text
    assert "chat_openai" not in typed("/providers fake").text
    typed("/provider fake_llm gpt-4o")
    assert (typed.bot.state.model, typed.bot.state.preset) == ("gpt-4o", "")
    assert "gpt-4o" in typed("/provider").text
    with pytest.raises(NotFound, match="Did you mean fake_llm"):
        typed("/provider fake_lm")
    assert typed.offered("/provider fa") == ["fake_llm"]
    assert "gpt-4o" in typed.offered("/provider fake_llm ")
    assert typed.offered("/provider nobody ") == []


def test_limits_and_system_messages(typed: Typed) -> None:
    assert typed("/max-submission-tokens 256").text == "* Max submission tokens: 256"
    assert typed("/max-submission-tokens").text == "* Max submission tokens: 256"
    typed("/system-message programmer")
    assert "expert programmer" in typed.bot.state.system_message
    assert "**programmer**" in typed("/system-message").text
    typed("/system-message Speak like a pirate.")
    assert typed.bot.state.system_message == "Speak like a pirate."
    assert typed.offered("/system-message pro") == ["programmer"]


# Presets


def test_presets_are_listed_loaded_and_shown(typed: Typed) -> None:
    assert "* **test**: Testing preset 🟢" in typed("/presets").text
    assert "gpt-4o-mini" not in typed("/presets testing").text
    assert typed("/preset load test_2").effect == StateChanged(typed.bot.state)
    assert "gpt-4o" in typed("/preset show").text
    assert "provider: fake_llm" in typed("/preset show test").text
    with pytest.raises(NotFound, match="Did you mean test"):
        typed("/preset load tes")


def test_a_preset_is_saved_and_in_use(typed: Typed) -> None:
    typed("/provider fake_llm gpt-4o")
    outcome = typed("/preset save mine description It's mine")
    assert outcome.changed == ("presets",) and typed.bot.state.preset == "mine"
    saved = typed.bot.engine.presets.get("mine")
    assert saved.metadata["description"] == "It's mine"
    assert saved.metadata["provider"] == "fake_llm"
    assert saved.customizations["model_name"] == "gpt-4o"
    typed("/preset save mine max_submission_tokens 400")
    typed("/preset save mine return_on_tool_call yes")
    typed("/preset save mine description")
    metadata = typed.bot.engine.presets.get("mine").metadata
    assert (metadata["max_submission_tokens"], metadata["return_on_tool_call"]) == (400, True)
    assert "description" not in metadata


def test_a_preset_keeps_what_only_its_file_knows(typed: Typed) -> None:
    typed.bot.engine.presets.save("mine", {"provider": "fake_llm", "of_mine": 1}, {})
    typed("/preset load mine")
    typed("/preset save mine description new")
    assert typed.bot.engine.presets.get("mine").metadata["of_mine"] == 1


def test_wrong_fields_and_system_presets_are_refused(typed: Typed) -> None:
    with pytest.raises(NotFound, match="Did you mean description"):
        typed("/preset save mine descripton x")
    with pytest.raises(UsageError):
        typed("/preset save mine max_submission_tokens many")
    with pytest.raises(UsageError):
        typed("/preset save mine return_on_tool_call maybe")
    for line in ("save gpt-4o-mini", "edit gpt-4o-mini", "delete gpt-4o-mini"):
        with pytest.raises(PresetError, match="came with the program"):
            typed(f"/preset {line}")


def test_a_key_does_not_get_into_a_preset(openai: Typed) -> None:
    openai("/model openai_api_key sk-secret")
    shown = openai("/preset save mine").text
    assert "openai_api_key" in shown
    path = Path(openai.bot.engine.presets.get("mine").path)
    assert "sk-secret" not in path.read_text("utf-8")


def test_an_edited_preset_is_in_use_at_once(typed: Typed) -> None:
    typed("/preset save mine")
    typed.user.text = "metadata: {provider: fake_llm}\nmodel_customizations: {model_name: gpt-4}\n"
    typed("/preset edit mine")
    assert typed.bot.state.model == "gpt-4"
    typed.user.text = "metadata: ["
    with pytest.raises(PresetError, match="cannot be used"):
        typed("/preset edit mine")
    typed.user.text = "metadata: {provider: fake_llm}\nmodel_customizations: {}\n"
    typed("/preset edit mine")
    assert "cannot be used" in typed.user.shown[-2]


def test_a_deleted_preset_is_left(typed: Typed) -> None:
    typed("/preset save mine")
    typed.user.yes = False
    typed("/preset delete mine")
    assert typed.bot.state.preset == "mine"
    typed.user.yes = True
    outcome = typed("/preset delete mine")
    assert isinstance(typed.user.asked[-1], Confirm) and outcome.changed == ("presets",)
    assert typed.bot.state.preset == "test"
    with pytest.raises(NotFound):
        typed("/preset show mine")


def test_presets_and_fields_are_offered(typed: Typed) -> None:
    typed("/preset save mine")
    assert typed.offered("/preset delete mi") == ["mine"]
    assert "gpt-4o-mini" not in typed.offered("/preset edit ")
    assert typed.offered("/preset save mine desc") == ["description"]
    assert typed.offered("/preset save mine return_on_tool_call t") == ["true"]


# The configuration and the log


def test_the_configuration_is_shown_without_secrets(typed: Typed) -> None:
    typed.bot.config.set("plugins.gist.access_token", "sk-secret")
    shown = typed("/config").text
    assert "## Files" in shown and "## In force" in shown and "sk-secret" not in shown
    assert "Model: gpt" in typed("/config runtime").text
    assert "storage.db" in typed("/config files").text
    assert "- echo" in typed("/config plugins.enabled").text
    assert "(hidden)" in typed("/config plugins.gist.access_token").text
    assert typed("/config config_dir").text.startswith("* config_dir: /")
    with pytest.raises(NotFound, match="Did you mean plugins"):
        typed("/config plugns")
    assert "plugins.enabled" in typed.offered("/config plug")


def test_an_edited_configuration_is_read_again(typed: Typed, folder: Path) -> None:
    typed.user.text = "model: {default_preset: test_2}\n"
    outcome = typed("/config edit")
    assert outcome.effect == StartedOver(typed.bot.state)
    assert typed.bot.state.preset == "test_2"
    assert typed.bot.state.user is not None and typed.bot.state.user.username == "ann"
    typed.user.text = "model: ["
    with pytest.raises(ConfigError, match="line"):
        typed("/config edit")
    assert typed.bot.config.get("model.default_preset") == "test_2"


def test_the_log_is_opened_and_closed(typed: Typed, tmp_path: Path) -> None:
    assert "Nothing is logged" in typed("/log").text
    assert "my chat.log" in typed(f"/log {tmp_path}/my chat.log").text
    assert "my chat.log" in typed("/config runtime").text
    assert "has ended" in typed("/log").text and typed.bot.logfile is None
    with pytest.raises(LweError, match="cannot be written"):
        typed("/log /no/such/folder/file")
    with pytest.raises(LweError, match="leads nowhere"):
        typed("/log ~no-such-user-here/file")
