"""Themes to choose from; the screen wears the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import on
from textual.await_complete import AwaitComplete

from lwe_tui.modals.palette import Palette
from lwe_tui.widgets.virtual_list import Row, VirtualList

PAUSE_SECONDS = 0.08
"""Every style is computed again for a theme: who moves on at once does not wait for it."""


class ThemePicker(Palette):
    """Answers with a theme's name; None when it is closed, and the old one is worn again.

    Args:
        rows: the themes; the first is the one that is worn.
        wear: puts one on.
    """

    def __init__(self, rows: Sequence[Row], wear: Callable[[str], None]) -> None:
        super().__init__(rows, "Theme")
        self._worn = self._old = rows[0].key
        self._wear = wear

    def _say(self, text: str) -> None:
        super()._say(f"{text}. Enter keeps the theme, Esc goes back to {self._old}.")

    @on(VirtualList.Moved)
    def _preview(self, event: VirtualList.Moved) -> None:
        event.stop()
        self.start_only_task("preview", self._try, event.key)

    async def _try(self, name: str) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        if not self._answered:
            self._put_on(name)

    def _put_on(self, name: str) -> None:
        if name != self._worn:
            self._worn = name
            self._wear(name)

    def dismiss(self, result: str | None = None) -> AwaitComplete:
        if not self._answered:
            self._put_on(result or self._old)
        return super().dismiss(result)
