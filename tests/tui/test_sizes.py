"""Nothing crashes and nothing is out of reach, however small the window is."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.screen import Screen

from lwe_tui.main.screen import MainScreen
from lwe_tui.modals.confirm import Confirm
from lwe_tui.modals.form import Field, Form
from lwe_tui.modals.theme_picker import ThemePicker
from lwe_tui.modals.values import Value, Values
from lwe_tui.sidebar.conversations import ConversationList
from tests.tui.driving import Driver, running

SMALLEST, LARGEST = (20, 5), (140, 45)
EDGES = ((20, 5), (40, 12), (69, 20), (99, 30))
COUNT = int(os.environ.get("LWE_SIZES", "1"))
"""Sizes by chance, beside those at which the lay-out changes."""
OPENED = {
    "nothing": (),
    "conversations": ("ctrl+s",),
    "presets": ("f2",),
    "templates": ("f3",),
    "leader": ("ctrl+l",),
    "palette": ("ctrl+p",),
    "search": ("ctrl+r",),
    "help": ("f1",),
    "theme": ("ctrl+l", "L"),
    "model": ("ctrl+l", "o"),
    "parameters": ("ctrl+l", "v"),
    "key": ("ctrl+l", "a"),
    "save": ("ctrl+l", "P"),
}


async def values() -> list[Value]:
    return [Value("name", "shown", "about " * 40)]


async def change(name: str, answer: str | None) -> None:
    """Change nothing."""


def sizes(seed: str, count: int) -> list[tuple[int, int]]:
    dice = random.Random(seed)
    return [
        tuple(dice.randint(low, high) for low, high in zip(SMALLEST, LARGEST, strict=True))  # type: ignore[misc]
        for _ in range(count)
    ]


@pytest.mark.parametrize("opened", OPENED)
async def test_what_is_open_follows_every_size(opened: str, home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["Some **words** | and\n\n|a|b|\n|-|-|\n|1|2|\n"]]
        await driver.ask("A question that is somewhat long, so that it has to be wrapped.")
        await driver.press(*OPENED[opened])
        await through(driver, [*EDGES, *sizes(opened, COUNT)])


async def test_forms_follow_every_size(home: Path) -> None:
    screens: list[Screen[object]] = [
        Confirm("Really? " * 20, "do it"),
        Form("Title", [Field(str(n), f"Label {n}", "x" * 90) for n in range(9)], "Prose. " * 30),
        Values("Values", values, change),
    ]
    async with running(home) as driver:
        for screen in screens:
            driver.app.push_screen(screen)
            await driver.pilot.pause()
            await through(driver, [*EDGES, *sizes(type(screen).__name__, COUNT)])
            await driver.press("escape")


async def through(driver: Driver, steps: list[tuple[int, int]]) -> None:
    for width, height in steps:
        await driver.pilot.resize_terminal(width, height)
        await driver.pilot.pause()
        assert driver.app._exception is None, (width, height)
        lines = driver.app.screen._compositor.render_strips()
        assert [len(lines), {line.cell_length for line in lines}] == [height, {width}]
        if isinstance(driver.app.screen, ThemePicker):
            box = driver.app.screen.query_one(".box").region
            assert Region(0, 0, width, height).contains_region(box), (width, height)


async def test_the_list_is_wide_enough_and_the_sides_give_way(home: Path) -> None:
    async with running(home, size=(120, 36)) as driver:
        left, right = driver.screen.query_one(ConversationList), driver.screen.query_one("#right")
        assert (left.region.width >= 34, right.display) == (True, True)
        await driver.pilot.resize_terminal(99, 30)
        assert (left.display, right.display) == (True, False)
        await driver.press("f2")
        assert right.display
        await driver.press("escape")
        await driver.pilot.resize_terminal(69, 30)
        assert (left.display, right.display) == (False, False)
        await driver.press("ctrl+s")
        assert left.display
        await driver.press("escape")
        assert not left.display


@pytest.mark.parametrize(("size", "told"), [((40, 12), False), ((39, 12), True), ((40, 11), True)])
async def test_a_window_that_is_too_small_is_told(
    size: tuple[int, int], told: bool, home: Path
) -> None:
    async with running(home, size=size) as driver:
        assert driver.screen.query_one("#too-small").display is told


async def test_what_is_written_survives_a_window_without_room(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("some words")
        await driver.pilot.resize_terminal(20, 5)
        await driver.settle()
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        await driver.write(" more")
        await driver.settle()
        assert driver.screen.chat.composer.text == "some words more"
        assert isinstance(driver.app.screen, MainScreen)
