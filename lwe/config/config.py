"""The configuration of a profile: defaults, the file over them, dotted keys; in memory only."""

from __future__ import annotations

import copy
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lwe.config import paths
from lwe.config.defaults import defaults
from lwe.config.known import check
from lwe.config.paths import reason
from lwe.errors import ConfigError

_LEVELS = ("log.console.level", "debug.log.level")


class Config:
    """What a profile sets, over the defaults.

    Args:
        config_dir: holds the profiles; the platform's folder without it.
        data_dir: holds databases and caches; the platform's folder without it.
        profile: the profile's name, or a path: below the other profiles, or an absolute one, where
            configuration and data are then.
        config: what goes over the defaults, as a file would.
        args: parsed command line, whose resource folders come before all others.

    Raises:
        ConfigError: when an explicit folder does not exist, or one cannot be made.

    Attributes:
        args: the parsed command line; without one every name in it is None.
        config_file: the file that was read, None before `load_from_file`.
        written: what that file says, without the defaults.
        warnings: what the user should know about the configuration.
    """

    def __init__(
        self,
        config_dir: str | Path | None = None,
        data_dir: str | Path | None = None,
        profile: str = "default",
        config: dict[str, Any] | None = None,
        args: Any = None,
    ) -> None:
        self.args, self.profile, self.system = args or _NoArguments(), profile, platform.system()
        self.warnings: list[str] = []
        self.written: dict[str, Any] = {}
        self.config_dir = self._folder(config_dir, "config", paths.default_config_dir())
        self.data_dir = self._folder(data_dir, "data", paths.default_data_dir())
        self.config_profile_dir = self.make_profile_dir(self.config_dir, profile)
        self.data_profile_dir = self.make_profile_dir(self.data_dir, profile)
        self.config_file: str | None = None
        self.default_config = defaults()
        self.config: dict[str, Any] = _merged(self.default_config, config or {})
        self._normalise()

    def _folder(self, given: str | Path | None, what: str, default: Path) -> str:
        if given:
            return str(paths.existing(given, what))
        if default.name == paths.LEGACY:
            self.warnings.append(f"The old folder {default} is used. Rename it to {paths.NAME}.")
        return str(paths.made(default))

    def make_profile_dir(self, base_dir: str | Path, profile: str) -> str:
        """Return a profile's folder below another one, made when it is missing.

        As in the seed, a path will do: below the other profiles, or anywhere when absolute.

        Raises:
            ConfigError: when it cannot be made.
        """
        return str(paths.made(Path(base_dir) / "profiles" / profile))

    @property
    def debug(self) -> bool:
        """Whether the console's log is at the debug level."""
        return str(self.get("log.console.level")).upper() == "DEBUG"

    @property
    def properties(self) -> list[str]:
        """The names of the attributes that describe where things are."""
        return [
            "config_dir",
            "config_file",
            "config_profile_dir",
            "data_dir",
            "data_profile_dir",
            "system",
        ]

    @property
    def database_url(self) -> str:
        """The database, `sqlite:///…` in the profile's data folder by default."""
        return str(self.get("database") or self._default_database)

    @property
    def _default_database(self) -> str:
        return f"sqlite:///{Path(self.data_profile_dir) / 'storage.db'}"

    def get(self, keys: str | list[str] | None = None, config: Any = None) -> Any:
        """Return the value of a dotted key, None when any part is missing.

        Args:
            keys: dotted text or a list of parts; everything without it.
            config: another mapping to look into.
        """
        value = self.config if config is None else config
        for key in _parts(keys):
            if not isinstance(value, Mapping) or key not in value:
                return None
            value = value[key]
        return value

    def set(self, keys: str | list[str], value: Any, transform: bool = True) -> None:
        """Set a dotted key in memory.

        Args:
            keys: dotted text or a list of parts; missing mappings are made.
            value: what to set.
            transform: whether log levels and path tokens are normalised afterwards.

        Raises:
            ConfigError: when a part of the key holds something that is no mapping.
        """
        *parents, last = _parts(keys)
        target = self.config
        for key in parents:
            inner = target.setdefault(key, {})
            if inner is None:
                inner = target[key] = {}
            if not isinstance(inner, dict):
                raise ConfigError(f"'{keys}' cannot be set: '{key}' is not a mapping.")
            target = inner
        target[last] = value
        if transform:
            self._normalise()

    def load_from_file(self, profile: str | None = None) -> None:
        """Read the profile's `config.yaml` over the defaults; no file is fine.

        Raises:
            ConfigError: when the file cannot be read, is no YAML mapping, or holds a value of a
                type that its key cannot have.
        """
        folder = Path(self.config_dir) / "profiles" / (profile or self.profile)
        file = folder / "config.yaml"
        self.config_file = str(file)
        self.written = _read(file) if file.exists() else {}
        self.warnings += [w for w in check(self.written, str(file)) if w not in self.warnings]
        self.config = _merged(self.default_config, self.written)
        self._understand_streaming()
        self._normalise()

    def _understand_streaming(self) -> None:
        """Take `model.streaming`, which the seed's sample file documents, as what it means."""
        meant = self.get("model.streaming", self.written)
        if meant is None or self.get("shell.streaming", self.written) is not None:
            return
        self.written = _merged(self.written, {"shell": {"streaming": meant}})
        self.set("shell.streaming", meant, transform=False)
        self.warnings.append(
            f"{self.config_file}: 'model.streaming' is read as 'shell.streaming'. Rename it."
        )

    def directories(self, kind: str) -> list[Path]:
        """Return the folders of a kind of resource, in their order.

        The command line comes before the environment, and that before the configuration;
        an empty list there means the default folders.

        Args:
            kind: templates, presets, plugins, workflows, tools or cache.

        Raises:
            ConfigError: when the configuration holds no list of folders.
        """
        given = getattr(self.args, f"{kind}_dir", None)
        if not given:
            variable = os.environ.get(paths.VARIABLES[kind])
            given = [part for part in (variable or "").split(os.pathsep) if part]
        configured = self.get(["directories", kind]) or defaults()["directories"][kind]
        listed = given or ([configured] if isinstance(configured, str) else configured)
        if not isinstance(listed, list | tuple):
            raise ConfigError(
                f"directories.{kind} has to be a list of folders, not {listed!r}. "
                f"Correct it in {self.config_file or 'the configuration'}."
            )
        tokens = self._tokens()
        return [Path(paths.expand(str(entry), tokens)).expanduser() for entry in listed]

    def _tokens(self) -> dict[str, str]:
        return {
            "$HOME": str(Path.home()),
            "$CONFIG_DIR": self.config_dir,
            "$DATA_DIR": self.data_dir,
            "$PROFILE": self.profile,
        }

    def _normalise(self) -> None:
        tokens = self._tokens()
        database = self.get("database") or self._default_database
        self.config["database"] = paths.expand(str(database), tokens)
        folders = self.get("directories")
        for kind, listed in folders.items() if isinstance(folders, Mapping) else ():
            if isinstance(listed, list):
                folders[kind] = [paths.expand(str(entry), tokens) for entry in listed]
        for key in _LEVELS:
            if isinstance(level := self.get(key), str):
                self.set(key, level.upper(), transform=False)


