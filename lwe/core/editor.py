"""Edits files and texts in the editor that the user has chosen."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from pathlib import Path

from lwe.core import util
from lwe.errors import ConfigError

SYSTEM = platform.system()
DEFAULT_EDITOR_NIX = "vi"
DEFAULT_EDITOR_OS_X = "vim"
DEFAULT_EDITOR_WINDOWS = "notepad"
_VARIABLES = ("LWE_EDITOR", "VISUAL", "EDITOR")
_DEFAULTS = {"Windows": DEFAULT_EDITOR_WINDOWS, "Darwin": DEFAULT_EDITOR_OS_X}


class EditorError(ConfigError, RuntimeError):
    """The chosen editor cannot be started."""

    def __str__(self) -> str:
        return str(self.args[0])


def get_environment_editor(default: str | None = None) -> str | None:
    """Return the editor's command from the environment: LWE_EDITOR, VISUAL, EDITOR, default."""
    named = (os.environ.get(name, "").strip() for name in _VARIABLES)
    return next(filter(None, named), default)


def discover_editor() -> list[str]:
    """Return the editor's command, split like a shell does.

    Raises:
        EditorError: when its quotes do not match.
    """
    editor = get_environment_editor() or _DEFAULTS.get(SYSTEM, DEFAULT_EDITOR_NIX)
    try:
        return shlex.split(editor)
    except ValueError as error:
        raise EditorError(
            f"Invalid editor command format '{editor}': {error}. Correct LWE_EDITOR or EDITOR."
        ) from error


def file_editor(filepath: str) -> None:
    """Open a file in the editor and wait until it is closed.

    Raises:
        EditorError: when the editor cannot be started.
    """
    command = discover_editor()
    try:
        subprocess.call([*command, filepath])
    except OSError as error:
        raise EditorError(
            f"The editor '{command[0]}' cannot be started: {error}. Set EDITOR to another."
        ) from error


def pipe_editor(input_data: str = "", suffix: str | None = None) -> str:
    """Let the user edit a text, and return it.

    Args:
        input_data: the text to begin with.
        suffix: the ending of the temporary file's name, such as `md`, for the editor's colours.

    Raises:
        EditorError: when the editor cannot be started.
    """
    path = Path(util.write_temp_file(input_data, suffix))
    try:
        file_editor(str(path))
        return path.read_text("utf-8")
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:  # Windows, while the editor still holds it open.
        util.print_status_message(False, f"{str(path)!r} could not be removed. Delete it yourself.")
