"""A model that calls tools is told what they gave back, within bounds, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

import pytest

from lwe.domain import Message, ModelRequest, Origin, ToolCall, ToolResult, ToolSpec, Usage
from lwe.errors import LweError, ProviderError
from lwe.events import (
    Event,
    ReasoningDelta,
    ReplyEvent,
    ReplyFinished,
    TextDelta,
    ToolFinished,
    ToolRequested,
    TurnFinished,
)
from lwe.providers.provider import Provider, Stop
from lwe.turn.drive import adrive, drive
from lwe.turn.flow import NOT_RUN, ToolRules, Turn, call_dict

ORIGIN = Origin("provider_x", "m", "p")
QUESTION = Message("user", "roll")
DICE = ToolSpec("dice", "Rolls.", {"type": "object", "properties": {}})
ONE, TWO = ToolCall("dice", {"sides": 6}, "c1"), ToolCall("dice", {"sides": 8}, "c2")


class Scripted(Provider):
    """Gives one reply after the other, and notes what it was sent."""

    name = "provider_scripted"
    parameters = frozenset({"tools"})

    def __init__(self, *replies: list[ReplyEvent]) -> None:
        self.replies, self.asked = list(replies), list[ModelRequest]()

    def reply(self, request: ModelRequest) -> list[ReplyEvent]:
        self.asked.append(request)
        return [*self.replies.pop(0), ReplyFinished("stop", Usage(1, 2))]

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        yield from self.reply(request)

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in self.reply(request):
            yield event


def a_turn(rules: ToolRules = ToolRules()) -> Turn:  # noqa: B008 - it is frozen
    return Turn(ModelRequest((QUESTION,), {}, tools=(DICE,)), ORIGIN, rules=rules)


def rolled(call: ToolCall) -> ToolResult:
    return ToolResult(call.name, call.args["sides"], call.id)


async def performed(way: str, turn: Turn, provider: Provider) -> tuple[list[Event], str]:
    async def arolled(call: ToolCall) -> ToolResult:
        return rolled(call)

    events: list[Event] = []
    try:
        if way == "drive":
            events.extend(drive(turn, provider, Stop(), rolled))
        else:
            events.extend([event async for event in adrive(turn, provider, arolled)])
    except LweError as error:
        return events, str(error)
    return events, ""


WAYS = pytest.mark.parametrize("way", ["drive", "adrive"])


def calls(*wanted: ToolCall) -> list[ReplyEvent]:
    return [ToolRequested(call) for call in wanted]


@WAYS
async def test_the_whole_history_goes_with_the_call_that_follows(way: str) -> None:
    provider = Scripted([TextDelta("I roll."), *calls(ONE, TWO)], [TextDelta("6 and 8.")])
    turn = a_turn()
    events, _ = await performed(way, turn, provider)
    assert [type(event) for event in events[3:5]] == [ReplyFinished, ToolFinished]
    assert isinstance(events[-1], TurnFinished)
    assert provider.asked[1].messages == (
        QUESTION,
        Message("assistant", "I roll.", origin=ORIGIN),
        Message("assistant", "", (ONE, TWO), origin=ORIGIN),
        Message("tool", "", tool_result=ToolResult("dice", 6, "c1")),
        Message("tool", "", tool_result=ToolResult("dice", 8, "c2")),
    )
    assert (turn.response, turn.text, turn.usage) == ("6 and 8.", "6 and 8.", Usage(2, 4))
    assert list(provider.asked[1].messages[1:]) == turn.take_settled()
    assert turn.rest() == []


@WAYS
async def test_calls_may_be_the_answer(way: str) -> None:
    provider = Scripted(calls(ONE))
    turn = a_turn(ToolRules(return_call=True))
    await performed(way, turn, provider)
    assert turn.response == [call_dict(ONE)]
    assert [m.tool_calls for m in turn.rest()] == [(ONE,)]
    assert turn.answer().text == ""


@WAYS
async def test_a_forced_tool_gives_the_answer_at_once(way: str) -> None:
    provider = Scripted(calls(ONE, TWO))
    turn = a_turn(ToolRules(forced=True))
    await performed(way, turn, provider)
    assert (turn.response, len(provider.asked)) == (8, 1)
    assert turn.rest()[-1].tool_result == ToolResult("dice", 8, "c2")


@WAYS
async def test_a_tool_may_give_the_answer_after_the_model_has_spoken(way: str) -> None:
    provider = Scripted(calls(ONE), [TextDelta("A six!")])
    turn = a_turn(ToolRules(return_response=True))
    await performed(way, turn, provider)
    assert (turn.response, turn.answer().text) == (6, "")
    assert [m.role for m in turn.rest()] == ["assistant", "tool"]


@WAYS
async def test_without_calls_the_text_is_the_answer_whatever_was_wanted(way: str) -> None:
    turn = a_turn(ToolRules(return_call=True, return_response=True))
    await performed(way, turn, Scripted([TextDelta("No need.")]))
    assert turn.response == "No need."


@WAYS
async def test_rounds_have_a_bound(way: str) -> None:
    provider = Scripted(*[calls(ONE)] * 3)
    turn = a_turn(ToolRules(max_rounds=3))
    _, problem = await performed(way, turn, provider)
    assert problem.startswith("The model was called 3 times in one turn")
    assert "tools.max_rounds" in problem
    assert len(turn.rest()) == 6


@WAYS
async def test_a_call_that_is_none_is_told_to_the_model(way: str) -> None:
    bad = ToolCall("dice", {}, "c1", "The arguments are no JSON.")
    provider = Scripted(calls(bad), [TextDelta("Sorry.")])
    turn = a_turn()
    await performed(way, turn, provider)
    told = provider.asked[1].messages[-1].tool_result
    assert told == ToolResult("dice", {"error": "The arguments are no JSON."}, "c1", failed=True)
    assert turn.response == "Sorry."


def test_without_tools_a_call_is_refused() -> None:
    provider = Scripted(calls(ONE), [TextDelta("Well.")])
    turn = a_turn()
    events = list(drive(turn, provider, Stop()))
    refusals = [event.result for event in events if isinstance(event, ToolFinished)]
    assert [(result.value, result.failed) for result in refusals] == [
        ({"error": "There are no tools here."}, True)
    ]


def test_calls_of_what_was_not_offered_are_passed_over() -> None:
    turn = Turn(ModelRequest((QUESTION,), {}), ORIGIN)
    events = list(drive(turn, Scripted([TextDelta("Hm."), *calls(ONE)]), Stop(), rolled))
    assert not [event for event in events if isinstance(event, ToolFinished)]
    assert turn.response == "Hm."
    with pytest.raises(ProviderError, match="answered nothing"):
        list(drive(Turn(ModelRequest((), {}), ORIGIN), Scripted(calls(ONE)), Stop(), rolled))


def test_what_was_said_before_a_failure_is_kept() -> None:
    class Failing(Scripted):
        def reply(self, request: ModelRequest) -> list[ReplyEvent]:
            if self.asked:
                raise ProviderError("The line is dead.")
            return super().reply(request)

    turn = a_turn()
    with pytest.raises(ProviderError):
        list(drive(turn, Failing(calls(ONE)), Stop(), rolled))
    assert turn.has_said
    assert [m.role for m in turn.rest()] == ["assistant", "tool"]


def test_a_turn_that_ends_between_calls_gives_every_call_a_result() -> None:
    turn = a_turn()
    stop = Stop()

    def stopping(call: ToolCall) -> ToolResult:
        stop.request()
        return rolled(call)

    list(drive(turn, Scripted(calls(ONE, TWO)), stop, stopping))
    assert turn.take_settled() == []
    results = [m.tool_result for m in turn.rest()[1:]]
    assert results == [
        ToolResult("dice", 6, "c1"),
        ToolResult("dice", NOT_RUN, "c2", failed=True),
    ]


def test_settled_rounds_are_taken_once() -> None:
    turn = a_turn()
    provider = Scripted([ReasoningDelta("hm"), *calls(ONE)], calls(TWO), [TextDelta("Done.")])
    taken = []
    for event in drive(turn, provider, Stop(), rolled):
        if isinstance(event, ToolFinished):
            taken.append([m.role for m in turn.take_settled()])
    assert taken == [["assistant", "tool"], ["assistant", "tool"]]
    assert turn.rest() == []
    assert provider.asked[1].messages[1].reasoning == "hm"
