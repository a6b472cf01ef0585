"""Stopping keeps what was said, titles stay with their provider, and no thread is left."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.core.config import Config
from lwe.domain import Mark, Message, ModelRequest
from lwe.events import ReplyEvent, TextDelta
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error, loopback


@pytest.fixture
def bot() -> Iterator[ApiBackend]:
    """A backend with somebody logged in."""
    bot = ApiBackend()
    bot.set_current_user(bot.engine.store.add_user("ann"))
    yield bot
    bot.wait_for_titles(10)
    assert not [t for t in threading.enumerate() if t.name == "lwe-title"]


def said(bot: ApiBackend) -> Message:
    """Return the last message that is stored."""
    assert bot.conversation_id is not None
    return bot.engine.store.messages(bot.conversation_id)[-1]


# Stopping


STALLED = [chat_chunk("so "), chat_chunk("far"), STALL]


def test_stopping_from_another_thread_ends_a_stalled_answer(
    server: Loopback, bot: ApiBackend
) -> None:
    server.replies = [Reply(parts=STALLED)]
    times: list[float] = []

    def stop(piece: str) -> None:
        if piece == "far":
            times.append(time.monotonic())
            threading.Timer(0.02, bot.terminate_stream, (signal.SIGINT, None)).start()

    success, response, _ = bot.ask_stream("a", {"stream_callback": stop, "title": "T"})
    assert time.monotonic() - times[0] < 15
    assert (success, response, bot.message_clipboard) == (True, "so far", "so far")
    assert (said(bot).text, said(bot).mark) == ("so far", Mark("stopped"))
    assert server.left.wait(30)


def test_stopping_from_a_callback_ends_an_answer_that_flows(
    server: Loopback, bot: ApiBackend
) -> None:
    server.replies = [Reply(parts=chat_stream("a", "b", "c"))]
    overrides = {"stream_callback": lambda _: bot.terminate_stream(), "title": "T"}
    success, response, _ = bot.ask_stream("a", overrides)
    assert success
    assert "abc".startswith(response)
    assert said(bot).mark == Mark("stopped")


@pytest.mark.parametrize("ask", ["ask", "ask_stream"])
def test_stopping_ends_the_wait_for_an_answer(server: Loopback, bot: ApiBackend, ask: str) -> None:
    server.silent = True
    stopper = threading.Thread(target=stop_when_asked, args=(server, bot))
    stopper.start()
    started = time.monotonic()
    assert getattr(bot, ask)("a question", {"title": "T"})[:2] == (True, "")
    assert time.monotonic() - started < 15
    stopper.join()
    assert (said(bot).text, said(bot).mark) == ("a question", Mark("stopped"))


def stop_when_asked(server: Loopback, bot: ApiBackend) -> None:
    while not server.asked:
        time.sleep(0.001)
    bot.terminate_stream()


def test_stopping_nothing_is_fine(server: Loopback, bot: ApiBackend) -> None:
    bot.terminate_stream(None, None)
    assert bot.ask("hi", {"title": "T"})[:2] == (True, "Hello!")


def test_after_a_stop_the_partial_answer_is_part_of_the_conversation(
    server: Loopback, bot: ApiBackend
) -> None:
    server.replies = [Reply(parts=STALLED)]
    overrides = {"stream_callback": lambda _: bot.terminate_stream(), "title": "T"}
    _, partial, _ = bot.ask_stream("one", overrides)
    bot.ask("two")
    assert [m["content"] for m in server.asked[-1]["messages"]][1:] == ["one", partial, "two"]


def test_a_callback_that_fails_ends_the_answer_and_keeps_what_was_said(
    server: Loopback, bot: ApiBackend
) -> None:
    server.replies = [Reply(parts=STALLED)]

    def fail(_piece: str) -> None:
        raise KeyError("the caller's")

    success, partial, sentence = bot.ask_stream("a", {"stream_callback": fail, "title": "T"})
    assert (success, partial) == (False, "so ")
    assert "the caller's" in sentence
    assert (said(bot).text, said(bot).mark) == ("so ", Mark("cut", sentence))
    assert server.left.wait(30)
    assert bot.ask("again")[:2] == (True, "Hello!")


class Faulty(FakeLlm):
    """Has a fault of its own in the middle of an answer, or before it."""

    said: str = ""

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        if self.said:
            yield TextDelta(self.said)
        raise RuntimeError("a fault")


@pytest.mark.parametrize(("text", "kind"), [("so far", "cut"), ("", "failed")])
def test_a_fault_of_a_provider_raises_and_is_not_taken_for_a_wish(
    bot: ApiBackend, text: str, kind: str
) -> None:
    provider = Faulty()
    provider.said = text
    bot.engine.providers.add(provider)
    bot.set_provider("fake_llm")
    with pytest.raises(RuntimeError, match="a fault"):
        bot.ask("one", {"title": "T"})
    mark = said(bot).mark
    assert mark is not None
    assert (mark.kind, "RuntimeError('a fault')" in mark.note) == (kind, True)


def test_an_answer_whose_conversation_was_deleted_is_given_and_not_called_stored(
    server: Loopback, bot: ApiBackend
) -> None:
    def delete(_piece: str) -> None:
        for row in bot.engine.store.history(1):
            bot.engine.store.delete_conversation(row.id)

    done, text, message = bot.ask_stream("one", {"stream_callback": delete, "title": "T"})
    assert (done, text) == (True, "Hello!")
    assert "deleted meanwhile" in message
    assert bot.conversation_id is None


SCRIPT = """
import signal
from lwe import ApiBackend
bot = ApiBackend()
bot.set_current_user(bot.engine.store.add_user("ann"))
pieces = []
def heard(piece):
    pieces.append(piece)
    if pieces == ["so ", "far"]:
        print("heard", flush=True)
