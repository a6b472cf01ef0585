"""Asking again through the engine: what is sent, what is stored, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lwe.again import GO_ON
from lwe.config.config import Config
from lwe.domain import Attachment, Mark, Message, Variants
from lwe.engine import Engine, Opened
from lwe.errors import LweError, NotFound, ProviderError
from lwe.events import TextDelta
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop
from lwe.turn.drive import drive
from lwe.turn.request import NO_OVERRIDES, Overrides

IMAGE = Attachment("cat.png", "image/png", b"\x89PNG")
NOTES = Attachment("notes.txt", "text/plain", text="remember")
OPENING = "You are a helpful assistant."


class Asking:
    """An engine, and a conversation of one question and its answer."""

    def __init__(self) -> None:
        self.engine = Engine(Config())
        user = self.engine.store.add_user("ann")
        self.user_id = user.id
        states = self.engine.states
        self.state = states.set_provider(states.initial(user), "fake_llm")
        self.ask("one")

    def ask(self, text: str, overrides: Overrides = NO_OVERRIDES) -> Opened:
        opened = self.engine.begin(self.state, text, overrides)
        self.end(opened)
        return opened

    def end(self, opened: Opened, words: str = "", mark: Mark | None = None) -> Message:
        """Let the provider answer, or end the turn with words and a mark."""
        if words:
            opened.turn.heard(TextDelta(words))
        elif mark is None:
            for _ in drive(opened.turn, opened.provider, Stop()):
                pass
        self.state, answer = self.engine.commit(opened, mark)
        return answer

    @property
    def here(self) -> int:
        return self.state.conversation_id or 0

    @property
    def said(self) -> list[Message]:
        return self.engine.store.messages(self.here)

    @property
    def last(self) -> int:
        return self.said[-1].id or 0


@pytest.fixture
def asking() -> Asking:
    return Asking()


def sent(opened: Opened) -> list[str]:
    return [message.text for message in opened.turn.request.messages]


def words(asking: Asking) -> list[str]:
    return [message.text for message in asking.said[1:]]


# Anew


def test_an_answer_anew(asking: Asking) -> None:
    asking.ask("two")
    opened = asking.engine.again.regenerate(asking.state, asking.last)
    assert sent(opened) == [OPENING, "one", "test response", "two"]
    answer = asking.end(opened, "other")
    assert words(asking) == ["one", "test response", "two", "other"]
    assert asking.engine.store.variants(asking.here) == {answer.id: Variants(2, 2)}


def test_an_earlier_answer_anew_takes_what_followed_along(asking: Asking) -> None:
    answer = asking.last
    asking.ask("two")
    asking.end(asking.engine.again.regenerate(asking.state, answer), "other")
    assert words(asking) == ["one", "other"]
    assert asking.engine.store.flip(asking.here, asking.last, -1) == answer
    assert words(asking) == ["one", "test response", "two", "test response"]


def test_with_another_preset_once(asking: Asking) -> None:
    asking.engine.presets.save("p", {"provider": "fake_llm"}, {"model_name": "gpt-4"})
    overrides = Overrides(preset="p", attachments=(NOTES,))
    opened = asking.engine.again.regenerate(asking.state, asking.last, overrides, stream=False)
    assert not opened.turn.request.stream
    answer = asking.end(opened, "other")
    assert (answer.origin.model, answer.origin.preset) == ("gpt-4", "p")
    assert asking.state.preset == ""
    assert words(asking) == ["one", "other"]


@pytest.mark.parametrize("mark", [Mark("stopped"), Mark("failed", "offline")])
def test_nothing_said_leaves_all_as_it_was(asking: Asking, mark: Mark) -> None:
    before = asking.said
    answer = asking.end(asking.engine.again.regenerate(asking.state, asking.last), mark=mark)
    assert (answer.id, answer.mark, asking.said) == (None, mark, before)
    answer = asking.end(asking.engine.again.edit(asking.state, before[1].id or 0, "x"), mark=mark)
    assert (answer.id, answer.mark, asking.said) == (None, mark, before)
    assert asking.engine.store.draft(asking.user_id, asking.here) == "x"


# Otherwise


def test_another_question(asking: Asking) -> None:
    asking.ask("two")
    second = asking.said[3].id or 0
    overrides = Overrides(attachments=(NOTES, IMAGE))
    opened = asking.engine.again.edit(asking.state, second, "three", overrides)
    asked = "three\n\n[file: notes.txt]\n```txt\nremember\n```\n\n[image: cat.png]"
    assert sent(opened) == [OPENING, "one", "test response", asked]
    assert len(opened.turn.request.messages[-1].parts) == 2
    asking.end(opened, "ok")
    assert words(asking) == ["one", "test response", asked, "ok"]
    edited = asking.said[3].id or 0
    assert asking.engine.store.said_with(edited) == ("three", (NOTES, IMAGE))
    asking.engine.store.flip(asking.here, edited, -1)
    assert words(asking)[2:] == ["two", "test response"]


def test_the_first_question_otherwise(asking: Asking) -> None:
    opened = asking.engine.again.edit(asking.state, asking.said[1].id or 0, "uno")
    assert sent(opened) == [OPENING, "uno"]


# Going on


def stopped(asking: Asking) -> int:
    opened = asking.engine.begin(asking.state, "two")
    return asking.end(opened, "The begin", Mark("stopped")).id or 0


def test_an_answer_goes_on(asking: Asking) -> None:
    answer = stopped(asking)
    opened = asking.engine.again.continue_(asking.state, answer)
    assert sent(opened) == [OPENING, "one", "test response", "two", "The begin", GO_ON]
    assert opened.stored is not None
    asking.engine.store.note_progress(opened.stored.journal_id, "ni")
    whole = asking.end(opened, "ning.")
    assert (whole.id, whole.text, whole.mark) == (answer, "The beginning.", None)
    assert words(asking) == ["one", "test response", "two", "The beginning."]


def test_an_answer_does_not_go_on_without_its_beginning(asking: Asking) -> None:
    opened = asking.engine.begin(asking.state, "two")
    answer = asking.end(opened, "The begin" * 100, Mark("stopped")).id or 0
    asking.engine.presets.save(
        "p", {"provider": "fake_llm", "max_submission_tokens": 90}, {"model_name": "m"}
    )
    state = asking.engine.states.activate_preset(asking.state, "p")
    with pytest.raises(ProviderError, match="cannot go on"):
        asking.engine.again.continue_(state, answer)


# What is refused


def test_what_cannot_be_asked_again_changes_nothing(asking: Asking) -> None:
    again, state = asking.engine.again, asking.state
    opening, question, answer = (message.id or 0 for message in asking.said)
    attempts: list[tuple[Callable[[], object], type[LweError]]] = [
        (lambda: again.regenerate(state, 99), NotFound),
        (lambda: again.regenerate(state, opening), LweError),
        (lambda: again.regenerate(state, answer, Overrides(preset="no-such")), NotFound),
        (lambda: again.edit(state, answer, "x"), LweError),
        (lambda: again.edit(state, question, " "), LweError),
        (lambda: again.edit(state, 99, "x"), NotFound),
        (lambda: again.continue_(state, answer), LweError),
        (lambda: again.continue_(state, question), LweError),
        (lambda: again.continue_(asking.engine.states.initial(), answer), NotFound),
    ]
    before = asking.said
    for attempt, kind in attempts:
        with pytest.raises(kind):
            attempt()
    assert asking.said == before
    assert asking.engine.store.variants(asking.here) == {}


def test_nothing_is_asked_again_while_an_answer_comes(asking: Asking) -> None:
    opened = asking.engine.begin(asking.state, "two")
    with pytest.raises(LweError, match="is being written"):
        asking.engine.again.regenerate(asking.state, asking.said[2].id or 0)
    asking.end(opened)


# Attachments


def shown(opened: Opened) -> list[int]:
    return [len(message.parts) for message in opened.turn.request.messages]


def test_images_are_sent_and_sent_again(asking: Asking) -> None:
    opened = asking.ask("look", Overrides(attachments=(IMAGE,)))
    assert shown(opened) == [0, 0, 0, 2]
    assert shown(asking.ask("and?")) == [0, 0, 0, 2, 0, 0]
    opened = asking.engine.again.regenerate(asking.state, asking.said[4].id or 0)
    assert shown(opened) == [0, 0, 0, 2]
    asking.end(opened, mark=Mark("failed"))


def test_a_failed_question_is_asked_again_with_its_image(asking: Asking) -> None:
    opened = asking.engine.begin(asking.state, "look", Overrides(attachments=(IMAGE,)))
    asking.end(opened, mark=Mark("failed", "offline"))
    assert shown(asking.engine.retry(asking.state, asking.last)) == [0, 0, 0, 2]


def test_a_blind_model_is_not_asked_about_an_image(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking.ask("look", Overrides(attachments=(IMAGE,)))
    before = asking.said
    monkeypatch.setattr(FakeLlm, "takes_images", lambda *_: False)
    with pytest.raises(ProviderError, match="takes no images"):
        asking.engine.begin(asking.state, "look", Overrides(attachments=(IMAGE,)))
    assert asking.said == before
    opened = asking.engine.begin(asking.state, "and?")
    assert shown(opened) == [0] * 6
    assert [notice.text for notice in opened.turn.notices] == [
        "Images were not sent: gpt-5.4-mini takes none."
    ]
    asking.end(opened)


@pytest.mark.parametrize("asked", [[{"role": "user", "content": "x"}]])
def test_a_list_takes_no_attachments(asking: Asking, asked: Any) -> None:
    with pytest.raises(LweError, match="to a text only"):
        asking.engine.begin(asking.state, asked, Overrides(attachments=(NOTES,)))
