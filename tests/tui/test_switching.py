"""Keys in quick succession, and what comes back late: words and settings stay where they belong."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.widgets import Static

from lwe.errors import LweError
from lwe_tui.app import LweApp
from lwe_tui.chat.live import Question
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.main.status_bar import StatusBar
from lwe_tui.session import Options, Session
from tests.tui.driving import Driver, Scripted, backend, running


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


def questions(driver: Driver, conversation_id: int) -> list[str]:
    return [m.text for m in driver.store.messages(conversation_id) if m.role == "user"]


def refusing(
    sentence: str, started: threading.Event | None = None, gate: threading.Event | None = None
) -> Callable[..., None]:
    """Return a call of the library that fails, at once or when the gate is opened."""

    def refuse(*_: object) -> None:
        if started and gate:
            started.set()
            gate.wait(30)
        raise LweError(sentence)

    return refuse


@contextmanager
def locked(driver: Driver) -> Iterator[None]:
    """Hold the database's write lock, as another program may."""
    driver.store._database._database.execute_sql("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(driver.app.session.engine.store._database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_words_typed_right_after_ctrl_n_go_to_the_new_conversation(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("old")
        driver.send("ctrl+n", *"fresh", "enter")
        await driver.until(lambda: len(driver.provider.asked) == 2)
        await driver.settle()
        assert questions(driver, 1) == ["old"]
        assert questions(driver, 2) == ["fresh"]


async def test_words_typed_right_after_opening_go_to_the_opened_one(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.press("ctrl+n")
        driver.send("ctrl+s", "enter")
        await driver.pilot.pause()
        driver.send(*"more", "enter")
        await driver.until(lambda: len(driver.provider.asked) == 2)
        await driver.settle()
        assert questions(driver, 1) == ["one", "more"]


@pytest.mark.parametrize("keys", [("ctrl+n", "alt+2"), ("alt+2", "ctrl+n")])
async def test_a_preset_chosen_beside_ctrl_n_stays_out_of_the_old_conversation(
    home: Path, keys: tuple[str, str]
) -> None:
    async with running(home) as driver:
        await driver.ask("old")
        driver.send(*keys)
        await driver.settle()
        await driver.ask("next")
        assert (questions(driver, 1), questions(driver, 2)) == (["old"], ["next"])


async def test_a_preset_chosen_just_before_enter_is_asked(home: Path) -> None:
    async with running(home) as driver:
        driver.send(*"text", "alt+2", "enter")
        await driver.until(lambda: bool(driver.provider.asked))
        assert driver.provider.asked[0].model == "other"
        assert driver.provider.asked[0].messages[-1].text == "text"


async def test_leaving_as_an_answer_ends_leads_nowhere_else(home: Path) -> None:
    for delay in range(6):
        async with running(home / str(delay)) as driver:
            gate = asyncio.Event()
            driver.provider.scripts = [["one", gate]]
            await driver.ask("first")
            gate.set()
            await asyncio.sleep(delay * 0.002)
            driver.send("ctrl+n")
            await driver.settle()
            assert driver.screen.state.conversation_id is None
            assert driver.screen.chat.view.conversation_id is None


async def test_ctrl_n_in_a_new_conversation_keeps_the_words(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("precious words")
        await driver.press("ctrl+n")
        assert driver.screen.chat.composer.text == "precious words"


async def test_opening_the_open_conversation_keeps_the_words(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.write("unsent")
        await driver.press("ctrl+s", "enter")
        assert driver.screen.chat.composer.text == "unsent"


async def test_a_sent_question_is_no_draft_any_more(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("sent")
        driver.screen.chat.keep_draft()
        await driver.press("enter", "ctrl+n")
        assert driver.screen.chat.composer.text == ""


async def test_words_that_could_not_be_asked_stand_before_newer_ones(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        started, gate = threading.Event(), threading.Event()
        refuse = refusing("Not now.", started, gate)
        monkeypatch.setattr(driver.app.session.engine, "begin", refuse)
        driver.send(*"first", "enter")
        await driver.until(started.is_set)
        await driver.write("second")
        gate.set()
        await driver.settle()
        await driver.until(lambda: driver.screen.chat.composer.text == "first\n\nsecond")
        assert "Not now." in notice(driver)


async def test_words_that_could_not_be_asked_wait_in_their_conversation(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        started, gate = threading.Event(), threading.Event()
        refuse = refusing("Not now.", started, gate)
        with monkeypatch.context() as patched:
            patched.setattr(driver.app.session.engine, "begin", refuse)
            driver.send(*"again", "enter")
            await driver.until(started.is_set)
            await driver.write("later")
            driver.send("ctrl+n")
            await driver.pilot.pause()
            gate.set()
            await driver.settle()
        assert driver.screen.chat.composer.text == ""
        await driver.press("ctrl+s", "enter")
        await driver.until(lambda: "again" in driver.screen.chat.composer.text)
        assert "later" in driver.screen.chat.composer.text


async def test_a_question_stopped_while_it_is_stored_is_not_stored_twice(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        begin = driver.app.session.engine.begin
        gate, started = threading.Event(), threading.Event()

        def slow(*given: object) -> object:
            started.set()
            gate.wait(30)
            return begin(*given)  # type: ignore[arg-type]  # passed on

        monkeypatch.setattr(driver.app.session.engine, "begin", slow)
        driver.send(*"once", "enter")
        await driver.until(started.is_set)
        driver.send("escape")
        await driver.pilot.pause(0.1)
        gate.set()
        await driver.settle()
        await driver.until(lambda: driver.screen.state.conversation_id == 1)
        await driver.press("f5")
        await driver.until(lambda: "An answer." in driver.rows())
        await driver.settle()
        assert questions(driver, 1) == ["once"]
        assert len(driver.store.conversations(1, 9, 0)) == 1


async def test_an_answer_stopped_while_the_database_is_locked_is_stored_later(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["the beginning", asyncio.Event()]]
        await driver.ask("go")
        await driver.until(lambda: "the beginning" in driver.rows())
        with locked(driver):
            driver.send("escape")
            await driver.pilot.pause(0.06)
        await driver.settle()
        await driver.until(lambda: driver.stored()[-1][0] == "assistant")
        assert driver.stored()[-1] == ("assistant", "the beginning", "stopped")


async def test_an_answer_that_cannot_be_stored_is_told(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["the beginning", asyncio.Event()]]
        await driver.ask("go")
        await driver.until(lambda: "the beginning" in driver.rows())
        with locked(driver):
            driver.send("escape")
            await driver.until(lambda: "not stored yet" in notice(driver))
            assert "the beginning" in driver.rows()


async def test_a_draft_survives_a_locked_database(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.write("kept")
        with locked(driver):
            driver.send("ctrl+n")
            await driver.until(lambda: "could not be stored" in notice(driver))
        await driver.press("ctrl+s", "enter")
        assert driver.screen.chat.composer.text == "kept"


async def test_letters_before_ctrl_q_are_kept(home: Path) -> None:
    async with running(home) as driver:
        driver.send(*"only a draft", "ctrl+q")
        await driver.until(lambda: not driver.app.is_running)
        driver.app.session.close()
        assert driver.store.draft(1, None) == "only a draft"


async def test_quitting_before_the_profile_is_open_keeps_the_words(home: Path) -> None:
    app = LweApp(Session(backend=backend(home, provider := Scripted())))
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, provider)
        driver.send(*"early", "enter", *"later", "ctrl+q")
        await driver.until(lambda: not app.is_running)
    app.session.close()
    messages = [m.text for m in driver.store.messages(1)] if driver.store.history(1) else []
    assert "early" in "".join([*messages, driver.store.draft(1, None)])
    drafts = driver.store.draft(1, None) + driver.store.draft(1, 1 if messages else None)
    assert "later" in drafts


async def test_a_template_waits_for_the_answer(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["one", asyncio.Event()]]
        await driver.ask("first")
        driver.screen.chat.questions.ask(Question("from a template"))
        await driver.settle()
        assert "from a template" in str(driver.screen.query_one("#queue", Static).render())
        assert len(driver.provider.asked) == 1


async def test_escapes_in_titles_pastes_and_errors_do_not_reach_the_terminal(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        driver.store.rename(1, "ti\x1b]0;x\x07tle\x1b[2J")
        await driver.press("ctrl+n", "ctrl+s", "enter")
        assert str(driver.screen.query_one("#title", Static).render()) == "title"
        driver.screen.chat.composer.put("a\x1b[31mb")
        assert driver.screen.chat.composer.text == "ab"
        await driver.press("ctrl+n")
        driver.screen.chat.transcript.placeholder = "er\x1b[2Jror"
        assert driver.rows().startswith("error")


async def test_a_lost_preset_is_told_when_its_conversation_is_opened(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.press("ctrl+n", "alt+2")
        (home / ".config/llm-workflow-engine/presets/alpha.yaml").unlink()
        driver.app.session._states.clear()
        await driver.press("ctrl+s", "enter")
        assert "alpha" in notice(driver)


async def test_the_gauge_follows_the_conversation(home: Path) -> None:
    async with running(home) as driver:
        bar = driver.screen.query_one(StatusBar)
        driver.provider.scripts = [["word " * 300], ["word " * 300]]
        await driver.ask("one")
        first = bar.gauge[0]
        await driver.ask("two")
        assert bar.gauge[0] > first + 300


async def test_a_broken_profile_gives_the_words_back_and_can_be_opened_again(home: Path) -> None:
    folder = home / ".config" / "llm-workflow-engine" / "profiles" / "default"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("model: [unclosed\n")
    app = LweApp(Session())
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, Scripted())
        driver.send(*"words", "enter")
        await driver.until(lambda: "config.yaml" in notice(driver))
        assert driver.screen.chat.composer.text == "words"
        assert "F5" in driver.rows()
        (folder / "config.yaml").write_text("model: {default_preset: local}\n")
        await driver.press("f5")
        await driver.until(lambda: driver.screen.state.user is not None)
        assert driver.screen.chat.composer.text == "words"
    app.session.close()


async def test_pages_move_the_list_that_has_the_focus(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("f2", "pagedown")
        assert driver.screen.focused is not None
        assert driver.screen.focused.cursor_row > 0  # type: ignore[attr-defined]  # a VirtualList


async def test_waiting_is_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwe_tui.render.blocks.WONDERING", 0)
    async with running(home) as driver:
        driver.provider.scripts = [[asyncio.Event()]]
        await driver.ask("go")
        driver.screen.chat.transcript.tick()
        assert "… 0 s" in driver.rows()


async def test_a_conversation_opens_with_its_own_settings(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("conv a")
        await driver.press("ctrl+n", "alt+2")
        await driver.ask("conv b")
        await driver.press("ctrl+s", "down", "enter")
        assert (driver.screen.state.preset, driver.screen.state.conversation_id) == ("alpha", 1)
        await driver.ask("more a")
        assert driver.provider.asked[-1].model == "model"
        await driver.press("ctrl+s", "down", "enter")
        assert driver.screen.state.preset == "beta"


async def test_going_back_to_a_busy_conversation_brings_its_settings(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["a", gate := asyncio.Event()]]
        await driver.ask("conv a")
        await driver.until(lambda: driver.screen.state.conversation_id == 1)
        await driver.press("ctrl+n", "alt+2")
        await driver.press("ctrl+s", "enter")
        await driver.until(lambda: driver.screen.state.preset == "alpha")
        gate.set()
        await driver.settle()
        assert driver.screen.state.preset == "alpha"


async def test_a_half_draft_of_a_sent_question_does_not_come_back(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("hello wor")
        driver.screen.chat.keep_draft()
        await driver.write("ld")
        await driver.press("enter", "ctrl+n")
        assert driver.screen.chat.composer.text == ""


async def test_an_answer_kept_out_by_a_lock_stands_where_it_belongs(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["first answer", asyncio.Event()], ["second answer"]]
        await driver.ask("one")
        await driver.until(lambda: "first answer" in driver.rows())
        with locked(driver):
            driver.send("escape")
            await driver.until(lambda: "not stored yet" in notice(driver))
        await driver.ask("two")
        assert [text for _, text, _ in driver.stored()] == [
            "one",
            "first answer",
            "two",
            "second answer",
        ]


async def test_search_finds_what_has_no_title(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("about bridges")
        driver.store._database.change("UPDATE conversation SET title = NULL", ())
        await driver.press("ctrl+n")
        driver.send("ctrl+r", *"bridge", "enter")
        await driver.until(lambda: driver.screen.state.conversation_id == 1)


async def test_a_preset_of_the_command_line_that_is_not_there_is_told(home: Path) -> None:
    made = backend(home, provider := Scripted())
    app = LweApp(Session(Options(preset="nosuch"), made))
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, provider)
        await driver.until(lambda: driver.screen.state.user is not None)
        await driver.settle()
        assert "'nosuch' not found" in notice(driver)
        assert driver.screen.state.preset == "alpha"
    app.session.close()


async def test_opening_a_broken_profile_twice_holds_no_question_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backend(home, provider := Scripted())
    app = LweApp(Session(backend=made))
    gate = threading.Event()
    recover = made.engine.store.recover

    def slow() -> int:
        gate.wait(30)
        return recover()

    with monkeypatch.context() as patched:
        patched.setattr(made.engine.store, "recover", refusing("Not now."))
        async with app.run_test() as pilot:
            driver = Driver(app, pilot, provider)
            await driver.until(lambda: "Not now." in driver.rows())
            patched.setattr(made.engine.store, "recover", slow)
            driver.send("f5", "f5")
            await driver.pilot.pause(0.1)
            gate.set()
            await driver.until(lambda: driver.screen.state.user is not None)
            await driver.ask("at last")
            assert "An answer." in driver.rows()
    app.session.close()


async def test_a_fault_while_the_profile_is_opened_gives_the_words_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backend(home, provider := Scripted())
    app = LweApp(Session(backend=made))

    def fault() -> int:
        raise KeyError("a fault")

    monkeypatch.setattr(made.engine.store, "recover", fault)
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, provider)
        driver.send(*"words", "enter")
        await driver.until(lambda: driver.screen.chat.composer.text == "words")
    app.session.close()


@contextmanager
def slow_opening(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let conversations be read only when the event is set."""
    reading, gate = driver.store.last_messages, threading.Event()

    def slow(*given: object) -> object:
        gate.wait(30)
        return reading(*given)

    with monkeypatch.context() as patched:
        patched.setattr(driver.store, "last_messages", slow)
        yield gate


async def two_conversations(driver: Driver) -> None:
    """Ask one conversation with alpha and one with beta, which stays open."""
    await driver.ask("conv a")
    await driver.press("ctrl+n", "alt+2")
    await driver.ask("conv b")


async def test_a_question_for_a_conversation_left_at_once_is_asked_its_way(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        await two_conversations(driver)
        with slow_opening(driver, monkeypatch) as gate:
            driver.send("ctrl+s", "down", "enter")
            await driver.until(lambda: driver.screen.state.conversation_id == 1)
            driver.send(*"more", "enter", "ctrl+n")
            await driver.until(lambda: driver.screen.state.conversation_id is None)
            gate.set()
            await driver.settle()
        assert (questions(driver, 1), driver.provider.asked[-1].model) == (
            ["conv a", "more"],
            "model",
        )


async def test_a_question_for_a_conversation_that_cannot_be_read_is_given_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        await two_conversations(driver)
        gate, started = threading.Event(), threading.Event()
        refuse = refusing("Cannot be read.", started, gate)
        with monkeypatch.context() as patched:
            patched.setattr(driver.store, "last_messages", refuse)
            driver.send("ctrl+s", "down", "enter")
            await driver.until(started.is_set)
            driver.send(*"more", "enter")
            await driver.pilot.pause(0.1)
            gate.set()
            await driver.settle()
        assert len(driver.provider.asked) == 2
        assert driver.store.draft(1, 1) == "more"


async def test_a_preset_chosen_before_leaving_counts_for_what_was_sent(home: Path) -> None:
    async with running(home) as driver:
        driver.send(*"text", "alt+2", "enter", "ctrl+n")
        await driver.until(lambda: bool(driver.provider.asked))
        assert driver.provider.asked[0].model == "other"
