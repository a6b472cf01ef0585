"""The first frame holds a composer that takes keys; everything else comes right after it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.screen import ModalScreen
from textual.widgets import TextArea

from lwe_tui import themes
from lwe_tui.app import LweApp
from lwe_tui.main import screen as main_screen
from lwe_tui.session import Session
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, Scripted, backend

HEAVY = ("openai", "peewee", "yaml", "jinja2", "markdown_it", "pydantic", "lwe.backend")
LATER = ("lwe_tui.modals.form", "lwe_tui.modals.narrow", "lwe_tui.search.pane")


@asynccontextmanager
async def first_frame(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Driver]:
    """Run the app as it is before anything but the first frame was made."""
    monkeypatch.setattr(main_screen, "PAUSE_SECONDS", 1000)
    session = Session(backend=backend(home, provider := Scripted()))
    app = LweApp(session)
    async with app.run_test(size=(120, 36)) as pilot:
        yield Driver(app, pilot, provider)
        app.exit()
    session.close()


def test_nothing_is_loaded_for_the_first_frame_that_it_does_not_show() -> None:
    code = f"import sys, lwe_tui.app; print([m for m in {HEAVY + LATER} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_first_frame_takes_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with first_frame(home, monkeypatch) as driver:
        await driver.write("hello")
        assert driver.screen.chat.composer.text == "hello"
        assert not driver.screen.query(VirtualList)


async def test_the_chat_stands_where_it_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with first_frame(home, monkeypatch) as driver:
        before = [driver.screen.chat.region, driver.screen.chat.composer.region]
        driver.screen.furnish()
        driver.screen.furnish()
        await driver.pilot.pause()
        assert [driver.screen.chat.region, driver.screen.chat.composer.region] == before
        assert len(driver.screen.query(VirtualList)) == 4


@pytest.mark.parametrize(
    ("key", "focused"),
    [("ctrl+s", "conversation-rows"), ("f2", "presets-rows"), ("f3", "templates-rows")],
)
async def test_a_key_for_a_list_that_is_not_there_yet_brings_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str, focused: str
) -> None:
    async with first_frame(home, monkeypatch) as driver:
        driver.send(key)
        await driver.until(lambda: driver.app.focused and driver.app.focused.id == focused)


@pytest.mark.parametrize("key", ["ctrl+p", "f1"])
async def test_a_small_screen_that_comes_at_once_has_its_styles(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with first_frame(home, monkeypatch) as driver:
        driver.send(key)
        await driver.until(lambda: isinstance(driver.app.screen, ModalScreen))
        await driver.pilot.pause()
        box = driver.app.screen.query_one(".box")
        assert 64 <= box.size.width + 4 <= 94


@pytest.mark.parametrize("chosen", ["lwe-dark", "lwe-light", "textual-light", "ansi-dark"])
async def test_the_chosen_theme_is_on_from_the_beginning(
    home: Path, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    themes.load()
    themes.remember(chosen)
    async with first_frame(home, monkeypatch) as driver:
        app = driver.app
        await driver.pilot.pause()
        assert app.theme == chosen
        assert app.has_class("-dark-mode") == app.current_theme.dark
        background = app.screen.styles.background
        app.refresh_css()
        await driver.pilot.pause()
        assert app.screen.styles.background == background
        assert app.screen.query_one(TextArea).has_focus
