"""Tells whoever looks elsewhere: the window's title, and a sign when a long answer is there."""

from __future__ import annotations

from textual.app import App
from textual.screen import Screen

from lwe_tui.messages import AnswerReady
from lwe_tui.render.clean import clean_line

MARK = "●"
"""Stands in the window's title when there is an answer that nobody has seen."""
LONG_SECONDS = 10.0
"""After so long somebody may have gone to do something else."""
LONGEST_TITLE = 80


class Attention:
    """Writes to the terminal around the screen.

    Args:
        screen: the main screen.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._name, self._written = "lwe-tui", ""
        self._elsewhere = self._missed = False

    def start(self) -> None:
        """Begin to follow whether the terminal has the focus."""
        self._write("\x1b[22;2t")  # Terminals that can put their title back at the end.
        self._screen.watch(self._app, "app_focus", self._focus, init=False)
        self._show()

    def end(self) -> None:
        """Give the window its own title back."""
        self._write("\x1b[23;2t")

    @property
    def _app(self) -> App[object]:
        return self._screen.app

    def name(self, title: str) -> None:
        """Take the title of the open conversation."""
        self._name = title
        self._show()

    def elsewhere(self, is_ready: bool) -> None:
        """Take whether an answer is ready in a conversation that is not open."""
        self._elsewhere = is_ready
        self._show()

    def ready(self, event: AnswerReady) -> None:
        """Give a sign when a long answer has come and nobody looks."""
        if self._app.app_focus:
            return
        self._missed = True
        self._show()
        if event.seconds >= LONG_SECONDS:
            where = self._name if event.here else "another conversation"
            self._write(f"\x1b]9;lwe-tui: an answer is ready in {_plain(where)}\x07\x07")

    def _focus(self, has_focus: bool) -> None:
        if has_focus:
            self._missed = False
            self._show()

    def _show(self) -> None:
        mark = f"{MARK} " if self._elsewhere or self._missed else ""
        title = mark + _plain(self._name)
        if title != self._written and self._screen.is_mounted:
            self._written = title
            self._write(f"\x1b]2;{title}\x07")

    def _write(self, characters: str) -> None:
        driver = self._app._driver
        if driver is not None and not self._app.is_headless:
            driver.write(characters)


def _plain(text: str) -> str:
    """Return a text that ends no sequence of the terminal's."""
    return clean_line(text)[:LONGEST_TITLE]
