"""What a word may become: a short list above the composer, steered from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lwe_tui.widgets.virtual_list import Row, VirtualList

MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that what is being written may become.

    Attributes:
        text: what takes the place of what was written.
        about: what it is, in a few words.
        start: the column of the line at which the replaced part begins.
        path: the file that is attached instead; empty for a text.
        goes_on: whether more has to follow, so that no space is put after it.
    """

    text: str
    about: str = ""
    start: int = 0
    path: str = ""
    goes_on: bool = False


class Suggestions(VirtualList, can_focus=False):
    """Shows suggestions while there are some."""

    def __init__(self) -> None:
        super().__init__(id="suggestions")
        self._shown: tuple[Suggestion, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is suggested."""
        return bool(self._shown)

    @property
    def chosen(self) -> Suggestion | None:
        """The suggestion under the cursor."""
        return self._shown[self.cursor_row] if self._shown else None

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        """Show other suggestions; none close the list."""
        self._shown = tuple(suggestions)
        self.set_rows([Row(str(n), s.text, s.about) for n, s in enumerate(self._shown)])
        if self._shown:
            self.action_cursor_home()
        self.styles.height = min(MOST_ROWS, len(self._shown))
        self.set_class(self.is_open, "-open")
