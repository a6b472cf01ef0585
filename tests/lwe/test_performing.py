"""What is said reaches the disk at once, in the end, or later; whatever happens meanwhile."""

from __future__ import annotations

import atexit
import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.domain import Mark, ModelRequest, ToolCall, ToolResult, ToolSpec, User
from lwe.engine import Opened
from lwe.errors import ProviderError, StorageError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.performing import NotStoredYet, mark_of
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop
from lwe.storage import owner
from lwe.storage.entries import CUT, NOT_FINISHED
from lwe.turn.flow import ToolRules, Turn
from tests.lwe.helpers import STORED

DICE = ToolSpec("dice", "Rolls.", {"type": "object", "properties": {}})
DEAD = "|".join([*owner.this_process().split("|")[:1], "999999999", "1"])
ONE, TWO = ToolCall("dice", {"sides": 6}, "c1"), ToolCall("dice", {"sides": 8}, "c2")


class Scripted(FakeLlm):
    """Says what the test wants, and does something in between."""

    parts: tuple[str | Callable[[], object] | Exception, ...] = ("Hello!",)
    replies: tuple[list[ReplyEvent], ...] = ()

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        if self.replies:
            reply, *rest = self.replies
            self.replies = tuple(rest)
            yield from [*reply, ReplyFinished("stop")]
            return
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, str):
                yield TextDelta(part)
            else:
                part()
        yield ReplyFinished("stop")


@pytest.fixture
def script(bot: ApiBackend, ann: User) -> Scripted:
    provider = Scripted()
    bot.engine.providers.add(provider)
    bot.set_provider("fake_llm")
    bot.engine.store._database._database.execute_sql("PRAGMA busy_timeout = 1")
    return provider


class Lock:
    """Another program that holds the write lock."""

    def __init__(self, bot: ApiBackend) -> None:
        self._other = sqlite3.connect(bot.engine.store._database.path, isolation_level=None)

    def take(self) -> None:
        self._other.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        if self._other.in_transaction:
            self._other.execute("ROLLBACK")

    def close(self) -> None:
        self.release()
        self._other.close()


@pytest.fixture
def lock(bot: ApiBackend, script: Scripted) -> Iterator[Lock]:
    lock = Lock(bot)
    yield lock
    lock.close()


def ask(bot: ApiBackend, text: str) -> tuple[bool, Any, str]:
    return bot.ask(text, {"title": "T"})


def texts(bot: ApiBackend, conversation_id: int = 1) -> list[tuple[str, str]]:
    """Return what another program finds, without the system message."""
    store = ApiBackend().engine.store
    found = [(m.text, m.mark.kind if m.mark else "") for m in store.messages(conversation_id)]
    return found[1:]


