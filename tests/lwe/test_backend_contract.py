"""What the seed's Python page promises works as written, and answers in the seed's tuples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lwe import ApiBackend
from lwe.core.config import Config
from lwe.domain import Mark, User
from lwe.providers.openai import ChatOpenAI
from lwe.providers.openai_client import Clients
from tests.lwe.helpers import NOT_STORED, STORED, stored
from tests.lwe.loopback import Loopback, Reply, chat_chunk, chat_stream, error

RECORDINGS = Path(__file__).parents[1] / "recordings"
HELLO = "Hello! It's a pleasure to meet you. What brings you to my little corner of the world?"


# The page's examples, word for word


def test_say_hello(server: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    bot = ApiBackend()
    success, response, message = bot.ask("Say hello!")
    if success:
        print(response)  # noqa: T201 - the page says so
    else:
        raise RuntimeError(message)
    assert capsys.readouterr().out == "Hello!\n"
    assert server.asked[0]["messages"] == [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Say hello!"},
    ]


def test_a_list_of_messages(server: Loopback) -> None:
    bot = ApiBackend()
    messages = [
        {"role": "system", "content": "You are a friendly assistant."},
        {"role": "user", "content": "Say hello!"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Say goodbye!"},
    ]
    success, response, message = bot.ask(messages)
    assert (success, response, message) == (True, "Hello!", NOT_STORED)
    assert server.asked[0]["messages"] == messages


def test_a_configuration_of_ones_own(server: Loopback, tmp_path: Path) -> None:
    config = Config()
    config.set("debug.log.enabled", True)
    config.set("debug.log.filepath", str(tmp_path / "debug.log"))
    bot = ApiBackend(config)
    try:
        assert bot.ask("Say hello!")[0]
        log = (tmp_path / "debug.log").read_text()
        assert "provider_chat_openai" in log
        assert "Say hello!" not in log
    finally:
        config.set("debug.log.enabled", False)
        ApiBackend(config)


def test_a_stream(server: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    def stream_callback(content: str) -> None:
        print(content, end="", flush=True)  # noqa: T201 - the page says so

    bot = ApiBackend()
    success, response, _message = bot.ask_stream(
        "Say three words about earth", request_overrides={"stream_callback": stream_callback}
    )
    assert (success, response) == (True, "Hello!")
    assert capsys.readouterr().out == "Hello!"
    assert server.asked[0]["stream"] is True


def test_a_default_preset(server: Loopback) -> None:
    config = Config()
    config.set("model.default_preset", "gpt-4-chatbot-responses")
    bot = ApiBackend(config)
    assert bot.active_preset_name == "gpt-4-chatbot-responses"
    assert bot.ask("Say hello!")[:2] == (True, "Hello!")
    sent = server.asked[0]
    assert (sent["model"], sent["temperature"], sent["top_p"]) == ("gpt-4o", 0.5, 0.5)


def test_the_seeds_import_paths() -> None:
    from lwe.backends.api.backend import ApiBackend as LongWay
    from lwe.config.config import Config as Ours

    assert LongWay is ApiBackend
    assert Config is Ours


# Both APIs, over recorded replies


@pytest.mark.parametrize("api", ["responses", "chat-completion"])
@pytest.mark.parametrize("stream", [True, False])
def test_recorded_replies(
    bot: ApiBackend, api: str, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        body = (RECORDINGS / f"{api}.{'sse' if stream else 'json'}").read_bytes()
        return httpx2.Response(200, content=body)

    bot.engine.providers.add(ChatOpenAI(Clients(httpx2.MockTransport(answer))))
    bot.set_provider(
        "chat_openai", {"use_responses_api": api == "responses", "max_retries": 0}, reset=True
    )
    pieces: list[str] = []
    overrides: dict[str, Any] = {"stream_callback": pieces.append}
    ask = bot.ask_stream if stream else bot.ask
    assert ask("Say hello!", overrides) == (True, HELLO, NOT_STORED)
    assert ("".join(pieces) == HELLO and len(pieces) > 5) if stream else pieces == []
    assert json.loads(asked[0].content)["model"] == "gpt-5.4-mini"
    path = "/v1/responses" if api == "responses" else "/v1/chat/completions"
    assert asked[0].url.path == path


# What is asked with


def test_streaming_is_noted_in_the_callers_dictionary(server: Loopback, bot: ApiBackend) -> None:
    overrides: dict[str, Any] = {}
    bot.ask_stream("hi", overrides)
    assert overrides == {"stream": True}
    assert bot.make_request("hi", {"stream": True})[0]
    assert [body["stream"] for body in server.asked] == [True, True]


def test_a_whole_answer_is_no_piece(server: Loopback, bot: ApiBackend) -> None:
    pieces: list[str] = []
    assert bot.ask("hi", {"stream_callback": pieces.append})[:2] == (True, "Hello!")
    assert pieces == []


def test_print_stream_prints_the_pieces(
    server: Loopback, bot: ApiBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    bot.ask_stream("hi", {"print_stream": True})
    assert capsys.readouterr().out == "Hello!"
    bot.ask("hi", {"print_stream": True})
    assert capsys.readouterr().out == ""


def test_a_request_may_have_a_preset_of_its_own(server: Loopback, bot: ApiBackend) -> None:
    over = {"model_customizations": {"temperature": 0}}
    bot.ask("hi", {"preset": "gpt-4-code-generation", "preset_overrides": over})
    sent = server.asked[0]
    assert (sent["model"], sent["temperature"], sent["top_p"]) == ("gpt-4-turbo", 0, 0.1)
    assert sent["messages"][0]["content"].startswith("You are an expert programmer")
    assert (bot.active_preset_name, bot.model) == (None, "gpt-5.4-mini")


def test_a_requests_preset_may_stay(server: Loopback, bot: ApiBackend) -> None:
    overrides = {"preset": "gpt-4-code-generation", "activate_preset": True}
    assert bot.ask("hi", overrides)[0]
    assert (bot.active_preset_name, bot.model) == ("gpt-4-code-generation", "gpt-4-turbo")
    assert bot.system_message.startswith("You are an expert programmer")


def test_a_preset_stays_only_after_an_answer(server: Loopback, bot: ApiBackend) -> None:
    server.replies = [error(401, "no")]
    overrides = {"preset": "gpt-4-code-generation", "activate_preset": True}
    assert not bot.ask("hi", overrides)[0]
    assert bot.active_preset_name is None


def test_an_unknown_preset_asks_nothing(server: Loopback, bot: ApiBackend) -> None:
    success, response, message = bot.ask("hi", {"preset": "no-such"})
    assert (success, response) == (False, "no-such")
    assert message.startswith("Preset 'no-such' not found")
    over = {"preset_overrides": {"metadata": {"a": 1}}}
    success, response, message = bot.ask("hi", over)
    assert (success, response) == (False, (None, None, False))
    assert message.startswith("No active preset to override")
    assert server.asked == []


@pytest.mark.parametrize("asked", ["", [], [{"role": "robot", "content": "x"}], None])
def test_what_cannot_be_asked_is_a_sentence(server: Loopback, bot: ApiBackend, asked: Any) -> None:
    success, response, message = bot.ask(asked)
    assert (success, response) == (False, None)
    assert message.endswith(".")
    assert server.asked == []


# Failures


FAILURES = {
    "401": (error(401, "Incorrect API key"), "answered 401: Incorrect API key"),
    "404": (error(404, "no such model"), "answered 404: no such model"),
    "429": (error(429, "slow down"), "answered 429: slow down"),
    "500": (error(500, "oops"), "answered 500: oops"),
    "html": (Reply(parts=[b"<html>"], content_type="text/html"), "web page"),
    "cut": (Reply(parts=[chat_chunk("Hel")]), "before it was complete"),
    "empty": (Reply(parts=chat_stream()), "answered nothing"),
}


def impatient(bot: ApiBackend, **settings: Any) -> None:
    bot.set_provider("chat_openai", {"max_retries": 0, **settings}, reset=True)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_a_sentence_and_the_question_is_stored(
    server: Loopback, bot: ApiBackend, ann: User, failure: str
) -> None:
    impatient(bot)
    reply, sentence = FAILURES[failure]
    server.replies = [reply]
    success, response, message = bot.ask_stream("a question")
    assert (success, response) == (False, None)
    assert sentence in message
    system, question, *partial = stored()
    assert (system.role, question.role, question.text) == ("system", "user", "a question")
    if failure == "cut":
        assert [(m.text, m.mark) for m in partial] == [("Hel", Mark("cut", message))]
    else:
        assert (partial, question.mark) == ([], Mark("failed", message))


def test_no_server_is_a_sentence(
    bot: ApiBackend, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    impatient(bot)
    success, response, message = bot.ask("a question")
    assert (success, response) == (False, None)
    assert message.startswith("No connection to http://127.0.0.1:9/v1: ")
    assert stored()[-1].mark == Mark("failed", message)


def test_a_silent_server_is_a_sentence(server: Loopback, bot: ApiBackend, ann: User) -> None:
    server.silent = True
    impatient(bot, request_timeout=0.05)
    success, response, message = bot.ask("a question")
    assert (success, response) == (False, None)
    assert "did not answer in time" in message
    assert stored()[-1].mark == Mark("failed", message)


def test_no_key_is_a_sentence(bot: ApiBackend, ann: User) -> None:
    success, response, message = bot.ask("a question")
    assert (success, response) == (False, None)
    assert message.startswith("OpenAI needs an API key")
    assert stored()[-1].text == "a question"


def test_after_a_failure_everything_goes_on(server: Loopback, bot: ApiBackend, ann: User) -> None:
    impatient(bot)
    server.replies = [error(500, "oops")]
    assert not bot.ask("first")[0]
    assert bot.ask("second") == (True, "Hello!", STORED)
    assert [m["content"] for m in server.asked[1]["messages"]] == [
        "You are a helpful assistant.",
        "second",
    ]
    assert [m.role for m in stored()] == ["system", "user", "user", "assistant"]
