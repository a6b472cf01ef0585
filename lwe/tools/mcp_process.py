"""Knows every program that was started on an event loop, so that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

GRACE = 0.5
"""Seconds in which a program may end after it was asked to, before it is asked less kindly."""
_LOOKS = 25
_STARTED: ContextVar[Groups] = ContextVar("_STARTED")


class Groups:
    """The process groups that the programs of one task have begun; empty where there are none."""

    def __init__(self) -> None:
        self._leaders: list[int] = []

    def collect(self) -> None:
        """Note from here on what the current task starts."""
        _STARTED.set(self)

    def add(self, leader: int) -> None:
        """Note a group by the number of its first process."""
        self._leaders.append(leader)

    def terminate(self) -> bool:
        """Ask all that are left to end; says whether there are any."""
        return self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End all that are left at once."""
        self._send(getattr(signal, "SIGKILL", signal.SIGTERM))

    async def sweep(self) -> None:
        """End what a program has left behind that has ended itself, kindly at first.

        It has to be called soon after: the number of a group that is empty may be given again.
        """
        try:
            left = self.terminate()
            for _ in range(_LOOKS):
                if not left:
                    break
                await asyncio.sleep(GRACE / _LOOKS)
                left = self._send(0)
        finally:
            self.kill()
            self._leaders.clear()

    def _send(self, number: int) -> bool:
        return any([_sent(leader, number) for leader in self._leaders])


def _sent(leader: int, number: int) -> bool:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
        return True
    return False


def kill_all(many: Iterable[Groups]) -> None:
    """End at once whatever is left of several tasks' programs."""
    for groups in many:
        groups.kill()


if sys.platform == "win32":

    def new_loop() -> asyncio.AbstractEventLoop:
        """Return a loop; Windows ends a program's children with it."""
        return asyncio.new_event_loop()

else:

    class _Loop(asyncio.SelectorEventLoop):
        # The client library tells nobody which process it has started.
        async def subprocess_exec(self, *args: Any, **settings: Any) -> Any:
            transport, protocol = await super().subprocess_exec(*args, **settings)
            groups = _STARTED.get(None)
            if groups is not None and settings.get("start_new_session"):
                groups.add(transport.get_pid())
            return transport, protocol

    def new_loop() -> asyncio.AbstractEventLoop:
        """Return a loop on which a task may `collect` what it starts."""
        return _Loop()
