"""What all small screens have in common: they answer once."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

R = TypeVar("R")


class Modal(ModalScreen[R]):
    """Gives its first answer and ignores keys that come after it, or before it is there.

    Keys may wait in the queue when a screen is dismissed, and a second answer would take away
    the screen below.
    """

    _answered = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Do nothing but close before there is anything to act on: a key may come that early."""
        return self.is_mounted or action == "dismiss"

    def takes(self, _event: events.Key) -> bool:
        """Say whether a key is this screen's before any binding or widget sees it."""
        return False

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        if self._answered:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)
