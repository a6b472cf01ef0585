"""One question from the command line, answered on stdout; Textual is never loaded."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from lwe.errors import LweError, StorageError
from lwe_tui.exits import CONFIGURATION, FAILED, INTERRUPTED, OK
from lwe_tui.render.clean import Cleaner, clean

if TYPE_CHECKING:
    from lwe.backend import ApiBackend
    from lwe_tui.session import Options, Session


def answer(prompt: str, options: Options) -> int:
    """Ask and print the answer as it comes.

    Args:
        prompt: what to ask.
        options: where the profile is and what it starts with.

    Returns:
        The exit code: 0 answered, 1 failed, 3 configuration, 130 interrupted.
    """
    from lwe_tui.session import Session

    session = Session(options)
    try:
        backend = _opened(session)
        return _ask(backend, prompt)
    except LweError as error:
        _tell(str(error))
        return FAILED if isinstance(error, StorageError) else CONFIGURATION
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has enough; Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    finally:
        session.close()


def _opened(session: Session) -> ApiBackend:
    backend = session.backend
    if preset := session.options.preset:
        # What is asked for by name is not replaced by something else, as a default would be.
        backend.state = backend.engine.states.activate_preset(backend.state, preset)
    for notice in backend.engine.take_notices():
        _tell(notice.text)
    return backend


def _ask(backend: ApiBackend, prompt: str) -> int:
    out = _Out()
    success, _, message = backend.ask_stream(prompt, {"stream_callback": out.write})
    out.end()
    if success:
        return OK
    _tell(message)
    return FAILED


class _Out:
    """Stdout: as the model wrote it for a file or a program, only what can be read for a person."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # No letter is worth the rest of the answer.
        self._cleaner = Cleaner() if sys.stdout.isatty() else None
        self._last = ""

    def write(self, piece: str) -> None:
        """Write what has come."""
        self._put(self._cleaner.feed(piece) if self._cleaner else piece)

    def end(self) -> None:
        """Write what is left, and end the line."""
        if self._cleaner:
            self._put(self._cleaner.end())
        if self._last and self._last != "\n":
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            self._last = text[-1]
            print(text, end="", flush=True)


def _tell(text: str) -> None:
    print(f"lwe-tui: {clean(text)}", file=sys.stderr)
