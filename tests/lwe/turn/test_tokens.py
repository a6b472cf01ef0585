"""What is sent fits the limit, keeps the opening and the question, and costs linear work."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence

import pytest

from lwe import vocabulary
from lwe.domain import Message, Role, ToolCall, ToolResult, ToolSpec
from lwe.errors import ProviderError
from lwe.turn.tokens import OVERHEAD, REPLY, chat_form, count_messages, estimate, trim

COST = OVERHEAD + 40
"""Tokens of each message here, its role filled up."""
CALL_ID = "call_4MqKEs9ZWh0qTh0xCFcb9IOI"
CALL = Message("assistant", "", tool_calls=(ToolCall("t", {"word": "fé", "n": 2}, CALL_ID),))
RESPONSE = Message(
    "tool", "", tool_result=ToolResult("t", {"message": "Repeated é", "result": "foo foo"}, CALL_ID)
)
TOOL = ToolSpec(
    "t",
    "Say héllo",
    {
        "type": "object",
        "properties": {"word": {"type": "string", "description": "w"}},
        "required": ["word"],
    },
)
THREE = (
    Message("system", "You are a helpful assistant."),
    Message("user", "Say one word hello."),
    Message("assistant", "Hello."),
)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A vocabulary in which a token is a letter; the texts that were counted."""
    texts: list[str] = []

    def count(text: str, model: str) -> int:
        assert model == "m"
        texts.append(text)
        return len(text)

    monkeypatch.setattr(vocabulary, "count", count)
    return texts


def talk(count: int) -> list[Message]:
    roles: tuple[Role, Role] = ("user", "assistant")
    return [said(roles[n % 2], str(n)) for n in range(count)]


def said(role: Role, text: str) -> Message:
    return Message(role, text.rjust(40 - len(role), "0"))


def called(n: int, responses: int = 1, size: int = 1) -> list[Message]:
    calls = tuple(ToolCall("t", {"n": n}, f"{n}.{r}") for r in range(responses))
    results = [ToolResult("t", "x" * size, call.id) for call in calls]
    return [
        Message("assistant", "", tool_calls=calls),
        *(Message("tool", "", tool_result=result) for result in results),
    ]


