"""How we ask: provider, model, parameters, system message, limit; and presets made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lwe.domain import Preset
from lwe.errors import LweError, PresetError
from lwe.state import State
from lwe_tui import editing
from lwe_tui.messages import AskWith, FilesChanged, Noticed, PresetChosen
from lwe_tui.modals.choice import Choice, chosen
from lwe_tui.modals.confirm import Confirm
from lwe_tui.modals.form import Field, Form
from lwe_tui.modals.values import Value, Values
from lwe_tui.room import apart
from lwe_tui.session import Session
from lwe_tui.widgets.virtual_list import Row

if TYPE_CHECKING:
    from lwe.parameters import Parameter
    from lwe_tui.main.actions import Actions

RECENT = 5
"""Models asked last that come first in the picker."""


class Asking:
    """Changes how the open conversation is asked, and the presets.

    Args:
        screen: where forms are shown.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._recent: list[str] = []
        self._deleted: tuple[Path, str] | None = None

    def _use(self, state: State, notice: str) -> None:
        if state.model:
            self._recent = list(dict.fromkeys([state.model, *self._recent]))[:RECENT]
        self._screen.post_message(AskWith(state))
        self._tell(notice)

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))

    async def _choose(self, rows: Sequence[Row], asked: str, free: bool = False) -> str | None:
        return chosen(await self._screen.app.push_screen_wait(Choice(rows, asked, free)))

    # Live settings

    async def choose_model(self) -> None:
        """Choose another model of the provider in force."""
        session, state = self._session, self._screen.state
        names = await session.ask(lambda: session.engine.providers.get(state.provider).models)
        ordered = list(dict.fromkeys([m for m in self._recent if m in names] + list(names)))
        rows = [Row(n, n, "now" if n == state.model else "") for n in ordered]
        name = await self._choose(rows, f"Model ({len(names)} known)", free=True)
        if name is not None:
            engine = session.engine
            made = await session.ask(lambda: engine.states.set_model(self._screen.state, name))
            self._use(made, f"Asking {name} from now on.")

    async def choose_provider(self) -> None:
        """Choose another provider, and one of its models."""
        session = self._session
        names = await session.ask(lambda: session.engine.providers.names())
        rows = [
            Row(n, n.removeprefix("provider_"), "now" if n == self._screen.state.provider else "")
            for n in names
        ]
        name = await self._choose(rows, "Provider")
        if name is not None:
            engine = session.engine
            made = await session.ask(lambda: engine.states.set_provider(self._screen.state, name))
            self._use(made, f"Asking {name.removeprefix('provider_')} from now on.")
            await self.choose_model()

    async def choose_system_message(self) -> None:
        """Choose the text that opens a new conversation: an alias, or what is typed."""
        session = self._session
        texts = await session.ask(lambda: session.engine.states.system_messages())
        rows = [Row(alias, f"{alias}: {text}") for alias, text in sorted(texts.items())]
        name = await self._choose(rows, "System message, or its alias", free=True)
        if name is not None:
            text, state = texts.get(name, name), self._screen.state
            made = replace(state, system_message=text, changed=bool(state.preset))
            self._use(made, "The system message opens the next conversation.")

    async def set_limit(self) -> None:
        """Bound the tokens that may be submitted."""
        limit, problem = self._screen.state.max_submission_tokens, ""
        shown = "" if limit is None else str(limit)
        while True:
            answer = await self._screen.app.push_screen_wait(
                Form(
                    "Tokens to submit at most",
                    [Field("limit", "Tokens; empty for the model's own limit", shown)],
                    problem=problem,
                )
            )
            if answer is None:
                return
            shown = answer["limit"]
            text = shown.strip().replace(",", "")
            if not text or (text.isdigit() and int(text) > 0):
                limit, state = int(text) if text else None, self._screen.state
                made = replace(
                    state, max_submission_tokens=limit, changed=state.changed or bool(state.preset)
                )
                self._use(made, f"At most {text or 'what the model takes'} are submitted.")
                return
            problem = "It has to be a whole number of at least 1."

    async def change_parameters(self) -> None:
        """Change the parameters in force, one by one."""
        session = self._session

        async def read() -> list[Value]:
            state = self._screen.state
            return _values(await session.ask(lambda: session.engine.parameters.of(state)))

        async def change(name: str, answer: str | None) -> None:
            state, parameters = self._screen.state, session.engine.parameters
            if answer is None:
                made = await session.ask(lambda: parameters.restored(state, name))
            else:
                made = await session.ask(lambda: parameters.changed(state, name, answer))
            self._screen.switching.ask_with(made)

        await self._screen.app.push_screen_wait(Values("Parameters", read, change))

    # Presets

    async def save_as(self) -> None:
        """Save what is in force as a preset."""
        state, problem = self._screen.state, ""
        name = state.preset
        while True:
            answer = await self._screen.app.push_screen_wait(
                Form(
                    "Save as a preset",
                    [
                        Field("name", "Name", name),
                        Field("about", "Description", _about(state)),
                    ],
                    "Provider, parameters, system message and limit as they are now; no keys.",
                    problem,
                )
            )
            if not answer:
                return
            name = answer["name"].strip()
            try:
                if await self._may_write(name):
                    await self._save(state, name, answer["about"].strip())
                    return
            except LweError as error:
                problem = str(error)

    async def _may_write(self, name: str) -> bool:
        session = self._session

        def there() -> bool:
            return any(p.name == name and not p.system for p in session.engine.presets.all())

        if not await session.ask(there):
            return True
        question = f"There is a preset '{name}'. Its file would be written anew."
        confirmed = await self._screen.app.push_screen_wait(Confirm(question, "replace it"))
        return confirmed is True

    async def _save(self, state: State, name: str, about: str) -> None:
        session = self._session

        def save() -> State:
            engine = session.engine
            opening = state.system_message
            named = opening if opening != engine.states.default_system_message() else None
            metadata, customizations = engine.parameters.as_preset(state, named)
            metadata.pop("description", None)
            if about:
                metadata["description"] = about
            engine.presets.save(name, metadata, customizations)
            return engine.states.activate_preset(state, name)

        self._use(await session.ask(save), f"Saved as the preset {name} and used from now on.")
        self._screen.post_message(FilesChanged())

    async def edit(self, preset: Preset) -> None:
        """Change the values of a preset's file, one by one."""
        await self._file_of(preset)
        session, parameters = self._session, self._session.engine.parameters

        def filed() -> State:
            return parameters.state_of(session.engine.presets.get(preset.name))

        async def read() -> list[Value]:
            return _values(await session.ask(lambda: parameters.of(filed())))

        async def change(name: str, answer: str | None) -> None:
            def write() -> None:
                made = parameters.changed(filed(), name, "None" if answer is None else answer)
                session.engine.presets.change(
                    preset.name, f"model_customizations.{name}", _value(made, name)
                )

            await session.ask(write)
            self._screen.post_message(FilesChanged())

        title = f"The file of {preset.name}"
        await self._screen.app.push_screen_wait(Values(title, read, change))

    async def edit_file(self, name: str) -> None:
        """Change a preset's file in the editor, also a broken one."""
        presets = self._session.engine.presets
        path = await self._session.ask(lambda: presets.file(name))
        await editing.edit_file(self._screen.app, path)
        self._screen.post_message(FilesChanged())
        for item in await self._session.ask(lambda: presets.broken):
            if item.path == str(path):
                raise LweError(f"The preset {name} cannot be used now: {item.reason}")
        self._tell(f"The preset {name} was read again.")

    async def duplicate(self, preset: Preset) -> None:
        """Save a copy of a preset under another name."""
        name = await self._new_name(f"Duplicate {preset.name}", f"{preset.name}-copy")
        if name:
            presets = self._session.engine.presets
            await self._session.ask(
                lambda: presets.save(name, preset.metadata, preset.customizations)
            )
            self._screen.post_message(FilesChanged())
            self._tell(f"The preset {name} is a copy of {preset.name}.")

    async def rename(self, preset: Preset) -> None:
        """Give a preset's file another name."""
        await self._file_of(preset)
        name = await self._new_name(f"Rename {preset.name}", preset.name)
        if name and name != preset.name:
            presets = self._session.engine.presets
            await self._session.ask(lambda: presets.rename(preset.name, name))
            self._screen.post_message(FilesChanged())
            if self._screen.state.preset == preset.name:
                self._screen.post_message(PresetChosen(name))

    async def _new_name(self, title: str, name: str) -> str | None:
        answer = await self._screen.app.push_screen_wait(Form(title, [Field("name", "Name", name)]))
        name = answer["name"].strip() if answer else ""
        return name if name and await self._may_write(name) else None

    async def _file_of(self, preset: Preset) -> Path:
        try:
            return await self._session.ask(lambda: self._session.engine.presets.file(preset.name))
        except PresetError as error:
            raise LweError(f"{error} D makes a copy of it that is yours.") from error

    async def delete(self, preset: Preset) -> None:
        """Delete a preset's file; `undelete` brings the last one back."""
        path = await self._file_of(preset)
        text = await apart(path.read_text, "utf-8")
        await self._session.ask(lambda: self._session.engine.presets.delete(preset.name))
        self._deleted = path, text
        self._screen.post_message(FilesChanged())
        self._tell(f"The preset {preset.name} was deleted. u brings it back.")

    async def undelete(self) -> None:
        """Write the preset again that was deleted last."""
        if self._deleted is None:
            self._tell("No preset was deleted here.")
            return
        (path, text), self._deleted = self._deleted, None
        if await apart(path.exists):
            raise LweError(f"{path} is there again already. It was left as it is.")
        await apart(path.write_text, text, "utf-8")
        self._screen.post_message(FilesChanged())
        self._tell(f"The preset {path.stem} is back.")


def _about(state: State) -> str:
    return str(state.preset_metadata.get("description") or "")


def _value(state: State, name: str) -> object:
    value: object = state.customizations
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _values(parameters: Sequence[Parameter]) -> list[Value]:
    made = []
    for parameter in parameters:
        about = parameter.allowed or "anything"
        if parameter.differs and not parameter.private:
            filed = "not set" if parameter.filed is None else parameter.filed
            about = f"{about}\nIn the preset's file: {filed}. ctrl+x goes back to it."
        made.append(
            Value(
                parameter.name,
                parameter.shown,
                about,
                parameter.options,
                open=parameter.name == "model_name",
                changed=parameter.differs,
                secret=parameter.private,
            )
        )
    return made
