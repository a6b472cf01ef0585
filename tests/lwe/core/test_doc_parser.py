"""The seed's readers of docstrings, with the seed's results."""

from __future__ import annotations

from typing import Any

from lwe.core.doc_parser import (
    func_to_openai_tool_spec,
    merge_argument_attrs_from_doc,
    parse_docstring,
    parse_type,
    type_mapping,
)

DOC = """Do it.

More of it.

:param a: the first
:type a: int
:param b: the second
:raises ValueError: when not
:return: a thing
:rtype: str
"""


def test_a_docstring_is_taken_apart() -> None:
    assert parse_docstring(DOC) == {
        "a": {"description": "the first", "optional": False, "type": int},
        "b": {"description": "the second"},
        "raises": {"description": "when not", "type": ValueError},
        "return": {"description": "a thing", "optional": False, "type": str},
        "__description": "Do it. More of it.",
    }
    assert parse_docstring("") == parse_docstring(None) == {"__description": ""}


def test_types_are_read_and_never_evaluated() -> None:
    assert parse_type("int,optional") == parse_type("int, optional")
    assert parse_type("int,optional") == {"optional": True, "type": int}
    assert parse_type("__import__('os').abort()") == {"optional": False, "type": None}
    assert [type_mapping(kind) for kind in (int, float, str, object)] == [
        "integer",
        "number",
        "string",
        "string",
    ]


def test_a_function_is_described_without_its_object() -> None:
    def do(self: Any, a: int, b: str = "x") -> str:
        """Do it.

        :param a: the first
        """
        return f"{self}{a}{b}"

    assert func_to_openai_tool_spec("do", do) == {
        "name": "do",
        "description": "Do it.",
        "parameters": {
            "type": "object",
            "properties": {
                "a": {"type": "integer", "description": "the first"},
                "b": {"type": "string", "description": ""},
            },
            "required": ["a"],
        },
    }


def test_a_description_is_put_beside_a_type() -> None:
    doc = parse_docstring(DOC)
    assert merge_argument_attrs_from_doc({"type": "x"}, "a", doc)["description"] == "the first"
    assert merge_argument_attrs_from_doc({}, "z", doc) == {"description": ""}