if HANDLED:
    signal.signal(signal.SIGINT, bot.terminate_stream)
try:
    print(*bot.ask_stream("a", {"stream_callback": heard, "title": "T"}), sep="|", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
last = bot.engine.store.messages(bot.conversation_id)[-1]
print(last.text, last.mark.kind, flush=True)
"""


@pytest.mark.parametrize(
    ("handled", "answer"),
    [
        (False, "interrupted\n"),
        (True, "True|so far|Conversation updated with new messages\n"),
    ],
)
def test_ctrl_c_keeps_what_was_said(server: Loopback, handled: bool, answer: str) -> None:
    server.replies = [Reply(parts=STALLED)]
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("HANDLED", str(handled))],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "heard\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == answer
        assert child.stdout.readline() == "so far stopped\n"
    assert child.returncode == 0
    assert server.left.wait(30)


# Titles


def titles_asked(server: Loopback) -> list[dict[str, Any]]:
    return [body for body in server.asked if "title" in body["messages"][0]["content"]]


def test_a_title_is_made_of_the_first_question(server: Loopback, bot: ApiBackend) -> None:
    server.replies = [Reply(parts=chat_stream("An answer"))]
    bot.ask_stream("How do I boil an egg?")
    bot.wait_for_titles(10)
    assert bot.conversation_title == "Hello!"
    (asked,) = titles_asked(server)
    assert asked["messages"][1]["content"].endswith("How do I boil an egg?")
    bot.ask("And two?")
    bot.wait_for_titles(10)
    assert len(titles_asked(server)) == 1


def test_a_title_that_fails_is_quiet_and_tried_again(
    server: Loopback, bot: ApiBackend, capfd: pytest.CaptureFixture[str]
) -> None:
    server.replies = [Reply(parts=chat_stream("An answer")), error(500, "oops")]
    assert bot.ask_stream("one")[0]
    bot.wait_for_titles(10)
    assert bot.conversation_title is None
    assert capfd.readouterr() == ("", "")
    assert bot.ask("two")[0]
    bot.wait_for_titles(10)
    assert bot.conversation_title == "Hello!"


def test_a_title_does_not_replace_a_persons(server: Loopback, bot: ApiBackend) -> None:
    server.replies = [Reply(parts=chat_stream("An answer"))]
    gate = threading.Event()
    keep_title = bot.engine.keep_title

    def keep_later(conversation_id: int, answer: str) -> str:
        gate.wait(30)
        return keep_title(conversation_id, answer)

    bot.engine.keep_title = keep_later  # type: ignore[method-assign]  # a person is quicker
    bot.ask_stream("one")
    bot.set_title("Mine")
    gate.set()
    bot.wait_for_titles(10)
    assert bot.conversation_title == "Mine"
    assert bot.engine.store.history(1)[0].title == "Mine"


class Gated(FakeLlm):
    """Makes titles only when it is allowed to."""

    def __init__(self) -> None:
        self.asked, self.gate = list[ModelRequest](), threading.Event()

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        self.asked.append(request)
        if "title" in request.messages[0].text:
            self.gate.wait(30)
        yield from super().stream(request, stop)


def test_one_title_is_asked_for_at_a_time(bot: ApiBackend) -> None:
    gated = Gated()
    bot.engine.providers.add(gated)
    bot.set_provider("fake_llm")
    bot.ask("one")
    bot.ask("two")
    gated.gate.set()
    bot.wait_for_titles(10)
    assert len(gated.asked) == 3
    assert bot.conversation_title == "test response"


def test_a_deleted_conversation_needs_no_title(
    server: Loopback, bot: ApiBackend, capfd: pytest.CaptureFixture[str]
) -> None:
    server.replies = [Reply(parts=chat_stream("An answer"))]
    bot.ask_stream("one")
    bot.delete_conversation()
    bot.wait_for_titles(10)
    assert (bot.conversation_title, bot.get_history()[1]) == (None, {})
    assert capfd.readouterr() == ("", "")


def test_a_title_is_asked_of_who_answered_and_of_nobody_else(
    server: Loopback, bot: ApiBackend
) -> None:
    """In the seed the first words of talks with a local model went to OpenAI."""
    with loopback() as local:
        base = {"openai_api_base": local.url, "model_name": "mine"}
        over = {"model_customizations": base}
        assert bot.ask("secret", {"preset": "gpt-4o-mini", "preset_overrides": over})[0]
        bot.wait_for_titles(10)
        assert [body["model"] for body in local.asked] == ["mine", "mine"]
    assert bot.conversation_title == "Hello!"
    assert server.asked == []


def test_a_scripted_provider_makes_its_own_titles(server: Loopback, bot: ApiBackend) -> None:
    bot.set_provider("fake_llm", {"responses": ["long"]})
    bot.ask("hi")
    bot.wait_for_titles(10)
    assert bot.conversation_title == "test response"
    assert server.asked == []


def test_another_provider_makes_titles_only_where_it_is_configured(
    server: Loopback,
) -> None:
    config = Config()
    config.set("backend_options.title_generation.provider", "chat_openai")
    config.set("backend_options.title_generation.model", "gpt-4o-mini")
    bot = ApiBackend(config)
    bot.set_current_user(bot.engine.store.add_user("ann"))
    bot.set_provider("fake_llm")
    bot.ask("hi")
    bot.wait_for_titles(10)
    (asked,) = server.asked
    assert asked["model"] == "gpt-4o-mini"
    assert bot.conversation_title == "Hello!"


@pytest.mark.parametrize("name", ["no-such", 7])
def test_a_title_provider_that_is_none_is_quiet(name: object) -> None:
    config = Config()
    config.set("backend_options.title_generation.provider", name)
    bot = ApiBackend(config)
    bot.set_current_user(bot.engine.store.add_user("ann"))
    bot.set_provider("fake_llm")
    assert bot.ask("hi")[0]
    assert bot.conversation_title is None


def test_a_database_in_memory_gets_its_titles(server: Loopback) -> None:
    config = Config()
    config.set("database", "sqlite:///:memory:")
    bot = ApiBackend(config)
    bot.set_current_user(bot.engine.store.add_user("ann"))
    assert bot.ask("hi")[0]
    bot.wait_for_titles(10)
    assert bot.conversation_title == "Hello!"
