"""A form that asks a few lines at once and answers with all of them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean, clean_line
from lwe_tui.widgets.area_input import AreaInput
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.virtual_list import Row


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        name: the key of the answer.
        secret: whether what is typed stays hidden.
        lines: whether it may have several lines.
        required: whether it may not stay empty.
        choices: pairs of a value and what is shown for it; empty for free text.
    """

    name: str
    label: str
    value: str = ""
    secret: bool = False
    lines: bool = False
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


class ChoiceInput(Static, can_focus=True):
    """One of several values: the arrows step through them, Space lists them.

    Args:
        field: what may be chosen, and what is at first.
        id: the widget's id.
    """

    DEFAULT_CSS = """
    ChoiceInput {
        padding: 0 2;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("space,down", "choose", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
    ]

    def __init__(self, field: Field, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self._field = field
        self._shown = dict(field.choices)
        self.value = field.value if field.value in self._shown else next(iter(self._shown))

    def on_mount(self) -> None:
        self._take(self.value)

    def _take(self, value: str | None) -> None:
        if value is not None:
            self.value = value
            self.update(f"{clean_line(self._shown[value])}  ‹ › Space lists")

    def action_step(self, step: int) -> None:
        values = list(self._shown)
        self._take(values[(values.index(self.value) + step) % len(values)])

    def action_choose(self) -> None:
        from lwe_tui.modals.choice import Choice

        rows = [
            Row(value, shown or value, "now" if value == self.value else "")
            for value, shown in self._shown.items()
        ]
        self.app.push_screen(Choice(rows, self._field.label), self._take)

    def on_click(self) -> None:
        self.action_choose()


FieldInput = LineInput | AreaInput | ChoiceInput


class Form(Modal[dict[str, str] | None]):
    """Answers with the fields' values, or None when it is closed.

    Args:
        title: what is asked.
        fields: the lines, in order.
        explanation: prose above the lines.
        problem: why the last answer was not taken.
    """

    AUTO_FOCUS = "LineInput, AreaInput, ChoiceInput"
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
            problem = Static(clean(self._problem), classes="problem", markup=False)
            problem.display = bool(self._problem)
            yield problem
            for number, field in enumerate(self._fields):
                label = f"{field.label}{' (needed)' if field.required else ''}"
                yield Static(clean_line(label), classes="label", markup=False)
                yield _input(field, f"field-{number}")
            yield Button("OK", id="ok", compact=True)

    @property
    def _inputs(self) -> list[FieldInput]:
        return [w for w in self.query("*") if isinstance(w, FieldInput)]

    def action_next(self) -> None:
        """Go to the next field; from the last one, answer."""
        if self.focused in self._inputs[:-1]:
            self.action_move(1)
        else:
            self._finish()

    def action_move(self, step: int) -> None:
        """Go to another field, or to the button after the last."""
        stops: list[Widget] = [*self._inputs, self.query_one(Button)]
        here = stops.index(self.focused) if self.focused in stops else -step
        self.set_focus(stops[(here + step) % len(stops)])

    @on(Button.Pressed)
    def _finish(self) -> None:
        filled = list(zip(self._fields, self._inputs, strict=True))
        for field, widget in filled:
            if field.required and not widget.value.strip():
                problem = self.query_one(".problem", Static)
                problem.update(clean_line(f"{field.label}: this cannot be empty."))
                problem.display = True
                self.set_focus(widget)
                return
        self.dismiss({field.name: widget.value for field, widget in filled})


def _input(field: Field, id: str) -> FieldInput:
    if field.choices:
        return ChoiceInput(field, id)
    if field.lines:
        return AreaInput(field.value, id=id)
    return LineInput(field.value, password=field.secret, id=id)
