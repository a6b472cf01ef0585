"""Rules of parameters: what is taken, in which type, and what is said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.core.provider import PresetValue
from lwe.errors import PresetError
from lwe.providers.options import checked, completions_of, names_of, rule_of

CHOICE = PresetValue(str, options=["low", "high"], include_none=True)
RULES: dict[str, Any] = {
    "model_name": PresetValue(str, options=["m"]),
    "heat": PresetValue(float, 0, 1),
    "effort": CHOICE,
    "bias": dict,
    "more": {"user": PresetValue(str), "*": None},
    "any": None,
}


@pytest.mark.parametrize(
    ("rule", "given", "made"),
    [
        (PresetValue(bool), "t", True),
        (PresetValue(bool), 0, False),
        (PresetValue(int, 1, 3), "2", 2),
        (PresetValue(int), 2.0, 2),
        (PresetValue(float), "0.5", 0.5),
        (PresetValue(float, -2, 2), -2, -2.0),
        (PresetValue(str), 7, "7"),
        (CHOICE, "low", "low"),
        (PresetValue(dict), {"a": 1}, {"a": 1}),
        (CHOICE, None, None),
        (PresetValue(int, 1, 3), "None", None),
    ],
)
def test_values_are_taken_in_their_types(rule: PresetValue, given: object, made: object) -> None:
    ok, value, error = rule.cast(given)
    assert (ok, value, error) == (True, made, None)
    assert type(value) is type(made)


@pytest.mark.parametrize(
    ("rule", "given", "sentence"),
    [
        (PresetValue(bool), "maybe", "true or false, not 'maybe'"),
        (PresetValue(int, 1, 3), 4, "between 1 and 3, not 4"),
        (PresetValue(int, 1, 3), "x", "a whole number between 1 and 3, not 'x'"),
        (PresetValue(int), 2.5, "a whole number, not 2.5"),
        (PresetValue(int), True, "a whole number, not True"),
        (PresetValue(float), "nan", "a number, not 'nan'"),
        (PresetValue(float, min_value=1), 0.5, "at least 1, not 0.5"),
        (PresetValue(float, max_value=1), 1.5, "at most 1, not 1.5"),
        (CHOICE, "huge", "one of low, high, not 'huge'"),
        (PresetValue(str), ["a"], "a text, not ['a']"),
        (PresetValue(dict), "a", "a mapping, not 'a'"),
        (PresetValue(int, private=True), "sk-secret", "a whole number"),
    ],
)
def test_what_is_not_allowed_is_said_with_what_is(
    rule: PresetValue, given: object, sentence: str
) -> None:
    assert rule.cast(given, "x") == (False, None, f"x has to be {sentence}")


def test_completions_are_the_seeds() -> None:
    assert PresetValue(bool).completions == {"true": None, "false": None}
    assert list(PresetValue(int, 1, 3, include_none=True).completions) == ["1", "2", "3", "None"]
    assert list(PresetValue(float, 0, 0.3).completions) == ["0.0", "0.1", "0.2", "0.3"]
    assert list(CHOICE.completions) == ["low", "high", "None"]
    assert PresetValue(float).completions == PresetValue(dict, include_none=True).completions == {}


def test_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="one of bool, int"):
        PresetValue(list)


def test_options_wait_until_they_are_asked_for() -> None:
    asked: list[int] = []
    rule = PresetValue(str, options=lambda: asked.append(1) or ["a"])
    assert asked == []
    assert rule.options == ["a"]


def test_names_and_completions_have_dots() -> None:
    assert names_of(RULES) == {
        "model_name",
        "heat",
        "effort",
        "bias.*",
        "more.user",
        "more.*",
        "any",
    }
    assert set(completions_of(RULES)) == {"model_name", "heat", "effort", "bias", "more.user"}


def test_rules_are_found_by_path() -> None:
    assert rule_of(RULES, ["heat"]) is RULES["heat"]
    assert rule_of(RULES, ["bias", "5"]) is rule_of(RULES, ["more", "x"]) is None
    for path, wrong in ((["cold"], "cold"), (["heat", "a"], "a")):
        with pytest.raises(KeyError) as caught:
            rule_of(RULES, path)
        assert caught.value.args == (wrong,)


def test_all_values_are_checked_at_once() -> None:
    given = {"model_name": "new", "heat": "1", "more": {"user": 5, "x": {"y": 1}}, "any": [1]}
    assert checked(RULES, given, "model_name") == {
        "model_name": "new",
        "heat": 1.0,
        "more": {"user": "5", "x": {"y": 1}},
        "any": [1],
    }
    assert checked(RULES, {"bias": None, "more": None}, "") == {"bias": None, "more": None}
    with pytest.raises(PresetError, match=r"more\.user has to be a text, not \[\]"):
        checked(RULES, {"more": {"user": []}}, "")