def test_an_answer_that_a_lock_kept_out_is_given_and_stored_before_the_next(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    script.parts = ("First.", lock.take)
    success, answer, sentence = ask(bot, "one")
    assert (success, answer, bot.message_clipboard) == (False, "First.", "First.")
    assert "not stored yet" in sentence
    assert "Another program is writing the database" in sentence
    assert texts(bot) == [("one", "")]
    assert bot.request is None
    lock.release()
    script.parts = ("Second.",)
    assert ask(bot, "two") == (True, "Second.", STORED)
    assert texts(bot) == [("one", ""), ("First.", ""), ("two", ""), ("Second.", "")]


def test_while_the_lock_holds_nothing_more_is_asked(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    script.parts = ("First.", lock.take)
    ask(bot, "one")
    script.parts = (AssertionError("It was asked."),)
    success, answer, sentence = ask(bot, "two")
    assert (success, answer) == (False, None)
    assert "Another program is writing" in sentence
    lock.release()
    assert len(bot.get_conversation()[1]["messages"]) == 3


@pytest.mark.parametrize(
    "later",
    [
        lambda bot: bot.get_conversation(),
        lambda bot: bot.switch_to_conversation(1),
        lambda bot: bot.retrieve_old_messages(),
        lambda bot: bot.engine.close(),
    ],
    ids=["get_conversation", "switch", "retrieve", "close"],
)
def test_looking_and_closing_store_what_was_left(
    bot: ApiBackend, script: Scripted, lock: Lock, later: Callable[[ApiBackend], object]
) -> None:
    script.parts = ("First.", lock.take)
    ask(bot, "one")
    later(bot)  # It cannot be stored yet, which keeps nobody from looking.
    assert texts(bot) == [("one", "")]
    lock.release()
    later(bot)
    assert texts(bot) == [("one", ""), ("First.", "")]


def test_the_end_of_the_program_stores_what_was_left(
    bot: ApiBackend, script: Scripted, lock: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_exit: list[Callable[[], object]] = []
    monkeypatch.setattr(atexit, "register", at_exit.append)
    script.parts = ("First.", lock.take)
    ask(bot, "one")
    lock.release()
    (last,) = at_exit
    last()
    assert texts(bot) == [("one", ""), ("First.", "")]


def test_marks_and_the_order_hold_for_what_is_stored_later(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    engine = bot.engine
    opened = [engine.begin(bot.state, text) for text in ("one", "two", "three")]
    for turn, words in zip(opened, ("a", "b", ""), strict=True):
        turn.turn.heard(TextDelta(words)) if words else None
    lock.take()
    for turn, mark in zip(opened, (None, Mark("stopped"), Mark("failed", "x")), strict=True):
        with pytest.raises(NotStoredYet):
            engine.commit(turn, mark)
    with pytest.raises(StorageError):
        engine.performing.settle()
    lock.release()
    engine.performing.settle()
    assert [texts(bot, number)[-1] for number in (1, 2, 3)] == [
        ("a", ""),
        ("b", "stopped"),
        ("three", "failed"),
    ]


def test_a_failure_of_the_model_is_told_also_when_it_cannot_be_stored(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    script.parts = ("so far", lock.take, ProviderError("The line is dead."))
    assert ask(bot, "one") == (False, None, "The line is dead.")
    lock.release()
    bot.engine.performing.settle()
    assert texts(bot)[-1] == ("so far", "cut")


def test_a_preset_is_activated_although_its_answer_waits(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    bot.engine.presets.save("p", {"provider": "fake_llm"}, {"model_name": "m"})
    script.parts = ("First.", lock.take)
    assert not bot.ask("one", {"title": "T", "preset": "p", "activate_preset": True})[0]
    assert bot.state.preset == "p"


def test_marks_say_what_ended_an_answer(bot: ApiBackend, script: Scripted) -> None:
    turn = bot.engine.begin(bot.state, "one").turn
    assert mark_of(turn, KeyboardInterrupt()) == Mark("stopped")
    assert mark_of(turn, ProviderError("No.")) == Mark("failed", "No.")
    turn.heard(TextDelta("so"))
    assert mark_of(turn, ProviderError("No.")) == Mark("cut", "No.")
    assert "ValueError('x')" in mark_of(turn, ValueError("x")).note


# While a turn lasts


def journal(bot: ApiBackend) -> list[str]:
    rows = bot.engine.store._database.rows("SELECT text FROM tui_journal")
    return [row["text"] for row in rows]


def rounds(bot: ApiBackend) -> list[str]:
    rows = bot.engine.store._database.rows("SELECT message_type FROM tui_round ORDER BY id")
    return [row["message_type"] for row in rows]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for another thread; how long it takes is no matter of the test."""
    for _ in itertools.takewhile(lambda _: not condition(), range(30_000)):
        time.sleep(0.001)
    assert condition()


@pytest.mark.parametrize("way", ["ask", "ask_stream"])
def test_words_are_in_the_journal_although_the_model_is_silent_then(
    bot: ApiBackend, script: Scripted, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("lwe.performing.JOURNAL_SECONDS", 0.001)
    script.parts = ("so ", "far", lambda: eventually(lambda: journal(bot) == ["so far"]))
    assert getattr(bot, way)("one", {"title": "T"}) == (True, "so far", STORED)
    assert journal(bot) == []
    assert "lwe-journal" not in [thread.name for thread in threading.enumerate()]


def roll(bot: ApiBackend, script: Scripted, run: Callable[[ToolCall], ToolResult]) -> Opened:
    """Perform a turn whose model says something, calls two tools, and answers."""
    opened = bot.engine.begin(bot.state, "roll")
    request = ModelRequest(opened.turn.request.messages, {}, tools=(DICE,))
    opened.turn, opened.run = Turn(request, opened.turn.origin), run
    script.replies = ([TextDelta("I roll."), *map(ToolRequested, (ONE, TWO))],)
    bot.engine.performing.perform(opened, Stop(), lambda _event: None)
    return opened


def test_results_are_in_the_journal_before_their_round_is_whole(
    bot: ApiBackend, script: Scripted
) -> None:
    seen: list[tuple[list[str], list[str]]] = []

    def run(call: ToolCall) -> ToolResult:
        seen.append((journal(bot), rounds(bot)))
        return ToolResult(call.name, call.args["sides"], call.id)

    roll(bot, script, run)
    assert seen[1] == ([""], ["content", "tool_call", "tool_response"])
    assert rounds(bot) == []
    kinds = [row["message_type"] for row in bot.engine.store.raw_messages(1)]
    assert kinds[2:] == ["content", "tool_call", "tool_response", "tool_response", "content"]


def test_a_killed_program_leaves_a_whole_round_with_what_is_known(
    bot: ApiBackend, script: Scripted
) -> None:
    def run(call: ToolCall) -> ToolResult:
        if call is TWO:  # As if this process had been killed here, and another looked after it.
            with bot.engine.store._database.story():
                bot.engine.store._database.change("UPDATE tui_journal SET owner = ?", (DEAD,))
            assert ApiBackend().engine.store.recover() == 1
        return ToolResult(call.name, call.args["sides"], call.id)

    roll(bot, script, run)
    messages = bot.engine.store.messages(1)[2:]
    assert [m.role for m in messages] == ["assistant", "assistant", "tool", "tool"]
    assert [m.text for m in messages[:2]] == ["I roll.", ""]
    results = [m.tool_result.value for m in messages if m.tool_result]
    assert results == [6, NOT_FINISHED]
    assert messages[-1].mark == CUT
    assert bot.engine.store.history_for_model(1)[-4:] == messages


def test_a_round_that_a_lock_kept_out_is_stored_with_the_next(
    bot: ApiBackend, script: Scripted, lock: Lock
) -> None:
    def run(call: ToolCall) -> ToolResult:
        lock.take() if call is TWO else lock.release()
        return ToolResult(call.name, call.args["sides"], call.id)

    with pytest.raises(NotStoredYet):
        roll(bot, script, run)
    lock.release()
    bot.engine.performing.settle()
    values = [m.tool_result.value for m in bot.engine.store.messages(1) if m.tool_result]
    assert values == [6, 8]
    assert texts(bot)[-1] == ("Hello!", "")


def test_one_number_bounds_the_rounds() -> None:
    assert Config().get("tools.max_rounds") == ToolRules().max_rounds
