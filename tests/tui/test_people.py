"""Users: chosen at the start and later, changed and deleted; nothing of one is another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lwe_tui.chat.notice import NoticeLine
from lwe_tui.modals.choice import Choice
from lwe_tui.modals.confirm import Confirm
from lwe_tui.modals.form import ChoiceInput, Form
from lwe_tui.sidebar.conversations import ConversationList
from tests.tui.driving import Driver, running
from tests.tui.test_commands import give


def two(made: Any) -> None:
    """Make two users, one with a password, and log the other in."""
    made.engine.store.add_user("ann")
    made.engine.store.add_user("bob", email="b@x.org", password="secret", default_preset="beta")
    made.set_current_user(made.engine.store.user("ann"))


def nobody(made: Any) -> None:
    two(made)
    made.set_current_user(None)


def who(driver: Driver) -> str:
    user = driver.screen.state.user
    return user.username if user else ""


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


async def test_the_start_asks_for_a_password_only_where_there_is_one(home: Path) -> None:
    async with running(home, before=nobody) as driver:
        assert isinstance(driver.app.screen, Choice)
        await driver.write("bob")
        await driver.press("enter")
        assert isinstance(driver.app.screen, Form)
        await driver.write("wrong")
        await driver.press("enter")
        assert isinstance(driver.app.screen, Form)
        await driver.press("escape")
        assert isinstance(driver.app.screen, Choice)
        await driver.write("ann")
        await driver.press("enter")
        assert who(driver) == "ann" and driver.app.screen is driver.screen


async def test_switching_shows_what_is_the_other_users(home: Path) -> None:
    async with running(home, before=two) as driver:
        await driver.ask("a secret question")
        await give(driver, "/new")
        await driver.write("half a thought")
        await driver.press("ctrl+l", "U")
        await driver.write("as bob")
        await driver.press("enter")
        await driver.write("wrong")
        await driver.press("enter")
        form = driver.app.screen
        assert isinstance(form, Form) and form._problem == "Incorrect password."
        await driver.write("secret")
        await driver.press("enter")
        screen = driver.screen
        assert who(driver) == "bob" and screen.state.preset == "beta"
        assert screen.query_one(ConversationList).rows.count == 0
        assert screen.chat.composer.text == ""
        assert screen.chat.composer.recall.older("") is None
        await give(driver, "/login ann")
        assert screen.chat.composer.text == "half a thought"
        assert screen.query_one(ConversationList).rows.count == 1


async def test_a_login_without_a_name_offers_everybody(home: Path) -> None:
    async with running(home, before=two) as driver:
        await give(driver, "/login")
        assert isinstance(driver.app.screen, Choice)
        await driver.press("escape")
        assert who(driver) == "ann"


async def test_logging_out_leaves_nothing_in_sight(home: Path) -> None:
    async with running(home, before=two) as driver:
        await driver.ask("a secret question")
        await give(driver, "/logout")
        assert who(driver) == "" and "secret" not in driver.rows()
        assert driver.screen.query_one(ConversationList).rows.count == 0
        await driver.ask("not stored")
        assert "An answer." in driver.rows()
        assert driver.store.conversation_count(driver.store.user("ann").id) == 1
        await give(driver, "/login ann")
        assert who(driver) == "ann"


async def test_a_user_is_registered_and_the_form_stays_until_it_is_right(home: Path) -> None:
    async with running(home, before=two) as driver:
        await give(driver, "/user register")
        await driver.press("enter", "enter", "enter")
        assert isinstance(driver.app.screen, Form)  # A name is needed.
        await driver.write("eve")
        await driver.press("enter")
        await driver.write("no address")
        await driver.press("enter", "enter")
        form = driver.app.screen
        assert isinstance(form, Form) and "no e-mail address" in form._problem
        assert form._inputs[0].value == "eve"
        await driver.press("enter", *["backspace"], "enter", "enter")
        assert driver.app.screen is driver.screen
        eve = driver.store.user("eve")
        assert eve.email is None and not eve.has_password


async def test_oneself_is_edited_in_place(home: Path) -> None:
    async with running(home, before=two) as driver:
        await driver.ask("hello")
        here = driver.screen.state.conversation_id
        await give(driver, "/user edit")
        await driver.write("anna")
        await driver.press("enter", "enter", "enter")
        assert isinstance(driver.app.screen.focused, ChoiceInput)
        await driver.press("space")
        assert isinstance(driver.app.screen, Choice)
        await driver.write("beta")
        await driver.press("enter", "enter")
        assert who(driver) == "anna" and driver.store.user("anna").default_preset == "beta"
        assert driver.screen.state.conversation_id == here and "hello" in driver.rows()


async def test_another_is_deleted_after_a_question(home: Path) -> None:
    async with running(home, before=two) as driver:
        await driver.press("ctrl+l", "U")
        await driver.write("delete bob")
        await driver.press("enter")
        assert isinstance(driver.app.screen, Confirm)
        await driver.press("y")
        assert [user.username for user in driver.store.users()] == ["ann"]
        assert notice(driver) == "bob was deleted."
