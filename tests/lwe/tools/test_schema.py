"""What a model is told of a function."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, Union

import pytest
from pydantic import BaseModel, Field

from lwe.errors import ToolError
from lwe.tools.schema import cleanup_tool_definition, definition, schema_of

if TYPE_CHECKING:
    from decimal import Decimal


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Street(BaseModel):
    """A street."""

    name: str = Field(description="its name")


class Person(BaseModel):
    home: Street
    others: list[Street] = []


class Tree(BaseModel):
    children: list[Tree] = []


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


def properties(function: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = definition("x", function)["parameters"]["properties"]
    return found


def test_a_definition_is_the_seeds() -> None:
    def roll(sides: int, count: float = 1.0, label: str = "") -> dict[str, Any]:
        """Roll dice.

        :param sides: sides per die
        :type sides: int
        :param count: number of dice
        :type count: float, optional
        """
        return {}

    assert definition("roll_dice", roll) == {
        "name": "roll_dice",
        "description": "Roll dice.",
        "parameters": {
            "type": "object",
            "properties": {
                "sides": {"type": "integer", "description": "sides per die"},
                "count": {"type": "number", "description": "number of dice"},
                "label": {"type": "string", "description": ""},
            },
            "required": ["sides"],
        },
    }


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (bool, {"type": "boolean"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (str, {"type": "string"}),
        (Path, {"type": "string"}),
        (Any, {}),
        (list, {"type": "array", "items": {}}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (set[bool], {"type": "array", "items": {"type": "boolean"}}),
        (dict, {"type": "object"}),
        (dict[str, Any], {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Optional[int], {"type": "integer"}),  # noqa: UP045 - as users write it
        (int | None, {"type": "integer"}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (Union[int, None, str], {"anyOf": [{"type": "integer"}, {"type": "string"}]}),  # noqa: UP007
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour, {"type": "string", "enum": ["red", "blue"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (
            Point,
            {
                "type": "object",
                "properties": {
                    "x": {"type": "integer"},
                    "y": {"type": "integer"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["x"],
            },
        ),
    ],
)
def test_types_have_their_schemas(hint: object, schema: dict[str, Any]) -> None:
    assert schema_of(hint) == schema


def test_annotations_that_are_text_are_looked_up() -> None:
    def tool(
        a: int,
        b: "list[Colour]",  # noqa: UP037 - text in text
        c: Optional[bool] = None,  # noqa: UP045 - as users write it
        d: Literal["x"] | None = None,
    ) -> None: ...

    found = properties(tool)
    assert found["a"]["type"] == "integer"
    assert found["b"]["items"] == {"type": "string", "enum": ["red", "blue"]}
    assert found["c"]["type"] == "boolean"
    assert found["d"]["enum"] == ["x"]


def test_a_type_known_to_checkers_only_is_text() -> None:
    def tool(a: Decimal) -> None: ...

    assert properties(tool)["a"]["type"] == "string"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("int, optional", "integer"),
        ("bool", "boolean"),
        ("boolean", "boolean"),
        ("string, default 'x'", "string"),
        ("int or None", "integer"),
        ("list of str", "array"),
        ("list of integers", "array"),
        ("List[str]", "array"),
        ("Colour", "string"),
    ],
)
def test_a_docstring_names_the_type_where_an_annotation_is_missing(text: str, kind: str) -> None:
    def tool(a):  # type: ignore[no-untyped-def]
        pass

    tool.__doc__ = f"Do it.\n\n:param a: The a.\n:type a: {text}"
    assert properties(tool)["a"]["type"] == kind


def test_docstrings_are_never_evaluated(tmp_path: Path) -> None:
    made = tmp_path / "made"

    def tool(a):  # type: ignore[no-untyped-def]
        pass

    tool.__doc__ = f"Do it.\n\n:type a: open({str(made)!r}, 'w')"
    with pytest.raises(ToolError):
        definition("x", tool)
    assert not made.exists()


def test_a_default_says_the_type_where_nothing_else_does() -> None:
    def tool(a=1, b=True, c=""):  # type: ignore[no-untyped-def]
        pass

    kinds = [one["type"] for one in properties(tool).values()]
    assert kinds == ["integer", "boolean", "string"]


def test_a_parameter_without_any_type_is_a_sentence() -> None:
    def tool(a, b: int):  # type: ignore[no-untyped-def]
        pass

    with pytest.raises(ToolError, match=r"'x' cannot be used: its parameter 'a' has no type\."):
        definition("x", tool)


def test_only_named_parameters_are_told() -> None:
    def tool(a: int, *rest: int, b: int, c: int = 1, **more: int) -> None: ...

    found = definition("x", tool)["parameters"]
    assert list(found["properties"]) == ["a", "b", "c"]
    assert found["required"] == ["a", "b"]


def test_models_are_told_without_references() -> None:
    def tool(person: Person) -> None: ...

    person = properties(tool)["person"]
    assert person["properties"]["home"]["properties"]["name"]["description"] == "its name"
    assert person["properties"]["others"]["items"]["required"] == ["name"]
    assert "$ref" not in str(person)


def test_a_definition_is_cleaned_of_references() -> None:
    given = {"name": "x", "parameters": Person.model_json_schema(), "extra": 1}
    cleaned = cleanup_tool_definition(given)
    assert cleaned["parameters"]["properties"]["home"]["title"] == "Street"
    assert cleaned["extra"] == 1
    assert "$defs" not in str(cleaned) and "$defs" in str(given)
    assert cleanup_tool_definition({"name": "x"}) == {"name": "x"}


def test_what_stands_beside_a_reference_stays() -> None:
    class Pair(BaseModel):
        first: Street = Field(description="the first")

    found = cleanup_tool_definition({"parameters": Pair.model_json_schema()})
    first = found["parameters"]["properties"]["first"]
    assert (first["description"], first["title"]) == ("the first", "Street")


def test_a_model_inside_itself_comes_to_an_end() -> None:
    found = cleanup_tool_definition({"parameters": Tree.model_json_schema()})
    assert "$ref" not in str(found)
