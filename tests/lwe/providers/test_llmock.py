"""Faults and dialects of a server that nobody here wrote: each becomes a sentence.

`llmock` drops, cuts, stalls and corrupts replies as providers do. What was said before a fault is
kept. Its verdict is asked where it can see how the client took the fault: a cut stream that is
told to the user looks to it like one that was taken for whole.
"""

from __future__ import annotations

import asyncio
import collections
import threading
import time
from contextlib import aclosing
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from lwe import ApiBackend
from lwe.domain import Mark, Message, ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReplyEvent, TextDelta
from lwe.providers.openai import ChatOpenAI
from lwe.providers.openai_client import Clients
from lwe.providers.provider import Stop
from tests.lwe.helpers import STORED

TEXT = "one two three four five"

CHUNKS_BEFORE = {"chat": 3, "responses": 6}
"""Events before the third word: each API has its own opening ones."""

BOTH_APIS = pytest.mark.parametrize("api", ["chat", "responses"])
BOTH_WAYS = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


class Asking:
    """A backend that talks to the server over one of the APIs, with somebody logged in."""

    def __init__(self, api: str, **settings: Any) -> None:
        self.bot = ApiBackend()
        self.bot.set_current_user(self.bot.engine.store.add_user("ann"))
        self.bot.set_provider(
            "chat_openai",
            {"use_responses_api": api == "responses", "max_retries": 0, **settings},
            reset=True,
        )
        self.pieces: list[str] = []

    def ask(self, stream: bool = True) -> tuple[bool, Any, str]:
        overrides: dict[str, Any] = {"title": "T", "stream_callback": self.pieces.append}
        return (self.bot.ask_stream if stream else self.bot.ask)("count", overrides)

    @property
    def last(self) -> Message:
        """The last message that is stored."""
        assert self.bot.conversation_id is not None
        return self.bot.engine.store.messages(self.bot.conversation_id)[-1]


@pytest.fixture
def server(llmock: LLMock) -> LLMock:
    """A server that will say `TEXT`."""
    return llmock.reply(TEXT, times=None)


@BOTH_APIS
@BOTH_WAYS
def test_an_answer_comes_whole(server: LLMock, api: str, stream: bool) -> None:
    asking = Asking(api)
    assert asking.ask(stream) == (True, TEXT, STORED)
    assert "".join(asking.pieces) == (TEXT if stream else "")
    path = "/v1/responses" if api == "responses" else "/v1/chat/completions"
    assert [(r.path, r.status, r.completed) for r in server.requests] == [(path, 200, True)]
    timings = asking.bot.engine.store.timings(asking.bot.conversation_id or 0)
    (timing,) = timings.values()
    assert timing.output_tokens


@BOTH_APIS
@BOTH_WAYS
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "answered 400: Bad request. Check the preset's parameters."),
        (401, "answered 401: Unauthorized. Check the API key."),
        (403, "answered 403: Forbidden. Check the API key."),
        (404, "answered 404: Resource not found. Check the model's name"),
        (422, "answered 422: Unprocessable entity. Check the preset's parameters."),
        (429, "answered 429: Rate limit exceeded. Wait a little, then retry."),
        (500, "answered 500: Internal server error. Retry"),
        (502, "answered 502: Bad gateway. Retry"),
        (503, "answered 503: Service unavailable. Retry"),
        (529, "answered 529: Service overloaded. Retry"),
    ],
)
def test_a_status_is_a_sentence(
    server: LLMock, api: str, stream: bool, status: int, sentence: str
) -> None:
    server.fail(status)
    asking = Asking(api)
    success, response, message = asking.ask(stream)
    assert (success, response) == (False, None)
    assert sentence in message
    assert asking.last.mark == Mark("failed", message)
    assert len(server.requests) == 1
    server.assert_resilient()


@BOTH_APIS
def test_a_question_that_is_too_long_is_told_apart(server: LLMock, api: str) -> None:
    server.context_overflow()
    success, _, message = Asking(api).ask()
    assert not success
    assert message.endswith("Shorten the conversation or start a new one.")


@BOTH_APIS
@BOTH_WAYS
def test_a_busy_server_is_asked_again_after_the_wait_it_wants(
    server: LLMock, api: str, stream: bool
) -> None:
    server.rate_limit(times=2, retry_after=0.02)
    asking = Asking(api, max_retries=2)
    assert asking.ask(stream) == (True, TEXT, STORED)
    assert [request.status for request in server.requests] == [429, 429, 200]
    server.assert_resilient()


FAULTS = {
    "disconnect": "was lost",
    "truncate": "before it was complete",
    "corrupt": "not JSON",
}


@BOTH_APIS
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_stream_is_a_sentence_and_keeps_what_was_said(
    server: LLMock, api: str, fault: str
) -> None:
    getattr(server, fault)(after_chunks=CHUNKS_BEFORE[api])
    asking = Asking(api, max_retries=2)
    success, response, message = asking.ask()
    assert (success, response) == (False, None)
    assert FAULTS[fault] in message
    assert (asking.last.text, asking.last.mark) == ("one two ", Mark("cut", message))
    assert "".join(asking.pieces) == "one two "
    assert len(server.requests) == 1, "what has been said is not said twice"


