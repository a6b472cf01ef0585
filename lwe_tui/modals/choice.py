"""One of many, or what was typed where anything will do."""

from __future__ import annotations

from collections.abc import Sequence

from lwe_tui.modals.palette import Palette
from lwe_tui.widgets.virtual_list import Row

TYPED = "\0typed:"
"""Begins the key of the row that stands for what was typed."""


class Choice(Palette):
    """Answers with the key of a row, or with what was typed.

    Args:
        rows: what can be chosen.
        placeholder: what is asked.
        free: whether what is typed may be chosen too.
    """

    def __init__(self, rows: Sequence[Row], placeholder: str, free: bool = False) -> None:
        super().__init__(rows, placeholder)
        self._free = free

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        count, found = await super().find(needle)
        typed = needle.strip()
        if self._free and typed and not any(row.text == typed for row in found):
            found = self._found = [*found, Row(TYPED + typed, f"Use “{typed}”")]
            count += 1
        return count, found


def chosen(key: str | None) -> str | None:
    """Return the text that an answer stands for."""
    return None if key is None else key.removeprefix(TYPED)
