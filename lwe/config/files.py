"""Reads and replaces small files of the user; nobody ever sees half of one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lwe.config.paths import reason
from lwe.errors import ConfigError

PRIVATE = 0o600


def read(path: Path) -> str | None:
    """Return a file's text, None when there is no such file.

    Raises:
        ConfigError: when it is there and cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {reason(error)}.") from error


def write(path: Path, text: str, private: bool = False) -> None:
    """Replace a file at once; its mode stays, and so does a link that leads to it.

    A new file can only be read by its owner.

    Args:
        private: whether nobody else may read it, whatever its mode was.

    Raises:
        ConfigError: when it cannot be written; then it is as it was.
    """
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.touch(mode=PRIVATE)
        fresh.write_text(text, "utf-8")
        if path.exists() and not private:
            fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written: {reason(error)}.") from error
