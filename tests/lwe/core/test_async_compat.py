"""A thread has an event loop when a plugin's package needs one, and leaves none behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

from lwe.core.async_compat import ensure_event_loop


def test_a_thread_gets_one_loop_that_ends_with_it() -> None:
    seen: list[Any] = []

    def work() -> None:
        for _ in range(2):
            ensure_event_loop()
            seen.append(asyncio.get_event_loop())
        seen[0].close()
        ensure_event_loop()
        seen.append(asyncio.get_event_loop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen[0] is seen[1] is not seen[2]
    del thread
    gc.collect()
    assert seen[2].is_closed()


async def test_a_running_loop_stays() -> None:
    before = asyncio.get_running_loop()
    ensure_event_loop()
    assert asyncio.get_event_loop() is before
