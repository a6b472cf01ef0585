"""Takes up what others change in the files while the app runs; a broken edit changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from lwe.domain import Preset
from lwe.errors import LweError
from lwe.events import Level, Notice
from lwe_tui import rereading, themes
from lwe_tui.main.dressing import Dressing
from lwe_tui.messages import ChangedOutside
from lwe_tui.options import theme_folders
from lwe_tui.room import apart, aside
from lwe_tui.session import Session
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.watching import Changes, Place, Watch, Watcher

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

LEVELS: tuple[Level, ...] = ("info", "warning", "error")
Taker = Callable[[Collection[Path]], Awaitable[Sequence[Notice]]]
"""Takes up changed files of one kind and says what there is to say of it."""


class _Dressed(Protocol):
    """What is needed of the app."""

    dressing: Dressing


class Refreshing:
    """Watches the files of the profile, from `begin` to `end`.

    Args:
        screen: shows what they say.
        session: the door to the library.

    Attributes:
        takers: what to do when files of a kind have changed, by the kind.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._watcher: Watcher | None = None
        self._pending: dict[str, frozenset[Path]] = {}
        self._known: dict[str, Preset] = {}
        self._working = self._ended = False
        self.takers: dict[str, Taker] = {
            "config": self._take_config,
            "presets": self._take_presets,
            "templates": self._take_templates,
            "workflows": self._take_workflows,
            "tools": self._take_tools,
            "plugins": self._take_plugins,
            "themes": self._take_themes,
            "keymap": self._take_keymap,
        }

    async def begin(self) -> None:
        """Remember what is there now, and look for changes from now on."""
        session = self._session
        places = await session.ask(lambda: rereading.places(session.engine.config))
        folders = (themes.themes_folder(), *theme_folders(session.options))
        places["themes"] = [Place(folder, (themes.SUFFIX,)) for folder in folders]
        self._known = {preset.name: preset for preset in self._screen.presets}
        watch = await apart(Watch, places)
        if not self._ended:
            self.end()
            self._ended, self._watcher = False, Watcher(watch, self._tell)
            aside(self._watcher.run)

    def end(self) -> None:
        """Look no more."""
        self._ended = True
        if self._watcher is not None:
            self._watcher.stop()

    def _tell(self, changes: Changes) -> None:
        self._screen.post_message(ChangedOutside(changes))  # callable from any thread

    def take_up(self, changes: Changes) -> None:
        """Take up changed files, after those that are being taken up."""
        for kind, paths in changes.items():
            self._pending[kind] = self._pending.get(kind, frozenset()) | paths
        if not self._working:
            self._working = True
            self._screen.start_task("outside", self._work)

    async def _work(self) -> None:
        notices: list[Notice] = []
        try:
            while self._pending:
                kind = min(self._pending, key=[*self.takers, *self._pending].index)
                notices += await self._taken(kind, self._pending.pop(kind))
        finally:
            self._working = False
            self._show(notices)

    async def _taken(self, kind: str, paths: Collection[Path]) -> Sequence[Notice]:
        taker = self.takers.get(kind)
        try:
            return await taker(paths) if taker else ()
        except LweError as error:
            return [Notice(str(error), "error")]

    def _show(self, notices: Sequence[Notice]) -> None:
        if notices:
            level = max((notice.level for notice in notices), key=LEVELS.index)
            texts = dict.fromkeys(notice.text for notice in notices)
            self._screen.show_notice("\n".join(texts), level)

    # Configuration

    async def _take_config(self, paths: Collection[Path]) -> Sequence[Notice]:
        session = self._session
        try:
            found = await session.ask(
                lambda: rereading.reread(session.engine.config, session.options)
            )
        except LweError as error:
            said = f"{error} Until then what was read before counts."
            return [Notice(said, "error")]
        await self._screen.setting.take_up()
        await self._screen.list_files()
        notices = [Notice(text, "warning") for text in found.warnings]
        if found.used:
            notices.append(Notice(f"From now on: {_listed(found.used)} of config.yaml."))
        if found.later:
            notices.append(Notice(f"After the next start: {_listed(found.later)} of config.yaml."))
        return notices

    async def _take_keymap(self, paths: Collection[Path]) -> Sequence[Notice]:
        await self._screen.setting.take_up()
        return ()

    # Presets

    async def _take_presets(self, paths: Collection[Path]) -> Sequence[Notice]:
        # The lists may have been read before this, for another file: what is told follows paths.
        touched = {path.stem for path in paths}
        listed, known = {p.name: p for p in self._screen.presets}, self._known
        await self._screen.list_files()
        broken = {n: why for n, why in self._screen.query_one(PresetList).broken if n in touched}
        await self._keep([known[name] for name in broken if name in known])
        new = self._known = {preset.name: preset for preset in self._screen.presets}
        self._session.forget_presets(touched)
        notices = [
            Notice(f"{why.rstrip('.')}. It stays as it was." if name in known else why, "warning")
            for name, why in broken.items()
        ]
        await self._session.take_notices()  # They say the same of what is broken.
        differing = {n for n in listed.keys() | new.keys() if listed.get(n) != new.get(n)}
        told = [Notice(f"Read again: {_listed(sorted(differing))}.")] if differing else []
        return notices + (await self._renew(touched, new) or told)

    async def _keep(self, presets: Sequence[Preset]) -> None:
        """Go on with presets whose files are broken now."""

        def keep() -> None:
            for preset in presets:
                self._session.engine.presets.keep(preset)

        if presets:
            await self._session.ask(keep)
            await self._screen.list_files()

    async def _renew(self, touched: Collection[str], new: dict[str, Preset]) -> list[Notice]:
        """Ask as the active preset says now, if nobody has changed anything since it was chosen."""
        state = self._screen.state
        name = state.preset
        if name not in touched:
            return []
        if name not in new:
            return [Notice(f"The preset {name} is gone. This conversation goes on as it was.")]
        if state.changed:
            said = f"The file of {name} has changed. What you have changed here (*) stays in force."
            return [Notice(said, "warning")]
        made = await self._session.activate_preset(state, name)
        before = state.customizations, state.preset_metadata
        if (made.customizations, made.preset_metadata) == before:
            return []
        self._screen.switching.ask_with(made)
        return [Notice(f"The preset {name} has changed and is used as it is now.")]

    # Others

    async def _take_templates(self, paths: Collection[Path]) -> Sequence[Notice]:
        session = self._session
        await self._screen.list_files()
        return _warnings(
            await session.ask(lambda: rereading.broken_templates(session.engine, paths))
        )

    async def _take_workflows(self, paths: Collection[Path]) -> Sequence[Notice]:
        config = self._session.engine.config
        await self._screen.list_files()
        return _warnings(await self._session.ask(lambda: rereading.broken_workflows(config, paths)))

    async def _take_tools(self, paths: Collection[Path]) -> Sequence[Notice]:
        await self._screen.list_files()
        return _warnings(await apart(rereading.broken_code, paths))

    async def _take_plugins(self, paths: Collection[Path]) -> Sequence[Notice]:
        broken = await apart(rereading.broken_code, paths)
        if broken:
            return _warnings([f"{text}. The plugin stays as it was." for text in broken])
        plugins = self._session.engine.plugins
        names = sorted({path.stem for path in paths} & set(plugins.names))
        notices = []
        for name in names:
            try:
                await apart(plugins.reload, name)  # Other people's code, which may take its time.
                notices.append(Notice(f"The plugin {name} was loaded again."))
            except LweError as error:
                notices.append(Notice(f"{error} It stays as it was.", "warning"))
        return notices

    async def _take_themes(self, paths: Collection[Path]) -> Sequence[Notice]:
        dressing = cast(_Dressed, self._screen.app).dressing
        seen, problems = dressing.take_up(await apart(dressing.read_again))
        notices = _warnings(problems)
        return [*notices, Notice("The theme was read again.")] if seen else notices


def _warnings(texts: Sequence[str]) -> list[Notice]:
    return [Notice(text, "warning") for text in texts]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
