"""The list of conversations: groups, marks, and what its keys do, undone where something goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.widgets import Static

from lwe.backend import ApiBackend
from lwe.domain import Message, Origin
from lwe.errors import LweError
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.modals.form import Form
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.sidebar.trash import Trash
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, running


def made(*titles: str) -> Callable[[Any], None]:
    """Return what stores conversations, the last one named being the newest."""

    def keep(backend: ApiBackend) -> None:
        store = backend.engine.store
        user, origin = store.add_user("ann"), Origin("scripted", "model", "alpha")
        for title in titles:
            turn = store.begin_turn(user.id, None, [Message("user", "a question")], origin, title)
            store.commit_turn(turn.journal_id, Message("assistant", "an answer"))
        for here in range(1, len(titles) + 1):
            moved = f"UPDATE conversation SET updated_time = '2025-01-0{here} 10:00:00.000000' "
            store._database.change(moved + "WHERE id = ?", (here,))

    return keep


def listed(driver: Driver) -> list[str]:
    """Return the lines of the list that are in sight, without their ages."""
    rows = driver.screen.query_one(ConversationList).rows
    width = rows.size.width
    lines = (rows.render_line(y).text[: width - 4].rstrip() for y in range(rows.size.height))
    return [line for line in lines if line]


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


def titles(driver: Driver) -> list[str]:
    return [c.title for c in driver.store.conversations(1)]


async def test_the_list_has_headings_that_the_cursor_passes_over(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.ask("now")
        driver.store.pin(1)
        driver.screen.query_one(ConversationList).refresh_list()
        await driver.settle()
        assert listed(driver) == [
            "Pinned",
            "  Rome",
            "Today",
            "  A made title",
            "January 2025",
            "  Oslo",
        ]
        await driver.press("ctrl+s", "home", "down", "down", "enter")
        assert driver.screen.state.title == "Oslo"


async def test_every_row_can_be_clicked_and_no_heading(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.pilot.click("#conversation-rows", offset=(3, 0))
        await driver.settle()
        assert driver.screen.state.title is None
        await driver.pilot.click("#conversation-rows", offset=(3, 2))
        await driver.settle()
        assert driver.screen.state.title == "Rome"


async def test_the_filter_narrows_while_typing_and_escape_ends_it(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo", "Rostock")) as driver:
        await driver.press("ctrl+s", "slash")
        await driver.write("RO")
        await driver.settle()
        assert listed(driver) == ["January 2025", "  Rostock", "  Rome"]
        await driver.write("x")
        await driver.settle()
        assert "“ROx”" in str(driver.screen.query_one("ConversationList > .empty", Static).render())
        await driver.press("escape")
        assert len(listed(driver)) == 4
        assert driver.app.focused is driver.screen.query_one(ConversationList).rows
        await driver.press("escape")
        assert driver.app.focused is driver.screen.chat.composer


async def test_a_filtered_row_is_opened(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        driver.send("ctrl+s", "slash", *"rom", "enter")
        await driver.settle()
        await driver.press("enter")
        assert driver.screen.state.title == "Rome"


async def test_a_conversation_is_renamed(home: Path) -> None:
    async with running(home, before=made("Rome")) as driver:
        await driver.press("ctrl+s", "enter", "ctrl+s", "R")
        assert isinstance(driver.app.screen, Form)
        await driver.write("Rome!")
        await driver.press("enter")
        assert titles(driver) == ["Rome!"]
        assert driver.screen.state.title == "Rome!"
        assert "  Rome!" in listed(driver)


async def test_pins_come_and_go(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.press("ctrl+s", "down", "p")
        assert listed(driver)[:2] == ["Pinned", "  Rome"]
        assert "pinned" in notice(driver)
        await driver.press("p")
        assert listed(driver) == ["January 2025", "  Oslo", "  Rome"]


async def test_what_was_deleted_comes_back_and_is_opened(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.press("ctrl+s", "d")
        assert titles(driver) == ["Rome"]
        assert "u brings" in notice(driver)
        await driver.press("u")
        assert titles(driver) == ["Oslo", "Rome"]
        assert driver.screen.state.title == "Oslo"
        assert "a question" in driver.rows()


async def test_d_twice_at_once_deletes_two(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo", "Bern")) as driver:
        await driver.press("ctrl+s")
        driver.send("d", "d")
        await driver.settle()
        assert titles(driver) == ["Rome"]
        await driver.press("u", "ctrl+s", "u")
        assert titles(driver) == ["Bern", "Oslo", "Rome"]


async def test_marked_ones_are_deleted_and_restored_together(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo", "Bern")) as driver:
        await driver.press("ctrl+s", "space", "space")
        assert listed(driver) == ["January 2025", "✓ Bern", "✓ Oslo", "  Rome"]
        title = driver.screen.query_one("ConversationList > .title", Static)
        assert "2 marked" in str(title.render())
        await driver.press("d")
        assert titles(driver) == ["Rome"]
        assert "marked" not in str(title.render())
        await driver.press("u")
        assert titles(driver) == ["Bern", "Oslo", "Rome"]


async def test_deleting_the_open_conversation_opens_a_new_one_and_keeps_its_draft(
    home: Path,
) -> None:
    async with running(home, before=made("Rome")) as driver:
        await driver.press("ctrl+s", "enter")
        await driver.write("unsent")
        await driver.press("ctrl+s", "d")
        assert driver.screen.state.conversation_id is None
        assert driver.screen.chat.composer.text == ""
        assert "a question" not in driver.rows()
        await driver.press("u")
        assert driver.screen.state.title == "Rome"
        assert driver.screen.chat.composer.text == "unsent"


async def test_where_an_answer_is_coming_nothing_is_deleted(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [["begins", gate]]
        await driver.ask("one")
        await driver.until(lambda: "begins" in driver.rows())
        await driver.press("ctrl+s", "d")
        assert "Esc to stop" in notice(driver)
        assert len(titles(driver)) == 1
        gate.set()
        await driver.settle()


async def test_an_open_conversation_that_could_not_be_deleted_stays_open(
    home: Path, monkeypatch: Any
) -> None:
    def refuse(_ids: object) -> int:
        raise LweError("Not now.")

    async with running(home, before=made("Rome")) as driver:
        await driver.press("ctrl+s", "enter")
        monkeypatch.setattr(driver.store, "trash_conversations", refuse)
        await driver.press("ctrl+s", "d")
        assert driver.screen.state.title == "Rome"
        assert notice(driver) == "Not now."


async def test_what_another_program_has_deleted_is_not_marked_for_ever(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo", "Bern")) as driver:
        await driver.press("ctrl+s", "space", "space")
        driver.store.delete_conversation(3)
        await driver.press("d")
        assert "not found" in notice(driver)
        assert listed(driver) == ["January 2025", "  Oslo", "  Rome"]
        await driver.press("home", "d")
        assert titles(driver) == ["Rome"]


async def test_a_copy_comes_to_the_top(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.press("ctrl+s", "down", "D")
        assert titles(driver) == ["Rome (copy)", "Oslo", "Rome"]
        assert "Rome (copy)" in notice(driver)


async def test_hidden_ones_are_shown_and_brought_back(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.press("ctrl+s", "h")
        assert listed(driver) == ["January 2025", "  Rome"]
        await driver.press("H")
        assert any("Oslo" in line for line in listed(driver))
        await driver.press("home", "h", "H")
        assert listed(driver) == ["January 2025", "  Oslo", "  Rome"]


async def test_the_trash_restores_and_is_emptied(home: Path) -> None:
    async with running(home, before=made("Rome", "Oslo")) as driver:
        await driver.press("ctrl+s", "d", "d", "T")
        assert isinstance(driver.app.screen, Trash)
        await driver.press("enter")
        assert titles(driver) == ["Rome"]
        assert driver.screen.state.title == "Rome"
        await driver.press("ctrl+s", "T", "X", "escape")
        assert len(driver.store.trash(1)) == 1
        await driver.press("X", "enter")
        assert driver.store.trash(1) == []
        assert "empty" in str(driver.app.screen.query_one(".about", Static).render())
        await driver.press("escape", "u")
        assert "not in the trash" in notice(driver)


async def test_a_message_that_was_deleted_comes_back_into_the_open_conversation(
    home: Path,
) -> None:
    async with running(home, before=made("Rome")) as driver:
        driver.store.trash_message(2)
        await driver.press("ctrl+s", "enter")
        assert "an answer" not in driver.rows()
        await driver.press("ctrl+s", "T")
        row = driver.app.screen.query_one(VirtualList).row(0)
        assert row is not None
        assert row.text == "A message of: Rome"
        await driver.press("enter")
        assert "an answer" in driver.rows()


async def test_decisions_that_are_waited_for_are_marked(home: Path) -> None:
    async with running(home, before=made("Rome")) as driver:
        driver.screen.query_one(ConversationList).waiting = frozenset({1})
        await driver.settle()
        row = driver.screen.query_one(ConversationList).rows.row(0)
        assert row is not None
        assert (row.style_class, row.right) == ("waiting", "?")


async def test_only_what_is_in_sight_is_read(home: Path) -> None:
    def many(backend: ApiBackend) -> None:
        backend.engine.store.add_user("ann")
        backend.engine.store._database.change(
            """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
            INSERT INTO conversation (user_id, title, created_time, updated_time, hidden)
            SELECT 1, 't' || i, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 0 FROM n""",
            (2000,),
        )

    async with running(home, before=many) as driver:
        await driver.press("ctrl+s", "end")
        rows = driver.screen.query_one(ConversationList).query_one(VirtualList)
        assert rows.count == 2000
        assert listed(driver)[-1] == "  t1"
        assert sum(rows.row(n) is not None for n in range(2000)) < 300


async def test_upkeep_removes_old_trash_and_completes_the_index(home: Path) -> None:
    async with running(home, before=made("Rome")) as driver:
        database = driver.store._database
        driver.store.trash_conversations([1])
        database.change("UPDATE tui_trash_batch SET deleted = '2020-01-01 00:00:00'")
        driver.screen.listing._begin_upkeep()
        await driver.settle()
        assert driver.store.trash(1) == []
        assert driver.app.session.lists.left == 0
