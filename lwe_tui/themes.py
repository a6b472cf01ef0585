"""Themes from YAML files; a broken file is reported and never fatal.

A file holds the fields of Textual's `Theme`; its name is the file's stem. What was read last is
kept as JSON beside the caches, because reading YAML takes longer than the first frame may.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from textual.theme import BUILTIN_THEMES, Theme

from lwe_tui.places import cache_folder

DEFAULT = "lwe-dark"


@dataclass(slots=True)
class Look:
    """The themes that can be used and the one that is."""

    themes: list[Theme] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    chosen: str = DEFAULT


def themes_folder() -> Path:
    """Return the folder of the shipped themes, installed or in a checkout."""
    installed = Path(str(files("lwe_tui"))) / "themes"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "themes"


def load(folder: Path | None = None) -> Look:
    """Read the themes, from the cache when no file has changed."""
    paths = sorted((folder or themes_folder()).glob("*.yaml"))
    stamp = [[path.name, path.stat().st_mtime_ns, path.stat().st_size] for path in paths]
    kept = _read_cache()
    if kept.get("stamp") == stamp:
        # Another version of the app, or anybody, may have written what is there.
        with suppress(KeyError, TypeError, AttributeError):
            return _look(kept)
    fields, problems = _read_files(paths)
    kept = {**kept, "stamp": stamp, "fields": fields, "problems": problems}
    _write_cache(kept)
    return _look(kept)


def _look(kept: dict[str, Any]) -> Look:
    made = [Theme(name=name, **given) for name, given in kept["fields"].items()]
    usable = {theme.name for theme in made} | BUILTIN_THEMES.keys()
    chosen = str(kept.get("chosen"))
    return Look(made, list(kept["problems"]), chosen if chosen in usable else DEFAULT)


def remember(name: str) -> None:
    """Keep a chosen theme for the next start."""
    _write_cache({**_read_cache(), "chosen": name})


def _read_files(paths: list[Path]) -> tuple[dict[str, Any], list[str]]:
    import yaml

    fields, problems = {}, []
    for path in paths:
        try:
            given = yaml.safe_load(path.read_text("utf-8"))
            Theme(name=path.stem, **given).to_color_system().generate()
            fields[path.stem] = given
        # Other people's files: whatever is wrong with one must not cost the others.
        except Exception as error:  # noqa: BLE001
            problems.append(f"The theme {path} cannot be used: {error}")
    return fields, problems


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
