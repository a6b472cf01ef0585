"""`Stop`: a wish to end a blocking stream."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop:
    """A wish to end a blocking stream, which may come from any thread.

    A read that waits for a stalled server does not look at flags, so the stream that is being
    read leaves a way to wake it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # A signal handler may come while this thread holds it.
        self._wake: Callable[[], None] | None = None
        self.wished = False

    def request(self) -> None:
        """Ask the running stream to end now."""
        with self._lock:
            self.wished = True
            wake = self._wake
        if wake:
            wake()

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call `wake` when the wish comes, at once if it is there; the last call counts."""
        with self._lock:
            self._wake = wake
        if self.wished:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` if the wish comes while the body runs."""
        self.wakes(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wake = None
