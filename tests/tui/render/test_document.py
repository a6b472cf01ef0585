"""A long column of messages: only what is seen is drawn, and the reader's place is kept."""

from __future__ import annotations

import random

from rich.style import Style

from lwe_tui.render.blocks import PLAIN_ROWS, Entry
from lwe_tui.render.document import MOST_KEPT_ROWS, Document, Place, Point
from lwe_tui.render.lines import PLAIN_LOOK, Look


def document(entries: list[Entry], width: int = 60) -> Document:
    made = Document()
    made.fit(width, PLAIN_LOOK)
    made.load(entries)
    return made


def talk(count: int) -> list[Entry]:
    dice = random.Random(3)
    return [
        Entry(
            key=str(n),
            role="user" if n % 2 == 0 else "assistant",
            heading=f"speaker {n}",
            text="\n\n".join(
                f"words {n}.{part} " + "and so on " * dice.randrange(30)
                for part in range(dice.randrange(1, 6))
            ),
        )
        for n in range(count)
    ]


def texts(found: object) -> list[str]:
    return [line.strip.text.rstrip() for line in found.lines]  # type: ignore[attr-defined]  # a Window


def whole(made: Document) -> list[str]:
    """Draw everything, from the first row on."""
    return texts(made.window(0, 10**6))


def test_scrolling_down_shows_every_row_once() -> None:
    made, expected = document(talk(40)), whole(document(talk(40)))
    seen, top = [], 0
    while top < made.total:
        window = made.window(top, 10)
        if window.top + 10 >= made.total:
            seen = seen[: window.top] + texts(window)
            break
        seen += texts(window)
        top = window.top + 10
    assert seen == expected


def test_what_is_put_before_leaves_every_row_where_it_was_seen() -> None:
    entries = talk(12)
    rows = len(whole(document(entries[5:])))
    for top in range(0, rows - 8, 3):
        made = document(entries[5:])
        seen = made.window(top, 8)
        place = made.put_before(entries[:5], made.place(seen.top))
        assert place is not None
        assert texts(made.window(made.row(place), 8)) == texts(seen)
        assert [view.entry.key for view in made.views] == [entry.key for entry in entries]
        assert whole(made) == whole(document(entries))


def test_entries_can_be_put_before_nothing_and_nothing_before_entries() -> None:
    made = document([])
    assert made.put_before(talk(3)) is None
    assert whole(made) == whole(document(talk(3)))
    assert made.put_before([], Place(1, 0, 0)) == Place(1, 0, 0)
    assert whole(made) == whole(document(talk(3)))


def test_scrolling_up_from_the_end_moves_one_row_at_a_time() -> None:
    made, expected = document(talk(40)), whole(document(talk(40)))
    window = made.end(10)
    assert texts(window) == expected[-10:]
    for step in range(1, len(expected) - 10):
        window = made.window(window.top - 1, 10)
        assert texts(window) == expected[len(expected) - 10 - step :][:10]


def test_only_what_is_seen_is_made() -> None:
    made = document(talk(500))
    made.end(20)
    assert sum(view.is_made for view in made.views) < 10


def test_the_place_survives_another_width() -> None:
    made = document(talk(60), width=80)
    whole(made)
    top = made.window(made.total // 2, 10).top
    before = made.place(top)
    made.fit(40, PLAIN_LOOK)
    after = made.place(made.window(made.row(before), 10).top)
    assert (after.entry, after.block) == (before.entry, before.block)


def test_what_grows_below_moves_nothing_above() -> None:
    made = document([*talk(10), Entry("live", "assistant", "now", live=True)])
    view = made.views[-1]
    view.update()
    top, before = made.window(3, 8)
    for _ in range(50):
        view.feed("more and more\n\n", "")
        view.update()
        made.measure(len(made.views) - 1)
    assert made.window(top, 8).lines == before


def test_drawn_rows_are_bounded() -> None:
    made = document(talk(3000))
    whole(made)
    kept = sum(len(block._lines or ()) for view in made.views for block in view.blocks)
    assert kept <= MOST_KEPT_ROWS


def test_a_pasted_megabyte_is_drawn_where_it_is_read() -> None:
    text = "\n".join(f"line {n}" for n in range(100_000))
    made = document([Entry("1", "plain", "You", text=text)])
    assert texts(made.end(5))[-1] == "line 99999"
    drawn = [block for block in made.views[0].blocks if block._drawn_with]
    assert len(drawn) <= 2
    assert len(made.views[0].blocks) == 1 + 100_000 // PLAIN_ROWS


def test_copying_whole_blocks_gives_their_source() -> None:
    source = "# Title\n\nSome **bold** words.\n\n```py\nprint('x')\n```\n\n- a\n- b"
    made = document([Entry("1", "assistant", "model", text=source)])
    assert made.copied(Point(1, 0), Point(1 << 40, 0)) == source


def test_copying_a_part_gives_the_words_without_decoration() -> None:
    made = document([Entry("1", "assistant", "model", text="- some **bold** words")])
    row = made.window(1, 1).lines[0].strip.text
    start, end = row.index("bold"), row.index("bold") + 4
    assert made.copied(Point(1, start), Point(1, end)) == "bold"


def test_copying_joins_what_was_wrapped() -> None:
    made = document([Entry("1", "user", "You", text="one two three four five six")], width=10)
    assert made.copied(Point(1, 1), Point(1 << 40, 0)) == "ne two three four five six"


def test_control_characters_and_markup_never_reach_a_row() -> None:
    text = "a\x1b[31mred\x1b[0m [bold]b[/bold] \x07"
    for role in ("user", "assistant"):
        made = document([Entry("1", role, "x\x1b]0;t\x07y", text=text)])
        assert [row.rstrip() for row in whole(made)] == ["xy", "ared [bold]b[/bold]"]


def test_an_empty_document_can_be_asked_anything() -> None:
    made = document([])
    assert (made.total, made.end(5).lines, made.window(7, 5).lines) == (0, [], [])
    assert made.copied(Point(0, 0), Point(9, 9)) == ""


def test_a_whole_line_of_one_style_keeps_it() -> None:
    red = Style(color="red")
    made = Document()
    made.fit(40, Look({"failed": red, "assistant": red}))
    made.load([Entry("1", "assistant", "model", text="x", mark="failed", note="It failed.")])
    head, _words, note = made.window(0, 3).lines
    for line in (head, note):
        assert [segment.style for segment in line.strip if segment.text.strip()] == [red]