class _NoArguments:
    """The command line of a program that has none: whatever a plugin asks for is None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):  # copying and pickling look for methods that are not there
            raise AttributeError(name)


def _parts(keys: str | list[str] | None) -> list[str]:
    if not keys:
        return []
    return keys.split(".") if isinstance(keys, str) else list(keys)


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        refused = ConfigError(f"The configuration {file} cannot be read: {_where(error)}")
        refused.file = str(file)
        raise refused from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigError(f"The configuration {file} has to be a mapping of keys to values.")
    without: dict[str, Any] = _without_none_texts(loaded)
    return without


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"{reason(error)}. Correct it and start again."
    problem = getattr(error, "problem", "") or getattr(error, "context", "")
    return f"line {mark.line + 1}: {problem}. Correct it and start again."


def _without_none_texts(value: Any) -> Any:
    """Read the text `None` as null: the seed's sample file writes it where null is meant."""
    if isinstance(value, dict):
        return {key: _without_none_texts(inner) for key, inner in value.items()}
    return None if value == "None" else value


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(copy.deepcopy(dict(base)))
    for key, value in over.items():
        inner = merged.get(key)
        if isinstance(inner, dict) and isinstance(value, Mapping):
            merged[key] = _merged(inner, value)
        elif not (inner and isinstance(inner, dict) and value is None):
            # A section whose lines are all commented out is null, and means its defaults.
            merged[key] = copy.deepcopy(value)
    return merged
