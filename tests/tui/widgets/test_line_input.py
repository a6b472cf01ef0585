"""A word is deleted to the left with the keys that people use for it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from lwe_tui.widgets.line_input import LineInput


class Host(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        yield LineInput("one two three")


@pytest.mark.parametrize("key", ["ctrl+backspace", "alt+backspace", "ctrl+w"])
async def test_the_word_on_the_left_goes(key: str) -> None:
    app = Host()
    async with app.run_test(size=(30, 3)) as pilot:
        line = app.query_one(LineInput)
        line.focus()
        line.cursor_position = len("one two")
        await pilot.press(key)
        assert line.value == "one  three"
