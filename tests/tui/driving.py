"""The app over a scripted provider, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from lwe import ApiBackend
from lwe.core.config import Config
from lwe.domain import ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReasoningDelta, ReplyEvent, ReplyFinished, TextDelta
from lwe.providers.options import PresetValue
from lwe.providers.provider import Provider, Stop
from lwe_tui.app import LweApp
from lwe_tui.main.screen import MainScreen
from lwe_tui.modals.consent import Consent
from lwe_tui.session import Session

PATIENCE = 30.0
"""Seconds that a test waits: no measure of speed, a machine may be busy."""

Piece = str | ReplyEvent | ProviderError | asyncio.Event


class Scripted(Provider):
    """Answers with the next script; an event in it is waited for."""

    name = "provider_scripted"
    default_model = "model"

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        """Answers that wait for an event of their script."""
        self.scripts: list[list[Piece]] = []
        self.asked: list[ModelRequest] = []

    def customization_config(self) -> dict[str, Any]:
        return {
            "model_name": PresetValue(str),
            "temperature": PresetValue(float, 0, 2),
            "tools": None,
        }

    @property
    def static_models(self) -> Mapping[str, Any]:
        return {"model": {"max_tokens": 8000}, "other": {"max_tokens": 8000}}

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        raise NotImplementedError("the app awaits")
        yield

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        if not request.stream:
            yield TextDelta("A made title")
            yield ReplyFinished("stop")
            return
        self.asked.append(request)
        for piece in self.scripts.pop(0) if self.scripts else ["An answer."]:
            match piece:
                case str():
                    yield TextDelta(piece)
                case asyncio.Event():
                    self.waiting += 1
                    try:
                        await piece.wait()
                    finally:
                        self.waiting -= 1
                case ProviderError():
                    raise piece
                case _:
                    yield piece
        yield ReplyFinished("stop")


def thinking(text: str) -> ReplyEvent:
    """Return a piece of what a model thinks."""
    return ReasoningDelta(text)


class Driver:
    """A running app and what a test needs of it."""

    def __init__(self, app: LweApp, pilot: Pilot[None], provider: Scripted) -> None:
        self.app, self.pilot, self.provider = app, pilot, provider

    @property
    def screen(self) -> MainScreen:
        """The main screen, whatever covers it."""
        return next(s for s in self.app.screen_stack if isinstance(s, MainScreen))

    @property
    def store(self) -> Any:
        """The database."""
        return self.app.session.engine.store

    def stored(self) -> list[tuple[str, str, str]]:
        """Return role, text and mark of every message of the newest conversation."""
        user = self.screen.state.user
        assert user is not None
        newest = self.store.conversations(user.id, 1, 0)
        return [
            (m.role, m.text, m.mark.kind if m.mark else "")
            for m in (self.store.messages(newest[0].id) if newest else [])
            if m.role != "system"
        ]

    def rows(self) -> str:
        """Return the rows of the transcript that are in sight."""
        transcript = self.screen.chat.transcript
        height = transcript.size.height
        return "\n".join(transcript.render_line(y).text.rstrip() for y in range(height))

    async def press(self, *keys: str) -> None:
        """Press keys and wait until everything they caused is done."""
        for key in keys:
            self.send(key)
            await self.settle()

    async def write(self, text: str) -> None:
        """Type a text."""
        self.send(*("space" if letter == " " else letter for letter in text))
        await self.pilot.pause()

    def send(self, *keys: str) -> None:
        """Press keys without waiting, as a fast typist does."""
        for key in keys:
            letter = " " if key == "space" else key
            self.app.post_message(events.Key(key, letter if len(letter) == 1 else None))

    async def ask(self, text: str) -> None:
        """Type a question and send it."""
        await self.write(text)
        await self.press("enter")

    async def settle(self, seconds: float = PATIENCE) -> None:
        """Wait until no task runs but answers that wait for the test, and open forms."""
        try:
            async with asyncio.timeout(seconds):
                quiet = 0
                while quiet < 2:
                    await self.pilot.pause(0.01)
                    await self.pilot.pause()
                    quiet = 0 if self._is_busy() else quiet + 1
        except TimeoutError:
            groups = [(str(w.group), w.name) for w in self.app.workers if not w.is_finished]
            pytest.fail(f"Still running: {groups}; answers that wait: {self.provider.waiting}.")

    def _is_busy(self) -> bool:
        running = [str(w.group) for w in self.app.workers if not w.is_finished]
        turns = [group for group in running if group.startswith("turn-")]
        asked = sum(isinstance(screen, Consent) for screen in self.app.screen_stack)
        waiting = self.provider.waiting + len(self.screen.chat.approvals.waiting) + asked
        return len(running) > len(turns) + self._asking() or len(turns) > waiting

    def _asking(self) -> int:
        """Count the tasks that wait for the answer of a small screen, which the test gives."""
        waited = [s._result_callbacks[-1] for s in self.app.screen_stack if s._result_callbacks]
        return sum(callback.future is not None for callback in waited)

    async def until(self, condition: Any, seconds: float = PATIENCE) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self.pilot.pause(0.01)


def write_presets(home: Path) -> None:
    """Write two presets of the user that the scripted provider answers."""
    folder = home / ".config" / "llm-workflow-engine" / "presets"
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in (("alpha", "model"), ("beta", "other")):
        (folder / f"{name}.yaml").write_text(
            f"metadata: {{name: {name}, provider: scripted}}\n"
            f"model_customizations: {{model_name: {model}}}\n"
        )


def backend(home: Path, provider: Scripted, default: str | None = "alpha") -> ApiBackend:
    """Return a backend that the scripted provider answers."""
    write_presets(home)
    config = Config()
    made = ApiBackend(config)
    made.engine.providers.add(provider)
    if default:
        config.set("model.default_preset", default)
    made.set_current_user(made.current_user)
    return made


@asynccontextmanager
async def running(
    home: Path,
    size: tuple[int, int] = (120, 36),
    default: str | None = "alpha",
    provider: Scripted | None = None,
    before: Any = None,
) -> AsyncIterator[Driver]:
    """Run the app.

    Args:
        default: the preset to start with.
        before: called with the backend before the app starts.
    """
    provider = provider or Scripted()
    made = backend(home, provider, default)
    if before:
        before(made)
    session = Session(backend=made)
    app = LweApp(session)
    try:
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, provider)
            await driver.settle()
            yield driver
    finally:
        session.close()
