"""A question on its way into the database is never lost, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lwe.errors import LweError, ProviderError, StorageError, ToolError
from tests.tui.driving import Driver, running
from tests.tui.test_tools_in_turns import offer

FAILURES = pytest.mark.parametrize(
    "failure", [LweError("Not now."), StorageError("It is full."), RuntimeError("a fault")]
)


class Gate:
    """Something that takes until the test lets it go on."""

    def __init__(self, inner: Callable[..., Any] | None, failure: Exception | None) -> None:
        self.inner, self.failure = inner, failure
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self, *given: Any) -> Any:
        self.entered.set()
        self.open.wait(30)
        if self.failure:
            raise self.failure
        return self.inner(*given) if self.inner else None


@contextmanager
def gated(
    owner: object, name: str, monkeypatch: pytest.MonkeyPatch, failure: Exception | None = None
) -> Iterator[Gate]:
    """Let a call of the library wait, and fail then."""
    gate = Gate(getattr(owner, name), failure)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, gate)
        try:
            yield gate
        finally:
            gate.open.set()


def composed(driver: Driver) -> str:
    return driver.screen.chat.composer.text


def drafts(driver: Driver) -> str:
    return str(driver.store.draft(1, None))


@FAILURES
async def test_a_question_stopped_before_it_failed_is_given_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async with running(home) as driver:
        with gated(driver.app.session.engine, "begin", monkeypatch, failure) as gate:
            driver.send(*"once", "enter")
            await driver.until(gate.entered.is_set)
            driver.send("escape")
            await driver.until(lambda: driver.screen.chat.live is None)
            gate.open.set()
            await driver.until(lambda: composed(driver) == "once")
            assert "once" not in driver.rows()
            await driver.until(lambda: drafts(driver) == "once")
        await driver.press("enter")
        assert [text for _, text, _ in driver.stored()] == ["once", "An answer."]


@FAILURES
async def test_a_question_that_failed_after_it_was_left_is_in_its_draft(
    home: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        with gated(driver.app.session.engine, "begin", monkeypatch, failure) as gate:
            driver.send(*"again", "enter")
            await driver.until(gate.entered.is_set)
            driver.send("escape")
            await driver.until(lambda: driver.screen.chat.live is None)
            driver.send("ctrl+n")
            await driver.until(lambda: driver.screen.chat.view.conversation_id is None)
            gate.open.set()
            await driver.until(lambda: driver.store.draft(1, 1) == "again")
        assert composed(driver) == ""


@FAILURES
async def test_a_question_that_fails_as_the_program_ends_is_in_its_draft(
    home: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async with running(home) as driver:
        with gated(driver.app.session.engine, "begin", monkeypatch, failure) as gate:
            driver.send(*"once", "enter")
            await driver.until(gate.entered.is_set)
            driver.send("ctrl+q")
            await driver.until(lambda: not driver.app.is_running)
            gate.open.set()
            driver.app.session.close()
            await asyncio.sleep(0)  # What the room has told the loop is done.
        assert drafts(driver) == "once"


# Tools that take long to find


async def test_looking_for_tools_keeps_nothing_else_waiting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        with gated(driver.app.session.engine.tools, "specs", monkeypatch) as gate:
            driver.send(*"roll", "enter")
            await driver.until(gate.entered.is_set)
            assert await driver.app.session.ask(lambda: "the room is free") == "the room is free"
            assert driver.store.history(1) == []
            gate.open.set()
            await driver.settle()
        assert [text for _, text, _ in driver.stored()] == ["roll", "An answer."]
        assert [spec.name for spec in driver.provider.asked[0].tools] == ["dice"]


async def test_escape_ends_the_search_for_tools_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        with gated(driver.app.session.engine.tools, "specs", monkeypatch) as gate:
            driver.send(*"roll", "enter")
            await driver.until(gate.entered.is_set)
            driver.send("escape")
            await driver.until(lambda: composed(driver) == "roll")
            assert "roll" not in driver.rows()
        await driver.settle()
        assert driver.store.history(1) == []
        await driver.press("enter")
        assert [text for _, text, _ in driver.stored()] == ["roll", "An answer."]


async def test_quitting_ends_the_search_for_tools_and_keeps_the_question(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        with gated(driver.app.session.engine.tools, "specs", monkeypatch) as gate:
            driver.send(*"roll", "enter")
            await driver.until(gate.entered.is_set)
            driver.send("ctrl+q")
            await driver.until(lambda: not driver.app.is_running)
            driver.app.session.close()
        assert drafts(driver) == "roll"


async def test_a_server_that_cannot_be_reached_gives_the_question_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        failure = ToolError("The MCP server 'x' did not start within 30 s.")
        with gated(driver.app.session.engine.tools, "specs", monkeypatch, failure) as gate:
            gate.open.set()
            await driver.ask("roll")
            await driver.until(lambda: composed(driver) == "roll")
        assert driver.store.history(1) == []


async def test_a_question_asked_again_stays_when_its_tools_are_not_found(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [[ProviderError("The line is dead.")]]
        await driver.ask("roll")
        with gated(driver.app.session.engine.tools, "specs", monkeypatch) as gate:
            driver.send("f5")
            await driver.until(gate.entered.is_set)
            driver.send("escape")
            await driver.settle()
        assert composed(driver) == ""
        assert "roll" in driver.rows()
        await driver.press("f5")
        assert [text for _, text, _ in driver.stored()] == ["roll", "An answer."]
