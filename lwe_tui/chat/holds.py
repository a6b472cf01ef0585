"""Lets what is sent wait: questions for commands given before them, both for what is on its way."""

from __future__ import annotations

import asyncio


class Holds:
    """Counts what has to end first; the profile's opening is there from the beginning.

    Attributes:
        steady: set while it is known who asks and how, so that commands may run.
        settled: set while no command is under way either, so that questions may be asked.
    """

    def __init__(self) -> None:
        self.steady, self.settled = asyncio.Event(), asyncio.Event()
        self._holds, self._commands = 1, 0

    def hold(self) -> None:
        """Let commands and questions wait."""
        self._holds += 1
        self._tell()

    def release(self) -> None:
        """End a `hold`."""
        self._holds -= 1
        self._tell()

    def begin_command(self) -> None:
        """Let questions wait that are sent after a command: it may change how they are asked."""
        self._commands += 1
        self._tell()

    def end_command(self) -> None:
        """End a `begin_command`."""
        self._commands -= 1
        self._tell()

    def _tell(self) -> None:
        for event, is_free in (
            (self.steady, not self._holds),
            (self.settled, not self._holds and not self._commands),
        ):
            if is_free:
                event.set()
            else:
                event.clear()
