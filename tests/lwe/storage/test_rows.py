"""Texts and times as SQLite and the seed can hold them."""

from __future__ import annotations

from datetime import datetime

import pytest

from lwe.storage.rows import now, storable, time_of


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("é 🎲 \u2028", "é 🎲 \u2028"),
        ("a\0b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("\ud83d and \ude00", "\ufffd and \ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_texts(text: str, stored: str) -> None:
    assert storable(text) == stored
    assert storable(stored) == stored


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-05-05 05:05:05.000000", datetime(2026, 5, 5, 5, 5, 5)),
        ("2026-05-05 05:05:05", datetime(2026, 5, 5, 5, 5, 5)),
        ("2026-05-05T05:05:05.5", datetime(2026, 5, 5, 5, 5, 5, 500000)),
        ("2026-05-05 05:05:05+02:00", datetime(2026, 5, 5, 5, 5, 5)),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, time: datetime | None) -> None:
    assert time_of(text) == time


def test_times_are_written_with_six_digits() -> None:
    assert len(now()) == len("2026-05-05 05:05:05.000000")
    assert time_of(now()) is not None
