"""The cache: files that can be made again, in the folders that the configuration names."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.config.paths import reason
from lwe.errors import ConfigError, NotFound


class NoCacheEntry(NotFound):
    """Nothing is kept under a key."""

    def __init__(self, key: str) -> None:
        super().__init__("Cache entry", key)

    def __str__(self) -> str:
        return f"Cache entry not found: {self.name}"


class Cache:
    """Keeps values under file names; what ends with .yaml or .json is parsed, the rest is text.

    Args:
        config: names the folders; the first one is written to.
    """

    def __init__(self, config: Config) -> None:
        self.folders = config.directories("cache")

    def get(self, key: str) -> Any:
        """Return what the first folder that has this key keeps.

        Raises:
            NoCacheEntry: when no folder has it.
            ConfigError: when the file cannot be read.
        """
        for folder in self.folders:
            if (path := _inside(folder, key)).exists():
                return load(path)
        raise NoCacheEntry(key)

    def set(self, key: str, value: Any, folder: Path | None = None) -> str:
        """Keep a value and return the text that was written.

        Raises:
            ConfigError: when it cannot be written.
        """
        return save(_inside(folder or self.folders[0], key), value)

    def delete(self, key: str, folder: Path | None = None) -> None:
        """Forget a value.

        Raises:
            NoCacheEntry: when there is none.
            ConfigError: when the file cannot be removed.
        """
        path = _inside(folder or self.folders[0], key)
        try:
            path.unlink()
        except FileNotFoundError as error:
            raise NoCacheEntry(key) from error
        except OSError as error:
            said = f"{path} cannot be removed from the cache: {reason(error)}"
            raise ConfigError(said) from error


def load(path: Path) -> Any:
    """Read one file of a cache.

    Raises:
        ConfigError: when it cannot be read or parsed.
    """
    import yaml

    try:
        text = path.read_text("utf-8")
        if path.suffix == ".yaml":
            return yaml.safe_load(text)
        return json.loads(text) if path.suffix == ".json" else text
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"Failed to load file {path} from cache: {error}") from error


def save(path: Path, value: Any) -> str:
    """Write one file of a cache, whole or not at all, and return its text.

    Raises:
        ConfigError: when the value has no such form, or the file cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        text = _text(path.suffix, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except (OSError, TypeError, ValueError) as error:
        with suppress(OSError):  # The reason is told already.
            fresh.unlink()
        raise ConfigError(f"Failed to save file {path} to cache: {error}") from error
    return text


def _text(suffix: str, value: Any) -> str:
    import yaml

    if suffix == ".yaml":
        try:
            return str(yaml.safe_dump(value, default_flow_style=False, allow_unicode=True))
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error
    if suffix == ".json":
        return json.dumps(value, indent=4)
    if not isinstance(value, str):
        raise TypeError("only texts can be kept under a name like this")
    return value


def _inside(folder: Path, key: str) -> Path:
    path = folder / key
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"'{key}' would leave the cache's folder. Use a plain file name.")
    return path
