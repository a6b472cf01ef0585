"""Puts themes on the app: at its start, when one is tried or chosen, when a file has changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.app import App
from textual.filter import Monochrome, NoColor

from lwe_tui import themes
from lwe_tui.widgets.virtual_list import Row

FOREIGN = ("textual-dark", "textual-light")
"""Themes of Textual that are offered too; nobody has looked at the others."""


class Dressing:
    """The themes of an app.

    Args:
        app: wears them.
        folders: where the user's are.
    """

    def __init__(self, app: App[Any], folders: Sequence[Path] = ()) -> None:
        self._app, self._folders = app, folders
        self.look = themes.load(folders)
        self._own = {theme.name: theme for theme in self.look.themes}

    def begin(self) -> None:
        """Begin with a theme; changing to it would have every style sheet parsed twice."""
        app, few = self._app, self._has_few_colours()
        for theme in self.look.themes:
            app.register_theme(theme)
        default = themes.FEW_COLOURS if few else themes.DEFAULT
        name = self.look.chosen or (default if default in self._own else FOREIGN[0])
        chosen = app.available_themes[name]
        if chosen.dark and not chosen.ansi:  # as the one that Textual begins with
            app.set_reactive(App.theme, name)
            app.stylesheet.set_variables(app.get_css_variables())
        else:
            app.theme = name

    def _has_few_colours(self) -> bool:
        """Find out what the terminal can show, and leave colours out where nobody wants any."""
        app, system = self._app, self._app.console.color_system
        # An empty variable means nothing: https://no-color.org
        app.no_color = bool(os.environ.get("NO_COLOR")) or system is None
        # Textual would show shades of grey, which are colours too.
        kept = [f for f in app._filters if not isinstance(f, Monochrome | NoColor)]
        app._filters = [*kept, NoColor()] if app.no_color else kept
        return app.no_color or system == "standard"

    def names(self) -> list[str]:
        """Return the themes that are offered: ours and the user's, then Textual's."""
        return [*sorted(self._own), *(n for n in FOREIGN if n in self._app.available_themes)]

    def rows(self) -> list[Row]:
        """Return the themes as rows of a list, the one in use first."""
        rows = []
        for name in dict.fromkeys((self._app.theme, *self.names())):
            theme = self._app.available_themes[name]
            kind = "the terminal's colours" if theme.ansi else "dark" if theme.dark else "light"
            now = name == self._app.theme
            rows.append(Row(name, name, kind + ", now" * now, "active" if now else ""))
        return rows

    def use(self, name: str) -> None:
        """Show a theme, if there still is one of this name."""
        if name in self._app.available_themes:
            self._app.theme = name

    def choose(self, name: str) -> None:
        """Show a theme, now and after the next start."""
        self.use(name)
        themes.remember(self._app.theme)

    def read_again(self) -> themes.Look:
        """Read what has changed; may be called in any thread."""
        return themes.load(self._folders)

    def take_up(self, look: themes.Look) -> tuple[bool, list[str]]:
        """Use themes that were read again; what is broken now stays as it was.

        Returns:
            Whether what is seen has changed, and the sentences about files that are broken now.
        """
        app, new = self._app, {theme.name: theme for theme in look.themes}
        problems = [p for p in look.problems if p not in self.look.problems]
        changed = {name for name, theme in new.items() if self._own.get(name) != theme}
        for name in changed:
            app.register_theme(new[name])
        if not look.problems:
            self._forget(set(self._own) - set(new) - {app.theme})
        self.look, self._own = look, {**self._own, **new}
        if app.theme in changed:
            app.mutate_reactive(App.theme)
        return app.theme in changed, problems

    def _forget(self, names: set[str]) -> None:
        for name in names:
            del self._own[name]
            self._app.unregister_theme(name)
