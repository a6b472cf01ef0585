"""A one-line input whose alt+backspace deletes backwards."""

from __future__ import annotations

from textual.binding import Binding
from textual.widgets import Input


class LineInput(Input):
    """Textual's input deletes forwards on these keys; people mean the word to the left."""

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("ctrl+backspace,alt+backspace", "delete_left_word", show=False)
    ]
