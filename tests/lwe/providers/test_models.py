"""Lists of models: configured, kept in the cache, fetched, or known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
import pytest
import yaml

from lwe.config.config import Config
from lwe.errors import ProviderError
from lwe.plugins.provider_chat_openai import ProviderChatOpenai
from lwe.plugins.provider_chat_openai_compat import ProviderChatOpenaiCompat
from lwe.plugins.provider_fake_llm import ProviderFakeLlm
from lwe.providers.openai_client import Clients

LOCAL = "http://127.0.0.1:8000/v1"


class Fetching(ProviderFakeLlm):
    name = "provider_fetching"
    found: Any = MappingProxyType({"big": {"max_tokens": 9000}})
    fetched = 0

    def fetch_models(self) -> Any:
        self.fetched += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def config() -> Config:
    return Config()


def kept(config: Config, name: str) -> Path:
    return config.directories("cache")[0] / name


def serving(*names: str) -> tuple[Clients, list[str]]:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json={"data": [{"id": name} for name in names]})

    return Clients(httpx2.MockTransport(answer)), asked


def test_nothing_is_fetched_before_somebody_asks(config: Config) -> None:
    provider = Fetching(config)
    provider.setup()
    assert (provider.fetched, dict(provider.known_models)) == (0, provider.static_models)
    assert provider.max_submission_tokens("big") == 9000
    assert list(provider.available_models) == ["big"]
    assert provider.fetched == 1
    written = yaml.safe_load(kept(config, "provider_fetching.yaml").read_text())
    assert (written["api_version"], written["models"]) == (1, Fetching.found)
    assert "T" in written["last_updated"]


def test_the_cache_is_read_before_anybody_is_asked(config: Config) -> None:
    file = kept(config, "provider_fetching.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump({"models": {"cached": {"max_tokens": 5}}}))
    provider = Fetching(config)
    assert (dict(provider.models), provider.fetched) == ({"cached": {"max_tokens": 5}}, 0)
    provider.refresh_models()
    assert (list(provider.models), provider.fetched) == (["big"], 1)
    assert list(Fetching(config).known_models) == ["big"]


@pytest.mark.parametrize("content", ["[", "models: 5", "text", "models: {}"])
def test_a_broken_cache_is_fetched_again(config: Config, content: str) -> None:
    file = kept(config, "provider_fetching.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert list(Fetching(config).models) == ["big"]


def test_what_is_configured_wins(config: Config) -> None:
    config.set("plugins.provider_fetching.models", {"mine": {"max_tokens": 7}})
    provider = Fetching(config)
    provider.refresh_models()
    assert (dict(provider.models), provider.fetched) == ({"mine": {"max_tokens": 7}}, 0)


@pytest.mark.parametrize("found", [RuntimeError("offline"), ProviderError("offline"), ["no"]])
def test_without_an_answer_the_known_models_stay(config: Config, found: Any) -> None:
    provider = Fetching(config)
    provider.found = found
    assert "gpt-4" in provider.models
    assert "gpt-4" in provider.models
    assert provider.fetched == 1
    assert not kept(config, "provider_fetching.yaml").exists()
    with pytest.raises(ProviderError):
        provider.refresh_models()


def test_a_cache_that_cannot_be_written_loses_nothing(config: Config) -> None:
    kept(config, "").parent.mkdir(parents=True, exist_ok=True)
    kept(config, "").write_text("a file in the folder's place")
    assert list(Fetching(config).models) == ["big"]


def test_without_a_configuration_nothing_is_kept(home: Path) -> None:
    assert list(Fetching().models) == ["big"]
    assert list(home.rglob("*.yaml")) == []


# OpenAI and other servers


def test_a_reload_asks_openai_and_its_list_counts(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    clients, asked = serving("gpt-4o", "gpt-9")
    provider = ProviderChatOpenai(config, clients=clients)
    assert not provider.set_model("gpt-9")[0]
    assert asked == []
    provider.refresh_models()
    assert asked == ["https://api.openai.com/v1/models"]
    assert provider.models == {"gpt-4o": {"max_tokens": 131072}, "gpt-9": {}}
    assert provider.set_model("gpt-9")[0]
    assert not provider.set_model("gpt-4")[0]
    assert ProviderChatOpenai(config).set_model("gpt-9")[0]


def test_without_a_key_a_reload_goes_back_to_what_is_known(config: Config) -> None:
    file = kept(config, "provider_chat_openai.yaml")
    file.parent.mkdir(parents=True)
    file.write_text("models: {gpt-9: {}}")
    provider = ProviderChatOpenai(config)
    assert provider.set_model("gpt-9")[0]
    provider.refresh_models()
    assert not file.exists()
    assert not provider.set_model("gpt-9")[0]


@pytest.mark.parametrize("make", [ProviderChatOpenai, ProviderChatOpenaiCompat])
def test_every_server_has_a_list_of_its_own(config: Config, make: Callable[..., Any]) -> None:
    clients, asked = serving("llama")
    provider = make(config, clients=clients)
    provider.set_customization_value("openai_api_base", LOCAL)
    provider.refresh_models()
    assert asked == [f"{LOCAL}/models"]
    assert "llama" in provider.available_models
    assert kept(config, f"{provider.name}-127-0-0-1-8000-v1.yaml").exists()
    provider.set_customization_value("openai_api_base", None)
    assert "llama" not in provider.available_models


def test_a_server_without_an_address_has_no_models(config: Config) -> None:
    provider = ProviderChatOpenaiCompat(config)
    provider.refresh_models()
    assert dict(provider.models) == {}
    with pytest.raises(ProviderError, match="no server whose models could be listed"):
        provider.fetch_models()
