"""What is typed into the search is words, phrases and filters; anything else is words."""

from __future__ import annotations

from datetime import date

import pytest

from lwe.errors import LweError
from lwe.storage.query import Query


def test_everything_at_once() -> None:
    text = 'words "a phrase" preset:fast MODEL:gpt tool:dice before:2025-01-31 has:code user:Ann'
    assert Query.parse(f"{text} after:2024", user_id=3, hidden=True) == Query(
        words=("words",),
        phrases=("a phrase",),
        preset="fast",
        model="gpt",
        tool="dice",
        before=date(2025, 1, 31),
        after=date(2024, 1, 1),
        has_code=True,
        user="Ann",
        user_id=3,
        hidden=True,
    )


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("", ""),
        ("  ", ""),
        ("ab cd", '"ab"* "cd"*'),
        ('"a b" c', '"c"* "a b"'),
        ('"a b', '"a b"*'),
        ('""', ""),
        ('x"y z"', '"x"* "y z"'),
        ("http://x OR NEAR(a)", '"http://x"* "OR"* "NEAR(a)"*'),
        ("other:thing", '"other:thing"*'),
        ("preset: x", '"x"*'),
        ("c++ *", '"c++"* "*"*'),
    ],
)
def test_words_and_phrases_are_never_syntax(text: str, expression: str) -> None:
    assert Query.parse(text).expression == expression


def test_a_filter_may_have_blanks() -> None:
    assert Query.parse('preset:"my preset" x') == Query(words=("x",), preset="my preset")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025", date(2025, 1, 1)), ("2025-07", date(2025, 7, 1)), ("2025-07-09", date(2025, 7, 9))],
)
def test_a_month_or_a_year_is_its_first_day(text: str, day: date) -> None:
    assert Query.parse(f"before:{text}").before == day
    assert Query.parse(f"after:{text}").after == day


@pytest.mark.parametrize("text", ["before:soon", "after:2025-13-01", "before:1-2-3-4", "after:x-y"])
def test_what_is_no_day_is_named_with_an_example(text: str) -> None:
    with pytest.raises(LweError, match=rf"'{text}' names no day\. Write it as in .*:2025-01-31"):
        Query.parse(text)


def test_only_code_can_be_had() -> None:
    with pytest.raises(LweError, match=r"'has:wings' cannot be looked for\. Write has:code"):
        Query.parse("has:wings")


def test_an_empty_query_is_known() -> None:
    assert Query.parse("preset: before:", user_id=1).is_empty
    assert not Query.parse("before:2025").is_empty
