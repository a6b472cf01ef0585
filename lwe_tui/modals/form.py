"""A form that asks a few lines at once and answers with all of them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean, clean_line
from lwe_tui.widgets.line_input import LineInput


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        name: the key of the answer.
        secret: whether what is typed stays hidden.
    """

    name: str
    label: str
    value: str = ""
    secret: bool = False


class Form(Modal[dict[str, str] | None]):
    """Answers with the fields' values, or None when it is closed.

    Args:
        title: what is asked.
        fields: the lines, in order.
        explanation: prose above the lines.
        problem: why the last answer was not taken.
    """

    AUTO_FOCUS = "LineInput"
    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("escape", "dismiss(None)", "Close"),
        # Priority: the focus moves before the next letter is handed to a field.
        Binding("enter", "next", "Next", priority=True),
        Binding("tab", "move(1)", "Next", priority=True),
        Binding("shift+tab", "move(-1)", "Back", priority=True),
    ]

    def __init__(
        self, title: str, fields: list[Field], explanation: str = "", problem: str = ""
    ) -> None:
        super().__init__(classes="form")
        self._title, self._fields = title, fields
        self._explanation, self._problem = explanation, problem

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False):
            yield Static(clean_line(self._title), classes="title", markup=False)
            if self._explanation:
                yield Static(clean(self._explanation), markup=False)
            if self._problem:
                yield Static(clean(self._problem), classes="problem", markup=False)
            for number, field in enumerate(self._fields):
                yield Static(clean_line(field.label), classes="label", markup=False)
                yield LineInput(field.value, password=field.secret, id=f"field-{number}")
            yield Button("OK", id="ok", compact=True)

    def action_next(self) -> None:
        """Go to the next field; from the last one, answer."""
        if self.focused in list(self.query(LineInput))[:-1]:
            self.action_move(1)
        else:
            self._finish()

    def action_move(self, step: int) -> None:
        """Go to another field, or to the button after the last."""
        stops = [*self.query(LineInput), self.query_one(Button)]
        here = stops.index(self.focused) if self.focused in stops else -step
        self.set_focus(stops[(here + step) % len(stops)])

    @on(Button.Pressed)
    def _finish(self) -> None:
        self.dismiss(
            {
                field.name: self.query_one(f"#field-{number}", LineInput).value
                for number, field in enumerate(self._fields)
            }
        )
