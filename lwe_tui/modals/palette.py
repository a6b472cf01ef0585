"""Every command by its name: type a part of it, Enter does it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from textual.fuzzy import Matcher

from lwe.errors import LweError
from lwe_tui.modals.narrow import Narrow
from lwe_tui.widgets.virtual_list import Row

MOST_SECONDS = 2.0
"""How long a search waits for rows that are on their way."""


class Palette(Narrow):
    """Answers with the key of the chosen command.

    Args:
        commands: what can be done, with the keys that do it at the right.
        placeholder: what is asked.
        more: fetches further commands, while the first are shown.
    """

    def __init__(
        self,
        commands: Sequence[Row],
        placeholder: str = "Do what?",
        more: Callable[[], Awaitable[Sequence[Row]]] | None = None,
    ) -> None:
        super().__init__(placeholder)
        self._commands = list(commands)
        self._found: list[Row] = self._commands
        self._more = more
        self._complete = asyncio.Event()

    def on_mount(self) -> None:
        if self._more is None:
            self._complete.set()
        else:
            self.start_task("more", self._bring, self._more)

    async def _bring(self, more: Callable[[], Awaitable[Sequence[Row]]]) -> None:
        try:
            self._commands += await more()
        except LweError as error:
            self._say(str(error))
        finally:
            self._complete.set()
        if not self._finding and not self.needle.strip():
            self._find()

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        needle = needle.strip()
        if not needle:
            self._found = list(self._commands)
            return len(self._found), self._found
        with suppress(TimeoutError):  # Then what is known by now has to do.
            await asyncio.wait_for(self._complete.wait(), MOST_SECONDS)
        matcher = Matcher(needle)
        scored = [(matcher.match(row.text), row) for row in self._commands]
        hits = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
        self._found = [row for _, row in hits]
        return len(self._found), self._found

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        return self._found[offset : offset + limit]
