"""Where configuration and data live on each platform; pure but for looking and creating.

The folders are those of the seed, which ignores the XDG variables.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

from lwe.errors import ConfigError

NAME = "llm-workflow-engine"
LEGACY = "chatgpt-wrapper"
VARIABLES = {
    "templates": "LWE_TEMPLATE_DIR",
    "presets": "LWE_PRESET_DIR",
    "plugins": "LWE_PLUGIN_DIR",
    "workflows": "LWE_WORKFLOW_DIR",
    "tools": "LWE_TOOL_DIR",
    "cache": "LWE_CACHE_DIR",
}
"""Kinds of resource folders and the variables that replace the configured lists."""


class MissingFolder(ConfigError, FileNotFoundError):
    """A folder that was named explicitly does not exist."""

    def __str__(self) -> str:
        return str(self.args[0])


def default_config_dir() -> Path:
    """Return the platform's configuration folder, without creating it."""
    home = Path.home()
    match platform.system():
        case "Windows":
            base = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
        case "Darwin":
            base = home / "Library" / "Application Support"
        case _:
            base = home / ".config"
    return _legacy_or(base)


def default_data_dir() -> Path:
    """Return the platform's data folder, without creating it."""
    home = Path.home()
    if platform.system() == "Windows":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = home / ".local" / "share"
    return _legacy_or(base)


def _legacy_or(base: Path) -> Path:
    legacy = base / LEGACY
    return legacy if legacy.is_dir() else base / NAME


def existing(folder: str | Path, what: str) -> Path:
    """Return a folder that was named explicitly.

    Raises:
        MissingFolder: when it is not there.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise MissingFolder(f"The {what} directory '{folder}' does not exist. Create it first.")
    return path


def made(folder: Path) -> Path:
    """Return a folder, created when it is missing.

    Raises:
        ConfigError: when it cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        said = f"The folder {folder} cannot be created: {reason(error)}."
        raise ConfigError(said) from error
    return folder


def reason(error: Exception) -> str:
    """Return why something failed, without the path: the sentence around it tells that."""
    return getattr(error, "strerror", None) or str(error)


def expand(text: str, tokens: Mapping[str, str]) -> str:
    """Replace the path tokens `$HOME`, `$CONFIG_DIR`, `$DATA_DIR`, `$PROFILE`."""
    for token, value in tokens.items():
        text = text.replace(token, value)
    return text