def tight(messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> int:
    """The limit that these messages use up; bytes alone do not prove that they fit."""
    return count_messages(messages, tools, "m")


OPENING, QUESTION = said("system", "s"), said("user", "q")


# The numbers are those that the seed counts.


@pytest.mark.parametrize(
    ("messages", "tools", "model", "number"),
    [
        ((), (), "gpt-4o", 2),
        (THREE, (), "gpt-4o", 30),
        (THREE, (), "gpt-4", 30),
        (THREE, (), "llama", 30),
        (THREE, (TOOL,), "gpt-4o", 109),
        ((CALL,), (), "gpt-4o", 160),
        ((RESPONSE,), (), "gpt-4o", 44),
        ((*THREE[:2], CALL, RESPONSE, THREE[2]), (TOOL,), "gpt-4o", 309),
        ((*THREE[:2], CALL, RESPONSE, THREE[2]), (TOOL, TOOL), "gpt-4", 388),
        ((Message("user", "こんにちは世界 🎉🎉"),), (), "gpt-4o", 13),
        ((Message("user", "こんにちは世界 🎉🎉"),), (), "gpt-4", 17),
        ((Message("user", ""),), (), "gpt-4o", 7),
    ],
)
def test_a_request_is_counted_as_in_the_seed(
    messages: Sequence[Message], tools: Sequence[ToolSpec], model: str, number: int
) -> None:
    assert count_messages(messages, tools, model) == number


def test_control_tokens_in_a_question_are_text() -> None:
    assert count_messages([Message("user", "<|endoftext|>")], (), "gpt-4o") > 10


def test_words_beside_a_call_are_counted() -> None:
    with_words = Message("assistant", "Let me see.", tool_calls=CALL.tool_calls)
    words = vocabulary.count("Let me see.", "gpt-4o")
    assert count_messages([with_words], (), "gpt-4o") == 160 + words


def test_what_is_no_json_is_counted_as_text() -> None:
    odd = Message("tool", "", tool_result=ToolResult("t", {"at": object}))
    assert "class" in chat_form(odd)["content"]


# Trimming


def test_what_fits_is_sent_as_it_is(counted: list[str]) -> None:
    history = [OPENING, *talk(4)]
    assert trim(history, [QUESTION], 6 * COST + REPLY, "m") == ([*history, QUESTION], 0)


@pytest.mark.parametrize("spare", [6 * COST - 1, 5 * COST, 3 * COST, 2 * COST])
def test_the_oldest_are_left_out_but_never_the_opening(counted: list[str], spare: int) -> None:
    history = [OPENING, *talk(4)]
    messages, left_out = trim(history, [QUESTION], spare + REPLY, "m")
    kept = spare // COST - 2
    assert left_out == 4 - kept
    assert messages == [OPENING, *history[5 - kept :], QUESTION]
    assert tight(messages) <= spare + REPLY


def test_a_question_over_the_limit_is_refused(counted: list[str]) -> None:
    with pytest.raises(ProviderError, match=r"longer than the 89 tokens.*Shorten it") as caught:
        trim([OPENING], [QUESTION], 2 * COST + REPLY - 1, "m")
    assert caught.value.kind == "too_long"


def test_a_book_is_refused_without_being_tokenised(counted: list[str]) -> None:
    with pytest.raises(ProviderError, match="longer than the 1,000 tokens"):
        trim([OPENING], [Message("user", "word " * 100_000)], 1000, "m")
    assert counted == [""]


def test_a_book_in_the_history_is_left_out_without_being_tokenised(counted: list[str]) -> None:
    book = Message("user", "word " * 100_000)
    history = [OPENING, book, *talk(2)]
    assert trim(history, [QUESTION], 1000, "m") == ([OPENING, *talk(2), QUESTION], 1)
    assert book.text not in counted


def test_nothing_asked_of_nothing_is_nothing() -> None:
    assert trim([], [], 10) == ([], 0)


def test_of_a_given_list_the_oldest_are_left_out_too(counted: list[str]) -> None:
    given = [OPENING, *talk(7)]
    messages, left_out = trim([], given, 3 * COST + REPLY, "m")
    assert (messages, left_out) == ([OPENING, *given[-2:]], 5)


def test_the_order_stays_wherever_a_system_message_stands(counted: list[str]) -> None:
    late = said("system", "l")
    given = [*talk(2), late, *talk(3)]
    messages, left_out = trim([OPENING], given, 4 * COST + REPLY, "m")
    assert (messages, left_out) == ([OPENING, late, *given[-2:]], 3)


def test_a_turn_with_tools_stays_whole(counted: list[str]) -> None:
    new = [QUESTION, *called(1, 2), *called(2)]
    history = [OPENING, *talk(2)]
    limit = tight([OPENING, *new])
    assert trim(history, new, limit, "m") == ([OPENING, *new], 2)
    with pytest.raises(ProviderError, match="may be submitted"):
        trim(history, new, limit - 1, "m")


def test_a_response_that_is_new_keeps_its_older_call(counted: list[str]) -> None:
    call, *responses = called(1, 2)
    expected = [OPENING, call, *responses]
    history = [OPENING, *talk(2), call, responses[0]]
    assert trim(history, [responses[1]], tight(expected), "m") == (expected, 2)


def test_a_history_alone_keeps_its_last_exchange(counted: list[str]) -> None:
    history = [*talk(2), *called(1)]
    assert trim(history, [], tight(history[2:]), "m") == (history[2:], 2)


@pytest.mark.parametrize("missing", [1, 60, 120])
def test_a_tools_response_never_stays_without_its_call(counted: list[str], missing: int) -> None:
    exchange = called(1, responses=2, size=100)
    history = [OPENING, said("user", "u"), *exchange, said("assistant", "a")]
    limit = tight([OPENING, *exchange, history[-1], QUESTION]) - missing
    assert trim(history, [QUESTION], limit, "m") == ([OPENING, history[-1], QUESTION], 4)


def test_descriptions_of_tools_take_room(counted: list[str]) -> None:
    history = [OPENING, *talk(4)]
    limit = tight([*history, QUESTION], [TOOL])
    assert trim(history, [QUESTION], limit, "m", [TOOL]) == ([*history, QUESTION], 0)
    assert trim(history, [QUESTION], limit - 1, "m", [TOOL])[1] == 1
    with pytest.raises(ProviderError, match="may be submitted"):
        trim([], [QUESTION], tight([QUESTION], [TOOL]) - 1, "m", [TOOL])


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_left_out_the_rest_can_be_sent(counted: list[str], seed: int) -> None:
    chance = random.Random(seed)
    history: list[Message] = [OPENING]
    for n in range(chance.randrange(12)):
        size = chance.randrange(1, 60)
        kinds = [[said("user", str(n))], called(n, chance.randrange(1, 4), size)]
        history += chance.choice([*kinds, [Message("assistant", "a" * size)]])
    limit = chance.randrange(2 * COST + REPLY, tight([*history, QUESTION]) + 50)
    messages, left_out = trim(history, [QUESTION], limit, "m")
    assert tight(messages) <= limit
    assert messages == [OPENING, *history[1 + left_out :], QUESTION]
    calls = {call.id for message in messages for call in message.tool_calls}
    results = {message.tool_result.id for message in messages if message.tool_result}
    assert calls == results
    if left_out:
        start = left_out
        while history[start].role == "tool":
            start -= 1
        assert tight([OPENING, *history[start:], QUESTION]) > limit


# What it costs


def test_no_vocabulary_is_loaded_while_bytes_prove_the_fit() -> None:
    program = """
import sys
from lwe.domain import Message, ToolSpec
from lwe.turn.tokens import trim
talk = [Message("system", "Be brief."), *[Message("user", "é" * 40)] * 20]
assert trim(talk, [Message("user", "x")], 2_000, "llama", [ToolSpec("t", "d", {})])[1] == 0
assert not {"tiktoken", "regex", "requests"} & set(sys.modules)
assert trim(talk, [Message("user", "x")], 1_000, "llama")[1] == 0
assert "tiktoken" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_only_what_fits_is_counted(counted: list[str]) -> None:
    messages, _ = trim([OPENING, *talk(2000)], [QUESTION], 50 * COST + REPLY, "m")
    assert len(messages) == 50
    assert sum(text.startswith("00") for text in counted) == 50


def test_every_message_is_counted_once(counted: list[str]) -> None:
    history = [OPENING, *talk(40)]
    limit = tight([*history, QUESTION]) - 1
    counted.clear()
    trim(history, [QUESTION], limit, "m")
    words = [text for text in counted if text.startswith("00")]
    assert len(words) == len(set(words)) == 42


# The gauge's estimate


def test_calls_and_results_are_estimated() -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("t", {"a": "x" * 300}),))
    result = Message("tool", "", tool_result=ToolResult("t", {"a": "x" * 300}))
    assert estimate(call) > 100
    assert estimate(result) > 100


def test_text_that_cannot_be_encoded_is_measured() -> None:
    broken = Message("user", "\ud800" * 3)
    assert estimate(broken) == OVERHEAD + 1
    assert trim([], [broken], 30) == ([broken], 0)
    assert trim([], [broken], 20) == ([broken], 0)
