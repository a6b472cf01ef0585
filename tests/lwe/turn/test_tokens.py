"""What is sent fits the limit, keeps the opening and the question, and costs linear work."""

from __future__ import annotations

import pytest

from lwe.domain import Message, ToolCall, ToolResult
from lwe.errors import ProviderError
from lwe.turn import tokens
from lwe.turn.tokens import OVERHEAD, estimate, trim

OPENING = Message("system", "s" * 30)
QUESTION = Message("user", "q" * 30)
COST = OVERHEAD + 10
"""Tokens of each message here."""


def talk(count: int) -> list[Message]:
    roles = ("user", "assistant")
    return [Message(roles[n % 2], f"{n:030}") for n in range(count)]  # type: ignore[arg-type]


def test_what_fits_is_sent_as_it_is() -> None:
    history = [OPENING, *talk(4)]
    assert trim(history, [QUESTION], 6 * COST) == ([*history, QUESTION], 0)


@pytest.mark.parametrize("limit", [6 * COST - 1, 5 * COST, 3 * COST, 2 * COST])
def test_the_oldest_are_left_out_but_never_the_opening(limit: int) -> None:
    history = [OPENING, *talk(4)]
    messages, left_out = trim(history, [QUESTION], limit)
    kept = limit // COST - 2
    assert left_out == 4 - kept
    assert messages == [OPENING, *history[5 - kept :], QUESTION]
    assert sum(map(estimate, messages)) <= limit


def test_a_question_over_the_limit_is_refused() -> None:
    with pytest.raises(ProviderError, match=r"longer than the 27 tokens.*Shorten it") as caught:
        trim([OPENING], [QUESTION], 2 * COST - 1)
    assert caught.value.kind == "too_long"


def test_of_a_given_list_the_oldest_are_left_out_too() -> None:
    given = [OPENING, *talk(6)]
    messages, left_out = trim([], given, 3 * COST)
    assert (messages, left_out) == ([OPENING, *given[-2:]], 4)


def test_the_order_stays_wherever_a_system_message_stands() -> None:
    late = Message("system", "l" * 30)
    given = [*talk(2), late, *talk(3)]
    messages, left_out = trim([OPENING], given, 4 * COST)
    assert (messages, left_out) == ([OPENING, late, *given[-2:]], 3)


def test_a_tools_response_never_stays_without_its_call() -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("t", {"a": "x" * 200}, "1"),))
    responses = [Message("tool", "", tool_result=ToolResult("t", n, "1")) for n in (1, 2)]
    history = [OPENING, Message("user", "u"), call, *responses, Message("assistant", "a" * 30)]
    limit = sum(map(estimate, [OPENING, *history[3:], QUESTION]))
    messages, left_out = trim(history, [QUESTION], limit)
    assert messages == [OPENING, history[-1], QUESTION]
    assert left_out == 4


def test_calls_and_results_are_counted() -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("t", {"a": "x" * 300}),))
    result = Message("tool", "", tool_result=ToolResult("t", {"a": "x" * 300}))
    assert estimate(call) > 100
    assert estimate(result) > 100


def test_text_that_cannot_be_encoded_is_counted() -> None:
    assert estimate(Message("user", "\ud800" * 3)) == OVERHEAD + 1


def test_every_message_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[Message] = []

    def counting(message: Message) -> int:
        measured.append(message)
        return estimate(message)

    monkeypatch.setattr(tokens, "estimate", counting)
    trim([OPENING, *talk(400)], [QUESTION], 50 * COST)
    assert len(measured) <= 402
