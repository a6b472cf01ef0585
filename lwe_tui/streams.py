"""Stdout is data, stderr is talk: source for a program, rendered Markdown for a person."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from lwe.errors import LweError
from lwe_tui.exits import FAILED, INTERRUPTED, interruptible
from lwe_tui.render.clean import Cleaner, clean

_PADDING = re.compile(r"[ ]+(?=\n)")


def tell(text: str) -> None:
    """Say something to whoever sits there; nobody may, and that costs no answer."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"lwe-tui: {clean(text)}\n")
            sys.stderr.flush()


def show(text: str) -> None:
    """Write a whole Markdown text to stdout."""
    out = Out()
    out.write(text)
    out.end()


def exit_code(work: Callable[[], int], failure: Callable[[LweError], int]) -> int:
    """Do the work of a command and return its exit code, whatever ends it; failures are told.

    Args:
        work: returns the code when nothing ends it before.
        failure: the code of an error of the library.
    """
    try:
        with interruptible():
            return work()
    except LweError as error:
        tell(str(error))
        return failure(error)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        give_up()
    except OSError as error:
        tell(f"The answer cannot be written: {error.strerror}.")
        give_up()
    return FAILED


def give_up() -> None:
    """Be quiet after a reader of stdout has gone; Python would complain when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Out:
    """Stdout for a text that comes in pieces.

    A file or a program gets what the model wrote. A person gets each block of the Markdown
    rendered as soon as it is complete, without anything that a terminal would obey.

    Args:
        stream: the stdout that `own_stdout` has kept, when it has.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        # Stdout may have been closed before the start: then there is nobody to be told.
        self._stream = stream or sys.stdout or io.StringIO()
        if isinstance(self._stream, io.TextIOWrapper):
            self._stream.reconfigure(errors="replace")  # No letter is worth the rest.
        self._pages = _Pages(self._stream) if self._stream.isatty() else None
        self._last = ""

    def write(self, piece: str) -> None:
        """Write what has come."""
        self._put(self._pages.feed(piece) if self._pages else piece)

    def end(self) -> None:
        """Write what is left, and end the line."""
        if self._pages:
            self._put(self._pages.end())
        if self._last and self._last != "\n":
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            self._last = text[-1]
            self._stream.write(text)
            self._stream.flush()


class _Pages:
    """Turns pieces of Markdown into rendered blocks."""

    def __init__(self, stream: TextIO) -> None:
        from markdown_it import MarkdownIt

        self._stream = stream
        self._cleaner = Cleaner()
        self._parser = MarkdownIt().enable("table")
        self._rest = ""
        self._looked_at = 0
        self._shown = False

    def feed(self, piece: str) -> str:
        """Return what has become complete."""
        self._rest += self._cleaner.feed(piece)
        # Looking again only after it has grown by an eighth keeps a long block linear.
        if "\n" not in piece or len(self._rest) < self._looked_at * 9 / 8:
            return ""
        self._looked_at = len(self._rest)
        lines = self._rest.splitlines(keepends=True)
        starts = [
            token.map[0]
            for token in self._parser.parse(self._rest)
            if token.map and not token.level and token.nesting >= 0
        ]
        if len(starts) < 2:
            return ""
        # What stands before the last block cannot change any more.
        complete, self._rest = "".join(lines[: starts[-1]]), "".join(lines[starts[-1] :])
        self._looked_at = 0
        return self._rendered(complete)

    def end(self) -> str:
        """Return the rest."""
        return self._rendered(self._rest + self._cleaner.end())

    def _rendered(self, text: str) -> str:
        if not text.strip():
            return ""
        console = _console(self._stream)
        with console.capture() as captured:
            console.print(_markdown(text))
        lines = _PADDING.sub("", captured.get()).strip("\n")
        before, self._shown = "\n" if self._shown else "", True
        return f"{before}{lines}\n"


def _console(stream: TextIO) -> Any:
    from rich.console import Console

    return Console(file=stream)


def _markdown(text: str) -> Any:
    from rich.markdown import Markdown

    # A link shows where it goes: what a model writes may point elsewhere than it says.
    return Markdown(text, hyperlinks=False)
