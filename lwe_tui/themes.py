"""Themes from YAML files; a broken file is reported and never fatal.

A file holds the fields of Textual's `Theme`; its name is the file's stem. The user's folders come
after the shipped one, and of two files with one name the later folder's is used. What was read
last is kept as JSON beside the caches, because reading YAML takes longer than the first frame may.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from textual.theme import BUILTIN_THEMES, Theme

from lwe_tui.places import cache_folder

DEFAULT = "lwe-dark"
FEW_COLOURS = "lwe-terminal"
"""For terminals that have sixteen colours or none, where mixed colours become one."""
SUFFIX = ".yaml"
_GUARD = threading.Lock()
"""What is kept is read, changed and written by the loop and by a thread beside it."""


@dataclass(slots=True)
class Look:
    """The themes that can be used and what was chosen.

    Attributes:
        problems: a sentence for each file that cannot be used.
        chosen: the theme; empty when nobody has chosen one that there is.
    """

    themes: list[Theme] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    chosen: str = ""


def themes_folder() -> Path:
    """Return the folder of the shipped themes, installed or in a checkout."""
    installed = Path(str(files("lwe_tui"))) / "themes"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "themes"


def load(folders: Sequence[Path] = ()) -> Look:
    """Read the themes, from the cache when no file has changed.

    Args:
        folders: the user's, after the shipped one; they need not be there.
    """
    stamp = [found for folder in (themes_folder(), *folders) for found in _stamps(folder)]
    kept = _read_cache()
    if kept.get("stamp") == stamp:
        # Another version of the app, or anybody, may have written what is there.
        with suppress(KeyError, TypeError, AttributeError):
            return _look(kept)
    from lwe_tui.theme_files import read  # It reads YAML.

    fields, problems = read([Path(path) for path, _, _ in stamp])
    return _look(_keep(stamp=stamp, fields=fields, problems=problems))


def _stamps(folder: Path) -> list[list[Any]]:
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if entry.name.endswith(SUFFIX)]
        seen = [(entry.path, entry.stat()) for entry in found if not entry.name.startswith(".")]
    except OSError:
        return []  # Most people have no such folder.
    return sorted([path, stat.st_mtime_ns, stat.st_size] for path, stat in seen)


def _look(kept: dict[str, Any]) -> Look:
    made = [Theme(name=name, **given) for name, given in kept["fields"].items()]
    usable = {theme.name for theme in made} | BUILTIN_THEMES.keys()
    chosen = str(kept.get("chosen"))
    return Look(made, list(kept["problems"]), chosen if chosen in usable else "")


def remember(name: str) -> None:
    """Keep a chosen theme for the next start."""
    _keep(chosen=name)


def kept(part: str) -> Any:
    """Return what was kept for the first frame under a name, None when nothing was."""
    return _read_cache().get(part)


def keep(part: str, value: Any) -> None:
    """Keep what the first frame of the next start needs."""
    if _read_cache().get(part) != value:
        _keep(**{part: value})


def _keep(**what: Any) -> dict[str, Any]:
    with _GUARD:
        kept = {**_read_cache(), **what}
        _write_cache(kept)
    return kept


def _cache_file() -> Path:
    return cache_folder() / "look.json"


def _read_cache() -> dict[str, Any]:
    try:
        kept = json.loads(_cache_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # It is only a cache: without it the files are read.
    return kept if isinstance(kept, dict) else {}


def _write_cache(kept: dict[str, Any]) -> None:
    path = _cache_file()
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(kept), "utf-8")
        fresh.replace(path)
    except OSError:
        return  # A read-only home only makes the next start slower.
