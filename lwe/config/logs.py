"""Writes logs where the configuration says: the library's own, and what was asked and answered."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Protocol

from lwe.config.paths import reason
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


class _Console(logging.StreamHandler[Any]):
    """The command line's stderr."""


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
            f"The log {path} cannot be written: {reason(error)}. "
            "Set debug.log.filepath to another file."
        ) from error
    _attach(handler, config, "debug.log")


def open_console(config: Settings) -> None:
    """Send the library's log to stderr as `log.console` says; only a command line wants that.

    Raises:
        ConfigError: when there is no such level.
    """
    close_console()
    _attach(_Console(), config, "log.console")


def close_log() -> None:
    """Close the file of the last `open_log`."""
    _detach(_LogFile)


def close_console() -> None:
    """Undo the last `open_console`."""
    _detach(_Console)


def _attach(handler: logging.Handler, config: Settings, key: str) -> None:
    handler.setFormatter(logging.Formatter(str(config.get(f"{key}.format"))))
    try:
        handler.setLevel(str(config.get(f"{key}.level")).upper())
    except ValueError as error:
        handler.close()
        raise ConfigError(f"{key}.level: {error}. Use debug, info, warning or error.") from error
    LOGGER.addHandler(handler)
    _settle()


def _detach(kind: type[logging.Handler]) -> None:
    for handler in list(LOGGER.handlers):
        if isinstance(handler, kind):
            LOGGER.removeHandler(handler)
            handler.close()
    _settle()


def _settle() -> None:
    """Let through what one of our handlers wants; without any, a script's settings count."""
    levels = [h.level for h in LOGGER.handlers if isinstance(h, _LogFile | _Console)]
    LOGGER.setLevel(min(levels, default=logging.NOTSET))
    LOGGER.propagate = not levels
