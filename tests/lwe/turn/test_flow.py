"""A turn takes in what is said, and may be read at any moment."""

from __future__ import annotations

import pytest

from lwe.domain import NO_USAGE, Mark, Message, ModelRequest, Origin, Usage
from lwe.errors import ProviderError
from lwe.events import Notice, ReasoningDelta, ReplyFinished, TextDelta, TurnFinished
from lwe.turn.flow import CallModel, Turn

REQUEST = ModelRequest((Message("user", "hi"),), {"model_name": "m"})
ORIGIN = Origin("provider_x", "m", "p")


class Clock:
    """Seconds that a test lets pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_model_is_called_once_and_the_answer_ends_the_turn() -> None:
    turn = Turn(REQUEST, ORIGIN)
    steps = turn.steps()
    assert next(steps) == CallModel(REQUEST)
    turn.heard(TextDelta("a"))
    turn.heard(TextDelta("b"))
    turn.heard(ReplyFinished("stop", Usage(1, 2)))
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == TurnFinished(Message("assistant", "ab", origin=ORIGIN), Usage(1, 2))


def test_a_reply_without_words_is_an_error() -> None:
    turn = Turn(REQUEST, ORIGIN)
    steps = turn.steps()
    next(steps)
    turn.heard(ReasoningDelta("hm"))
    turn.heard(ReplyFinished("stop"))
    with pytest.raises(ProviderError, match="answered nothing") as caught:
        next(steps)
    assert caught.value.kind == "bad_reply"


def test_words_and_thoughts_are_kept_apart_and_readable_in_between() -> None:
    turn = Turn(REQUEST, ORIGIN)
    assert (turn.text, turn.reasoning, turn.usage) == ("", "", NO_USAGE)
    turn.heard(ReasoningDelta("h"))
    turn.heard(ReasoningDelta("m"))
    turn.heard(TextDelta("a"))
    assert (turn.text, turn.reasoning) == ("a", "hm")
    turn.heard(TextDelta("b"))
    turn.heard(Notice("slow"))
    assert (turn.text, turn.text) == ("ab", "ab")


@pytest.mark.parametrize("first", [TextDelta("a"), ReasoningDelta("a")])
def test_the_first_token_is_timed(first: TextDelta | ReasoningDelta) -> None:
    clock = Clock()
    turn = Turn(REQUEST, ORIGIN, clock=clock)
    clock.now += 2
    turn.heard(Notice("connected"))
    assert turn.first_token is None
    turn.heard(first)
    clock.now += 3
    turn.heard(TextDelta("b"))
    assert (turn.first_token, turn.seconds) == (2, 5)


def test_an_answer_at_its_limit_is_marked_unless_it_has_a_mark() -> None:
    turn = Turn(REQUEST, ORIGIN)
    turn.heard(TextDelta("a"))
    assert turn.answer().mark is None
    turn.heard(ReplyFinished("length"))
    cut = turn.answer().mark
    assert cut is not None
    assert cut.kind == "cut"
    assert turn.answer(Mark("stopped")).mark == Mark("stopped")
