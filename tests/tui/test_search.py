"""Words are found inside messages, opened where they stand, and one goes from hit to hit."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from lwe.backend import ApiBackend
from lwe.domain import Message, Origin
from lwe_tui import session
from lwe_tui.lists import Looking
from lwe_tui.search.pane import SearchPane
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, running


def talk(backend: ApiBackend, title: str, *texts: str) -> None:
    """Store a conversation of questions and answers in turn."""
    store = backend.engine.store
    user = next(iter(store.users()), None) or store.add_user("ann")
    said = [Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts)]
    origin = Origin("scripted", "model", "alpha")
    turn = store.begin_turn(user.id, None, said[:-1], origin, title)
    store.commit_turn(turn.journal_id, said[-1])


def some(backend: ApiBackend) -> None:
    talk(backend, "Rome", "when was the colosseum built", "In **eighty** after Christ.")
    talk(backend, "About eighty things", "what else", "```py\nprint('colosseum')\n```")


def found(driver: Driver) -> list[str]:
    """Return the lines that the search shows, without their ages."""
    rows = driver.app.screen.query_one(VirtualList)
    lines = (rows.render_line(y).text[:-4].rstrip() for y in range(rows.size.height))
    return [line for line in lines if line]


def about(driver: Driver) -> str:
    return str(driver.app.screen.query(".about").first(Static).render())


async def search(driver: Driver, text: str) -> None:
    await driver.press("ctrl+r")
    await driver.write(text)
    await driver.settle()


async def test_titles_come_first_then_words_under_their_conversations(home: Path) -> None:
    async with running(home, before=some) as driver:
        await search(driver, "eighty")
        assert found(driver) == [
            "Conversations",
            "About eighty things",
            "In: Rome",
            "  In **eighty** after Christ.",
        ]
        assert "1 conversation; 1 message" in about(driver)


async def test_what_was_found_is_lit_in_the_list(home: Path) -> None:
    async with running(home, before=some) as driver:
        await search(driver, "christ")
        rows = driver.app.screen.query_one(VirtualList)
        lit = [s.text for s in rows.render_line(1) if s.style and s.style.underline]
        assert lit == ["Christ"]


async def test_filters_narrow_the_messages_and_leave_the_titles_out(home: Path) -> None:
    async with running(home, before=some) as driver:
        await search(driver, "colosseum has:code")
        assert found(driver)[0] == "In: About eighty things"
        assert len(found(driver)) == 2


async def test_a_wrong_filter_is_explained(home: Path) -> None:
    async with running(home, before=some) as driver:
        await search(driver, "eighty before:tomorrow")
        assert "before:2025-01-31" in about(driver)
        assert found(driver) == []


def long(backend: ApiBackend) -> None:
    texts = [f"{'needle' if n in (3, 41) else 'straw'} {n}" for n in range(60)]
    talk(backend, "Long", *texts)


async def test_a_hit_is_opened_where_it_stands_and_n_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "FIRST_MESSAGES", 10)
    monkeypatch.setattr(session, "MORE_MESSAGES", 8)
    async with running(home, before=long, size=(120, 24)) as driver:
        await search(driver, "need")
        await driver.press("enter")
        assert "needle 41" in driver.rows()
        transcript = driver.screen.chat.transcript
        assert driver.app.focused is transcript
        assert transcript.hits.is_on
        await driver.press("N", "n")
        assert "needle 41" in driver.rows()


async def test_escape_unlights_and_then_letters_are_letters(home: Path) -> None:
    async with running(home, before=long) as driver:
        await search(driver, "needle")
        await driver.press("enter")
        assert "needle 41" in driver.rows()
        await driver.press("escape")
        assert not driver.screen.chat.transcript.hits.is_on
        await driver.press("n")
        assert driver.screen.chat.composer.text == "n"


async def test_an_opened_title_leads_to_the_composer(home: Path) -> None:
    async with running(home, before=some) as driver:
        await search(driver, "rome")
        await driver.press("enter")
        assert driver.screen.state.title == "Rome"
        assert driver.app.focused is driver.screen.chat.composer


async def test_a_hit_in_the_open_conversation_is_gone_to(home: Path) -> None:
    async with running(home, before=long, size=(120, 24)) as driver:
        await driver.press("ctrl+s", "enter")
        assert "straw 59" in driver.rows()
        await search(driver, "needle")
        await driver.press("enter")
        assert "needle 41" in driver.rows()


async def test_the_pane_says_what_is_not_indexed_yet(home: Path) -> None:
    async with running(home, before=some) as driver:
        driver.app.session.lists.left = 5
        await search(driver, "eighty")
        assert isinstance(driver.app.screen, SearchPane)
        assert "still being indexed" in about(driver)


class Slow:
    """Reads until it is interrupted."""

    def __init__(self) -> None:
        self.begun, self.interrupted = threading.Event(), threading.Event()

    def read(self) -> str:
        self.begun.set()
        self.interrupted.wait(30)
        return "too late"

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        pass


async def test_a_newer_question_ends_the_one_before() -> None:
    reader = Slow()
    looking = Looking(lambda: reader)  # type: ignore[arg-type, return-value]

    async def look() -> Any:
        return await looking.ask(lambda r: r.read())  # type: ignore[attr-defined]

    first = asyncio.ensure_future(look())
    await asyncio.to_thread(reader.begun.wait, 30)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert reader.interrupted.is_set()
    assert await looking.ask(lambda _: "next") == "next"
    looking.close()


async def test_who_waits_behind_another_is_not_read_when_he_goes() -> None:
    reader, read = Slow(), list[str]()
    looking = Looking(lambda: reader)  # type: ignore[arg-type, return-value]
    first = asyncio.ensure_future(looking.ask(lambda r: r.read()))  # type: ignore[attr-defined]
    await asyncio.to_thread(reader.begun.wait, 30)
    second = asyncio.ensure_future(looking.ask(lambda _: read.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert not reader.interrupted.is_set()
    reader.interrupt()
    assert await first == "too late"
    assert read == []
    looking.close()
