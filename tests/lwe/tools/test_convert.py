"""What a model sends becomes what a tool's annotations promise."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AnySet
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Optional
from uuid import UUID

import pytest
from pydantic import BaseModel

from lwe.errors import ToolError
from lwe.tools.convert import WrongValue, arguments, converted


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Street(BaseModel):
    name: str


class Person(BaseModel):
    home: Street
    others: list[Street] = []


@dataclass
class Point:
    x: int
    tags: list[str] = field(default_factory=list)
    near: Point | None = None


class Pair(NamedTuple):
    left: int
    right: int


HIGH = {"name": "High"}
DAY = date(2024, 5, 31)
NEVER: Any = None


def test_arguments_become_what_annotations_ask_for() -> None:
    def tool(
        a: int,
        colour: Colour,
        person: Person | None = None,
        points: list[Point] | None = None,
        **more: int,
    ) -> None: ...

    given = {
        "a": 1,
        "colour": "blue",
        "person": {"home": {"name": "High"}},
        "points": [{"x": 1}],
        "z": 5,
    }
    assert arguments("x", tool, given) == {
        "a": 1,
        "colour": Colour.BLUE,
        "person": Person(home=Street(name="High")),
        "points": [Point(1)],
        "z": 5,
    }
    assert arguments("x", tool, {"a": 1, "colour": "red", "person": None})["person"] is None


@pytest.mark.parametrize(
    "given", [{}, {"colour": "red", "z": 1}, {"colour": "green"}, {"colour": "red", "one": {}}]
)
def test_arguments_that_are_not_accepted_are_a_sentence(given: dict[str, Any]) -> None:
    def tool(colour: Colour, one: Street | None = None) -> None: ...

    with pytest.raises(ToolError, match="'x' was called with wrong arguments: "):
        arguments("x", tool, given)


@pytest.mark.parametrize(
    ("hint", "value", "made"),
    [
        (dict[str, Street], {"a": HIGH}, {"a": Street(name="High")}),
        (dict[int, date], {"7": "2024-05-31"}, {7: DAY}),
        (Mapping[str, Point], {"a": {"x": 1}}, {"a": Point(1)}),
        (tuple[Street, int], [HIGH, 3], (Street(name="High"), 3)),
        (tuple[int, ...], ["1", 2.0], (1, 2)),
        (tuple, [1], (1,)),
        (Pair, [1, 2], Pair(1, 2)),
        (Optional[list[Street]], [HIGH], [Street(name="High")]),  # noqa: UP045 - as others write
        (list[Street] | None, None, None),
        (set[Colour], ["red", "red"], {Colour.RED}),
        (frozenset[int], [1], frozenset((1,))),
        (AnySet[int], [1], {1}),
        (deque[int], [1], deque([1])),
        (Iterable[date], ["2024-05-31"], [DAY]),
        (Sequence[Point], [{"x": 1, "near": {"x": "2"}}], [Point(1, [], Point(2))]),
        (list[dict[str, list[Colour]]], [{"a": ["blue"]}], [{"a": [Colour.BLUE]}]),
        (Level, 1, Level.LOW),
        (Colour, Colour.RED, Colour.RED),
        (date, "2024-05-31", DAY),
        (datetime, "2024-05-31T08:30:00", datetime(2024, 5, 31, 8, 30)),
        (time, "08:30", time(8, 30)),
        (Decimal, 0.1, Decimal("0.1")),
        (UUID, "0" * 32, UUID(int=0)),
        (Path, "a/b", Path("a/b")),
        (bytes, "ä", "ä".encode()),
        (int, "-3", -3),
        (int, 3.0, 3),
        (float, 3, 3.0),
        (float, "0.5", 0.5),
        (bool, "False", False),
        (str, 3, "3"),
        (str, True, "true"),
        (int | str, "3", "3"),
        (date | str, "2024-05-31", "2024-05-31"),
        (date | int, "2024-05-31", DAY),
        (Literal[1, "a"], "a", "a"),
        (Literal[Colour.RED], "red", Colour.RED),
        (Annotated[Street, "its name"], HIGH, Street(name="High")),
        (Point, Point(1), Point(1)),
        (Any, {"a": [1]}, {"a": [1]}),
        (object, 1, 1),
        (complex, "1+2j", "1+2j"),
        (None, None, None),
        ("not a type", 1, 1),
    ],
)
def test_values_are_made_at_every_depth(hint: Any, value: Any, made: Any) -> None:
    found = converted(hint, value, "'a'")
    assert found == made
    assert type(found) is type(made)


@pytest.mark.parametrize(
    ("hint", "value", "sentence"),
    [
        (int, "three", "'a' has to be a whole number, not \"three\""),
        (int, True, "'a' has to be a whole number, not true"),
        (int, 1.5, "'a' has to be a whole number, not 1.5"),
        (float, "much", "'a' has to be a number, not \"much\""),
        (bool, 1, "'a' has to be true or false, not 1"),
        (str, None, "'a' has to be a text, not null"),
        (None, 1, "'a' has to be null, not 1"),
        (list[int], "1", "'a' has to be a list, not \"1\""),
        (list[int], {"x": 1}, "'a' has to be a list"),
        (list[dict[str, int]], [{}, {"x": "y"}], "'a'[1].x has to be a whole number"),
        (dict[str, int], [1], "'a' has to be an object, not [1]"),
        (dict[int, int], {"x": 1}, "a key of 'a' has to be a whole number"),
        (tuple[int, str], [1], "'a' has to be a list of 2 values, not [1]"),
        (set, [[1]], "'a': unhashable"),
        (Pair, [1], "'a': "),
        (Colour, "green", '\'a\' has to be one of "red", "blue", not "green"'),
        (Literal[1, 2], "1", "'a' has to be one of 1, 2, not \"1\""),
        (date, "soon", "'a' has to be a date like 2024-05-31, not \"soon\""),
        (date, 5, "'a' has to be a date"),
        (datetime, "soon", "'a' has to be a date and time like"),
        (Decimal, "x", "'a' has to be a number"),
        (UUID, "x", "'a' has to be a UUID"),
        (Path, 3, "'a' has to be a path"),
        (Point, 1, "'a' has to be an object"),
        (Point, {"x": 1, "tags": [{}]}, "'a'.tags[0] has to be a text, not {}"),
        (Point, {"x": 1, "z": 2}, "'a': Point"),
        (Point, {}, "'a': Point"),
        (list[Person], [{"home": {}}], "'a'[0].home.name: Field required"),
        (Street | None, 1, "'a': Input should be a valid dictionary"),
        (int | date, "x", "'a' has to be a whole number, not \"x\"; or 'a' has to be a date"),
        (int, "x" * 99, "xxx…"),
    ],
)
def test_what_is_something_else_is_told_with_its_place(
    hint: Any, value: Any, sentence: str
) -> None:
    with pytest.raises(WrongValue) as failure:
        converted(hint, value, "'a'")
    assert sentence in str(failure.value)


def test_the_sentence_names_the_tool_and_the_argument() -> None:
    def tool(people: dict[str, Person]) -> None: ...

    with pytest.raises(ToolError) as failure:
        arguments("x", tool, {"people": {"ann": {"home": {"name": 1}}}})
    assert str(failure.value) == (
        "The tool 'x' was called with wrong arguments: "
        "'people'.ann.home.name: Input should be a valid string"
    )


def test_a_docstrings_types_are_promised_too_and_a_default_may_be_given() -> None:
    def tool(day, until: date = NEVER, open_end=5):  # type: ignore
        """Do it.

        :param day: when
        :type day: date
        """

    given = {"day": "2024-05-31", "until": NEVER, "open_end": "x"}
    assert arguments("x", tool, given) == {**given, "day": DAY}
