"""The catalogue: endpoints that are providers by name and get nobody else's keys."""

from __future__ import annotations

import httpx2
import pytest

from lwe.config.config import Config
from lwe.domain import ModelRequest
from lwe.errors import ProviderError
from lwe.providers.catalogue import places
from lwe.providers.openai_client import Clients, Endpoint
from lwe.providers.placed import AtPlace
from lwe.providers.registry import Providers


def at(name: str, clients: Clients | None = None) -> AtPlace:
    return AtPlace(places()[f"provider_{name}"], Config(), clients)


def endpoint(name: str, **customizations: object) -> Endpoint:
    provider = at(name)
    asked = provider.default_customizations(customizations)
    return provider.endpoint(ModelRequest((), asked))


def test_every_place_is_a_provider() -> None:
    providers = Providers()
    assert len(places()) == 13
    for name, place in places().items():
        provider = providers.get(name)
        assert (provider.name, provider.description) == (name, place.label)
        assert not provider.needs_address
        assert provider.default_customizations()["openai_api_base"] == place.base_url
        assert place.base_url.startswith("https://" if place.needs_key else "http://127.0.0.1")
        provider.check(provider.default_customizations(), "itself")


def test_the_key_comes_from_the_places_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    with pytest.raises(ProviderError, match="Missing API key environment variable: GROQ_API_KEY"):
        endpoint("groq")
    monkeypatch.setenv("GROQ_API_KEY", "gsk")
    found = endpoint("groq")
    assert (found.base_url, found.api_key, found.organization) == (
        "https://api.groq.com/openai/v1",
        "gsk",
        None,
    )
    assert endpoint("groq", openai_api_key="mine").api_key == "mine"
    assert endpoint("groq", api_key_env_var=None).api_key == "gsk"


def test_a_local_server_never_gets_openais_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    assert endpoint("ollama").api_key == "none"
    assert endpoint("ollama", openai_api_key=None).api_key == "none"
    assert endpoint("ollama", openai_api_key="mine").api_key == "mine"
    moved = endpoint("ollama", openai_api_base="http://10.0.0.1/v1")
    assert moved.base_url == "http://10.0.0.1/v1"


def test_models_are_fetched_when_they_are_listed_and_any_is_taken() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json={"data": [{"id": "llama", "context_length": 99}]})

    clients = Clients(httpx2.MockTransport(answer))
    provider = at("ollama", clients)
    assert provider.set_model("unheard-of")[0]
    assert provider.max_submission_tokens("llama") == 4000
    assert asked == []
    assert list(provider.available_models) == ["llama"]
    assert asked == ["http://127.0.0.1:11434/v1/models"]
    assert provider.max_submission_tokens("llama") == 99
    assert at("ollama").max_submission_tokens("llama") == 99


def test_a_place_that_does_not_answer_has_no_models() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    provider = at("vllm", Clients(httpx2.MockTransport(refuse)))
    assert list(provider.available_models) == []
    with pytest.raises(ProviderError, match="No connection"):
        provider.refresh_models()
