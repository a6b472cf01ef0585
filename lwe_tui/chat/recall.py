"""What was asked before, one press at a time; what stood there comes back at the end."""

from __future__ import annotations

from collections.abc import Sequence


class Recall:
    """Walks through earlier questions, newest first."""

    def __init__(self) -> None:
        self._asked: list[str] = []
        self._at = -1
        self._written = ""

    @property
    def is_open(self) -> bool:
        """Whether an earlier question is shown."""
        return self._at >= 0

    def offer(self, asked: Sequence[str]) -> None:
        """Take the earlier questions, newest first."""
        self._asked = list(dict.fromkeys(text for text in asked if text.strip()))

    def add(self, text: str) -> None:
        """Take a question that was asked just now."""
        self.offer([text, *self._asked])

    def older(self, written: str) -> str | None:
        """Return the next older question; None when there is none.

        Args:
            written: what stands there now, kept for the way back.
        """
        if self._at + 1 >= len(self._asked):
            return None
        if not self.is_open:
            self._written = written
        self._at += 1
        return self._asked[self._at]

    def newer(self) -> str | None:
        """Return the next newer question, or what was written; None when that stands there."""
        if not self.is_open:
            return None
        self._at -= 1
        return self._asked[self._at] if self.is_open else self._written

    def close(self) -> None:
        """Stay with what is shown: it is being changed."""
        self._at = -1
