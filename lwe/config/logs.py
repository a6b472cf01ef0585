"""Writes the library's log where the configuration says, readable by its owner only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Protocol

from lwe.errors import ConfigError

LOGGER = logging.getLogger("lwe")
# Without any handler Python would print warnings to a terminal that is not ours.
LOGGER.addHandler(logging.NullHandler())


class Settings(Protocol):
    """What is read of a configuration."""

    def get(self, keys: str, /) -> Any:
        """Return the value of a dotted key."""


class _LogFile(logging.FileHandler):
    """The file that the configuration names, told apart from a script's own handlers."""


def open_log(config: Settings) -> None:
    """Send the library's log to `debug.log.filepath` when `debug.log.enabled` is set.

    A second call replaces the first one's file.

    Raises:
        ConfigError: when the file cannot be written, or there is no such level.
    """
    close_log()
    if not config.get("debug.log.enabled"):
        return
    path = Path(str(config.get("debug.log.filepath"))).expanduser()
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)  # It names models and errors: nobody else's business.
        handler = _LogFile(path, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"The log {path} cannot be written: {error}. Set debug.log.filepath to another file."
        ) from error
    handler.setFormatter(logging.Formatter(str(config.get("debug.log.format"))))
    LOGGER.addHandler(handler)
    LOGGER.propagate = False
    try:
        LOGGER.setLevel(str(config.get("debug.log.level")).upper())
    except ValueError as error:
        close_log()
        raise ConfigError(
            f"debug.log.level: {error}. Use debug, info, warning or error."
        ) from error


def close_log() -> None:
    """Close the file of the last `open_log`."""
    for handler in list(LOGGER.handlers):
        if isinstance(handler, _LogFile):
            LOGGER.removeHandler(handler)
            handler.close()
    LOGGER.propagate = True
    LOGGER.setLevel(logging.NOTSET)
