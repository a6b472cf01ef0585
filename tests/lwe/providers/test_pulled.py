"""A provider that only blocks is awaited: an event at a time, and closed when nobody listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import aclosing
from typing import Any

import pytest

from lwe.domain import Message, ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta
from lwe.plugins.provider_fake_llm import ProviderFakeLlm
from lwe.providers.provider import Provider
from lwe.providers.stop import Stop

ASKED = ModelRequest((Message("user", "hi"),), {})


class Blocking(Provider):
    """Waits between its words, as a provider does that reads from a socket."""

    name = "provider_blocking"

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.wait = False
        self.waiting = threading.Event()
        self.closed = threading.Event()

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        self.threads.add(threading.current_thread())
        woken = threading.Event()
        try:
            for word in ("one", "two"):
                self.made.append(word)
                yield TextDelta(word)
            if self.wait:
                with stop.waking(woken.set):
                    self.waiting.set()
                    woken.wait(10)
                assert stop.wished
                return
            yield ReplyFinished("stop")
        finally:
            self.closed.set()


async def told(event: threading.Event) -> bool:
    return await asyncio.to_thread(event.wait, 10)


async def test_it_answers_what_it_answers_when_it_blocks() -> None:
    provider = Blocking()
    async with aclosing(provider.astream(ASKED)) as events:
        said = [event async for event in events]
    assert said == list(provider.stream(ASKED, Stop()))
    (thread,) = provider.threads - {threading.current_thread()}
    assert thread.daemon


async def test_nothing_is_made_before_it_is_asked_for() -> None:
    provider = Blocking()
    async with aclosing(provider.astream(ASKED)) as events:
        assert provider.made == []
        assert await anext(events) == TextDelta("one")
        assert provider.made == ["one"]
    assert await told(provider.closed)
    assert provider.made == ["one"]


async def test_cancelling_ends_a_wait_and_closes_the_generator() -> None:
    provider = Blocking()
    provider.wait = True

    async def listen() -> None:
        async with aclosing(provider.astream(ASKED)) as events:
            async for _event in events:
                pass

    task = asyncio.create_task(listen())
    assert await told(provider.waiting)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await told(provider.closed)
    (thread,) = provider.threads
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()


def test_a_loop_that_has_ended_is_nobodys_trouble() -> None:
    provider = Blocking()
    provider.wait = True

    async def leave() -> None:
        events = provider.astream(ASKED)
        for _ in range(2):
            await anext(events)
        pending = asyncio.ensure_future(anext(events))
        assert await told(provider.waiting)
        pending.cancel()

    asyncio.run(leave())
    assert provider.closed.wait(10)
    (thread,) = provider.threads
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("error", [ProviderError("full"), ValueError("odd")])
async def test_what_it_raises_is_raised_where_it_is_awaited(error: Exception) -> None:
    class Broken(Blocking):
        def stream(self, request: ModelRequest, stop: Stop) -> Any:
            yield TextDelta("so far")
            raise error

    async with aclosing(Broken().astream(ASKED)) as events:
        assert await anext(events) == TextDelta("so far")
        with pytest.raises(type(error), match=str(error)):
            await anext(events)


async def test_an_answer_that_ends_badly_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    threads: list[threading.Thread] = []

    class Rude(Blocking):
        def stream(self, request: ModelRequest, stop: Stop) -> Any:
            threads.append(threading.current_thread())
            try:
                yield TextDelta("a")
            finally:
                raise OSError("the file is gone")

    async with aclosing(Rude().astream(ASKED)) as events:
        await anext(events)
    await asyncio.to_thread(threads[0].join, 10)
    assert "the file is gone" in caplog.text


async def test_who_replaces_the_blocking_way_replaces_the_awaited_one() -> None:
    class Louder(ProviderFakeLlm):
        def stream(self, request: ModelRequest, stop: Stop) -> Any:
            for event in super().stream(request, stop):
                yield TextDelta(event.text.upper()) if isinstance(event, TextDelta) else event

    async with aclosing(Louder().astream(ASKED)) as events:
        assert await anext(events) == TextDelta("TEST RESPONSE")
