"""The engine: turns begun, retried and committed; what the user should know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.domain import Mark, Message, Usage
from lwe.engine import Engine, Opened
from lwe.errors import ConfigError, LweError, NotFound, ProviderError
from lwe.events import Notice, ReplyFinished, TextDelta
from lwe.providers.provider import Stop
from lwe.state import State
from lwe.turn.drive import drive
from lwe.turn.request import Overrides


class Asking:
    """An engine, and a state in which the scripted provider is asked."""

    def __init__(self) -> None:
        self.engine = Engine(Config())
        user = self.engine.store.add_user("ann")
        states = self.engine.states
        self.state = states.set_provider(states.initial(user), "fake_llm")

    def begin(self, text: str, **overrides: Any) -> Opened:
        opened = self.engine.begin(self.state, text, Overrides.of(overrides))
        self.state = opened.state
        return opened

    def end(self, opened: Opened, mark: Mark | None = None) -> Message:
        """Let the provider answer, or leave it with what was said before."""
        if mark is None:
            for _ in drive(opened.turn, opened.provider, Stop()):
                pass
        self.state, answer = self.engine.commit(opened, mark)
        return answer

    def ask(self, text: str, **overrides: Any) -> Message:
        return self.end(self.begin(text, **overrides))

    @property
    def stored(self) -> list[tuple[str, str]]:
        assert self.state.conversation_id is not None
        return [(m.role, m.text) for m in self.engine.store.messages(self.state.conversation_id)]


@pytest.fixture
def asking() -> Asking:
    return Asking()


def sent(opened: Opened) -> list[str]:
    return [message.text for message in opened.turn.request.messages]


# A turn


def test_the_question_is_stored_before_anybody_answers(asking: Asking) -> None:
    opened = asking.begin("one")
    assert asking.stored == [("system", "You are a helpful assistant."), ("user", "one")]
    assert opened.stored is not None
    assert asking.end(opened).text == "test response"
    assert asking.stored[-1] == ("assistant", "test response")


def test_what_cannot_be_asked_is_not_stored(asking: Asking) -> None:
    asking.state = State(asking.state.user, provider="provider_fake_llm", max_submission_tokens=9)
    attempts: list[tuple[Callable[[], object], type[LweError]]] = [
        (lambda: asking.begin(" "), ConfigError),
        (lambda: asking.begin("x" * 100), ProviderError),
        (lambda: asking.begin("x", preset="no-such"), NotFound),
    ]
    for attempt, kind in attempts:
        with pytest.raises(kind):
            attempt()
    assert asking.engine.store.users()
    assert asking.engine.store.history(1) == []


def test_what_was_said_goes_along(asking: Asking) -> None:
    asking.ask("one")
    opened = asking.begin("two")
    assert sent(opened) == ["You are a helpful assistant.", "one", "test response", "two"]


def test_a_limit_leaves_out_the_oldest_and_says_so(asking: Asking) -> None:
    for text in ("one " * 20, "two " * 20):
        asking.ask(text)
    over = {"metadata": {"max_submission_tokens": 40}}
    folder = asking.engine.config.directories("presets")[-1]
    folder.mkdir(parents=True)
    (folder / "p.yaml").write_text("metadata: {provider: fake_llm}\nmodel_customizations: {}\n")
    opened = asking.begin("three", preset="p", preset_overrides=over)
    assert sent(opened) == ["You are a helpful assistant.", "test response", "three"]
    (notice,) = opened.turn.notices
    assert notice == Notice(
        "The 3 oldest messages were not sent: the limit of tokens is reached.", "warning"
    )


def test_without_a_user_history_is_read_and_nothing_is_written(asking: Asking) -> None:
    asking.ask("one", title="T")
    alone = State(None, asking.state.conversation_id, provider="provider_fake_llm")
    opened = asking.engine.begin(alone, "two")
    assert opened.stored is None
    assert sent(opened) == ["You are a helpful assistant.", "one", "test response", "two"]
    asking.engine.performing.keep(opened)
    _, answer = asking.engine.commit(opened, Mark("stopped"))
    assert answer.mark == Mark("stopped")
    assert len(asking.stored) == 3


def test_commit_keeps_a_part_with_its_mark(asking: Asking) -> None:
    opened = asking.begin("one")
    opened.turn.heard(TextDelta("so"))
    asking.engine.performing.keep(opened)
    opened.turn.heard(TextDelta(" far"))
    answer = asking.end(opened, Mark("cut", "gone"))
    assert (answer.text, answer.mark, answer.id is not None) == (
        "so far",
        Mark("cut", "gone"),
        True,
    )


def test_commit_keeps_how_long_it_took_and_what_it_cost(asking: Asking) -> None:
    opened = asking.begin("one")
    opened.turn.heard(TextDelta("a"))
    opened.turn.heard(ReplyFinished("stop", Usage(11, 12)))
    _, answer = asking.engine.commit(opened)
    assert answer.id is not None
    assert asking.state.conversation_id is not None
    timing = asking.engine.store.timings(asking.state.conversation_id)[answer.id]
    assert (timing.input_tokens, timing.output_tokens) == (11, 12)
    assert timing.first_token is not None
    assert timing.seconds is not None
    assert 0 <= timing.first_token <= timing.seconds < 60


def test_an_answer_at_its_limit_is_marked(asking: Asking) -> None:
    opened = asking.begin("one")
    opened.turn.heard(TextDelta("a"))
    opened.turn.heard(ReplyFinished("length"))
    _, answer = asking.engine.commit(opened)
    assert answer.mark is not None
    assert (answer.mark.kind, "limit" in answer.mark.note) == ("cut", True)


def test_an_activated_preset_that_has_gone_does_not_lose_the_answer(asking: Asking) -> None:
    asking.engine.presets.save("p", {"provider": "fake_llm"}, {"model_name": "m"})
    opened = asking.begin("one", preset="p", activate_preset=True)
    asking.engine.presets.delete("p")
    assert asking.end(opened).text == "test response"
    assert asking.state.preset == ""
    assert any("'p' not found" in notice.text for notice in asking.engine.take_notices())


@pytest.mark.parametrize("mark", [None, Mark("stopped"), Mark("failed", "offline")])
def test_an_answer_in_a_conversation_that_was_deleted_says_that_it_is_lost(
    asking: Asking, mark: Mark | None
) -> None:
    opened = asking.begin("one", title="T")
    asking.engine.store.delete_conversation(opened.state.conversation_id or 0)
    answer = asking.end(opened, mark)
    assert answer.text == ("" if mark else "test response")
    assert answer.mark is not None
    assert answer.mark.kind == "failed"
    assert "deleted meanwhile" in answer.mark.note
    assert (asking.state.conversation_id, asking.state.title) == (None, None)
    assert asking.engine.store.history(1) == []
    asking.ask("two")
    assert [text for _, text in asking.stored][1:] == ["two", "test response"]


def test_a_conversation_whose_answer_never_came_stays_open(asking: Asking) -> None:
    opened = asking.begin("one", title="T")
    answer = asking.end(opened, Mark("failed", "offline"))
    assert answer.mark == Mark("failed", "offline")
    assert (asking.state.conversation_id, asking.state.title) == (
        opened.state.conversation_id,
        "T",
    )


# Asking again


def test_a_failed_question_is_asked_again_in_its_place(asking: Asking) -> None:
    asking.ask("one")
    opened = asking.begin("two")
    asking.end(opened, Mark("failed", "gone"))
    assert opened.stored is not None
    again = asking.engine.retry(asking.state, opened.stored.user_message_id)
    assert sent(again) == ["You are a helpful assistant.", "one", "test response", "two"]
    asking.end(again)
    assert [text for _, text in asking.stored][3:] == ["two", "test response"]
    question = asking.engine.store.messages(again.state.conversation_id or 0)[3]
    assert question.mark is None


def test_a_stopped_question_is_not_sent_twice(asking: Asking) -> None:
    opened = asking.begin("one")
    opened.turn.heard(TextDelta("so far"))
    asking.end(opened, Mark("stopped"))
    assert opened.stored is not None
    again = asking.engine.retry(asking.state, opened.stored.user_message_id)
    assert sent(again) == ["You are a helpful assistant.", "one"]


@pytest.mark.parametrize("message_id", [99, -1])
def test_only_questions_of_the_open_conversation_are_asked_again(
    asking: Asking, message_id: int
) -> None:
    with pytest.raises(NotFound):
        asking.engine.retry(asking.state, message_id)
    asking.ask("one")
    with pytest.raises(NotFound):
        asking.engine.retry(asking.state, message_id)


# What the user should know


def test_notices_are_told_once(asking: Asking, home: Path) -> None:
    config = Config()
    config.set("model.default_preset", "no-such")
    folder = config.directories("presets")[-1]
    folder.mkdir(parents=True)
    (folder / "broken.yaml").write_text("words")
    engine = Engine(config)
    engine.states.initial()
    texts = [notice.text for notice in engine.take_notices()]
    assert len(texts) == 2
    assert "no-such" in texts[0]
    assert "broken" in texts[1]
    assert engine.take_notices() == []
    (folder / "broken.yaml").write_text("other words, other reason: [")
    assert len(engine.take_notices()) == 1


def test_the_database_is_opened_when_it_is_needed(home: Path) -> None:
    engine = Engine(Config())
    states = engine.states
    engine.begin(states.set_provider(states.initial(), "fake_llm"), "hi")
    assert list(home.rglob("*.db")) == []
