"""A person sees finished blocks, a program the source; whatever comes in whatever pieces."""

from __future__ import annotations

import random
import sys

import pytest

from lwe_tui.streams import Out, show, tell

Output = pytest.CaptureFixture[str]

TEXT = """\
# Title

Some *words* and [a link](http://example.org).

1. one

   more of one

2. two

```python
print(1)

# no heading
```

| a | b |
|---|---|
| 1 | 2 |

The end.
"""


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "dumb")


def shown(pieces: list[str], capsys: Output) -> str:
    out = Out()
    for piece in pieces:
        out.write(piece)
    out.end()
    return capsys.readouterr().out


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_program_gets_every_letter(size: int, capsys: Output) -> None:
    pieces = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    assert shown(pieces, capsys) == TEXT


def test_a_person_gets_it_rendered(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    show(TEXT)
    said = capsys.readouterr().out
    assert "Some words and a link (http://example.org)." in said
    assert " 1 one\n   more of one\n 2 two\n" in said
    assert "```" not in said
    assert "# no heading" in said
    assert said.endswith("\nThe end.\n")


@pytest.mark.parametrize("size", [1, 3, 40])
def test_pieces_look_like_the_whole(
    size: int, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    show(TEXT)
    whole = capsys.readouterr().out
    pieces = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    said = shown(pieces, capsys)
    words = [line for line in whole.splitlines() if line.strip()]
    assert [line for line in said.splitlines() if line.strip()] == words


def test_a_block_is_shown_when_it_is_complete(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    out = Out()
    out.write("first\n\nsec")
    assert capsys.readouterr().out == "first\n"
    out.write("ond\n")
    assert capsys.readouterr().out == ""
    out.end()
    assert capsys.readouterr().out == "\nsecond\n"


def test_nothing_is_lost_of_odd_text(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    chance = random.Random(7)
    words = [f"w{n}" for n in range(200)]
    joints = [" ", "\n", "\n\n", "\n- ", "\n\n> ", "\n\n1. ", "\n\n## "]
    text = "".join(word + chance.choice(joints) for word in words)
    out = shown([text[i : i + 5] for i in range(0, len(text), 5)], capsys)
    assert [w for w in out.replace("•", " ").split() if w.startswith("w")] == words


def test_an_empty_answer_is_nothing(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    assert shown([], capsys) == shown(["\n", " \n"], capsys) == ""


def test_talk_is_cleaned(capsys: Output) -> None:
    tell("a \x1b[31mword")
    assert capsys.readouterr() == ("", "lwe-tui: a word\n")
