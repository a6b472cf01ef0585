"""A conversation as a row: its title, and what is going on or how old it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lwe.domain import Conversation, Hit, Trashed
from lwe_tui.render.rows import HIDDEN, UNTITLED, age, conversation_row, hit_row, trashed_row

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


def test_marks_and_hidden_ones_are_told_apart() -> None:
    assert [conversation_row(conversation("Rome"), "", m).lead for m in (None, True, False)] == [
        "",
        "✓ ",
        "  ",
    ]
    hidden = conversation_row(replace(conversation("Rome"), hidden=True))
    assert (hidden.style_class, hidden.right) == ("quiet", HIDDEN)


def test_a_hit_far_inside_its_snippet_is_brought_into_sight() -> None:
    hit = Hit(1, "Rome", 2, "user", None, "x" * 90 + "needle and more", ((90, 96),))
    row = hit_row(hit)
    ((start, end),) = row.spans
    assert row.text[start:end] == "needle"
    assert start < 30


def test_a_batch_of_the_trash_is_called_by_what_was_in_it() -> None:
    batch = Trashed(3, "conversations", ("Rome", "Oslo", "Bern"), 6, datetime.now())
    assert trashed_row(batch).text == "Rome and 2 others"
    assert trashed_row(replace(batch, titles=("Rome",))).text == "Rome"
    assert "message" in trashed_row(replace(batch, titles=("",), kind="message")).text
