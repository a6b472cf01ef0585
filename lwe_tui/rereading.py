"""Takes up what files say now, as far as that is possible while the app runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwe.errors import LweError
from lwe_tui.options import Options, configured
from lwe_tui.watching import Place

if TYPE_CHECKING:
    from lwe.config.config import Config
    from lwe.engine import Engine

LATER = (
    "backend",
    "backend_options.auto_create_first_user",
    "backend_options.default_conversation_id",
    "backend_options.default_user",
    "chat.log",
    "database",
    "debug",
    "directories",
    "log",
    "mcp",
    "shell.history_file",
)
"""What is only looked at when the program starts."""
_KINDS: Mapping[str, tuple[str, ...]] = {
    "presets": (".yaml",),
    "templates": (),
    "workflows": (".yaml", ".yml"),
    "tools": (".py", ".yaml"),
    "plugins": (".py",),
}
_WHOLE = ("model.system_message",)
"""Sections that are taken as one, because a name that is missing in them is gone."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What has become of a changed file.

    Attributes:
        used: the keys that count from now on, dotted.
        later: those that count after the next start.
        warnings: what is odd about the file and was not before.
    """

    used: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def places(config: Config) -> dict[str, list[Place]]:
    """Return what to watch of a profile; the shipped files do not change."""
    profile, everybody = Path(config.config_profile_dir), Path(config.config_dir)
    found = {
        kind: [Place(folder, suffixes, kind == "templates") for folder in config.directories(kind)]
        for kind, suffixes in _KINDS.items()
    }
    found["config"] = [Place(profile / "config.yaml")]
    found["keymap"] = [Place(everybody / "keymap.yaml"), Place(profile / "keymap.yaml")]
    return found


def reread(config: Config, options: Options) -> Reread:
    """Read the file again and change the configuration in force.

    Args:
        config: in force; nothing of it changes when the file cannot be used.
        options: the command line, which still wins.

    Raises:
        ConfigError: when the file cannot be used.
    """
    fresh = configured(options)
    before, now = dict(_leaves(config.written)), dict(_leaves(fresh.written))
    units = dict.fromkeys(
        _unit(key)
        for key in (*before, *now)
        if key not in before or key not in now or before[key] != now[key]
    )
    config.written = fresh.written
    used = [unit for unit in units if not _waits(unit) and _taken(config, fresh, unit)]
    warnings = [w for w in fresh.warnings if w not in config.warnings]
    config.warnings = list(fresh.warnings)
    return Reread(
        tuple(".".join(unit) for unit in used),
        tuple(".".join(unit) for unit in units if unit not in used),
        tuple(warnings),
    )


_Key = tuple[str, ...]


def _leaves(values: Mapping[str, Any], before: _Key = ()) -> Iterator[tuple[_Key, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*before, str(key)))
        else:
            yield (*before, str(key)), value


def _unit(key: _Key) -> _Key:
    for section in _WHOLE:
        parts = tuple(section.split("."))
        if key[: len(parts)] == parts:
            return parts
    return key


def _waits(key: _Key) -> bool:
    return any(key[: len(parts)] == parts for parts in (tuple(k.split(".")) for k in LATER))


def _taken(config: Config, fresh: Config, key: _Key) -> bool:
    value = fresh.get(list(key))
    if value is None and key[0] == "plugins":
        return False  # The plugin has put its own default there, which only it knows.
    try:
        config.set(list(key), value)
    except LweError:
        return False  # A section has become a value: what is there now is still asked for.
    return True


def broken_templates(engine: Engine, paths: Collection[Path]) -> list[str]:
    """Return why some of the changed templates cannot be rendered."""
    found = []
    for name in engine.templates.names():
        try:
            if engine.templates.path(name) in paths:
                engine.templates.variables(name)
        except LweError as error:
            found.append(str(error))
    return found


def broken_workflows(config: Config, paths: Collection[Path]) -> list[str]:
    """Return why some of the changed workflows cannot be read."""
    from lwe.workflows.workflow import Workflows

    workflows, found = Workflows(config), []
    for name, path in workflows.files().items():
        try:
            if path in paths:
                workflows.check(name)
        except LweError as error:
            found.append(str(error))
    return found


def broken_code(paths: Collection[Path]) -> list[str]:
    """Return where files are no Python; none of it is run."""
    found = []
    for path in paths:
        try:
            if path.suffix == ".py" and path.exists():
                compile(path.read_bytes(), str(path), "exec")
        except (SyntaxError, ValueError, OSError) as error:
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
            found.append(f"{path}{line}: {getattr(error, 'msg', error)}")
    return found
