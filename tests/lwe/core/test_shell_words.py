"""What is typed into a shell is read and completed as the seed does it."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.core import util
from lwe.core.error import NoInputError

BAD_RANGE = (
    "Error: Invalid range, must be two ordered history numbers separated by '-', e.g. '1-10'."
)
UUID = "12345678-1234-1234-1234-123456789012"


class Base:
    command_number = 3

    def command_do_it(self) -> None: ...
    def command_b(self) -> None: ...
    def action_b_one(self) -> None: ...
    def action_b_two_x(self) -> None: ...
    def action_bb_no(self) -> None: ...


class Shell(Base):
    def command_a(self) -> None: ...


@pytest.mark.parametrize("owner", [Shell, Shell()])
def test_commands_are_methods_in_order_of_their_names(owner: object) -> None:
    assert util.introspect_commands(owner) == ["a", "b", "do_it"]
    assert util.introspect_command_actions(owner, "b") == ["one", "two_x"]
    assert util.introspect_command_actions(owner, "c") == []


def test_a_method_is_found_where_it_is_defined() -> None:
    assert util.get_class_method(Shell, "command_b") is Base.command_b
    assert util.get_class_method(Shell, "command_c") is None


def test_names_and_leaders() -> None:
    assert util.command_with_leader("ask") == "/ask"
    assert util.underscore_to_dash("a_b-c") == "a-b-c"
    assert util.dash_to_underscore("a_b-c") == "a_b_c"


def test_completions_are_texts_that_lead_nowhere() -> None:
    made = util.list_to_completion_hash([1, "a", None, 1.5])
    assert made == {"1": None, "a": None, "None": None, "1.5": None}
    assert list(made) == ["1", "a", "None", "1.5"]


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, 0.3, ["0.0", "0.1", "0.2", "0.3"]),
        (0.7, 1.0, ["0.7", "0.8", "0.9", "1.0"]),
        (-0.2, 0.1, ["-0.2", "-0.1", "0.0", "0.1"]),
        (1, 0, []),
    ],
)
def test_a_range_is_completed_in_tenths(least: float, most: float, words: list[str]) -> None:
    assert list(util.float_range_to_completions(least, most)) == words


def test_the_whole_range_of_temperatures_is_offered() -> None:
    words = list(util.float_range_to_completions(-2, 2))
    assert (len(words), words[0], words[20], words[-1]) == (41, "-2.0", "0.0", "2.0")


@pytest.mark.parametrize(
    ("arguments", "whole", "number", "text"),
    [
        (("3",), 3, 3.0, "3"),
        (("x",), False, False, "x"),
        (("3.5",), False, 3.5, "3.5"),
        ((3.9,), 3, 3.9, "3.9"),
        ((5, 1, 3), False, False, "5"),
        ((0, 1), False, False, "0"),
        (("0", 0, 5), 0, 0.0, "0"),
        ((7, None, 5), False, False, "7"),
        ((-1, 0), -1, -1.0, "-1"),
    ],
)
def test_values_are_cast_and_bounded(
    arguments: tuple[Any, ...], whole: Any, number: Any, text: Any
) -> None:
    found = [
        check(*arguments) for check in (util.validate_int, util.validate_float, util.validate_str)
    ]
    assert [(type(value), value) for value in found] == [
        (type(value), value) for value in (whole, number, text)
    ]


def test_texts_are_bounded_by_their_length() -> None:
    assert util.validate_str("abc", min=2, max=4) == "abc"
    assert util.validate_str("abcde", 2, 4) is False
    assert util.validate_str("a", 2, 4) is False


def test_what_could_never_be_a_number_raises() -> None:
    with pytest.raises(TypeError):
        util.validate_int(None)
    with pytest.raises(TypeError):
        util.validate_float(None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", [1]),
        ("1,3-5", [1, 3, 4, 5]),
        ("5,3-4,4", [3, 4, 5]),
        (" 2 , 4 - 6 ", [2, 4, 5, 6]),
        ("20", [20]),
        (f"{UUID},2,{UUID}", [2, UUID]),
    ],
)
def test_conversations_are_named_by_numbers_ranges_and_ids(typed: str, meant: list[Any]) -> None:
    assert util.parse_conversation_ids(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "a", "0", "21", "-3", "3-1", "1-1", "1-2-3", "1,,2", "1-25", "0-3", "20-21"]
)
def test_one_wrong_item_makes_all_of_them_wrong(typed: str) -> None:
    assert util.parse_conversation_ids(typed) == BAD_RANGE


def test_a_longer_history_may_be_numbered_further() -> None:
    assert util.parse_conversation_ids("24-25", limit=25) == [24, 25]
    assert util.parse_conversation_ids("24-26", limit=25) == BAD_RANGE


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("hello", ("ask", "hello")),
        ("two\nlines", ("ask", "two\nlines")),
        (" /new ", ("new", "")),
        ("/template run x  y", ("template", "run x  y")),
        ("/a  b  ", ("a", "b")),
        ("/cmd\nrest of", ("cmd", "rest of")),
        ("//x", ("/x", "")),
        ("?", ("help", "")),
        ("?x", ("ask", "?x")),
        ("? x", ("ask", "? x")),
        ("/? x", ("?", "x")),
    ],
)
def test_a_line_is_a_command_or_is_asked(typed: str, read: tuple[str, str]) -> None:
    assert util.parse_shell_input(typed) == read


@pytest.mark.parametrize("typed", ["", "  ", "/", "/ "])
def test_nothing_typed_is_told_apart(typed: str) -> None:
    with pytest.raises(NoInputError):
        util.parse_shell_input(typed)


@pytest.mark.parametrize("typed", ["/exit", "/quit", " /quit now"])
def test_leaving_looks_like_the_end_of_input(typed: str) -> None:
    with pytest.raises(EOFError):
        util.parse_shell_input(typed)
