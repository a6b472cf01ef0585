"""A conversation as a row: its title, and what is going on or how old it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lwe.domain import Conversation
from lwe_tui.render.rows import UNTITLED, age, conversation_row

NOW = datetime(2026, 5, 1, 12, 0)


def conversation(title: str | None) -> Conversation:
    then = datetime.now() - timedelta(hours=3, minutes=10)
    return Conversation(id=7, user_id=1, title=title, created=then, updated=then)


def test_a_row_has_the_title_and_the_age() -> None:
    row = conversation_row(conversation("Rome"), "active")
    assert (row.key, row.text, row.right, row.style_class) == ("7", "Rome", "3h", "active")


@pytest.mark.parametrize("title", [None, ""])
def test_without_a_title_it_says_so(title: str | None) -> None:
    assert conversation_row(conversation(title)).text == UNTITLED


def test_what_is_going_on_stands_where_the_age_was() -> None:
    busy = conversation_row(conversation("Rome"), "busy")
    news = conversation_row(conversation("Rome"), "news")
    assert len({busy.right, news.right, "3h"}) == 3
    assert not busy.right_yields


def test_the_age_gives_way_to_a_long_title() -> None:
    assert conversation_row(conversation("Rome")).right_yields


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=23), "23h"),
        (timedelta(days=29), "29d"),
        (timedelta(days=31), "1mo"),
        (timedelta(days=800), "2y"),
        (timedelta(minutes=-5), "now"),
    ],
)
def test_ages(ago: timedelta, said: str) -> None:
    assert age(NOW - ago, NOW) == said
