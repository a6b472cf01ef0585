"""Words are taken apart as they are typed, and shown as they are."""

from __future__ import annotations

import pytest

from lwe.commands.command import Args, UsageError, first_word, quoted
from lwe.commands.markdown import fenced, plain


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("one two", "one", "two"),
        ("one\n two", "one", "two"),
        ("'one two' three", "one two", "three"),
        ('"it\'s one"', "it's one", ""),
        ("it's one", "it's", "one"),
        ("'open one", "'open", "one"),
        ("'a'b c", "'a'b", "c"),
        ("  ", "", ""),
    ],
)
def test_the_first_word(text: str, word: str, rest: str) -> None:
    assert first_word(text) == (word, rest)


@pytest.mark.parametrize("word", ["one", "two words", "it's one", 'say "so" now'])
def test_a_quoted_word_is_read_again(word: str) -> None:
    assert first_word(f"{quoted(word)} rest") == (word, "rest")


def test_arguments_say_how_they_are_written() -> None:
    args = Args(" a b ", "/x ONE TWO")
    assert (args.need("One"), args.only("Two")) == ("a", "b")
    with pytest.raises(UsageError, match=r"Three is missing\. Write /x ONE TWO"):
        args.need("Three")
    with pytest.raises(UsageError, match="'b' is too much"):
        Args("a b").only("One")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("snake_case and 2 * 3", r"snake_case and 2 \* 3"),
        ("_so_ `it` [is](x)", r"\_so\_ \`it\` \[is\](x)"),
        ("# no\nhead", r"\# no head"),
        ("<b> & &amp;", r"\<b> & \&amp;"),
    ],
)
def test_text_from_outside_is_no_markdown(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_fence_is_longer_than_those_inside() -> None:
    assert fenced("````\nx\n````").splitlines()[0] == "`````"
    assert fenced("x", "yaml") == "```yaml\nx\n```"
