"""Changes what a profile's files set; everything here blocks and belongs in the room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lwe.errors import ConfigError, LweError
from lwe_tui import keymap
from lwe_tui.drawers import KEYMAP, SECRET, Configuration, Drawer, KeymapFile, Secrets, Shown
from lwe_tui.keymap import Keymap
from lwe_tui.settings import SETTINGS, Lists

if TYPE_CHECKING:
    from lwe.config.config import Config

MOST_UNDONE = 50
OPENAI_KEY = "OPENAI_API_KEY"


@dataclass(frozen=True, slots=True)
class _Done:
    """A change that can be taken back."""

    name: str
    before: str | None
    after: str


class Saving:
    """What can be set in a profile.

    Args:
        config: returns the configuration in force.
    """

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config, self._done = config, list[_Done]()

    def _drawers(self) -> dict[str, Drawer]:
        config = self._config()
        folder = Path(config.config_profile_dir)
        return {
            "": Configuration(config),
            SECRET: Secrets(folder),
            KEYMAP: KeymapFile(folder),
        }

    def _drawer(self, name: str) -> Drawer:
        drawers = self._drawers()
        begin = next((b for b in (KEYMAP, SECRET) if name.startswith(b)), "")
        return drawers[begin]

    def shown(self, lists: Lists) -> list[Shown]:
        """Return everything that can be set, as it is now."""
        return [row for drawer in self._drawers().values() for row in drawer.shown(lists)]

    def change(self, name: str, answer: str | None, lists: Lists) -> str:
        """Change one value in its file, and use it.

        Args:
            answer: as it was typed; None for the default.

        Returns:
            What the user should know.

        Raises:
            LweError: when the answer or the file cannot be used; the file is as it was then.
        """
        from lwe.config import files

        drawer = self._drawer(name)
        before = files.read(drawer.path)
        try:
            after = drawer.rewritten(before or "", name, answer, lists)
        except ConfigError as error:
            raise ConfigError(f"{drawer.path} was left as it is. {error}") from error
        if after == (before or ""):
            return f"{name} is so already."
        self._write(drawer, after)
        self._done = [*self._done[1 - MOST_UNDONE :], _Done(name, before, after)]
        return f"Saved in {drawer.path.name}. {drawer.take_up(after, name)}".rstrip()

    def undo(self) -> str:
        """Take the last change back; returns what the user should know.

        Raises:
            LweError: when the file was changed by somebody else meanwhile.
        """
        from lwe.config import files

        if not self._done:
            return "Nothing was changed here that could be taken back."
        done = self._done[-1]
        drawer = self._drawer(done.name)
        if files.read(drawer.path) != done.after:
            self._done.pop()
            raise LweError(f"{drawer.path} was changed by somebody else; it was left as it is.")
        self._write(drawer, done.before or "")
        self._done.pop()
        return f"{done.name} is as it was. {drawer.take_up(done.before or '', done.name)}".rstrip()

    def _write(self, drawer: Drawer, text: str) -> None:
        from lwe.config import files

        files.write(drawer.path, text, private=isinstance(drawer, Secrets))

    def file(self, name: str) -> Path:
        """Return the file that holds a setting; it may not exist yet."""
        return self._drawer(name).path

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables in which a key is looked for."""
        from lwe.providers.catalogue import places

        return tuple(dict.fromkeys([OPENAI_KEY, *(p.key for p in places().values() if p.key)]))

    def keymap(self) -> Keymap:
        """Read the keymap."""
        return keymap.load(Path(self._config().config_profile_dir) / keymap.FILE)

    def reread(self) -> None:
        """Take up what somebody else has written into the configuration.

        Raises:
            ConfigError: when it cannot be used; what was in force stays.
        """
        from lwe.config import edit, files
        from lwe.config.known import check

        config, drawer = self._config(), self._drawer("")
        text = files.read(drawer.path) or ""
        try:
            written = edit.mapping(text)
        except ConfigError as error:
            raise ConfigError(f"{drawer.path} is not used as it is now. {error}") from error
        check(written, str(drawer.path))
        before = config.written
        for setting in SETTINGS:
            if config.get(setting.key, before) != config.get(setting.key, written):
                drawer.take_up(text, setting.key)
        config.written = written
