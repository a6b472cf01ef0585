"""Lets a blocking generator be awaited: it runs in a daemon thread, a step at a time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import suppress
from queue import SimpleQueue
from typing import Generic, TypeVar

from lwe.providers.stop import Stop

LOG = logging.getLogger("lwe.providers")
T = TypeVar("T")


class Pulled(Generic[T]):
    """Runs a generator in a thread of its own; it goes on only when the next item is asked for.

    A thread that does not come back is left behind: the program's end does not wait for it.

    Args:
        begin: makes the generator, in the thread; `stop` is wished when nobody listens any more.
    """

    def __init__(self, begin: Callable[[Stop], Generator[T, None, None]]) -> None:
        self._begin, self._stop = begin, Stop()
        self._asked: SimpleQueue[asyncio.Future[tuple[T] | None] | None] = SimpleQueue()

    async def astream(self) -> AsyncGenerator[T, None]:
        """Yield each item; closing, or cancelling, closes the generator where it runs."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(loop,), name="lwe-pulled", daemon=True).start()
        try:
            while True:
                future: asyncio.Future[tuple[T] | None] = loop.create_future()
                self._asked.put(future)
                if (item := await future) is None:
                    return
                yield item[0]
        finally:
            self._stop.request()
            self._asked.put(None)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        generator: Generator[T, None, None] | None = None
        while (future := self._asked.get()) is not None:
            answer: tuple[T] | None = None
            failure: BaseException | None = None
            try:
                generator = generator or self._begin(self._stop)
                answer = (next(generator),)
            except StopIteration:
                pass  # Nothing is left, which None says.
            except BaseException as error:  # noqa: BLE001 - raised where the item is awaited
                failure = error
            # The loop is closed when the program has ended meanwhile: nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, future, answer, failure)
        if generator is not None:
            _close(generator)


def _settle(
    future: asyncio.Future[tuple[T] | None],
    answer: tuple[T] | None,
    failure: BaseException | None,
) -> None:
    if future.done():
        return  # Whoever asked was cancelled.
    if failure is not None:
        future.set_exception(failure)
    else:
        future.set_result(answer)


def _close(generator: Generator[T, None, None]) -> None:
    try:
        generator.close()
    except Exception as error:  # noqa: BLE001 - somebody else's code, and nobody listens any more.
        LOG.warning("an abandoned answer did not end well: %r", error)
