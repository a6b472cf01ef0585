"""An input that grows with its lines: a paste of several keeps them all."""

from __future__ import annotations

from textual.binding import Binding
from textual.widgets import TextArea


class AreaInput(TextArea):
    """A small text area for forms; Enter is the form's, other keys break the line.

    Args:
        value: the text to begin with.
        id: the widget's id.
    """

    DEFAULT_CSS = """
    AreaInput {
        height: auto;
        min-height: 1;
        max-height: 8;
        border: none;
        padding: 0;
        background: $panel;
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("alt+enter,shift+enter,ctrl+j", "line_break", show=False)
    ]

    def __init__(self, value: str = "", id: str | None = None) -> None:
        super().__init__(
            value,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            id=id,
        )
        self.cursor_blink = False

    @property
    def value(self) -> str:
        """What is written."""
        return self.text

    def action_line_break(self) -> None:
        self.insert("\n")
