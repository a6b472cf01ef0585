"""Keys that were typed in: a file that only its owner can read, never a preset or a log."""

from __future__ import annotations

import os
from pathlib import Path

from lwe.config.paths import reason
from lwe.errors import ConfigError

FILE = "keys.env"


def load(folder: Path) -> None:
    """Put the kept keys into the environment, where a variable that is set already wins.

    Args:
        folder: the profile's configuration folder.

    Raises:
        ConfigError: when the file is there and cannot be read.
    """
    for line in _lines(folder / FILE):
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def kept(folder: Path, name: str) -> str:
    """Return a kept key, empty when there is none of that name.

    Raises:
        ConfigError: when the file is there and cannot be read.
    """
    for line in _lines(folder / FILE):
        known, separator, value = line.partition("=")
        if separator and known.strip() == name:
            return value.strip()
    return ""


def keep(folder: Path, name: str, value: str) -> Path:
    """Keep a key under the name of an environment variable, and set that variable.

    Args:
        folder: the profile's configuration folder.
        name: the variable, for example `OPENAI_API_KEY`.
        value: the key.

    Returns:
        The file.

    Raises:
        ConfigError: when the file cannot be read or written.
    """
    path = folder / FILE
    value = "".join(value.split())  # A paste may bring line ends, and a key has none.
    lines = [line for line in _lines(path) if line.partition("=")[0].strip() != name]
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text("\n".join([*lines, f"{name}={value}", ""]), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"The key could not be kept in {path}: {reason(error)}.") from error
    os.environ[name] = value
    return path


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The kept keys in {path} cannot be read: {reason(error)}.") from error
