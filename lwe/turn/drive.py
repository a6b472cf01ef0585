"""Performs the steps of a turn, blocking (`drive`) or awaiting (`adrive`); the same text twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, closing

from lwe.domain import ToolCall, ToolResult
from lwe.events import Event, ToolFinished, TurnFinished
from lwe.providers.provider import Provider, Stop
from lwe.turn.flow import CallModel, RunTool, Turn

Run = Callable[[ToolCall], ToolResult]
"""Runs a tool; what the tool raises is a result, too."""


def drive(
    turn: Turn, provider: Provider, stop: Stop, run: Run | None = None
) -> Generator[Event, None, None]:
    """Perform a turn in the caller's thread.

    The generator ends without `TurnFinished` when `stop` is wished; what was said stays in the
    turn.

    Args:
        run: runs tools; without it every call is refused.

    Raises:
        ProviderError: when the model cannot answer, also in the middle of an answer.
        ToolError: when it calls tools again and again.
    """
    yield from turn.notices
    steps = turn.steps()
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            finished: TurnFinished = end.value
            yield finished
            return
        match step:
            case CallModel(request):
                with closing(provider.stream(request, stop)) as reply:
                    for event in reply:
                        turn.heard(event)
                        yield event
            case RunTool(call):
                result = refused(call) or (run(call) if run else not_offered(call))
                done = ToolFinished(call, result)
                turn.heard(done)
                yield done
        if stop.wished:
            return


async def adrive(
    turn: Turn, provider: Provider, run: Callable[[ToolCall], Awaitable[ToolResult]] | None = None
) -> AsyncGenerator[Event, None]:
    """Perform a turn on the running event loop; cancelling the task stops it.

    Args:
        run: runs tools; without it every call is refused.

    Raises:
        ProviderError: when the model cannot answer, also in the middle of an answer.
        ToolError: when it calls tools again and again.
    """
    for notice in turn.notices:
        yield notice
    steps = turn.steps()
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            finished: TurnFinished = end.value
            yield finished
            return
        match step:
            case CallModel(request):
                async with aclosing(provider.astream(request)) as reply:
                    async for event in reply:
                        turn.heard(event)
                        yield event
            case RunTool(call):
                result = refused(call) or (await run(call) if run else not_offered(call))
                done = ToolFinished(call, result)
                turn.heard(done)
                yield done


def refused(call: ToolCall) -> ToolResult | None:
    """Return what a model is told of a call that is none; None for a call that can be run."""
    if not call.problem:
        return None
    return ToolResult(call.name, {"error": call.problem}, call.id, failed=True)


def not_offered(call: ToolCall) -> ToolResult:
    """Return what a model is told that calls tools although there are none."""
    return ToolResult(call.name, {"error": "There are no tools here."}, call.id, failed=True)
