"""What docstrings say, in both styles."""

from __future__ import annotations

from lwe.tools.docstring import ParameterDoc, parse


def test_the_paragraphs_before_the_first_field_describe() -> None:
    doc = parse(
        """First
        line.

        Second ``code`` and *emphasis*, see :class:`Thing`.

        - one
        - two

        :param a: The a.

           More of a.

        Afterwards.
        """
    )
    assert doc.description == "First\nline. Second code and emphasis, see Thing. one two"
    assert doc.parameters == {"a": ParameterDoc("The a.\n\nMore of a.")}


def test_fields_say_texts_and_types() -> None:
    doc = parse(
        """Do it.

        :param a: See a
            on two lines.
        :type a: int, optional
        :param list[str] b: Names: several.
        :return: nothing
        :rtype: None
        :raises ValueError: never
        """
    )
    assert doc.description == "Do it."
    assert doc.parameters == {
        "a": ParameterDoc("See a\non two lines.", "int, optional"),
        "b": ParameterDoc("Names: several.", "list[str]"),
    }


def test_a_section_of_arguments_is_understood() -> None:
    doc = parse(
        """Do it.

        Args:
            a: The a,
                on two lines.
            b (int, optional): The b: a number.
            **rest: More.

        Returns:
            text: nothing
        """
    )
    assert doc.description == "Do it."
    assert doc.parameters == {
        "a": ParameterDoc("The a,\non two lines."),
        "b": ParameterDoc("The b: a number.", "int, optional"),
        "rest": ParameterDoc("More."),
    }


def test_an_empty_text_says_nothing() -> None:
    doc = parse("")
    assert (doc.description, doc.parameters) == ("", {})


def test_stars_of_arithmetic_stay() -> None:
    assert parse("Returns 2 * 3 * 4 and a*b*c.").description == "Returns 2 * 3 * 4 and a*b*c."
