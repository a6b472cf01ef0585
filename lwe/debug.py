"""Shows values while somebody looks for a mistake: on stdout, or in a file that stays."""

from __future__ import annotations

import io
import os
import pprint
import tempfile
from pathlib import Path

DEFAULT_LOG_FILE = str(Path(tempfile.gettempdir(), "lwe-debug.log"))
LOG_FILE = os.environ.get("LWE_DEBUG_LOG_FILE", DEFAULT_LOG_FILE)
"""The file, which is begun when something is first written."""


class _File(io.StringIO):
    """Appends to the file; it is nobody else's business, and is no link to a file of others."""

    def write(self, text: str, /) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        number = os.open(LOG_FILE, flags, 0o600)
        with os.fdopen(number, "a", encoding="utf-8", errors="replace") as opened:
            return opened.write(text)


pp = pprint.PrettyPrinter()
pf = pprint.PrettyPrinter(stream=_File())


def console(*values: object) -> None:
    """Show values on stdout, laid out to be read."""
    for value in values:
        # A printer keeps the stdout of when it was made.
        pprint.PrettyPrinter().pprint(value)


def file(*values: object) -> None:
    """Write values to the file, laid out to be read."""
    for value in values:
        _File().write(f"{pf.pformat(value)}\n")
