"""What terminals send for alt with a digit or enter arrives as just that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from textual import _ansi_sequences, events
from textual._xterm_parser import XTermParser

from lwe_tui.render.clean import clean
from lwe_tui.terminal import PASTE_BEGIN, PASTE_END, Pastes, mend_key_sequences


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    table = cast(dict[str, Any], _ansi_sequences.ANSI_SEQUENCES_KEYS)
    before = dict(table)
    mend_key_sequences()
    yield
    table.clear()
    table.update(before)


def keys_of(sequence: str) -> list[str]:
    return [event.key for event in XTermParser().feed(sequence) if isinstance(event, events.Key)]


@pytest.mark.parametrize("digit", "0123456789")
def test_escape_and_a_digit_is_alt_and_the_digit(digit: str) -> None:
    assert keys_of(f"\x1b{digit}") == [f"alt+{digit}"]


def test_escape_and_return_is_alt_and_enter() -> None:
    assert keys_of("\x1b\r") == ["alt+enter"]


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        ("1", ["1"]),
        ("\r", ["enter"]),
        ("\x1b[13;2u", ["shift+enter"]),
        ("\x1b[A", ["up"]),
        ("\x1b[H", ["home"]),
        ("\x1bOP", ["f1"]),
        ("\x1b[49;3u", ["alt+1"]),
        ("a\x1b2b", ["a", "alt+2", "b"]),
    ],
)
def test_other_keys_are_what_they_were(sequence: str, keys: list[str]) -> None:
    assert keys_of(sequence) == keys


def test_quick_presses_are_told_apart() -> None:
    assert keys_of("\x1b1\x1b1\x1b\r\x1b2x") == ["alt+1", "alt+1", "alt+enter", "alt+2", "x"]


def test_mending_twice_does_no_harm() -> None:
    mend_key_sequences()
    assert keys_of("\x1b1\x1b\r") == ["alt+1", "alt+enter"]


@pytest.mark.parametrize("sequence", ["\x1b\r", "\x1b1"])
def test_alt_types_nothing(sequence: str) -> None:
    (event,) = [e for e in XTermParser().feed(sequence) if isinstance(e, events.Key)]
    assert not event.is_printable


PASTED = "one\rtwo \x1b[31mred\x1b[0m three\rfour \x11 \x1b]0;t\x07 five \x1b"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_paste_with_escapes_in_it_is_one_paste(size: int) -> None:
    sent = f"a{PASTE_BEGIN}{PASTED}{PASTE_END}b"
    pastes, made = Pastes(), ""
    for start in range(0, len(sent), size):
        made += pastes.feed(sent[start : start + size])
    before, _, rest = made.partition(PASTE_BEGIN)
    pasted, _, after = rest.partition(PASTE_END)
    assert (before, after) == ("a", "b")
    assert "\x1b" not in pasted
    assert clean(pasted) == "one\ntwo red three\nfour   five "


def test_what_is_not_pasted_passes_unchanged() -> None:
    for sent in ("\x1b[A", "\x1b", "text\x1b1", "\x1b[200", "\x1b[<0;1;1M"):
        assert Pastes().feed(sent) == sent
