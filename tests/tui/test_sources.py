"""What may answer: servers that were found, endpoints that were named, and whose key they get."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.errors import ProviderError
from lwe.providers import local_model, probe
from lwe.providers.openai_client import endpoint_of
from lwe.state import State
from lwe_tui.discovery import LocalServer
from lwe_tui.session import Session
from lwe_tui.sources import Sources, slug

OLLAMA = LocalServer("Ollama", "http://127.0.0.1:11434/v1", "llama3")
THERE = {
    "model_name": "llama3",
    "openai_api_base": "http://127.0.0.1:11434/v1",
    "openai_api_key": "none",
}


@pytest.fixture
def sources() -> Iterator[Sources]:
    session = Session(backend=ApiBackend())
    yield Sources(session)
    session.close()


@pytest.fixture
def restarted() -> Iterator[Sources]:
    """The same profile in another run of the program."""
    session = Session(backend=ApiBackend())
    yield Sources(session)
    session.close()


def files(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if path.is_file()}


def asked_at(sources: Sources) -> int:
    """Store a conversation that was asked at the server that was found; returns its id."""
    backend = sources.session.backend
    user = backend.engine.store.add_user("ann")
    state = State(
        user=user, preset="ollama", provider="provider_chat_openai_compat", customizations=THERE
    )
    opened = backend.engine.begin(state, "a secret")
    assert opened.stored is not None
    return opened.stored.conversation_id


# Servers that were found


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Ollama", "ollama"),
        ("LM Studio", "lm-studio"),
        ("llama.cpp", "llama-cpp"),
        ("vLLM", "vllm"),
    ],
)
async def test_a_server_that_was_found_is_a_preset(
    sources: Sources, home: Path, label: str, name: str
) -> None:
    before = files(home)
    state = await sources.use_server(State(), LocalServer(label, OLLAMA.base_url, "llama3"))
    assert (state.preset, state.provider) == (name, "provider_chat_openai_compat")
    assert state.customizations == THERE
    assert state.origin.preset == name
    preset = sources.session.engine.presets.get(name)
    assert (preset.path, label in preset.metadata["description"]) == ("", True)
    assert files(home) == before


async def test_its_conversations_never_go_to_openai_after_a_restart(
    sources: Sources, restarted: Sources
) -> None:
    state = await sources.use_server(sources.session.backend.state, OLLAMA)
    assert state.origin.preset == "ollama"
    number = asked_at(sources)
    user = restarted.session.engine.store.user("ann")
    elsewhere = restarted.session.engine.states.set_provider(State(user=user), "fake_llm", "mine")
    page = await restarted.session.open(elsewhere, number)
    assert (page.state.provider, page.state.model) == ("provider_fake_llm", "mine")
    (notice,) = await restarted.session.take_notices()
    assert "'ollama' not found" in notice.text


async def test_its_conversations_go_on_there_when_it_is_found_again(
    sources: Sources, restarted: Sources
) -> None:
    await sources.use_server(sources.session.backend.state, OLLAMA)
    number = asked_at(sources)
    user = restarted.session.engine.store.user("ann")
    await restarted.use_server(State(user=user), OLLAMA)
    page = await restarted.session.open(State(user=user, provider="provider_fake_llm"), number)
    assert page.state.customizations == THERE
    assert await restarted.session.take_notices() == []


async def test_a_file_of_its_name_is_left_alone_and_not_taken_for_it(sources: Sources) -> None:
    presets = sources.session.engine.presets
    presets.save("ollama", {"provider": "fake_llm"}, {"model_name": "mine"})
    state = await sources.use_server(State(), OLLAMA)
    assert (state.preset, state.model) == ("ollama-found", "llama3")
    assert presets.get("ollama").customizations == {"model_name": "mine"}


# Endpoints that are named


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Answer for every endpoint; returns what was asked."""
    asked: list[tuple[str, str]] = []

    def list_models(base_url: str, key: str) -> list[str]:
        asked.append((base_url, key))
        return ["first", "second"]

    monkeypatch.setattr(probe, "list_models", list_models)
    return asked


async def test_an_endpoint_without_a_key_does_not_get_openais(
    sources: Sources, listed: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    name = await sources.add_endpoint("http://127.0.0.1:9/v1", "", "")
    assert listed == [("http://127.0.0.1:9/v1", "")]
    preset = sources.session.engine.presets.get(name)
    assert preset.customizations["openai_api_key"] == "none"
    state = await sources.session.activate_preset(State(), name)
    assert endpoint_of(state.customizations).api_key == "none"


async def test_a_server_that_was_found_does_not_get_openais_key(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    state = await sources.use_server(State(), OLLAMA)
    assert endpoint_of(state.customizations).api_key == "none"


async def test_an_endpoints_own_key_is_kept_outside_the_preset(
    sources: Sources, listed: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWE_KEY_BOX_EXAMPLE_9_V1", "an old one")
    name = await sources.add_endpoint("http://box.example:9/v1", "sk-box", "second")
    preset = sources.session.engine.presets.get(name)
    assert name == "box-example-9-v1"
    assert preset.customizations == {
        "model_name": "second",
        "openai_api_base": "http://box.example:9/v1",
        "api_key_env_var": "LWE_KEY_BOX_EXAMPLE_9_V1",
    }
    assert endpoint_of(preset.customizations).api_key == "sk-box"


async def test_an_endpoint_becomes_the_users_default(
    sources: Sources, listed: list[tuple[str, str]]
) -> None:
    backend = sources.session.backend
    backend.set_current_user(backend.engine.store.add_user("ann"))
    name = await sources.add_endpoint("http://127.0.0.1:9/v1", "", "")
    assert backend.engine.store.user("ann").default_preset == name


async def test_an_endpoint_that_does_not_answer_is_not_saved(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ProviderError("Nobody there.")

    monkeypatch.setattr(probe, "list_models", refuse)
    before = sources.session.engine.presets.names()
    with pytest.raises(ProviderError):
        await sources.add_endpoint("http://127.0.0.1:9/v1", "", "")
    assert sources.session.engine.presets.names() == before


def test_the_programs_end_does_not_wait_for_a_stalled_server(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, asked = threading.Event(), asyncio.Event()

    def stall(*_: object) -> list[str]:
        loop[0].call_soon_threadsafe(asked.set)
        release.wait(20)
        return ["m"]

    loop: list[asyncio.AbstractEventLoop] = []

    async def leave() -> None:
        loop.append(asyncio.get_running_loop())
        testing = asyncio.create_task(sources.list_models("http://127.0.0.1:9/v1", ""))
        await asked.wait()
        testing.cancel()

    monkeypatch.setattr(probe, "list_models", stall)
    start = time.monotonic()
    try:
        asyncio.run(leave())
        assert time.monotonic() - start < 25
    finally:
        release.set()


# What is preset, and the embedded model


async def test_the_embedded_model_is_here_when_it_can_run(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_model, "find", lambda: tmp_path)
    monkeypatch.setattr(local_model, "problem", lambda: "")
    assert await sources.local_model_here()
    assert sources.fetch_local_model(lambda *_: None, lambda: False) == tmp_path
    monkeypatch.setattr(local_model, "problem", lambda: "It cannot run here.")
    assert not await sources.local_model_here()
    assert await sources.local_model_problem() == "It cannot run here."


@pytest.mark.parametrize(
    ("text", "name"), [("LM Studio", "lm-studio"), ("box:80/v1/", "box-80-v1"), ("..", "")]
)
def test_names_of_files_are_small_letters_digits_and_dashes(text: str, name: str) -> None:
    assert slug(text) == name
