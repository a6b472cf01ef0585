"""Both performers say the same, end on Stop or cancel, and let errors through."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing

import pytest

from lwe.domain import Message, ModelRequest, Origin, Usage
from lwe.errors import LweError, ProviderError
from lwe.events import Event, Notice, ReasoningDelta, ReplyEvent, ReplyFinished, TextDelta
from lwe.providers.openai import ChatOpenAICompat
from lwe.providers.provider import Provider, Stop
from lwe.turn.drive import adrive, drive
from lwe.turn.flow import Turn
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error, loopback

Script = list[ReplyEvent | ProviderError]
FINISHED = ReplyFinished("stop", Usage(3, 2))


class Scripted(Provider):
    """Says what it is told, in both ways."""

    name = "provider_scripted"
    parameters = frozenset()

    def __init__(self, script: Script) -> None:
        self._script = script

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        for event in self._script:
            if isinstance(event, ProviderError):
                raise event
            yield event

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in self._script:
            if isinstance(event, ProviderError):
                raise event
            yield event


def turn(**customizations: object) -> Turn:
    request = ModelRequest((Message("user", "hi"),), customizations)
    return Turn(request, Origin("p", "m", ""), (Notice("watch out"),))


def performed(provider: Provider, asked: Turn) -> tuple[list[Event], str]:
    events: list[Event] = []
    try:
        events.extend(drive(asked, provider, Stop()))
    except LweError as problem:
        return events, str(problem)
    return events, ""


def awaited(provider: Provider, asked: Turn) -> tuple[list[Event], str]:
    events: list[Event] = []

    async def run() -> str:
        try:
            async with aclosing(adrive(asked, provider)) as reply:
                async for event in reply:
                    events.append(event)
        except LweError as problem:
            return str(problem)
        return ""

    return events, asyncio.run(run())


SCRIPTS: list[Script] = [
    [TextDelta("a"), TextDelta("b"), FINISHED],
    [ReasoningDelta("hm"), TextDelta("a"), FINISHED],
    [Notice("slow today"), TextDelta("a"), ReplyFinished("length")],
    [FINISHED],
    [],
    [TextDelta("a"), ProviderError("gone", "connection")],
    [ProviderError("no key", "auth")],
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_both_performers_say_the_same(script: Script) -> None:
    blocking, waiting = turn(), turn()
    assert performed(Scripted(script), blocking) == awaited(Scripted(script), waiting)
    assert (blocking.text, blocking.usage) == (waiting.text, waiting.usage)


REPLIES = [
    Reply(parts=chat_stream("Hel", "lo")),
    Reply(parts=[chat_chunk("Hel"), chat_chunk("lo")]),
    Reply(parts=[chat_chunk("Hel"), b'data: {"error": {"message": "overloaded"}}\n\n']),
    Reply(parts=[chat_chunk("Hel"), b'data: {"choices": [{"del\n\n']),
    Reply(parts=[]),
    Reply(parts=[b"<html>"], content_type="text/html"),
    error(401, "Incorrect API key"),
    error(404, "no such model"),
    error(400, "exceeds the available context size"),
    error(422, "top_p is odd"),
    Reply(parts=[chat_chunk("all"), chat_chunk(finish="stop"), STALL]),
]


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.mark.parametrize("reply", REPLIES, ids=range(len(REPLIES)))
def test_both_performers_hear_the_same_from_a_server(
    server: Loopback, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lwe.providers.openai.PATIENCE_AFTER_FINISH", 0.05)
    server.replies = [reply, reply]
    provider = ChatOpenAICompat()
    settings = {"model_name": "m", "openai_api_base": server.url, "max_retries": 0}
    blocking, waiting = turn(**settings), turn(**settings)
    assert performed(provider, blocking) == awaited(provider, waiting)
    assert blocking.text == waiting.text


def stalled(server: Loopback) -> Turn:
    server.replies = [Reply(parts=[chat_chunk("so far"), STALL])]
    return turn(model_name="m", openai_api_base=server.url, max_retries=0)


def test_stopping_wakes_a_stalled_stream(server: Loopback) -> None:
    asked, stop = stalled(server), Stop()
    heard = threading.Event()

    def run() -> None:
        for event in drive(asked, ChatOpenAICompat(), stop):
            if isinstance(event, TextDelta):
                heard.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert heard.wait(30)
    started = time.monotonic()
    stop.request()
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - started < 15
    assert asked.text == "so far"
    assert server.left.wait(30)


async def test_cancelling_closes_a_stalled_stream(server: Loopback) -> None:
    asked, heard = stalled(server), asyncio.Event()

    async def run() -> None:
        async with aclosing(adrive(asked, ChatOpenAICompat())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    heard.set()

    task = asyncio.create_task(run())
    await asyncio.wait_for(heard.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asked.text == "so far"
    assert await asyncio.to_thread(server.left.wait, 5)


def test_no_server_is_a_connection_error() -> None:
    settings = {"model_name": "m", "openai_api_base": "http://127.0.0.1:9/v1", "max_retries": 0}
    _events, problem = performed(ChatOpenAICompat(), turn(**settings))
    assert "No connection to http://127.0.0.1:9/v1" in problem


def test_a_silent_server_is_a_timeout(server: Loopback) -> None:
    server.replies = [Reply(parts=[STALL])]
    settings = {
        "model_name": "m",
        "openai_api_base": server.url,
        "max_retries": 0,
        "request_timeout": 0.2,
    }
    _events, problem = performed(ChatOpenAICompat(), turn(**settings))
    assert "did not answer in time" in problem
