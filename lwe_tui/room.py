"""The quiet room: one thread for everything that blocks; and threads beside it for loading."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def aside(call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Perform a call in a thread of its own that nobody waits for, not even the program's end."""
    work = functools.partial(call, *args, **kwargs)
    threading.Thread(target=work, daemon=True, name="aside").start()


async def apart(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Perform a call in a thread of its own and return what it returns.

    The program's end does not wait for the thread, as it would for one of asyncio's.
    """
    done: Future[T] = Future()

    def perform() -> None:
        try:
            result = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
            done.set_exception(error)
        else:
            done.set_result(result)

    aside(perform)
    return await asyncio.shield(asyncio.wrap_future(done))


class Room:
    """Performs calls one after another, also those whose caller has gone meanwhile."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room")
        self._closing = False
        self._late: list[Callable[[], object]] = []

    def enter(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Put a call into the room without waiting for it."""
        return self._thread.submit(functools.partial(call, *args, **kwargs))

    async def ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Perform a call in the room and return what it returns."""
        return await asyncio.shield(asyncio.wrap_future(self.enter(call, *args, **kwargs)))

    def enter_behind(self, call: Callable[[], object]) -> None:
        """Put a call behind everything that waits; only called inside the room, also at its end."""
        try:
            self.enter(call)
        except RuntimeError:  # It takes nobody in any more, but what is inside is performed.
            self._late.append(call)

    def close(self, last: Callable[[], object]) -> None:
        """Wait until everything that was put into the room is done; may be called again.

        Args:
            last: performed in the room after everything else.
        """

        def end() -> None:
            for call in self._late:
                call()
            last()

        if not self._closing:
            self._closing = True
            self.enter(end)
        self._thread.shutdown(wait=True)
