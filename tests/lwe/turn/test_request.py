"""What a caller asks becomes messages; what cannot be asked is a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.domain import Message
from lwe.errors import ConfigError
from lwe.turn.request import NO_OVERRIDES, Overrides, new_messages


def test_a_text_opens_a_new_conversation_with_the_system_message() -> None:
    assert new_messages(" hi ", "Be brief.", is_new=True) == [
        Message("system", "Be brief."),
        Message("user", " hi "),
    ]


def test_a_text_in_a_conversation_is_sent_alone() -> None:
    assert new_messages("hi", "Be brief.", is_new=False) == [Message("user", "hi")]
    assert new_messages("hi", "", is_new=True) == [Message("user", "hi")]


@pytest.mark.parametrize("is_new", [True, False])
def test_a_list_is_taken_as_it_is(is_new: bool) -> None:
    given = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u", "more": 1},
        {"role": "assistant", "content": ""},
    ]
    assert new_messages(given, "Be brief.", is_new) == [
        Message("system", "s"),
        Message("user", "u"),
        Message("assistant", ""),
    ]


@pytest.mark.parametrize("nothing", ["", " \n\t", [], ()])
def test_nothing_cannot_be_asked(nothing: Any) -> None:
    with pytest.raises(ConfigError, match="There is nothing to ask"):
        new_messages(nothing, "", is_new=True)


@pytest.mark.parametrize(
    "item",
    [
        {"role": "robot", "content": "x"},
        {"role": "user"},
        {"role": "user", "content": None},
        {"role": "user", "content": ["x"]},
        {"content": "x"},
        {"role": ["user"], "content": "x"},
        "a text",
        None,
    ],
)
def test_a_message_needs_a_role_and_a_text(item: Any) -> None:
    with pytest.raises(ConfigError, match="needs a role"):
        new_messages([{"role": "user", "content": "x"}, item], "", is_new=True)


@pytest.mark.parametrize("asked", [None, 7, {"role": "user", "content": "x"}, b"hi"])
def test_other_things_cannot_be_asked(asked: Any) -> None:
    with pytest.raises(ConfigError, match="a text or a list of messages"):
        new_messages(asked, "", is_new=True)


def test_overrides_are_the_seeds_dictionary() -> None:
    def callback(piece: str) -> None: ...

    read = Overrides.of(
        {
            "preset": "p",
            "activate_preset": True,
            "preset_overrides": {"metadata": {"a": 1}, "model_customizations": {"b": 2}},
            "system_message": "s",
            "title": "t",
            "stream": True,
            "stream_callback": callback,
            "print_stream": True,
            "unknown": "ignored",
        }
    )
    assert read == Overrides(
        "p", True, {"a": 1}, {"b": 2}, "s", "t", True, callback, print_stream=True
    )


@pytest.mark.parametrize("nothing", [None, {}, {"preset": None, "preset_overrides": None}])
def test_no_overrides_change_nothing(nothing: Any) -> None:
    assert Overrides.of(nothing) == NO_OVERRIDES


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"files": "x"}, "'files' has to be a list of messages"),
        ({"preset_overrides": []}, ""),
        ({"preset_overrides": [1]}, "'preset_overrides' has to be a mapping"),
        ({"preset_overrides": {"metadata": "x"}}, "'metadata' in 'preset_overrides'"),
        ({"preset_overrides": {"model_customizations": [1]}}, "'model_customizations'"),
        ({"stream_callback": "x"}, "'stream_callback' has to be a function"),
    ],
)
def test_overrides_of_the_wrong_kind_are_a_sentence(given: dict[str, Any], reason: str) -> None:
    if not reason:
        assert Overrides.of(given) == NO_OVERRIDES
        return
    with pytest.raises(ConfigError, match=reason):
        Overrides.of(given)


def test_words_that_are_no_text_become_text() -> None:
    read = Overrides.of({"title": 7, "system_message": 8, "preset": 9})
    assert (read.title, read.system_message, read.preset) == ("7", "8", "9")
