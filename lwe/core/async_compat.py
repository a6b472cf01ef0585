"""The seed's helper for plugins whose packages want an event loop in their thread."""

from __future__ import annotations

import threading
from typing import Any

_made = threading.local()


def ensure_event_loop() -> None:
    """Let `asyncio.get_event_loop()` find a loop in this thread.

    One loop is made for a thread and closed when the thread has ended, at the latest when the
    program ends. Where a loop runs, nothing is done.
    """
    import asyncio
    import weakref

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        loop: Any = getattr(_made, "loop", None)
        if loop is None or loop.is_closed():
            loop = _made.loop = asyncio.new_event_loop()
            weakref.finalize(threading.current_thread(), loop.close)
        asyncio.set_event_loop(loop)
