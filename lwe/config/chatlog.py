"""Appends what is said to a file of the user's, in the seed's format, for its owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

from lwe.config.paths import reason
from lwe.errors import ConfigError


class Settings(Protocol):
    """What is read of a configuration."""

    def get(self, keys: str, /) -> Any:
        """Return the value of a dotted key."""


class ChatLog:
    """A file of prompts and answers; nothing happens while none is open.

    Attributes:
        file: the open file, None without one.
    """

    def __init__(self) -> None:
        self.file: TextIO | None = None

    def __del__(self) -> None:
        self.close_log()  # The seed's door, whose owner this is, is never closed by scripts.

    @classmethod
    def configured(cls, config: Settings) -> ChatLog:
        """Return a log, opened at `chat.log.filepath` when `chat.log.enabled` is set.

        Raises:
            ConfigError: when the file cannot be opened.
        """
        log = cls()
        path = config.get("chat.log.filepath")
        if config.get("chat.log.enabled") and path:
            log.open_log(path)
        return log

    def open_log(self, filename: str | Path) -> None:
        """Append to this file from now on; a relative path starts at the working directory.

        A file that was open before is closed, whether or not the new one can be opened.

        Raises:
            ConfigError: when it cannot be opened.
        """
        self.close_log()
        path = Path(filename).expanduser().absolute()
        try:
            # Half a surrogate from a broken answer must not cost the rest of the log.
            self.file = open(  # noqa: SIM115 - it stays open
                path, "a", encoding="utf-8", errors="backslashreplace", opener=_private
            )
        except (OSError, ValueError) as error:
            raise _unusable(path, error) from error

    def close_log(self) -> None:
        """Close the file, if one is open."""
        file, self.file = self.file, None
        if file is not None:
            with suppress(OSError):  # All of it was flushed, or the failure was told then.
                file.close()

    def write_log(self, prompt: object, response: object, conversation_id: int | None) -> None:
        """Append one exchange, and which conversation it belongs to.

        Raises:
            ConfigError: when it cannot be written; the log is closed then.
        """
        exchange = f"\nUSER:\n\n{prompt}\n\nASSISTANT:\n\n{response}\n\n"
        self._write(exchange + _context(conversation_id))

    def write_log_context(self, conversation_id: int | None) -> None:
        """Append which conversation is open now, None for a new one.

        Raises:
            ConfigError: when it cannot be written; the log is closed then.
        """
        self._write(_context(conversation_id))

    def _write(self, text: str) -> None:
        file = self.file
        if file is None:
            return
        try:
            file.write(text)
            file.flush()
        except OSError as error:
            self.close_log()  # The next exchange should not fail for the same reason.
            raise _unusable(file.name, error) from error


def _context(conversation_id: int | None) -> str:
    return f"## context {conversation_id}\n"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unusable(path: str | Path, error: Exception) -> ConfigError:
    return ConfigError(
        f"The conversation log {path} cannot be written: {reason(error)}. "
        "It is off; name another file."
    )
