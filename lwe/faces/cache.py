"""`CacheManager`: the seed's object for cached files."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Any

from lwe.config.cache import Cache, load, save
from lwe.config.config import Config
from lwe.config.paths import reason
from lwe.errors import ConfigError
from lwe.faces.door import Answer, answers


class CacheManager:
    """Keeps values under file names.

    Args:
        config: names the folders, which are made; the default profile's without one.

    Raises:
        ConfigError: when a folder cannot be made.

    Attributes:
        cache_dirs: the folders, searched in order; the first one is written to.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.cache")
        self._cache = Cache(self.config)
        self.cache_dirs = [str(folder) for folder in self._cache.folders]
        self.make_cache_dirs()

    def make_cache_dirs(self) -> None:
        """Make the folders that do not exist.

        Raises:
            ConfigError: when one cannot be made.
        """
        for folder in self._cache.folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                said = f"The cache folder {folder} cannot be made: {reason(error)}."
                raise ConfigError(said) from error

    @answers
    def load_file(self, file: str) -> Answer:
        """Read a file; .yaml and .json are parsed."""
        return True, load(Path(file)), "File loaded successfully"

    @answers
    def save_file(self, file: str, content: Any) -> Answer:
        """Write a file; `(True, the text written, message)`."""
        if not Path(file).parent.is_dir():
            lost = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
            raise ConfigError(f"Failed to save file {file} to cache: {lost}") from lost
        return True, save(Path(file), content), f"File {file} saved successfully to cache"

    @answers
    def cache_get(self, key: str) -> Answer:
        """Return what is kept under a key."""
        return True, self._cache.get(key), "File loaded successfully"

    @answers
    def cache_set(self, key: str, value: Any, cache_dir: str | None = None) -> Answer:
        """Keep a value; `(True, the text written, message)`."""
        folder = self._folder(cache_dir)
        text = self._cache.set(key, value, folder)
        return True, text, f"File {folder / key} saved successfully to cache"

    @answers
    def cache_delete(self, key: str, cache_dir: str | None = None) -> Answer:
        """Forget what is kept under a key."""
        self._cache.delete(key, self._folder(cache_dir))
        return True, None, f"Cache entry {key} deleted successfully"

    def _folder(self, given: str | None) -> Path:
        folder = Path(given or self.cache_dirs[0])
        if not folder.is_dir():
            raise ConfigError(f"Cache directory not found: {folder}")
        return folder
