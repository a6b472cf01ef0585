"""Keeps what tools and the programs they start print away from the screen and from the answer.

Such a program writes to the numbers 1 and 2, past everything that Python could catch. The library
leaves these alone, as they belong to the script that uses it; here they are ours.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TextIO

from lwe_tui.places import cache_folder

LARGEST = 1_000_000
"""From so many bytes on another file of prints is begun; the one before it stays."""


@contextmanager
def own_terminal() -> Iterator[TextIO]:
    """Leave the terminal to the app; what others print goes to `printed.log`, which is yielded.

    They also read nothing from the terminal, where each key is meant for the app.
    """
    with _log() as log:
        if os.name != "posix":  # A Windows console is not written to by numbers.
            yield log
            return
        kept = [os.dup(number) for number in range(3)]
        before = {name: getattr(sys, name) for name in ("__stdin__", "__stdout__", "__stderr__")}
        before["stderr"] = sys.stderr
        try:
            _turn_to(log.fileno())
            _show_on(kept[2] if os.isatty(kept[2]) else kept[1], kept[0])
            yield log
        finally:
            for name, stream in before.items():
                setattr(sys, name, stream)
            for number, old in enumerate(kept):
                os.dup2(old, number)
                os.close(old)


def _turn_to(log: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(log, 1)
    os.dup2(log, 2)


def _show_on(screen: int, keys: int) -> None:
    """Tell Textual, and what it shows when it has ended, where the terminal is now."""
    shown: Any = os.fdopen(screen, "w", 1, *_written(sys.__stderr__), closefd=False)
    sys.__stdin__ = os.fdopen(keys, closefd=False)  # type: ignore[misc]  # see above
    sys.__stdout__ = sys.__stderr__ = shown  # type: ignore[misc]  # see above
    sys.stderr = shown


def _log() -> TextIO:
    """Open the file of prints; where none can be written, they are lost."""
    path = cache_folder() / "printed.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_name("printed.old.log"))
        path.touch(mode=0o600)
        log = path.open("a", 1, encoding="utf-8", errors="replace")
    except OSError:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - no place of ours
    log.write(f"--- {datetime.now().isoformat(' ', 'seconds')}, process {os.getpid()}\n")
    return log


@contextmanager
def own_stdout() -> Iterator[TextIO]:
    """Leave stdout to the answer, for which it is yielded; what others print goes to stderr."""
    if sys.stdout is None:  # It was closed before the start: there is nobody to be told.
        yield io.StringIO()
        return
    before, before_too = sys.stdout, sys.__stdout__
    answer = _moved() if _number(before) == 1 else before
    sys.stdout = sys.stderr
    try:
        yield answer
    finally:
        sys.stdout, sys.__stdout__ = before, before_too  # type: ignore[misc]  # as it was
        if answer is not before:
            os.dup2(answer.fileno(), 1)
            with suppress(OSError):  # What could not be written has been told by then.
                answer.close()


def _moved() -> TextIO:
    sys.stdout.flush()
    answer = os.fdopen(os.dup(1), "w", -1, *_written(sys.stdout))
    talk = _number(sys.stderr)
    nowhere = os.open(os.devnull, os.O_WRONLY) if talk is None else None
    os.dup2(talk if nowhere is None else nowhere, 1)  # type: ignore[arg-type]  # one is a number
    if nowhere is not None:
        os.close(nowhere)
    sys.__stdout__ = answer  # type: ignore[misc]  # whence the terminal's width is read
    return answer


def _written(stream: Any) -> tuple[str, str]:
    return getattr(stream, "encoding", None) or "utf-8", getattr(stream, "errors", None) or "strict"


def _number(stream: Any) -> int | None:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return None
