"""What can be done with templates: run them, with their variables asked in one form; keep them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lwe.errors import LweError
from lwe_tui import editing
from lwe_tui.chat.live import Question
from lwe_tui.chat.reading import Reading
from lwe_tui.messages import FilesChanged, Noticed
from lwe_tui.modals.form import Field, Form
from lwe_tui.room import apart
from lwe_tui.session import Session

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


class Templating:
    """Runs, shows and changes templates.

    Args:
        screen: where forms are shown and questions are asked.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._deleted: tuple[Path, str] | None = None

    async def run(self, name: str) -> None:
        """Ask what a template says, after its variables have been asked for."""
        variables = await self._session.template_variables(name)
        values: dict[str, str] | None = {}
        if variables:
            fields = [Field(variable, variable, lines=True) for variable in variables]
            explanation = "Enter goes on, alt+enter breaks the line. @path reads a file."
            values = await self._screen.app.push_screen_wait(Form(name, fields, explanation))
        if values is None:
            return
        built = await self._session.build_template(name, await _with_files(values))
        self._screen.back_to_composer()
        self._screen.chat.questions.ask(Question(built.text, built.overrides))

    async def edit_run(self, name: str) -> None:
        """Run a copy of a template that was changed in the editor; the file stays."""
        templates = self._session.engine.templates
        text = await self._session.ask(lambda: templates.raw(name))
        suffix = Path(name).suffix.lstrip(".") or "md"
        edited = await editing.edit_text(self._screen.app, text, suffix)
        path = await self._session.ask(lambda: templates.add_temporary(edited, suffix))
        try:
            await self.run(path.name)
        finally:
            await self._session.ask(lambda: path.unlink(missing_ok=True))

    async def show(self, name: str) -> None:
        """Show a template's source."""
        text = await self._session.ask(lambda: self._session.engine.templates.raw(name))
        await self._screen.app.push_screen_wait(Reading(name, text, plain=True))

    async def edit(self, name: str) -> None:
        """Change a template's file in the editor."""
        templates = self._session.engine.templates
        path = await self._session.ask(lambda: templates.editable(name))
        await editing.edit_file(self._screen.app, path)
        self._screen.post_message(FilesChanged())
        await self._session.ask(lambda: templates.source(name))  # It tells what is broken now.
        self._tell(f"The template {name} was read again.")

    async def duplicate(self, name: str) -> None:
        """Copy a template under another name."""
        old, problem = Path(name), ""
        new = f"{old.stem}-copy{old.suffix}"
        while True:
            form = Form(f"Copy {name}", [Field("name", "Name", new)], problem=problem)
            answer = await self._screen.app.push_screen_wait(form)
            if not answer or not answer["name"].strip():
                return
            new = answer["name"].strip()
            try:
                await self._session.ask(
                    lambda: self._session.engine.templates.copy(name, new)  # noqa: B023
                )
            except LweError as error:
                problem = str(error)
                continue
            self._screen.post_message(FilesChanged())
            self._tell(f"{new} is a copy of {name}.")
            return

    async def delete(self, name: str) -> None:
        """Delete a template's file; `undelete` brings the last one back."""
        templates = self._session.engine.templates
        path = await self._session.ask(lambda: templates.editable(name))
        text = await apart(path.read_text, "utf-8")
        await self._session.ask(lambda: templates.delete(path))
        self._deleted = path, text
        self._screen.post_message(FilesChanged())
        self._tell(f"The template {name} was deleted. u brings it back.")

    async def undelete(self, _name: str = "") -> None:
        """Write the template again that was deleted last."""
        if self._deleted is None:
            self._tell("No template was deleted here.")
            return
        (path, text), self._deleted = self._deleted, None
        if await apart(path.exists):
            raise LweError(f"{path} is there again already. It was left as it is.")
        await apart(path.write_text, text, "utf-8")
        self._screen.post_message(FilesChanged())
        self._tell(f"The template {path.name} is back.")

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))


async def _with_files(values: dict[str, str]) -> dict[str, str]:
    """Put the text of a file where a value is its path after `@`."""
    from lwe_tui.chat import files

    made = {}
    for name, value in values.items():
        if value.startswith("@") and "\n" not in value and len(value) > 1:
            made[name] = (await apart(files.read, Path(value[1:]))).text
        else:
            made[name] = value
    return made
