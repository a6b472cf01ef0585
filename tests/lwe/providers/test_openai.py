"""Both APIs, streamed and whole, blocking and awaiting, over replayed replies."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lwe.domain import Message, ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta
from lwe.providers.openai import ChatOpenAI, ChatOpenAICompat, OpenAIApi
from lwe.providers.openai_client import Clients
from lwe.providers.provider import Stop
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, error, loopback

RECORDINGS = Path(__file__).parents[2] / "recordings"
TEXT = "Hello! It's a pleasure to meet you. What brings you to my little corner of the world?"
QUESTION = (Message("system", "Be kind."), Message("user", "Say hello!"))
ELSEWHERE = "http://elsewhere.example/v1"


class Replay:
    """Answers with recorded bodies and notes what was asked."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response] | None = None) -> None:
        self.asked: list[httpx2.Request] = []
        self._answer = answer or recorded

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self._answer(request)

    async def awaited(self, request: httpx2.Request) -> httpx2.Response:
        return self(request)

    @property
    def clients(self) -> Clients:
        return Clients(httpx2.MockTransport(self), httpx2.MockTransport(self.awaited))

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.asked[-1].content)
        return body


def recorded(request: httpx2.Request) -> httpx2.Response:
    name = "responses" if request.url.path.endswith("/responses") else "chat-completion"
    if json.loads(request.content)["stream"]:
        body = (RECORDINGS / f"{name}.sse").read_bytes()
        return httpx2.Response(200, content=body, headers={"content-type": "text/event-stream"})
    body = (RECORDINGS / f"{name}.json").read_bytes()
    return httpx2.Response(200, content=body, headers={"content-type": "application/json"})


def asked(stream: bool = True, **settings: Any) -> ModelRequest:
    settings = {"model_name": "gpt-4o", "max_retries": 0, **settings}
    return ModelRequest(QUESTION, settings, stream)


def blocking(provider: OpenAIApi, request: ModelRequest) -> list[ReplyEvent]:
    return list(provider.stream(request, Stop()))


def awaiting(provider: OpenAIApi, request: ModelRequest) -> list[ReplyEvent]:
    async def run() -> list[ReplyEvent]:
        async with aclosing(provider.astream(request)) as events:
            return [event async for event in events]

    return asyncio.run(run())


WAYS = pytest.mark.parametrize("perform", [blocking, awaiting])


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def text_of(events: list[ReplyEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@WAYS
@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("stream", [True, False])
def test_recorded_replies_become_events(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]], api: str, stream: bool
) -> None:
    replay = Replay()
    request = asked(stream, use_responses_api=api == "responses")
    events = perform(ChatOpenAI(replay.clients), request)
    assert text_of(events) == TEXT
    assert sum(isinstance(event, TextDelta) for event in events) > 5 or not stream
    end = events[-1]
    assert isinstance(end, ReplyFinished)
    assert (end.reason, end.usage.input_tokens, end.usage.output_tokens) == ("stop", 23, 22)
    words = "input" if api == "responses" else "messages"
    assert [item["content"] for item in replay.body[words]] == ["Be kind.", "Say hello!"]
    assert (replay.body["model"], replay.body["stream"]) == ("gpt-4o", stream)
    assert replay.asked[0].headers["authorization"] == "Bearer sk-test"


@WAYS
def test_the_servers_word_about_its_limit_is_kept(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]],
) -> None:
    body = (RECORDINGS / "too-long.json").read_bytes()
    replay = Replay(lambda _: httpx2.Response(400, content=body))
    with pytest.raises(ProviderError, match="exceeds the available context size") as caught:
        perform(ChatOpenAI(replay.clients), asked())
    assert caught.value.kind == "too_long"


@WAYS
@pytest.mark.parametrize("api", ["responses", "chat"])
def test_a_server_that_streams_nothing_is_understood_all_the_same(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]], api: str
) -> None:
    name = "responses" if api == "responses" else "chat-completion"
    body = (RECORDINGS / f"{name}.json").read_bytes()
    headers = {"content-type": "application/json; charset=utf-8"}
    replay = Replay(lambda _: httpx2.Response(200, content=body, headers=headers))
    request = asked(use_responses_api=api == "responses")
    assert text_of(perform(ChatOpenAI(replay.clients), request)) == TEXT


@WAYS
def test_an_error_of_status_200_is_an_error(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]],
) -> None:
    replay = Replay(lambda _: httpx2.Response(200, json={"error": {"message": "no such model"}}))
    with pytest.raises(ProviderError, match="no such model"):
        perform(ChatOpenAI(replay.clients), asked())


@WAYS
def test_words_that_no_encoding_knows_are_sent_with_a_replacement(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]],
) -> None:
    replay = Replay()
    request = ModelRequest((Message("user", "a\ud800b"),), {"model_name": "m", "max_retries": 0})
    perform(ChatOpenAI(replay.clients), request)
    assert replay.body["input"][0]["content"] == "a?b"


# Which API


