"""Rows are broken at the width, keep their styles and lose nothing."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from lwe_tui.render.lines import cut

STYLES = (None, Style(bold=True), Style(color="red"))
WORDS = ("a", "bc, ", "汉字", "e\u0301", "👍🏽", " ", "xxxxxxxxxxxx")


def styled(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    return [(letter, segment.style) for segment in segments for letter in segment.text]


@pytest.mark.parametrize("seed", range(20))
def test_cut_rows_are_the_whole_row(seed: int) -> None:
    dice = random.Random(seed)
    segments = [
        Segment("".join(dice.choices(WORDS, k=dice.randrange(4))), dice.choice(STYLES))
        for _ in range(dice.randrange(1, 40))
    ]
    width = dice.randrange(2, 30)
    made = cut(segments, width)
    assert styled([segment for strip in made for segment in strip]) == styled(segments)
    assert all(strip.cell_length <= width for strip in made)
    assert [strip.cell_length for strip in made] == [cell_len(strip.text) for strip in made]


def test_what_fits_is_one_row() -> None:
    segments = [Segment("abc"), Segment("de")]
    assert [strip.text for strip in cut(segments, 5)] == ["abcde"]
    assert [strip.text for strip in cut(segments, 4)] == ["abcd", "e"]
    assert [strip.text for strip in cut([], 4)] == [""]
