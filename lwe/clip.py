"""Reads the clipboard, for templates that ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess

from lwe.errors import TemplateError

TIME_LIMIT = 2.0
_READERS: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-paste", "--no-newline")),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-out")),
    ("DISPLAY", ("xsel", "--clipboard", "--output")),
    (None, ("pbpaste",)),
    (None, ("powershell.exe", "-NoProfile", "-Command", "Get-Clipboard")),
    ("TMUX", ("tmux", "show-buffer")),
)


def read() -> str:
    """Return the clipboard's text.

    Raises:
        TemplateError: when no tool can read it.
    """
    for variable, command in _READERS:
        usable = variable is None or bool(os.environ.get(variable))
        if usable and shutil.which(command[0]) and (text := _output(command)) is not None:
            return text
    raise TemplateError(
        "The clipboard cannot be read here. Install wl-clipboard, xclip or xsel, or use tmux."
    )


def _output(command: tuple[str, ...]) -> str | None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None  # The next tool may do better; when none does, the caller says so.
    return done.stdout.decode("utf-8", "replace")
