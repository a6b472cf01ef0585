"""Markdown becomes the same rows whether it comes at once or in pieces, and says what it said."""

from __future__ import annotations

import random

import pytest

from lwe_tui.render.lines import PLAIN_LOOK
from lwe_tui.render.markdown_strips import LiveMarkdown

LONG_CODE = "\n".join(f"def f{n}():\n    return {n}\n" for n in range(60))
LONG_TABLE = "\n".join(f"| row {n} | {n * n} |" for n in range(70))
LONG_LIST = "\n".join(f"{n}. item {n}\n   - inner *{n}*" for n in range(1, 30))
MIXED = f"""# Heading *with* emphasis

A paragraph with **strong**, `code`, ~~gone~~ and [a link](https://example.org/x) that is long
enough to be wrapped on any screen that is not very wide, and then some more words.

Setext heading
--------------

- one
- two

  a second paragraph of two
- three
  1. inner
  2. list

```python
{LONG_CODE}
```

| name | square |
|:-----|-------:|
{LONG_TABLE}

{LONG_LIST}

> a quote
> of two lines
>
> - with a list

    indented code

***

日本語の文章と絵文字 👩‍👩‍👧 🎉 と English mixed in one long line that is wrapped.

See [the reference] later. <b>Tags</b> stay words.

[the reference]: https://example.org/reference

~~~
an open fence
"""


def rows(text: str, width: int = 72) -> list[str]:
    whole = LiveMarkdown()
    whole.feed(text)
    whole.update()
    return shown(whole, width)


def shown(markdown: LiveMarkdown, width: int = 72) -> list[str]:
    return [
        line.strip.text.rstrip()
        for block in markdown.blocks
        for line in block.lines(width, PLAIN_LOOK)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_pieces_give_the_same_rows_as_the_whole(seed: int) -> None:
    dice = random.Random(seed)
    fed, text = LiveMarkdown(), MIXED.replace("[the reference]:", "[other]:")
    while text:
        size = dice.choice((1, 2, 5, 17, 60, 400))
        fed.feed(text[:size])
        text = text[size:]
        if dice.random() < 0.5:
            fed.update()
            shown(fed)
    fed.update()
    assert shown(fed) == rows(MIXED.replace("[the reference]:", "[other]:"))


def test_no_word_is_lost() -> None:
    text = " ".join(rows(MIXED, 100))
    for word in ("strong", "gone", "https://example.org/x", "inner 29", "return 59", "row 69"):
        assert word in text
    assert "<b>Tags</b>" in text


def test_a_reference_below_is_found_in_the_whole() -> None:
    assert "the reference (https://example.org/reference)" in " ".join(rows(MIXED, 200))


def test_lists_keep_their_numbers_across_cuts() -> None:
    numbered = rows("\n".join("1. same" for _ in range(12)))
    assert [row.split(".")[0].strip() for row in numbered] == [str(n) for n in range(1, 13)]
    assert rows("0. zero\n1. one")[0].startswith(" 0. zero")


def test_what_is_inside_brackets_is_no_markup() -> None:
    assert rows("[bold]not bold[/bold] and [red]") == ["[bold]not bold[/bold] and [red]"]


def test_a_table_fits_the_width_or_becomes_a_list() -> None:
    table = "| first column | second column |\n|---|---|\n| some words here | more words there |\n"
    assert rows(table, 60)[0] == " first column    │ second column"
    assert max(map(len, rows(table, 24))) <= 24
    assert rows(table, 8)[0].startswith("first")


def test_a_tables_columns_are_aligned_as_it_says() -> None:
    found = rows("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |\n| left | middle | right |\n")
    assert found[2] == " 1    │   2    │     3"


def test_wide_characters_are_never_cut_in_half() -> None:
    found = rows("- ```\n  " + "漢字" * 20 + "\n  ```", 15)
    assert "".join(row.strip(" •") for row in found) == "漢字" * 20


def test_long_words_are_cut_and_lose_nothing() -> None:
    assert "".join(rows("x" * 300, 40)) == "x" * 300


@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_every_width_can_be_drawn(width: int) -> None:
    assert rows(MIXED, width)


def test_the_tail_stays_short_while_long_things_come_in() -> None:
    fed = LiveMarkdown()
    for line in ["```python", *LONG_CODE.split("\n") * 4]:
        fed.feed(line + "\n")
        fed.update()
    parts = fed.blocks[:-1]
    assert len(parts) > 5
    fed.feed("pass\n")
    fed.update()
    assert fed.blocks[: len(parts)] == parts


def test_a_half_written_reference_is_not_kept() -> None:
    fed = LiveMarkdown()
    for piece in ("[a]\n\n[a]: htt", "p://x.example/whole\n\nnext [a]"):
        fed.feed(piece)
        fed.update()
    assert "http://x.example/whole" in " ".join(shown(fed))
