"""Asks at the screen what a command has to know before it can go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from lwe.commands.outcome import Confirm, EditFile, EditText, Form, Need, Outcome, Work
from lwe.commands.settle import UNCHANGED
from lwe.errors import LweError
from lwe_tui import editing
from lwe_tui.commands import as_words
from lwe_tui.modals import confirm, form, working

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

Resume = Callable[[Callable[[], Outcome]], Awaitable[Outcome]]
MOST_DETAILS = 8
INLINE = Outcome("Write it here. alt+enter breaks the line, Enter asks.")


class Needs:
    """Asks, and goes on with the answer.

    Args:
        screen: where it is asked.
        resume: performs the next step of a command.
    """

    def __init__(self, screen: Actions, resume: Resume) -> None:
        self._screen, self._resume = screen, resume

    async def answer(self, need: Need) -> Outcome:
        """Ask, and return what came of the next step.

        Raises:
            LweError: when that cannot be done.
        """
        match need:
            case Confirm():
                return await self._confirm(need)
            case Form():
                return await self._fill(need)
            case EditText():
                return await self._edit(need)
            case EditFile(path=path, then=read_again):
                await editing.edit_file(self._screen.app, path)
                return await self._resume(read_again)
            case Work():
                return await self._work(need)

    async def _confirm(self, need: Confirm) -> Outcome:
        shown = list(need.details[:MOST_DETAILS])
        if rest := len(need.details) - len(shown):
            shown.append(f"… and {rest} more")
        question = "\n".join((need.question, *shown))
        modal = confirm.Confirm(question, need.action.lower())
        if await self._screen.app.push_screen_wait(modal):
            return await self._resume(need.then)
        return UNCHANGED

    async def _fill(self, need: Form) -> Outcome:
        """Show a form until its values are taken, or it is left."""
        values: Mapping[str, str] = {field.name: field.value for field in need.fields}
        problem = ""
        while True:
            modal = form.Form(need.title, _fields(need, values), as_words(need.intro), problem)
            answer = await self._screen.app.push_screen_wait(modal)
            if answer is None:
                return UNCHANGED
            try:
                return await self._resume(lambda: need.then(answer))  # noqa: B023 - called at once
            except LweError as error:
                values, problem = answer, str(error)

    async def _edit(self, need: EditText) -> Outcome:
        if need.inline:  # What is written in the composer is asked, which is what it is for.
            self._screen.back_to_composer()
            self._screen.chat.composer.add_before(need.text)
            return INLINE
        text = await editing.edit_text(self._screen.app, need.text, need.suffix)
        return await self._resume(lambda: need.then(text)) if text.strip() else UNCHANGED

    async def _work(self, need: Work) -> Outcome:
        modal = working.Working(need.label, lambda _tell: need.work())
        problem = await self._screen.app.push_screen_wait(modal)
        if problem is None:
            return Outcome(f"{need.label}: nobody waits for it any more.")
        if problem:
            raise LweError(problem)
        return await self._resume(need.then)


def _fields(need: Form, values: Mapping[str, str]) -> list[form.Field]:
    return [
        form.Field(
            field.name,
            field.label,
            values.get(field.name, ""),
            secret=field.secret,
            lines=field.lines,
            required=field.required,
            choices=field.choices,
        )
        for field in need.fields
    ]
