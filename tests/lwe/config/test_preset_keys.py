"""Keys are told from other parameters; a file that shows one to others is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.config.preset_keys import advice, exposed, without_secrets

PRESET = """\
metadata: {name: mine, provider: chat_openai_compat}
model_customizations: {model_name: m, openai_api_base: "http://127.0.0.1:1/v1", openai_api_key: %s}
"""


@pytest.mark.parametrize(
    "name", ["openai_api_key", "key", "groq_api_key", "x-api-key", "azure_ad_token", "password"]
)
def test_these_are_keys(name: str) -> None:
    assert without_secrets({name: "sk-1"}) == ({}, [name])


@pytest.mark.parametrize(
    "name", ["api_key_env_var", "max_tokens", "prompt_cache_key", "openai_organization", "tokens"]
)
def test_these_are_none(name: str) -> None:
    assert without_secrets({name: "x-1"}, {"openai_organization"}) == ({name: "x-1"}, [])


@pytest.mark.parametrize("value", ["none", "EMPTY", None, "", 3])
def test_what_stands_for_no_key_is_kept(value: object) -> None:
    assert without_secrets({"openai_api_key": value}) == ({"openai_api_key": value}, [])


def test_what_a_provider_calls_private_is_one() -> None:
    assert without_secrets({"magic_word": "s"}, {"magic_word"}) == ({}, ["magic_word"])
    assert advice([]) == ""
    assert advice(["magic_word"]).startswith("magic_word was not written")


def test_a_preset_without_a_file_shows_nothing() -> None:
    assert exposed("", {"api_key": "sk-1"}) == ""
    assert exposed("/no/such/file", {"api_key": "sk-1"}) == ""


def written(bot: ApiBackend, key: str, mode: int) -> Path:
    path = bot.config.directories("presets")[-1] / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PRESET % key)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("key", "mode", "warned"),
    [("sk-1", 0o644, True), ("sk-1", 0o600, False), ("none", 0o644, False)],
)
def test_a_key_that_others_can_read_is_used_and_told_once(
    bot: ApiBackend, key: str, mode: int, warned: bool
) -> None:
    path = written(bot, key, mode)
    for _ in range(2):
        assert bot.activate_preset("mine")[0]
    assert bot.provider.get_customization_value("openai_api_key")[1] == key
    said = [notice.text for notice in bot.engine.take_notices()]
    assert [f"chmod 600 {path}" in text for text in said] == ([True] if warned else [])


def test_a_saved_preset_of_what_is_in_force_holds_no_key(bot: ApiBackend) -> None:
    bot.provider.set_customization_value("openai_api_key", "sk-1")
    success, path, message = bot.preset_manager.save_preset("kept", *bot.make_preset())
    assert success
    assert "sk-1" not in Path(path).read_text()
    assert "openai_api_key was not written" in message
