"""What the palette offers: keys, slash commands, presets, templates, themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lwe_tui import keys
from lwe_tui.commands import Offered
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.widgets.virtual_list import Row

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


class Offers:
    """Makes rows whose keys are actions of the main screen.

    Args:
        screen: has the files, and performs the actions.
        themes: names of the themes.
    """

    def __init__(self, screen: Actions, themes: Sequence[str]) -> None:
        self._screen, self._themes = screen, themes

    def at_once(self) -> list[Row]:
        """Return what is known without asking the library."""
        rows = [
            Row(key.action, key.label, key.road) for key in (*keys.MAIN, *keys.TURNS, *keys.APP)
        ]
        for number, preset in enumerate(self._screen.presets, 1):
            slot = f"alt+{number % 10}" if number <= keys.SLOTS else ""
            rows.append(Row(f"use_preset({preset.name!r})", f"Preset: {preset.name}", slot))
        for name, _about in self._screen.query_one(TemplateList).templates:
            rows.append(Row(f"run_template({name!r})", f"Template: {name}"))
        rows += [Row(f"app.use_theme({name!r})", f"Theme: {name}") for name in self._themes]
        return rows

    async def later(self) -> list[Row]:
        """Return the slash commands, those of plugins among them.

        Raises:
            LweError: when the profile cannot be opened.
        """
        return [_row(offered) for offered in await self._screen.commanding.commands.offered()]


def _row(offered: Offered) -> Row:
    if offered.needs:
        action = f"write_command({offered.start!r}, {offered.usage!r})"
    else:
        action = f"run_command({offered.start!r})"
    return Row(action, offered.usage, offered.summary, right_yields=True)
