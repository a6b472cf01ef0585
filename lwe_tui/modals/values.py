"""A list of values that can be changed one by one: parameters of a model, settings of the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.binding import Binding
from textual.widgets import Static

from lwe.errors import LweError
from lwe_tui.modals.choice import Choice, chosen
from lwe_tui.modals.form import Field, Form
from lwe_tui.modals.palette import Palette
from lwe_tui.render.clean import clean
from lwe_tui.widgets.virtual_list import Row, RowClass, VirtualList

UNSET = "None"
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it is shown.

    Attributes:
        name: by which it is changed.
        shown: what it is; empty when it is not set.
        about: what it is for, and what it may be.
        options: what there is to choose from; empty when it is typed.
        open: whether what is typed need not be one of the options.
        changed: whether it is not what it would be by itself.
        secret: whether what is typed stays hidden.
        unset: whether it may also be nothing, which is not its default.
    """

    name: str
    shown: str
    about: str = ""
    options: tuple[str, ...] = ()
    open: bool = False
    changed: bool = False
    secret: bool = False
    unset: bool = True


Read = Callable[[], Awaitable[Sequence[Value]]]
Change = Callable[[str, str | None], Awaitable[str | None]]
"""Sets a value by its name, None for what it would be by itself; returns what is to be told."""
Undo = Callable[[], Awaitable[str]]
"""Takes the last change back, and returns what is to be told."""
OpenFile = Callable[[str], Awaitable[None]]
"""Opens the file that holds a value in the editor."""


class Values(Palette):
    """Shows values and changes them; answers None when it is closed.

    Args:
        title: what is changed.
        read: returns the values.
        change: changes one; raises an `LweError` that says what is allowed.
        undo: what ctrl+z does.
        open_file: what ctrl+e does.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("ctrl+x", "restore", "Back to the default", priority=True),
        Binding("ctrl+z", "undo", "Take the last change back", priority=True),
        Binding("ctrl+e", "open_file", "Open the file", priority=True),
    ]

    def __init__(
        self,
        title: str,
        read: Read,
        change: Change,
        undo: Undo | None = None,
        open_file: OpenFile | None = None,
    ) -> None:
        super().__init__([], f"{title}: type to find")
        more = " · ctrl+z undoes" * bool(undo) + " · ctrl+e opens the file" * bool(open_file)
        self._hints = f"Enter changes · ctrl+x restores{more}"
        self._read, self._change = read, change
        self._undo, self._open_file = undo, open_file
        self._values: dict[str, Value] = {}

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".box").border_subtitle = self._hints

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        self._values = {value.name: value for value in await self._read()}
        self._commands = [_row(value) for value in self._values.values()]
        await super().find(needle)
        sought = needle.strip().lower()
        if sought:  # What is said about a value is searched for whole words, not for letters.
            names = {row.key for row in self._found}
            about = (row for row in self._commands if sought in self._values[row.key].about.lower())
            self._found = [*self._found, *(row for row in about if row.key not in names)]
        return len(self._found), self._found

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        event.stop()
        self._explain(event.key)

    def _explain(self, name: str, problem: str = "") -> None:
        value = self._values.get(name)
        about = value.about if value else ""
        self.query_one(".about", Static).update(clean(problem or about))

    def _say(self, text: str) -> None:
        row = self.query_one(VirtualList).row(self.query_one(VirtualList).cursor_row)
        if row is None:
            super()._say(text)
        else:
            self._explain(row.key)

    @on(VirtualList.Chosen)
    def _choose_value(self, event: VirtualList.Chosen) -> None:
        event.stop()
        event.prevent_default()  # It would answer with the row.
        self.start_only_task("change", self._ask, event.key)

    def action_restore(self) -> None:
        if row := self._row_here():
            self.start_only_task("change", self._restore, row.key)

    def action_undo(self) -> None:
        if self._undo is not None:
            self.start_only_task("change", self._tell_result, self._undo)

    def action_open_file(self) -> None:
        if self._open_file is not None and (row := self._row_here()):
            self.start_only_task("change", self._edit, row.key)

    def _row_here(self) -> Row | None:
        rows = self.query_one(VirtualList)
        return rows.row(rows.cursor_row)

    async def _ask(self, name: str) -> None:
        value = self._values[name]
        problem, typed = "", "" if value.secret else value.shown
        while (answer := await self._answer(value, typed, problem)) is not None:
            refused = await self._set(name, answer)
            if refused is None:
                return
            problem, typed = refused, answer

    async def _answer(self, value: Value, typed: str, problem: str) -> str | None:
        if value.options:
            unset = (UNSET,) if value.unset else ()
            rows = [
                Row(option, option, "now" if option == value.shown else "")
                for option in dict.fromkeys((*value.options, *unset))
            ]
            placeholder = problem or value.name
            return chosen(
                await self.app.push_screen_wait(Choice(rows, placeholder, free=value.open))
            )
        field = Field("value", value.name, typed, value.secret)
        empty = "not set" if value.unset else "as by default"
        answer = await self.app.push_screen_wait(
            Form(value.name, [field], f"{value.about}\nEmpty: {empty}.", problem)
        )
        return None if answer is None else answer["value"].strip() or UNSET

    async def _set(self, name: str, answer: str | None) -> str | None:
        """Change a value; returns why it was refused, None when it was not."""
        try:
            told = await self._change(name, answer)
        except LweError as error:
            return str(error)
        await self._show_again(told or "")
        return None

    async def _restore(self, name: str) -> None:
        if refused := await self._set(name, None):
            self._explain(name, refused)

    async def _tell_result(self, undo: Undo) -> None:
        try:
            told = await undo()
        except LweError as error:
            told = str(error)
        await self._show_again(told)

    async def _edit(self, name: str) -> None:
        assert self._open_file is not None
        try:
            await self._open_file(name)
        except LweError as error:
            self._explain(name, str(error))
            return
        await self._show_again("")

    async def _show_again(self, told: str) -> None:
        rows = self.query_one(VirtualList)
        at = rows.cursor_row
        _, found = await self.find(self.needle)
        rows.set_rows(found)
        rows.refresh()
        if row := rows.row(at):
            self._explain(row.key, told)


def _row(value: Value) -> Row:
    shown = value.shown if len(value.shown) <= LONGEST else f"{value.shown[:LONGEST]}…"
    style: RowClass = "active" if value.changed else ""
    return Row(value.name, value.name, shown + "*" * value.changed, style)
