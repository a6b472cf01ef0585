"""A long list asks once for what is in sight and forgets what is far away."""

from __future__ import annotations

from lwe_tui.widgets.row_window import MOST_ROWS, PAGE, Layout, Row, RowWindow


def rows(start: int, end: int, prefix: str = "") -> list[Row]:
    return [Row(f"{prefix}{number}", f"row {number}") for number in range(start, end)]


def window(count: int) -> RowWindow:
    made = RowWindow()
    made.resize(count)
    return made


def test_neighbouring_pages_are_one_question_asked_once() -> None:
    known = window(100_000)
    assert known.want((0, 40), (10, 10)) == [(0, 2 * PAGE)]
    assert known.want((0, 40)) == []
    assert not known.settled
    known.put(0, rows(0, 2 * PAGE))
    assert known.settled
    assert known.want((0, 40)) == []


def test_spans_apart_are_asked_for_apart() -> None:
    known = window(100_000)
    assert known.want((0, 3), (50_000, 50_010)) == [(0, PAGE), (50_000 // PAGE * PAGE, PAGE)]


def test_the_last_page_is_as_long_as_it_is() -> None:
    known = window(PAGE + 5)
    assert known.want((PAGE, 10_000)) == [(PAGE, 5)]
    known.put(PAGE, rows(PAGE, PAGE + 5))
    assert known.want((PAGE, 10_000)) == []


def test_more_rows_than_before_make_the_last_page_stale() -> None:
    known = window(5)
    known.want((0, 5))
    known.put(0, rows(0, 5))
    known.resize(7)
    assert known.get(4) == Row("4", "row 4")
    assert known.want((0, 7)) == [(0, 7)]


def test_fewer_rows_than_before_go() -> None:
    known = window(10)
    known.put(0, rows(0, 10))
    known.resize(3)
    assert known.get(3) is None
    assert known.get(2) is not None


def test_stale_rows_stay_to_be_seen_and_are_not_found() -> None:
    known = window(10)
    known.put(0, rows(0, 10))
    assert known.find("7", near=0) == 7
    known.expire()
    assert known.get(7) is not None
    assert known.find("7", near=0) is None
    assert known.want((0, 9)) == [(0, 10)]


def test_an_answer_says_how_much_it_changed() -> None:
    known = window(10)
    known.want((0, 9))
    assert known.put(0, rows(0, 10)) == 10
    known.expire()
    known.want((0, 9))
    assert known.put(0, rows(0, 10)) == 0


def test_a_short_answer_is_an_answer() -> None:
    known = window(10)
    known.put(0, rows(0, 10))
    known.expire()
    known.want((0, 9))
    assert known.put(0, rows(0, 8)) == 10
    assert known.settled
    assert known.get(8) is None


def test_an_answer_beyond_the_end_is_cut() -> None:
    known = window(3)
    known.put(0, rows(0, 10))
    known.put(50, rows(50, 60))
    assert known.get(3) is None
    assert known.get(50) is None


def test_what_is_far_away_is_forgotten() -> None:
    known = window(1_000_000)
    for offset in range(0, MOST_ROWS * 4, PAGE):
        for start, limit in known.want((offset, offset + PAGE - 1)):
            known.put(start, rows(start, start + limit))
    assert sum(known.get(index) is not None for index in range(MOST_ROWS * 4)) <= MOST_ROWS
    assert known.get(0) is None
    assert known.want((0, 1)) == [(0, PAGE)]


def test_what_is_out_of_sight_may_be_asked_for_again() -> None:
    known = window(100_000)
    known.want((0, 9))
    known.want((50_000, 50_009))
    assert known.want((0, 9)) == [(0, PAGE)]


def test_a_full_list_asks_for_nothing_and_forgets_nothing() -> None:
    known = RowWindow()
    known.fill(rows(0, MOST_ROWS * 2))
    known.expire()
    assert known.want((0, 100)) == []
    assert known.get(0) is not None
    assert known.find("5000", near=0) == 5000
    assert known.put(0, rows(0, 5, "late")) == 0


def test_rows_stand_below_their_headings() -> None:
    layout = Layout([(0, "First"), (2, "Second")])
    lines = [layout.heading(line) or layout.index(line) for line in range(6)]
    assert lines == ["First", 0, 1, "Second", 2, 3]
    assert [layout.line(index) for index in range(4)] == [1, 2, 4, 5]
    assert (layout.index(0), layout.index(3)) == (0, 2)


def test_without_headings_lines_are_rows() -> None:
    layout = Layout()
    assert [(layout.line(n), layout.index(n), layout.heading(n)) for n in (0, 7)] == [
        (0, 0, None),
        (7, 7, None),
    ]
