"""The exit codes of `lwe-tui`, the same whichever door was taken, and what ends a command."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

OK = 0
FAILED = 1
USAGE = 2
CONFIGURATION = 3
INTERRUPTED = 130


@contextmanager
def interruptible() -> Iterator[None]:
    """Let whoever ends the program, or closes its terminal, do what ctrl+c does.

    What was said is stored then, and what was started ends.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in names:
        signal.signal(getattr(signal, name), interrupt)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
