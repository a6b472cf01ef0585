"""The roads to an answer: what is found, and forms that change only how it is asked."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from lwe import ApiBackend
from lwe.errors import ProviderError
from lwe.providers import local_model, probe
from lwe.state import State
from lwe_tui import discovery, messages
from lwe_tui.discovery import LocalServer
from lwe_tui.main.roads import Roads, first_found
from lwe_tui.modals.form import Form
from lwe_tui.session import Session
from lwe_tui.sources import Sources
from lwe_tui.widgets.line_input import LineInput

URL = "http://127.0.0.1:9/v1"


class Ground(Screen[None]):
    """Where roads begin: notes what they say."""

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.state = sources.session.backend.state
        self.roads = Roads(self, sources, lambda: self.state)
        self.asks: list[State] = []
        self.notices: list[tuple[str, str]] = []

    def on_ask_with(self, event: messages.AskWith) -> None:
        self.asks.append(event.state)

    def on_noticed(self, event: messages.Noticed) -> None:
        self.notices.append((event.text, event.level))


class Walk:
    """An app in which a road is walked."""

    def __init__(self, pilot: Pilot[None], ground: Ground) -> None:
        self.pilot, self.ground = pilot, ground

    async def begin(self, road: Callable[[], Any]) -> None:
        self.ground.run_worker(road())
        await self.pilot.pause()

    async def form(self) -> Form:
        await self.until(lambda: isinstance(self.pilot.app.screen, Form))
        form = self.pilot.app.screen
        assert isinstance(form, Form)
        return form

    async def fill(self, *values: str) -> None:
        """Write into a form's lines and send it."""
        form = await self.form()
        lines = list(form.query(LineInput))
        for line, value in zip(lines, values, strict=True):
            line.value = value
        await self.pilot.click("#ok")

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(300):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it did not happen")

    def begins_another_conversation(self) -> None:
        """Do what somebody else may do while a form is open."""
        self.ground.state = replace(self.ground.state, conversation_id=7, title="Another")


@pytest.fixture
def sources() -> Any:
    session = Session(backend=ApiBackend())
    yield Sources(session)
    session.close()


@asynccontextmanager
async def walking(sources: Sources) -> AsyncIterator[Walk]:
    app: App[None] = App()
    ground = Ground(sources)
    async with app.run_test() as pilot:
        await app.push_screen(ground)
        yield Walk(pilot, ground)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Let every endpoint list a model to those who do not come with the key `wrong`."""
    asked: list[tuple[str, str]] = []

    def list_models(base_url: str, key: str) -> list[str]:
        asked.append((base_url, key))
        if key == "wrong":
            raise ProviderError("The key was refused.\x1b[2J", "auth")
        return ["first"]

    monkeypatch.setattr(probe, "list_models", list_models)
    return asked


async def test_an_endpoint_is_used_where_one_is_when_the_form_closes(
    sources: Sources, answering: list[tuple[str, str]]
) -> None:
    async with walking(sources) as walk:
        await walk.begin(walk.ground.roads.name_endpoint)
        await walk.form()
        walk.begins_another_conversation()
        await walk.fill(URL, "", "")
        await walk.until(lambda: walk.ground.asks and walk.ground.notices)
        (state,), (notice,) = walk.ground.asks, walk.ground.notices
    assert (state.conversation_id, state.title) == (7, "Another")
    assert (state.preset, state.model) == ("127-0-0-1-9-v1", "first")
    assert notice == ("Saved as the preset 127-0-0-1-9-v1 and used from now on.", "info")


async def test_a_key_is_tested_until_one_works(
    sources: Sources, answering: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    async with walking(sources) as walk:
        await walk.begin(walk.ground.roads.enter_key)
        first = await walk.form()
        walk.begins_another_conversation()
        await walk.fill(" wrong ")
        await walk.until(lambda: walk.pilot.app.screen is not first)
        again = await walk.form()
        assert "The key was refused." in str(again.query_one(".problem").render())
        await walk.fill("sk-right")
        await walk.until(lambda: walk.ground.asks)
        (state,) = walk.ground.asks
    assert answering == [(discovery.OPENAI_URL, "wrong"), (discovery.OPENAI_URL, "sk-right")]
    assert (state.conversation_id, state.provider) == (7, "provider_chat_openai")
    assert os.environ["OPENAI_API_KEY"] == "sk-right"


@pytest.mark.parametrize("road", ["enter_key", "name_endpoint"])
async def test_a_form_that_is_closed_changes_nothing(
    sources: Sources, answering: list[tuple[str, str]], road: str
) -> None:
    async with walking(sources) as walk:
        await walk.begin(getattr(walk.ground.roads, road))
        await walk.form()
        await walk.pilot.press("escape")
        await walk.until(lambda: walk.pilot.app.screen is walk.ground)
        assert (walk.ground.asks, walk.ground.notices, answering) == ([], [], [])


async def test_the_embedded_model_is_used_where_one_is_when_it_is_here(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "problem", lambda: "")
    monkeypatch.setattr(local_model, "find", lambda: walk.begins_another_conversation() or Path())
    async with walking(sources) as walk:
        await walk.begin(walk.ground.roads.install_model)
        await walk.until(lambda: walk.ground.asks)
        (state,) = walk.ground.asks
    assert (state.conversation_id, state.preset) == (7, "local")


@pytest.mark.parametrize(
    ("error", "told"), [(ProviderError("No network."), "No network."), (OSError("odd"), "odd")]
)
async def test_a_model_that_cannot_be_fetched_is_not_called_ready(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(local_model, "problem", lambda: "")
    monkeypatch.setattr(local_model, "find", fail)
    async with walking(sources) as walk:
        await walk.begin(walk.ground.roads.install_model)
        await walk.until(lambda: walk.ground.notices)
        ((text, level),) = walk.ground.notices
        assert (told in text, level, walk.ground.asks) == (True, "error", [])


# What is found without asking


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find no key, no server and no embedded model."""

    async def no_server() -> None:
        return None

    monkeypatch.setattr(discovery, "find_server", no_server)
    monkeypatch.setattr(local_model, "find", lambda: None)


async def test_nothing_is_found(sources: Sources, nothing: None) -> None:
    assert await first_found(sources, State()) is None


async def test_a_key_is_found_first(
    sources: Sources, nothing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    state = sources.session.backend.state
    found = await first_found(sources, state)
    assert found is not None
    assert found[0] is state


async def test_a_server_is_found_and_named(
    sources: Sources, nothing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find_server() -> LocalServer:
        return LocalServer("LM Studio", URL, "qwen")

    monkeypatch.setattr(discovery, "find_server", find_server)
    found = await first_found(sources, sources.session.backend.state)
    assert found is not None
    state, line = found
    assert (state.preset, state.customizations["openai_api_base"]) == ("lm-studio", URL)
    assert line.startswith("Using LM Studio on this machine with qwen.")


async def test_the_embedded_model_is_found_last(
    sources: Sources, nothing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "find", lambda: Path())
    monkeypatch.setattr(local_model, "problem", lambda: "")
    found = await first_found(sources, State())
    assert found is not None
    assert found[0].preset == "local"
