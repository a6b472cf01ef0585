"""What a terminal would obey never reaches it, whole or in pieces."""

from __future__ import annotations

import random
import time

import pytest

from lwe_tui.render.clean import Cleaner, clean, clean_line

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
HEART = "\N{WOMAN}\u200d\N{HEAVY BLACK HEART}\ufe0f\u200d\N{MAN}"


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;2;10;20;30mx\x1b[m", "x"),
        ("\x1b[?25l\x1b[2J\x1b[10;20Hx", "x"),
        ("\x1b[38:5:1mx", "x"),
        ("\x9b31mred\x9b0m", "red"),
        ("a\x1b[31\nb", "a\nb"),
        ("\x1b[3\x1b[31mx", "x"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("\x1b]0;title\x9cx", "x"),
        ("\x1b]8;;file:///etc/passwd\x1b\\here\x1b]8;;\x1b\\", "here"),
        ("\x1b]52;c;aGk=\x07x", "x"),
        ("\x9d0;title\x9cx", "x"),
        ("\x9d0;title\x07x", "x"),
        ("\x1bPq#0;2;0;0;0\x1b\\x", "x"),
        ("\x90q#0\x9cx", "x"),
        ("\x1b_private\x1b\\x\x1b^message\x1b\\y\x1bXstring\x1b\\z", "xyz"),
        ("\x1bkwindow\x1b\\x", "x"),
        ("\x1b]0;never ended\nnext line", "\nnext line"),
        ("\x1bcx\x1b7y\x1b=z", "xyz"),
        ("\x1b(Bx\x1b#8y\x1b Fz", "xyz"),
        ("\x1b\x1b[31mx\x1b", "x"),
        ("\x1bé\x1b\n", "é\n"),
    ],
)
def test_a_sequence_goes_as_a_whole(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("a\r\nb\rc\r\r\nd", "a\nb\nc\n\nd"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\x00\x07\x08\x0b\x0c\x7f\x85\x9fb", "ab"),
        ("\u202eabc\u202c \u2066x\u2069\u200f", "abc x"),
        ("a\u200bb\ufeffc\u2060d\xade\u180ef", "abcdef"),
        ("a\ufff9b\ufffac\ufffbd", "abcd"),
        ("\N{WAVING BLACK FLAG}\U000e0067\U000e0062\U000e007f", "\N{WAVING BLACK FLAG}"),
        ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        ("half a quotation mark: \x9dand the rest", "half a quotation mark: and the rest"),
        ("a\u200db\u200d", "ab"),
    ],
)
def test_what_cannot_be_seen_goes(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[31m is text without an escape",
        "[bold]not markup[/bold]",
        "日本語 العربية עברית हिन्दी é e\u0301",
        FAMILY,
        HEART,
        "می\u200cخواهم",
        "\tindented\n\n",
        "\ue0b0 private use, \u2500 boxes, \u2800 braille",
    ],
)
def test_what_is_meant_to_be_read_stays(text: str) -> None:
    assert clean(text) == text


def test_nothing_that_a_terminal_obeys_is_left_of_any_character() -> None:
    obeyed = [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)]
    obeyed += [*range(0x2066, 0x206A), *range(0xD800, 0xE000)]
    left = clean("".join(map(chr, range(0x20000))))
    assert not set(left) & {chr(code) for code in obeyed}


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("one line", "one line"),
        ("two\nlines\r\nthree\tand a tab", "two lines three and a tab"),
        ("a\n\n\t\nb", "a b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("[bold]", "[bold]"),
        (FAMILY, FAMILY),
    ],
)
def test_a_line_is_one_line(dirty: str, expected: str) -> None:
    assert clean_line(dirty) == expected


ALPHABET = [
    *("\x1b", "\x1b[", "\x9b", "\x1b]", "\x9d", "\x90", "\x1bP", "\x1b\\", "\x9c", "\x07", "\r"),
    *("\n", "\r\n", "\t", "0;", "8;;x", "31", "m", "[", "]", " ", "(", "/", "~", "k", "abc"),
    *("\u200d", "\N{MAN}", "\u202e", "\ud800", "é", "日", "\x00", "?25h", "x" * 60, "1;" * 90),
]


def random_text(chance: random.Random) -> str:
    text = "".join(chance.choices(ALPHABET, k=chance.randint(0, 40)))
    if chance.random() < 0.05:
        text += chance.choice(["\x1b]", "\x9d0;", "\x1b["]) + "7" * chance.choice([256, 4096, 5000])
    return text + "".join(chance.choices(ALPHABET, k=3))


@pytest.mark.parametrize("seed", range(20))
def test_pieces_give_the_same_as_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        text = random_text(chance)
        cleaner, rest, shown = Cleaner(), text, ""
        while rest:
            cut = chance.choice([1, 2, 3, 7, 300])
            shown += cleaner.feed(rest[:cut])
            rest = rest[cut:]
        whole = clean(text)
        assert shown + cleaner.end() == whole, repr(text)
        assert clean(whole) == whole, repr(text)
        assert "\x1b" not in whole


def test_a_sequence_without_an_end_holds_little_back() -> None:
    cleaner = Cleaner()
    shown = [cleaner.feed("\x1b]0;"), *(cleaner.feed("y" * 100) for _ in range(50))]
    assert "".join(shown[:40]) == ""
    assert set("".join(shown)) == {"y"}
    assert cleaner.feed("and on") == "and on"


def test_a_cleaner_can_be_used_again_after_the_end() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("a\r") + cleaner.end() == "a\n"
    assert cleaner.feed("\nb") == "\nb"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("The quick brown fox jumps over the lazy dog.\n" * 22_000, 0.2),
        ("Der schnelle Fuchs springt — über 東京.\n" * 25_000, 0.2),
        ("\x1b]" * 500_000, 1.0),
        (("\x9d0;" + "a" * 250) * 4_000, 1.0),
        ("\x1b[" + "1" * 1_000_000, 1.0),
    ],
    ids=["ascii", "unicode", "introducers", "unended", "digits"],
)
def test_a_megabyte_takes_no_time(text: str, seconds: float) -> None:
    # Idle, the clean ones take 2 to 4 ms; the limits leave room for a busy machine.
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        clean(text)
        taken.append(time.perf_counter() - start)
    assert min(taken) < seconds