@pytest.mark.parametrize(
    ("provider", "settings", "path"),
    [
        (ChatOpenAI, {}, "/v1/responses"),
        (ChatOpenAI, {"use_responses_api": False}, "/v1/chat/completions"),
        (ChatOpenAI, {"model_name": "o1-mini"}, "/v1/chat/completions"),
        (ChatOpenAI, {"openai_api_base": "https://api.openai.com/v1/"}, "/v1/responses"),
        (ChatOpenAI, {"openai_api_base": ELSEWHERE}, "/v1/chat/completions"),
        (
            ChatOpenAI,
            {"openai_api_base": ELSEWHERE, "use_responses_api": True},
            "/v1/responses",
        ),
        (ChatOpenAICompat, {}, "/v1/chat/completions"),
        (ChatOpenAICompat, {"openai_api_base": ELSEWHERE}, "/v1/chat/completions"),
        (ChatOpenAICompat, {"use_responses_api": True}, "/v1/responses"),
    ],
)
def test_the_api_is_chosen_by_host_and_by_force(
    provider: type[OpenAIApi], settings: dict[str, Any], path: str
) -> None:
    replay = Replay()
    assert text_of(blocking(provider(replay.clients), asked(**settings))) == TEXT
    assert replay.asked[0].url.path == path


def test_a_base_url_in_the_environment_is_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", ELSEWHERE)
    replay = Replay()
    blocking(ChatOpenAI(replay.clients), asked())
    assert str(replay.asked[0].url) == f"{ELSEWHERE}/chat/completions"


# Keys and models


def test_nothing_needs_a_key_until_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    provider = ChatOpenAI()
    provider.warm_up()
    assert provider.default_customizations() == {
        "model_name": "gpt-5.4-mini",
        "_type": "chat_openai",
    }
    with pytest.raises(ProviderError, match="OpenAI needs an API key"):
        blocking(provider, asked())


@WAYS
def test_a_request_names_a_model(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]],
) -> None:
    with pytest.raises(ProviderError, match="No model is named"):
        perform(ChatOpenAICompat(Replay().clients), asked(model_name=None))


def test_the_models_and_their_limits_are_the_seeds() -> None:
    models = ChatOpenAI().models
    assert len(models) == 64
    limits = [models[name]["max_tokens"] for name in ("gpt-4", "gpt-5.4-mini", "gpt-4.1")]
    assert limits == [8192, 409600, 1047576]
    assert ChatOpenAI().max_submission_tokens("gpt-4o") == 131072
    assert ChatOpenAI().max_submission_tokens("unheard-of") == 4000
    compat = ChatOpenAICompat()
    assert compat.models == {}
    assert compat.default_customizations() == {"_type": "chat_openai_compat"}


# Over a real socket


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@WAYS
def test_servers_in_trouble_are_asked_again(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]], server: Loopback
) -> None:
    quick = {"retry-after-ms": "1"}
    server.replies = [error(503, "busy", **quick), error(429, "slow down", **quick)]
    request = asked(openai_api_base=server.url, max_retries=2)
    assert text_of(perform(ChatOpenAI(), request)) == "Hello!"
    assert len(server.asked) == 3


@WAYS
@pytest.mark.parametrize("code", [400, 401, 404, 422])
def test_what_cannot_get_better_is_asked_once(
    perform: Callable[[OpenAIApi, ModelRequest], list[ReplyEvent]], code: int, server: Loopback
) -> None:
    server.replies = [error(code, "no")]
    with pytest.raises(ProviderError, match=f"answered {code}: no"):
        perform(ChatOpenAI(), asked(openai_api_base=server.url, max_retries=2))
    assert len(server.asked) == 1


def stopped_while(
    server: Loopback, parts: list[Any], stream: bool, wait_for: Callable[[], bool]
) -> tuple[list[ReplyEvent], float]:
    """Stop from another thread once `wait_for` holds; return what was said, and the seconds."""
    server.replies = [Reply(parts=parts)]
    stop, events = Stop(), list[ReplyEvent]()
    request = asked(stream, openai_api_base=server.url, max_retries=2)

    def run() -> None:
        events.extend(ChatOpenAI().stream(request, stop))

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 30
    while not wait_for():
        assert time.monotonic() < deadline
        time.sleep(0.001)
    started = time.monotonic()
    stop.request()
    thread.join(30)
    assert not thread.is_alive()
    return events, time.monotonic() - started


@pytest.mark.parametrize("stream", [True, False])
def test_a_stop_ends_the_wait_for_the_first_byte(server: Loopback, stream: bool) -> None:
    server.silent = True
    events, seconds = stopped_while(server, [STALL], stream, lambda: bool(server.asked))
    assert (events, len(server.asked)) == ([], 1)
    assert seconds < 15
    assert server.left.wait(30)


def test_a_stop_ends_a_whole_reply_that_stalls(server: Loopback) -> None:
    events, seconds = stopped_while(server, [b'{"cho', STALL], False, lambda: bool(server.asked))
    assert events == []
    assert seconds < 15


def test_a_stop_before_the_request_asks_nothing(server: Loopback) -> None:
    stop = Stop()
    stop.request()
    request = asked(openai_api_base=server.url)
    assert list(ChatOpenAI().stream(request, stop)) == []
    assert server.asked == []


def test_an_abandoned_stream_hangs_up(server: Loopback) -> None:
    server.replies = [Reply(parts=[chat_chunk("so far"), STALL])]
    reply = ChatOpenAI().stream(asked(openai_api_base=server.url), Stop())
    assert next(reply) == TextDelta("so far")
    reply.close()
    assert server.left.wait(30)


def test_importing_the_provider_loads_no_client() -> None:
    code = "import lwe.providers.openai, sys; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
