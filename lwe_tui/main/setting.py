"""The settings: the screen that shows and changes them, and what each does to the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from lwe.events import Notice
from lwe_tui import keys, themes
from lwe_tui.chat.composer import hint
from lwe_tui.main.dressing import Dressing
from lwe_tui.main.status_bar import StatusBar
from lwe_tui.messages import FilesChanged, Noticed
from lwe_tui.session import Session
from lwe_tui.settings import Lists, Own, own

if TYPE_CHECKING:
    from lwe_tui.keymap import Keymap
    from lwe_tui.main.actions import Actions
    from lwe_tui.modals.values import Value
    from lwe_tui.saving import Saving


class Worn(Protocol):
    """What is needed of the app."""

    dressing: Dressing

    def set_keymap(self, keymap: dict[str, str]) -> None:
        """Bind keys."""

    def use_mouse(self, mode: str) -> None:
        """Use the mouse so."""


class SettingUp:
    """Shows the settings, changes them, and lets the app follow.

    Args:
        screen: where they are shown.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        from lwe_tui.saving import Saving

        self._screen, self._session = screen, session
        self.saving: Saving = Saving(lambda: session.backend.config)
        self._default_preset: Any = None
        self._lists: Lists = {}
        self._told: list[str] = []

    # What others call

    async def begin(self) -> list[Notice]:
        """Use what the profile sets, as soon as it is open; returns what is wrong with it."""
        now, keymap, self._default_preset = await self._session.ask(self._read)
        await self._follow(now, keymap, begins=True)
        self._told = keymap.problems
        return [Notice(problem, "warning") for problem in keymap.problems]

    async def show(self) -> None:
        """Show the settings until they are closed."""
        from lwe_tui.modals.values import Values

        self._lists = await self._find_lists()
        await self._screen.app.push_screen_wait(
            Values("Settings", self._values, self.change, self._undo, self._edit)
        )

    async def change(self, name: str, answer: str | None) -> str:
        """Change one setting in its file, and let the app follow.

        Args:
            answer: as it was typed; None for the default.

        Returns:
            What the user should know.

        Raises:
            LweError: when the answer is not allowed, or the file cannot be changed.
        """
        wanted = None if answer == "None" else answer
        lists = self._lists or await self._find_lists()
        told = await self._session.ask(lambda: self.saving.change(name, wanted, lists))
        await self.take_up()
        return told

    async def keep(self, name: str, answer: str) -> None:
        """Change a setting by itself, because it was changed elsewhere in the app."""
        self._screen.post_message(Noticed(await self.change(name, answer)))

    async def reread(self) -> None:
        """Take up the configuration and the keymap, which somebody else may have written.

        Raises:
            ConfigError: when the configuration cannot be used; what was in force stays.
        """
        await self._session.ask(self.saving.reread)
        await self.take_up()

    # What the app does

    def _read(self) -> tuple[Own, Keymap, Any]:
        config = self._session.backend.config
        written = config.get("tui") or {}
        return own(written), self.saving.keymap(), config.get("model.default_preset")

    async def take_up(self) -> None:
        """Do what configuration and keymap say now."""
        now, keymap, default = await self._session.ask(self._read)
        if default != self._default_preset:
            self._default_preset = default
            self._screen.post_message(FilesChanged())
        await self._follow(now, keymap)
        if keymap.problems and keymap.problems != self._told:
            self._screen.post_message(Noticed("\n".join(keymap.problems), "warning"))
        self._told = keymap.problems

    async def _follow(self, now: Own, keymap: Keymap, begins: bool = False) -> None:
        app, before = self._screen.app, self._session.own
        self._session.own = now
        wear(cast(Worn, app), now, keymap.changes)
        composer = self._screen.chat.composer
        composer.enter_sends = now.enter_sends
        composer.placeholder = hint(now.enter_sends)
        self._screen.query_one(StatusBar).show_hints()
        self._screen.chat.transcript.calm = now.reduced_motion
        if now.theme and now.theme in app.available_themes:
            app.theme = now.theme
        elif now.theme:
            missing = f"There is no theme '{now.theme}'. Choose another one in the settings."
            self._screen.post_message(Noticed(missing, "warning"))
        elif before.theme and not begins:
            app.theme = themes.DEFAULT
        if now.slots != before.slots:
            self._screen.post_message(FilesChanged())
        kept = {"tui": _as_written(now), "keys": keymap.changes}
        await self._session.ask(lambda: themes.keep(self._session.place, kept))

    # The screen

    async def _values(self) -> Sequence[Value]:
        from lwe_tui.modals.values import Value

        shown = await self._session.ask(lambda: self.saving.shown(self._lists))
        return [
            Value(
                row.name,
                row.shown,
                row.about,
                row.options,
                open=row.open,
                changed=row.changed,
                secret=row.secret,
                unset=False,
            )
            for row in shown
        ]

    async def _undo(self) -> str:
        told = await self._session.ask(self.saving.undo)
        await self.take_up()
        return told

    async def _edit(self, name: str) -> None:
        from lwe_tui import editing

        path = await self._session.ask(lambda: self.saving.file(name))
        await editing.edit_file(self._screen.app, path)
        await self.reread()

    async def _find_lists(self) -> Lists:
        session, app = self._session, self._screen.app

        def find() -> dict[str, tuple[str, ...]]:
            engine = session.engine
            return {
                "presets": tuple(sorted(preset.name for preset in engine.presets.all())),
                "providers": tuple(engine.providers.names()),
                "system_messages": tuple(sorted(engine.states.system_messages())),
                "variables": self.saving.variables(),
            }

        found = await session.ask(find)
        return {**found, "themes": tuple(cast(Worn, app).dressing.names())}


def _as_written(now: Own) -> dict[str, Any]:
    return {name: getattr(now, name) for name in Own.__slots__}


def wear(app: Worn, now: Own, keymap: dict[str, str]) -> None:
    """Let keys and mouse do what is set."""
    app.set_keymap(keys.change(keymap))
    app.use_mouse(now.mouse)


def as_last_time(session: Session) -> dict[str, str]:
    """Use what the last start found, for the first frame; returns the keymap.

    Anybody may have written what is there: it is corrected when the profile is open.
    """
    kept = themes.kept(session.place)
    kept = kept if isinstance(kept, dict) else {}
    session.own = replace(own(kept.get("tui")), theme="")
    keymap = kept.get("keys")
    if not isinstance(keymap, dict):
        return {}
    return {str(name): str(value) for name, value in keymap.items()}
