"""Any number of rows, the cursor on its row whatever happens around it, no choice lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from lwe_tui.widgets.virtual_list import Row, VirtualList, laid_out


class Host(App[None]):
    """Answers what the list wants, at once or when told to."""

    CSS = "Screen { overflow: hidden; } VirtualList { height: 1fr; }"

    def __init__(self, keys: list[str], *, prompt: bool = True) -> None:
        super().__init__()
        self.keys, self.prompt = keys, prompt
        self.rows_read = 0
        self.wanted: list[tuple[int, int]] = []
        self.chosen: list[str] = []
        self.moved: list[str] = []

    def compose(self) -> ComposeResult:
        yield VirtualList(id="rows")

    @property
    def rows(self) -> VirtualList:
        return self.query_one(VirtualList)

    def on_mount(self) -> None:
        self.rows.focus()

    def load(self) -> None:
        self.rows.set_count(len(self.keys))
        self.rows.refresh_rows()

    def on_virtual_list_rows_wanted(self, event: VirtualList.RowsWanted) -> None:
        self.wanted.append((event.offset, event.limit))
        if self.prompt:
            self.answer()

    def answer(self) -> None:
        for offset, limit in self.wanted:
            self.rows_read += limit
            found = self.keys[offset : offset + limit]
            self.rows.provide(offset, [Row(key, f"row {key}", "1h") for key in found])
        self.wanted.clear()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        self.chosen.append(event.key)

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        self.moved.append(event.key)

    @property
    def under_cursor(self) -> str | None:
        row = self.rows.row(self.rows.cursor_row)
        return row.key if row else None

    def screen_lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(count)]


async def loaded(pilot: Pilot[None]) -> Host:
    app = pilot.app
    assert isinstance(app, Host)
    app.load()
    await pilot.pause()
    await pilot.pause()
    return app


async def test_a_hundred_thousand_rows_are_asked_for_where_they_are_seen() -> None:
    app = Host(numbered(100_000))
    async with app.run_test(size=(30, 10)) as pilot:
        start = time.perf_counter()
        await loaded(pilot)
        assert app.screen_lines()[0].startswith("row 0 ")
        await pilot.press("end")
        await pilot.pause()
        assert app.under_cursor == "99999"
        assert app.screen_lines()[-1].startswith("row 99999 ")
        assert time.perf_counter() - start < 20
        assert app.rows_read < 200


async def test_keys_move_the_cursor_and_keep_it_in_sight() -> None:
    app = Host(numbered(100))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("up", "down", "pagedown")
        assert any("row 10 " in line for line in app.screen_lines())
        await pilot.press("pageup", "end", "down")
        assert any("row 99 " in line for line in app.screen_lines())
        assert app.moved == ["0", "1", "10", "1", "99"]


async def test_enter_chooses() -> None:
    app = Host(numbered(10))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.chosen == ["1"]


async def test_letters_are_left_to_the_screen() -> None:
    app = Host(numbered(10))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("j", "k", "g", "slash")
        assert app.rows.cursor_row == 0
    assert VirtualList._merged_bindings is not None
    assert set(VirtualList._merged_bindings.key_to_bindings) == {
        "enter",
        "up",
        "down",
        "pageup",
        "pagedown",
        "home",
        "end",
    }


async def test_a_click_chooses_and_the_wheel_scrolls() -> None:
    app = Host(numbered(100))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.click(VirtualList, offset=(3, 4))
        await pilot.pause()
        assert app.chosen == ["4"]
        app.rows._on_mouse_scroll_down(_wheel(app))
        await pilot.pause()
        assert app.rows.scroll_offset.y > 0
        assert app.under_cursor == "4"


def _wheel(app: Host) -> object:
    from textual.events import MouseScrollDown

    return MouseScrollDown(app.rows, 1, 1, 0, 1, 0, False, False, False)


async def test_a_click_below_the_last_row_is_nothing() -> None:
    app = Host(numbered(3))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.click(VirtualList, offset=(3, 7))
        await pilot.pause()
        assert app.chosen == []


async def test_a_choice_waits_for_its_row() -> None:
    app = Host(numbered(10), prompt=False)
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("enter")
        assert app.chosen == []
        app.answer()
        await pilot.pause()
        assert app.chosen == ["0"]
        app.answer()
        await pilot.pause()
        assert app.chosen == ["0"]


async def test_a_choice_waits_even_for_the_count() -> None:
    app = Host(numbered(10))
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.press("enter")
        await loaded(pilot)
        assert app.chosen == ["0"]


async def test_a_choice_in_an_empty_list_is_nothing() -> None:
    app = Host([])
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("enter", "down", "end", "pageup")
        app.keys = numbered(3)
        await loaded(pilot)
        assert app.chosen == []


async def test_moving_on_takes_a_waiting_choice_back() -> None:
    app = Host(numbered(10), prompt=False)
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("enter", "down")
        app.answer()
        await pilot.pause()
        assert app.chosen == []
        assert app.moved == ["1"]


async def test_the_cursor_stays_on_its_row_when_another_comes_above() -> None:
    app = Host(numbered(100))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("down", "down")
        app.keys = ["new", *app.keys]
        await loaded(pilot)
        assert app.under_cursor == "2"
        assert app.rows.cursor_row == 3
        assert app.rows.scroll_offset.y == 0
        assert app.moved[-1] == "2"


async def test_what_is_read_stays_in_place_when_another_row_comes_above() -> None:
    app = Host(numbered(100))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("end", "pageup", "pageup")
        before = app.screen_lines()
        app.keys = ["new", *app.keys]
        await loaded(pilot)
        assert app.screen_lines() == before


async def test_at_the_top_of_a_list_that_was_not_touched_the_newest_is_under_the_cursor() -> None:
    app = Host(numbered(10))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        app.keys = ["new", *app.keys]
        await loaded(pilot)
        assert app.under_cursor == "new"
        await pilot.press("home")
        app.keys = ["newer", *app.keys]
        await loaded(pilot)
        assert app.under_cursor == "new"


async def test_the_cursor_takes_the_next_row_when_its_own_is_deleted() -> None:
    app = Host(numbered(10))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        await pilot.press("down", "down")
        app.keys.remove("2")
        await loaded(pilot)
        assert app.under_cursor == "3"
        await pilot.press("end")
        app.keys.remove("9")
        await loaded(pilot)
        assert app.under_cursor == "8"


async def test_rows_given_at_once_keep_the_cursor_too() -> None:
    app = Host([])
    async with app.run_test(size=(30, 10)) as pilot:
        app.rows.set_rows([Row("a", "a"), Row("b", "b")])
        await pilot.pause()
        await pilot.press("down")
        app.rows.set_rows([Row("b", "b"), Row("a", "a")])
        await pilot.pause()
        assert app.under_cursor == "b"
        assert app.moved == ["a", "b"]
        app.rows.refresh_rows()
        await pilot.pause()
        assert app.screen_lines()[0].startswith("b")
        assert app.wanted == []


async def test_old_rows_stay_until_new_ones_come() -> None:
    app = Host(numbered(5))
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        app.prompt, app.keys = False, ["x", *app.keys[1:]]
        await loaded(pilot)
        assert app.screen_lines()[0].startswith("row 0 ")
        assert app.wanted == [(0, 5)]
        app.answer()
        await pilot.pause()
        assert app.screen_lines()[0].startswith("row x ")


async def test_a_count_and_a_refresh_ask_once() -> None:
    app = Host(numbered(5), prompt=False)
    async with app.run_test(size=(30, 10)) as pilot:
        await loaded(pilot)
        assert app.wanted == [(0, 5)]


async def test_rows_in_a_hidden_list_are_there_when_it_is_shown() -> None:
    app = Host(numbered(50))
    async with app.run_test(size=(30, 10)) as pilot:
        app.rows.display = False
        await loaded(pilot)
        app.rows.display = True
        await pilot.pause()
        assert app.screen_lines()[9].startswith("row 9 ")


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 5), (3, 2), (20, 5)])
async def test_any_size_will_do(size: tuple[int, int]) -> None:
    app = Host(numbered(50))
    async with app.run_test(size=size) as pilot:
        await loaded(pilot)
        await pilot.press("end", "enter")
        assert app.chosen == ["49"]
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert app.under_cursor is not None
        assert any(f"row {app.under_cursor} " in line for line in app.screen_lines())
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert all(cell_len(line) == size[0] for line in app.screen_lines())


async def test_the_right_end_is_not_under_the_scrollbar() -> None:
    app = Host(numbered(50))
    async with app.run_test(size=(20, 5)) as pilot:
        await loaded(pilot)
        assert app.screen_lines()[0][:19] == "row 0            1h"


def style_at(app: Host, y: int) -> tuple[object, object, object]:
    segment = next(iter(app.rows.render_line(y)))
    assert segment.style is not None
    return segment.style.color, segment.style.bgcolor, segment.style.bold


async def test_the_cursor_is_quiet_without_the_focus() -> None:
    app = Host([])
    async with app.run_test(size=(20, 5)) as pilot:
        app.rows.set_rows([Row("a", "a", style_class="active"), Row("b", "b")])
        await pilot.pause()
        plain, focused = style_at(app, 1), style_at(app, 0)
        app.rows.blur()
        await pilot.pause()
        quiet = style_at(app, 0)
        assert len({plain[1], focused[1], quiet[1]}) == 3
        assert quiet[0] != plain[0], "an active row looks active"


@pytest.mark.parametrize("theme", ["textual-dark", "ansi-dark", "ansi-light"])
async def test_any_theme_will_do(theme: str) -> None:
    app = Host([])
    async with app.run_test(size=(20, 5)) as pilot:
        app.theme = theme
        kinds = ["", "active", "busy", "news"]
        app.rows.set_rows([Row(kind, kind, "1h", kind) for kind in kinds])  # type: ignore[arg-type]
        await pilot.pause()
        assert "active" in app.screen_lines()[1]


async def test_text_is_cleaned_and_never_markup() -> None:
    app = Host([])
    async with app.run_test(size=(30, 3)) as pilot:
        app.rows.set_rows(
            [Row("a", "[bold]x[/] \x1b[31mred\nline", "\x1b]0;t\x07!"), Row("b", "[/", "[")]
        )
        await pilot.pause()
        lines = app.screen_lines()
        assert lines[0] == "[bold]x[/] red line          !"
        assert lines[1].startswith("[/ ")


FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.mark.parametrize(
    ("text", "right", "width", "expected"),
    [
        ("title", "3d", 12, "title     3d"),
        ("a long title", "3d", 12, "a long t… 3d"),
        ("日本語のタイトル", "3d", 12, "日本語の… 3d"),
        ("x日本語のタイトル", "3d", 12, "x日本語…  3d"),
        (FAMILY * 9, "", 5, f"{FAMILY}{FAMILY}…"),
        ("title", "3d", 6, "title "),
        ("title", "", 1, "…"),
        ("日", "", 1, "…"),
        ("", "", 3, "   "),
        ("title", "a long right end", 10, "title     "),
    ],
)
def test_a_row_is_as_wide_as_the_list(text: str, right: str, width: int, expected: str) -> None:
    assert "".join(laid_out(Row("k", text, right), width)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("eight...", "eight...  3d"), ("just nine", "just nine 3d"), ("ten charac", "ten charac  ")],
)
def test_a_right_end_may_give_way_to_the_text(text: str, expected: str) -> None:
    assert "".join(laid_out(Row("k", text, "3d", right_yields=True), 12)) == expected


def test_every_row_is_exactly_as_wide_as_the_list() -> None:
    chance = random.Random(7)
    pool: list[Callable[[], str]] = [
        lambda: chr(chance.randrange(0x20, 0x7F)),
        lambda: chr(
            chance.choice([0x4E00, 0xAC00, 0x1F600, 0x301, 0xFE0F, 0x200D, 0x2764, 0x1F3FD])
        ),
        lambda: chr(chance.randrange(0x0, 0x3000)),
    ]
    for _ in range(3000):
        text = "".join(chance.choice(pool)() for _ in range(chance.randint(0, 30)))
        width = chance.randint(1, 24)
        drawn = "".join(laid_out(Row("k", text, chance.choice(["", "3d", "日"])), width))
        assert cell_len(drawn) == width, (text, width)


def test_messages_are_values() -> None:
    message: Message = VirtualList.RowsWanted(3, 4)
    assert isinstance(message, VirtualList.RowsWanted)
    assert (message.offset, message.limit) == (3, 4)
