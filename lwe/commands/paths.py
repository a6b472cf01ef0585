"""Completes the names of files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lwe.commands.command import Candidate, Context
from lwe.errors import LweError

MOST = 200
"""Names that are offered of one folder."""


def paths(_context: Context, typed: str) -> Iterable[Candidate]:
    """Offer the files and folders whose path begins with what was typed; `~` is home.

    Hidden ones are offered when their dot was typed.
    """
    head, beginning = os.path.split(typed)
    try:
        folder = expanded(head) if head else Path()
    except LweError:
        return ()  # What is being typed need not be there.
    before = typed[: len(typed) - len(beginning)]
    found = [
        Candidate(f"{before}{name}{os.sep if is_folder else ''}", "folder" if is_folder else "")
        for name, is_folder in _names(folder)
        if name.startswith(beginning) and (beginning.startswith(".") or not name.startswith("."))
    ]
    return found[:MOST]


def expanded(name: str) -> Path:
    """Return a path that was typed; `~` is home.

    Raises:
        LweError: when it begins with the home of somebody who is not there.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise LweError(f"{name} leads nowhere: {error}") from error


def _names(folder: Path) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.is_dir()) for entry in entries)
    except (OSError, ValueError):
        return []  # Likewise.
