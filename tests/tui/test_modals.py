"""The small screens: what they show can only be read, and they close whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from lwe.errors import LweError, ProviderError
from lwe_tui.app import LweApp
from lwe_tui.chat.reading import Reading
from lwe_tui.modals.form import Field, Form
from lwe_tui.modals.help import Help
from lwe_tui.modals.log import Log
from lwe_tui.modals.narrow import Narrow
from lwe_tui.modals.palette import Palette
from lwe_tui.modals.progress import Progress
from lwe_tui.session import Session
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.widgets.tasks import TaskFailed
from lwe_tui.widgets.virtual_list import Row

EVIL = "\x1b]52;c;c3RvbGVu\x07stay\x1b[2Jing\x9b31m"
SEEN = "staying"


class Hearing(App[None]):
    """Holds the screens, and notes the faults of their tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[BaseException] = []

    def on_task_failed(self, event: TaskFailed) -> None:
        self.faults.append(event.error)


@asynccontextmanager
async def showing(
    screen: Screen[Any], answered: Callable[[Any], None] | None = None
) -> AsyncIterator[Any]:
    """Show a screen over an empty app."""
    app = Hearing()
    async with app.run_test() as pilot:
        app.push_screen(screen, answered)
        await pilot.pause()
        yield pilot


def shown(pilot: Pilot[None]) -> str:
    """Return every character that goes to the terminal."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    for _ in range(300):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not happen")


def controls(text: str) -> set[str]:
    return {letter for letter in text if letter != "\n" and not letter.isprintable()}


# What they show


@pytest.mark.parametrize("where", ["title", "label", "explanation", "problem"])
async def test_a_form_shows_only_what_can_be_read(where: str) -> None:
    texts = {name: "" for name in ("title", "label", "explanation", "problem")} | {where: EVIL}
    form = Form(
        texts["title"], [Field("a", texts["label"])], texts["explanation"], texts["problem"]
    )
    async with showing(form) as pilot:
        assert SEEN in shown(pilot)
        assert controls(shown(pilot)) == set()


async def test_progress_shows_only_what_can_be_read() -> None:
    release = threading.Event()
    progress = Progress(EVIL, lambda *_: release.wait(30))
    async with showing(progress) as pilot:
        assert SEEN in shown(pilot)
        assert controls(shown(pilot)) == set()
        release.set()


async def test_templates_are_described_with_what_can_be_read() -> None:
    class Templates(App[None]):
        def compose(self) -> Any:
            yield TemplateList()

    async with Templates().run_test() as pilot:
        templates = pilot.app.query_one(TemplateList)
        templates.templates = (("one", EVIL), ("two", EVIL))
        pilot.app.screen.focus_next()
        await pilot.press("down")
        await until(pilot, lambda: SEEN in shown(pilot))
        assert controls(shown(pilot)) == set()


# Keys that come too early


@pytest.mark.parametrize(
    ("made", "action"),
    [
        (lambda: Palette([Row("a", "A")]), "rows('cursor_down')"),
        (lambda: Log([], []), "rows('cursor_up')"),
        (lambda: Form("Name", [Field("name", "Name")]), "next"),
        (lambda: Form("Name", [Field("name", "Name")]), "move(1)"),
        (lambda: Help(None), "scroll('scroll_down')"),
        (lambda: Reading("Title", "text"), "scroll('page_down')"),
    ],
)
async def test_a_key_before_the_screen_is_there_does_nothing(
    made: Callable[[], Screen[Any]], action: str
) -> None:
    async with App[None]().run_test() as pilot:
        screen = made()
        pilot.app.push_screen(screen)
        await pilot.app.run_action(action, screen)
        await until(pilot, lambda: screen.is_mounted)
        assert pilot.app.screen is screen


# Progress


async def answer_of(job: Callable[[], object]) -> tuple[Any, list[str]]:
    """Return what a job's screen answers when it has closed, and which faults were heard."""
    answers: list[Any] = []
    progress = Progress("A job", lambda *_: job())
    async with showing(progress, answers.append) as pilot:
        await until(pilot, lambda: answers and pilot.app.screen is not progress)
        await pilot.pause()
        faults = [repr(error) for error in pilot.app.faults]
    (answer,) = answers
    return answer, faults


async def test_a_job_that_is_done_answers_nothing() -> None:
    assert await answer_of(lambda: None) == ("", [])


async def test_a_job_that_failed_answers_why() -> None:
    def fail() -> None:
        raise ProviderError("No network.")

    assert await answer_of(fail) == ("No network.", [])


async def test_a_job_with_a_fault_closes_and_is_heard() -> None:
    def fail() -> None:
        raise RuntimeError("a fault")

    answer, faults = await answer_of(fail)
    assert answer == "A fault of the program: RuntimeError('a fault')"
    assert faults == ["RuntimeError('a fault')"]


async def test_escape_cancels_a_job() -> None:
    answers: list[str | None] = []

    def job(_report: Any, cancelled: Callable[[], bool]) -> None:
        while not cancelled():
            threading.Event().wait(0.01)
        raise LweError("Cancelled.")

    async with showing(Progress("A job", job), answers.append) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: answers)
    assert answers == ["Cancelled."]


# Narrow


class Failing(Narrow):
    """Fails as a database does that is locked, where it is told to."""

    def __init__(self, fails: str) -> None:
        super().__init__("Search")
        self.fails = fails

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        if self.fails == "find" and needle:
            raise LweError(f"The database is {EVIL}.")
        return 500, [Row(key=str(number), text=f"row {number}") for number in range(20)]

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        if self.fails == "fetch":
            raise LweError(f"The database is {EVIL}.")
        return [Row(key=str(number), text="row") for number in range(offset, offset + limit)]


@pytest.mark.parametrize("fails", ["find", "fetch"])
async def test_a_list_that_cannot_be_read_says_why(fails: str) -> None:
    answers: list[str | None] = []
    async with showing(Failing(fails), answers.append) as pilot:
        await until(pilot, lambda: fails == "fetch" or "500 found" in shown(pilot))
        await pilot.press(*("x" if fails == "find" else ["pagedown"] * 8))
        await until(pilot, lambda: f"The database is {SEEN}." in shown(pilot))
        assert controls(shown(pilot)) == set()
        assert pilot.app.faults == []
        if fails == "find":
            await pilot.press("enter")
            assert answers == []
            await pilot.press("backspace")
            await until(pilot, lambda: "500 found" in shown(pilot))


async def test_a_form_filled_in_one_go_puts_every_word_into_its_field() -> None:
    answers: list[dict[str, str] | None] = []
    app = LweApp(Session())
    async with app.run_test() as pilot:
        app.push_screen(
            Form("Log in", [Field("name", "Name"), Field("word", "Word")]), answers.append
        )
        await pilot.pause(0.1)
        for key in (*"bob", "tab", *"secret", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        async with asyncio.timeout(30):
            while not answers:
                await pilot.pause(0.02)
    app.session.close()
    assert answers == [{"name": "bob", "word": "secret"}]
