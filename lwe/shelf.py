"""Named files in ordered folders: which file a name means, and where a new one goes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lwe.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of files that a user keeps in folders, beside those that came with the program.

    Attributes:
        folders: searched in order; of two files with one name the later folder's wins.
        system: the folder that came with the program; nothing is written there.
        home: the user's folder that new files go to.
        suffix: what names end with, for example `.yaml`; empty takes every file.
        nested: whether sub-folders count.
    """

    folders: tuple[Path, ...]
    system: Path
    home: Path
    suffix: str = ""
    nested: bool = False

    def files(self) -> dict[str, Path]:
        """Return the files by their names relative to their folder."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in self._in(folder):
                found[path.relative_to(folder).as_posix()] = path
        return found

    def _in(self, folder: Path) -> Iterable[Path]:
        pattern = f"*{self.suffix}"
        paths = folder.rglob(pattern) if self.nested else folder.glob(pattern)
        return sorted(p for p in paths if p.is_file() and not p.name.startswith("."))

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return a value that differs after a file was added, changed or removed."""
        stats = ((path, path.stat()) for path in self.files().values())
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)

    def is_system(self, path: Path) -> bool:
        """Say whether a file came with the program."""
        return path.is_relative_to(self.system)

    def place(self, name: str) -> Path:
        """Return where a new file of this name goes.

        Raises:
            ConfigError: when the name would leave the folder, or the file would be hidden.
        """
        target = self.home / name
        inside = target.resolve().is_relative_to(self.home.resolve())
        hidden = not Path(name).name or Path(name).name.startswith(".")
        if hidden or not inside or (not self.nested and len(Path(name).parts) != 1):
            raise ConfigError(f"'{name}' cannot be a file name. Use letters, digits, - and _.")
        return target


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        ConfigError: when it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, "utf-8")
        if path.exists():
            fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):  # The reason is told already.
            fresh.unlink()
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def copy_file(source: Path, target: Path) -> None:
    """Copy a file to where none is yet.

    Raises:
        ConfigError: when there is one, or it cannot be written.
    """
    if target.exists():
        taken = ConfigError(f"{target} already exists")
        taken.answer = str(target)
        raise taken
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from error
