"""Every command by its name: type a part of it, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.fuzzy import Matcher

from lwe_tui.modals.narrow import Narrow
from lwe_tui.widgets.virtual_list import Row


class Palette(Narrow):
    """Answers with the key of the chosen command.

    Args:
        commands: what can be done, with the keys that do it at the right.
    """

    def __init__(self, commands: Sequence[Row]) -> None:
        super().__init__("Do what?")
        self._commands = list(commands)
        self._found = self._commands

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        if not needle.strip():
            self._found = self._commands
        else:
            matcher = Matcher(needle.strip())
            scored = [(matcher.match(row.text), row) for row in self._commands]
            hits = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
            self._found = [row for _, row in hits]
        return len(self._found), self._found

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        return self._found[offset : offset + limit]
