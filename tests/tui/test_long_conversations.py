"""A long conversation is read from its end; what is further up comes when it is wanted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from lwe.backend import ApiBackend
from lwe.domain import Message, Origin
from lwe.errors import StorageError
from lwe_tui import session
from tests.tui.driving import Driver, running

PAIRS = 60


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so few messages at once that a small conversation is a long one."""
    monkeypatch.setattr(session, "FIRST_MESSAGES", 40)
    monkeypatch.setattr(session, "MORE_MESSAGES", 30)


def long_conversation(made: ApiBackend) -> None:
    """Store a conversation of many more messages than are read at once."""
    store = made.engine.store
    user = store.add_user("ann")
    said = [
        message
        for number in range(PAIRS)
        for message in (Message("user", f"q{number}"), Message("assistant", f"a{number}"))
    ]
    origin = Origin("scripted", "model", "alpha")
    turn = store.begin_turn(user.id, None, [Message("system", "Be."), *said[:-1]], origin, "Long")
    store.commit_turn(turn.journal_id, said[-1])


def opened(home: Path) -> Any:
    return running(home, before=long_conversation)


async def open_it(driver: Driver) -> None:
    await driver.press("ctrl+s", "enter")
    await driver.until(lambda: f"a{PAIRS - 1}" in driver.rows())


def shown(driver: Driver) -> list[str]:
    return [entry.text for entry in driver.screen.chat.transcript.entries]


def everything() -> list[str]:
    return [f"{letter}{number}" for number in range(PAIRS) for letter in "qa"]


async def test_only_the_end_is_read_until_the_reader_comes_near_its_beginning(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        assert shown(driver) == everything()[-40:]
        await driver.press(*["pageup"] * 30)
        assert shown(driver) == everything()
        assert driver.rows().split("\n")[1] == "q0"


async def test_ctrl_home_goes_to_the_very_first_message(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        await driver.press("ctrl+home")
        await driver.until(lambda: shown(driver) == everything())
        await driver.settle()
        assert driver.rows().split("\n")[1] == "q0"
        await driver.press("ctrl+end")
        assert f"a{PAIRS - 1}" in driver.rows()


async def test_what_is_read_stays_in_its_place(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        transcript = driver.screen.chat.transcript
        transcript.scroll_to(y=5, animate=False, immediate=True)
        await driver.pilot.pause()
        seen = driver.rows()
        await driver.settle()
        assert len(shown(driver)) > 40
        assert driver.rows() == seen
        assert transcript.scroll_y > 5


async def test_a_selection_stays_on_its_words(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        transcript = driver.screen.chat.transcript
        row = transcript.scroll_offset.y + driver.rows().split("\n").index("q59")
        words = Selection(Offset(0, row), Offset(3, row))
        driver.screen.selections = {transcript: words}
        assert driver.screen.get_selected_text() == "q59"
        await driver.press("ctrl+home")
        await driver.until(lambda: shown(driver) == everything())
        assert driver.screen.get_selected_text() == "q59"


async def test_only_words_are_selected_with_everything(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        driver.screen.chat.transcript.text_select_all()
        selected = driver.screen.get_selected_text() or ""
        assert selected.startswith("You\nq40")
        assert selected.endswith("a59")


async def test_another_conversation_does_not_get_what_was_wanted_for_this_one(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        driver.screen.chat.transcript.action_scroll_home()
        await asyncio.sleep(0)
        driver.send("ctrl+n")
        await driver.settle()
        assert shown(driver) == []


async def test_a_failed_reading_is_tried_again_with_the_next_scroll(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        read = driver.store.last_messages

        def broken(*_: Any) -> list[Message]:
            raise StorageError("The disk is gone.")

        monkeypatch.setattr(driver.store, "last_messages", broken)
        await driver.press("ctrl+home")
        assert shown(driver) == everything()[-40:]
        monkeypatch.setattr(driver.store, "last_messages", read)
        await driver.press("ctrl+home")
        await driver.until(lambda: shown(driver) == everything())


async def test_asking_and_answers_go_on_at_the_end_while_earlier_ones_come(home: Path) -> None:
    async with opened(home) as driver:
        await open_it(driver)
        driver.send("ctrl+home")
        await driver.ask("new")
        assert shown(driver)[-2:] == ["new", "An answer."]
        assert "An answer." in driver.rows()
        await driver.press("ctrl+home")
        await driver.until(lambda: shown(driver) == [*everything(), "new", "An answer."])
