"""Performs the steps of a turn, blocking (`drive`) or awaiting (`adrive`); the same text twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing

from lwe.events import Event, TurnFinished
from lwe.providers.provider import Provider, Stop
from lwe.turn.flow import CallModel, Turn


def drive(turn: Turn, provider: Provider, stop: Stop) -> Generator[Event, None, None]:
    """Perform a turn in the caller's thread.

    The generator ends without `TurnFinished` when `stop` is wished; what was said stays in the
    turn.

    Raises:
        ProviderError: when the model cannot answer, also in the middle of an answer.
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
        if stop.wished:
            return


async def adrive(turn: Turn, provider: Provider) -> AsyncGenerator[Event, None]:
    """Perform a turn on the running event loop; cancelling the task stops it.

    Raises:
        ProviderError: when the model cannot answer, also in the middle of an answer.
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
