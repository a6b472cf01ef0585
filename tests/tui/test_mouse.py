"""The mouse does everything, only scrolls, or is left to the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from textual import events
from textual.driver import Driver as TextualDriver
from textual.geometry import Offset
from textual.widget import Widget

from lwe_tui.main.slot_bar import SlotBar
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.terminal import MOUSE_VARIABLE, Mouse
from tests.tui.driving import Driver, running

CLICK = (events.MouseDown, events.MouseUp)


class Terminal:
    """Notes what a driver was asked to do."""

    _mouse = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def _enable_mouse_support(self) -> None:
        assert self._mouse
        self.asked.append("on")

    def _disable_mouse_support(self) -> None:
        assert self._mouse
        self.asked.append("off")


def event(kind: type[events.MouseEvent]) -> events.MouseEvent:
    return kind(None, 1, 1, 0, 0, 1, False, False, False)


@pytest.mark.parametrize(
    ("mode", "click", "wheel"), [("on", False, False), ("scroll", True, False), ("off", True, True)]
)
def test_what_nobody_is_to_hear_of_is_dropped(mode: str, click: bool, wheel: bool) -> None:
    mouse = Mouse(mode)
    assert mouse.drops(event(events.MouseDown)) is click
    assert mouse.drops(event(events.MouseMove)) is click
    assert mouse.drops(event(events.MouseScrollDown)) is wheel
    assert not mouse.drops(events.Key("a", "a"))


def test_the_terminal_is_asked_only_when_it_is_to_do_something_else() -> None:
    mouse, terminal = Mouse(), Terminal()
    driver = cast(TextualDriver, terminal)
    for mode in ("on", "scroll", "off", "off", "scroll", "on"):
        mouse.use(mode, driver)
    assert (terminal.asked, terminal._mouse) == (["off", "on"], True)
    mouse.use("off", driver)
    assert not terminal._mouse, "nor is it asked again after an editor had the terminal"
    mouse.use("on", None)
    assert mouse.wanted


@pytest.mark.parametrize(
    ("given", "configured", "mode"),
    [
        ("", "", "on"),
        ("", "scroll", "scroll"),
        ("OFF", "scroll", "off"),
        ("on", "off", "on"),
        ("nonsense", "off", "off"),
        ("", "nonsense", "on"),
    ],
)
def test_the_variable_wins_over_the_configuration(
    given: str, configured: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MOUSE_VARIABLE, given)
    assert Mouse(configured).mode == mode


def put(driver: Driver, widget: Widget, x: int, y: int, *kinds: type[events.MouseEvent]) -> None:
    """Do something with the mouse over a widget, as a terminal reports it."""
    at = widget.region.offset + Offset(x, y)
    for kind in kinds:
        button = 1 if kind in CLICK else 0
        driver.app.post_message(kind(None, at.x, at.y, 0, 0, button, False, False, False))


async def click(driver: Driver, widget: Widget, x: int, y: int) -> None:
    put(driver, widget, x, y, *CLICK)
    await driver.settle()


async def test_a_click_chooses_and_goes_there(home: Path) -> None:
    async with running(home) as driver:
        rows = driver.screen.query_one(PresetList).rows
        await click(driver, rows, 1, 1)
        assert driver.screen.state.preset == "beta"
        await click(driver, driver.screen.query_one(SlotBar), 3, 0)
        assert driver.screen.state.preset == "alpha"
        await click(driver, rows, 1, rows.size.height - 1)
        assert driver.app.focused is rows
        await click(driver, driver.screen.chat.composer, 5, 0)
        assert driver.app.focused is driver.screen.chat.composer


async def test_a_mouse_that_only_scrolls_chooses_nothing(home: Path) -> None:
    async with running(home) as driver:
        driver.app.use_mouse("scroll")
        driver.provider.scripts = [["word\n\n" * 90]]
        await driver.ask("A long one")
        await click(driver, driver.screen.query_one(PresetList).rows, 1, 1)
        assert driver.screen.state.preset == "alpha"
        transcript = driver.screen.chat.transcript
        before = transcript.scroll_y
        put(driver, transcript, 2, 2, events.MouseScrollUp)
        await driver.until(lambda: transcript.scroll_y < before)