@BOTH_APIS
@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_that_breaks_before_the_first_word_marks_the_question(
    server: LLMock, api: str, fault: str
) -> None:
    getattr(server, fault)(after_chunks=0)
    asking = Asking(api)
    success, response, message = asking.ask()
    assert (success, response, asking.pieces) == (False, None, [])
    assert (asking.last.text, asking.last.mark) == ("count", Mark("failed", message))


@BOTH_APIS
def test_a_stall_is_a_timeout_and_keeps_what_was_said(server: LLMock, api: str) -> None:
    server.stall(after_chunks=CHUNKS_BEFORE[api], seconds=30)
    asking = Asking(api, request_timeout=0.2)
    success, response, message = asking.ask()
    assert (success, response) == (False, None)
    assert "did not answer in time" in message
    assert (asking.last.text, asking.last.mark) == ("one two ", Mark("cut", message))


@BOTH_APIS
def test_a_stall_is_ended_from_another_thread(server: LLMock, api: str) -> None:
    server.stall(after_chunks=CHUNKS_BEFORE[api], seconds=30)
    asking = Asking(api)
    stopped: list[float] = []

    def stop_later(piece: str) -> None:
        asking.pieces.append(piece)
        if piece == "two ":
            stopped.append(time.monotonic() + 0.02)
            threading.Timer(0.02, asking.bot.terminate_stream).start()

    answer = asking.bot.ask_stream("count", {"title": "T", "stream_callback": stop_later})
    assert time.monotonic() - stopped[0] < 15
    assert answer == (True, "one two ", STORED)
    assert (asking.last.text, asking.last.mark) == ("one two ", Mark("stopped"))


@BOTH_APIS
@BOTH_WAYS
def test_a_server_that_thinks_first_is_waited_for(server: LLMock, api: str, stream: bool) -> None:
    if stream:
        server.slow_first_token(0.05)
    else:
        server.delay(0.05)
    assert Asking(api).ask(stream) == (True, TEXT, STORED)


@BOTH_APIS
@BOTH_WAYS
def test_a_server_that_thinks_too_long_is_a_timeout(server: LLMock, api: str, stream: bool) -> None:
    server.delay(0.2)
    success, response, message = Asking(api, request_timeout=0.05).ask(stream)
    assert (success, response) == (False, None)
    assert "did not answer in time" in message


@BOTH_APIS
def test_a_stop_ends_the_wait_for_a_slow_server(server: LLMock, api: str) -> None:
    server.delay(20)
    asking = Asking(api)
    timer = threading.Timer(0.05, asking.bot.terminate_stream)
    timer.start()
    started = time.monotonic()
    assert asking.ask() == (True, "", STORED)
    assert time.monotonic() - started < 15


@BOTH_APIS
def test_after_a_fault_the_conversation_goes_on(server: LLMock, api: str) -> None:
    server.disconnect(after_chunks=CHUNKS_BEFORE[api])
    asking = Asking(api)
    assert not asking.ask()[0]
    assert asking.ask() == (True, TEXT, STORED)
    body = server.last_request.body
    words = body["input" if api == "responses" else "messages"]
    assert [item["role"] for item in words] == ["system", "user", "assistant", "user"]


@BOTH_WAYS
def test_a_tool_call_that_nobody_offered_is_no_answer(server: LLMock, stream: bool) -> None:
    server.reset().call_tool("get_weather", {"city": "Paris"})
    success, response, message = Asking("chat").ask(stream)
    assert (success, response) == (False, None)
    assert "answered nothing" in message


@BOTH_APIS
@pytest.mark.parametrize("fault", FAULTS)
def test_awaiting_says_the_same_as_blocking(server: LLMock, api: str, fault: str) -> None:
    getattr(server, fault)(after_chunks=CHUNKS_BEFORE[api], times=2)
    settings = {"model_name": "m", "use_responses_api": api == "responses", "max_retries": 0}
    request = ModelRequest((Message("user", "count"),), settings)
    clients = Clients()
    provider = ChatOpenAI(clients)

    async def awaited() -> tuple[list[ReplyEvent], str]:
        events: list[ReplyEvent] = []
        try:
            async with aclosing(provider.astream(request)) as reply:
                async for event in reply:
                    events.append(event)
        except ProviderError as error:
            return events, str(error)
        finally:
            await clients.awaiting(provider.endpoint(request)).close()
        return events, ""

    heard: list[ReplyEvent] = []
    with pytest.raises(ProviderError, match=FAULTS[fault]) as caught:
        collections.deque(map(heard.append, provider.stream(request, Stop())))
    events, sentence = asyncio.run(awaited())
    assert events == heard
    assert sentence.partition("{")[0] == str(caught.value).partition("{")[0]
    assert heard[:2] == [TextDelta("one "), TextDelta("two ")]


@BOTH_WAYS
@pytest.mark.parametrize("name", ["mistral", "groq", "together", "perplexity", "ai21", "xai"])
def test_compatible_providers_are_understood(server: LLMock, name: str, stream: bool) -> None:
    asking = Asking("chat", openai_api_base=server.base_url(name), model_name="m")
    assert asking.ask(stream) == (True, TEXT, STORED)
    assert server.last_request.provider == name
