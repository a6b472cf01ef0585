"""What a person does with the app, key by key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lwe.errors import ProviderError
from lwe_tui import discovery
from lwe_tui.app import LweApp
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.main.leader import LeaderStrip
from lwe_tui.modals.form import Form
from lwe_tui.modals.help import Help
from lwe_tui.search.pane import SearchPane
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, Scripted, backend, running, thinking, write_presets


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


async def test_the_first_start_asks_nothing_and_writes_at_once(home: Path) -> None:
    async with running(home) as driver:
        composer = driver.screen.chat.composer
        assert composer.placeholder.startswith("Ask anything")
        assert driver.app.focused is composer
        assert driver.screen.state.user is not None
        assert len(driver.store.users()) == 1


async def test_an_answer_is_shown_stored_and_named(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["Some **bold** ", "words."]]
        await driver.ask("What is it?")
        assert "Some bold words." in driver.rows()
        assert driver.stored() == [
            ("user", "What is it?", ""),
            ("assistant", "Some **bold** words.", ""),
        ]
        assert driver.screen.state.title == "A made title"
        assert driver.screen.chat.composer.text == ""


async def test_a_question_sent_before_the_profile_is_open_is_asked(home: Path) -> None:
    provider = Scripted()
    app = LweApp(Session(backend=backend(home, provider)))
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, provider)
        driver.screen.chat.composer.put("early")
        driver.screen.chat.composer.action_send()
        await driver.until(lambda: "An answer." in driver.rows())
        await driver.settle()
        assert [text for _, text, _ in driver.stored()] == ["early", "An answer."]
    app.session.close()


async def test_escape_stops_and_keeps_what_was_said(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["the beginning", asyncio.Event()]]
        await driver.ask("go")
        await driver.until(lambda: "the beginning" in driver.rows())
        await driver.press("escape")
        await driver.until(lambda: "Stopped." in driver.rows())
        await driver.settle()
        assert driver.stored()[-1] == ("assistant", "the beginning", "stopped")


async def test_an_answer_stopped_before_its_first_word_can_be_retried(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[asyncio.Event()], ["now"]]
        await driver.ask("go")
        await driver.until(lambda: bool(driver.provider.asked))
        await driver.press("escape")
        await driver.until(lambda: "F5 asks again" in driver.rows())
        await driver.press("f5")
        await driver.until(lambda: "now" in driver.rows())
        await driver.settle()
        assert driver.stored() == [("user", "go", ""), ("assistant", "now", "")]


async def test_a_failure_names_its_reason_and_is_retried(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[ProviderError("No such key.", "auth")], ["better"]]
        await driver.ask("important words")
        assert "No such key." in driver.rows()
        assert driver.stored() == [("user", "important words", "failed")]
        await driver.press("f5")
        assert "better" in driver.rows()
        assert "No such key." not in driver.rows()
        assert driver.stored() == [("user", "important words", ""), ("assistant", "better", "")]
        assert [m.text for m in driver.provider.asked[-1].messages[1:]] == ["important words"]


async def test_a_failed_question_is_not_sent_with_the_next(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[ProviderError("Down.", "connection")], ["fine"]]
        await driver.ask("first")
        await driver.ask("second")
        assert [m.text for m in driver.provider.asked[-1].messages[1:]] == ["second"]


async def test_an_answer_that_breaks_off_stays_and_is_marked(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["half of ", ProviderError("It went away.", "connection")]]
        await driver.ask("go")
        assert "half of" in driver.rows()
        assert "It went away." in driver.rows()
        assert driver.stored()[-1] == ("assistant", "half of ", "cut")


async def test_a_slot_switches_the_preset_and_leaves_the_draft(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("draft")
        await driver.press("alt+2")
        assert driver.screen.state.preset == "beta"
        assert driver.screen.chat.composer.text == "draft"
        await driver.press("enter")
        assert driver.provider.asked[-1].model == "other"


async def test_the_leader_lists_and_does_what_follows(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l")
        assert driver.screen.query_one(LeaderStrip).has_class("-open")
        await driver.press("2")
        assert driver.screen.state.preset == "beta"
        assert driver.app.focused is driver.screen.chat.composer
        await driver.press("ctrl+l", "escape")
        assert not driver.screen.query_one(LeaderStrip).has_class("-open")
        assert driver.app.focused is driver.screen.chat.composer


async def test_two_conversations_answer_at_once(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [["first begins", gate, " and ends"], ["second"]]
        await driver.ask("one")
        await driver.until(lambda: "first begins" in driver.rows())
        await driver.press("ctrl+n")
        assert "first begins" not in driver.rows()
        await driver.ask("two")
        assert "second" in driver.rows()
        conversations = driver.screen.query_one(ConversationList)
        assert len(conversations.busy) == 1
        gate.set()
        await driver.until(lambda: bool(conversations.news))
        await driver.press("ctrl+s", "enter")
        await driver.until(lambda: "first begins and ends" in driver.rows())
        assert not conversations.news


async def test_going_back_to_a_streaming_conversation_shows_all_of_it(home: Path) -> None:
    async with running(home) as driver:
        gate, more = asyncio.Event(), asyncio.Event()
        driver.provider.scripts = [["one ", gate, "two ", more, "three"]]
        await driver.ask("count")
        await driver.until(lambda: "one" in driver.rows())
        await driver.press("ctrl+n")
        gate.set()
        await driver.settle()
        await driver.press("ctrl+s", "enter")
        await driver.until(lambda: "one two" in driver.rows())
        more.set()
        await driver.until(lambda: "one two three" in driver.rows())


async def test_drafts_belong_to_their_conversations(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.write("for later")
        await driver.press("ctrl+n")
        assert driver.screen.chat.composer.text == ""
        await driver.write("something new")
        await driver.press("ctrl+s", "enter")
        assert driver.screen.chat.composer.text == "for later"
        await driver.press("ctrl+n")
        assert driver.screen.chat.composer.text == "something new"


async def test_typing_in_a_list_goes_to_the_composer(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+s", "x")
        assert driver.screen.chat.composer.text == "x"
        assert driver.app.focused is driver.screen.chat.composer


async def test_search_narrows_and_opens(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        driver.store.rename(driver.screen.state.conversation_id, "About bridges")
        await driver.press("ctrl+n")
        await driver.ask("two")
        await driver.press("ctrl+n", "ctrl+r")
        await driver.write("bridge")
        await driver.settle()
        assert isinstance(driver.app.screen, SearchPane)
        assert driver.app.screen.needle == "bridge"
        assert driver.app.screen.query_one(VirtualList).count == 1
        await driver.press("enter")
        assert driver.screen.state.title == "About bridges"
        assert "one" in driver.rows()


async def test_search_typed_at_once_opens_what_was_typed(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        driver.store.rename(driver.screen.state.conversation_id, "About bridges")
        await driver.press("ctrl+n")
        await driver.ask("two")
        driver.send("ctrl+r", *"bridge", "enter")
        await driver.until(lambda: driver.screen.state.title == "About bridges")
        assert driver.screen.chat.composer.text == ""


async def test_ctrl_s_and_enter_at_once_open_the_newest(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("one")
        await driver.press("ctrl+n")
        driver.send("ctrl+s", "enter")
        await driver.until(lambda: "An answer." in driver.rows())


async def test_a_template_asks_for_its_variables_and_is_sent(home: Path) -> None:
    folder = home / ".config" / "llm-workflow-engine" / "templates"
    folder.mkdir(parents=True)
    (folder / "greet.md").write_text("---\ndescription: Greets\n---\nSay hello to {{ name }}.")
    async with running(home) as driver:
        await driver.press("f3")
        rows = driver.app.focused
        assert isinstance(rows, VirtualList)
        names = [name for name, _ in driver.screen.query_one("TemplateList").templates]  # type: ignore[attr-defined]  # a TemplateList
        await driver.press(*["down"] * names.index("greet.md"), "enter")
        assert isinstance(driver.app.screen, Form)
        await driver.write("Ada")
        await driver.press("enter")
        assert driver.provider.asked[-1].messages[-1].text == "Say hello to Ada."


async def test_thinking_is_shown_and_folds_when_the_answer_starts(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [[thinking("let me see"), gate, "done"]]
        await driver.ask("go")
        await driver.until(lambda: "let me see" in driver.rows())
        gate.set()
        await driver.until(lambda: "done" in driver.rows())
        assert "let me see" not in driver.rows()
        assert "thought for 3 words" in driver.rows()


async def test_a_second_question_waits_for_the_first_answer(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [["one", gate]]
        await driver.ask("first")
        await driver.ask("second")
        assert len(driver.provider.asked) == 1
        gate.set()
        await driver.settle()
        assert driver.stored()[-1][1] == "An answer."


async def test_help_and_palette_open_and_close(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("f1")
        assert isinstance(driver.app.screen, Help)
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        await driver.press("ctrl+p")
        assert driver.app.screen is not driver.screen
        await driver.write("new conv")
        await driver.settle()
        await driver.press("escape")


async def test_a_user_with_a_password_gets_a_form(home: Path) -> None:
    provider = Scripted()
    made = backend(home, provider)
    made.engine.store.add_user("ada", password="secret")
    app = LweApp(Session(backend=made))
    async with app.run_test() as pilot:
        driver = Driver(app, pilot, provider)
        await driver.until(lambda: isinstance(app.focused, LineInput))
        await driver.pilot.press("enter", *"wrong", "enter")
        await driver.until(lambda: bool(app.screen.query(".problem")))
        await driver.until(lambda: isinstance(app.focused, LineInput))
        await driver.pilot.press("enter", *"secret", "enter")
        await driver.until(lambda: driver.screen.state.user is not None)
        assert driver.screen.state.user is not None
        assert driver.screen.state.user.username == "ada"
    app.session.close()


async def test_with_nothing_that_answers_three_roads_are_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody() -> None:
        return None

    monkeypatch.setattr(discovery, "find_server", nobody)
    monkeypatch.setattr("lwe.providers.local_model.find", lambda: None)
    async with running(home, default=None) as driver:
        for road in ("enter an OpenAI key", "install the embedded model", "name the URL"):
            assert road in driver.rows()


async def test_a_broken_preset_is_named_and_the_rest_work(home: Path) -> None:
    write_presets(home)
    broken = home / ".config" / "llm-workflow-engine" / "presets" / "broken.yaml"
    broken.write_text("metadata: [unclosed\n")
    async with running(home) as driver:
        assert "broken.yaml" in notice(driver)
        await driver.ask("still")
        assert "An answer." in driver.rows()


async def test_quitting_in_mid_answer_keeps_it(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["so far", asyncio.Event()]]
        await driver.ask("go")
        await driver.until(lambda: "so far" in driver.rows())
        await driver.pilot.press("ctrl+q")
        driver.app.session.close()
        assert driver.stored()[-1] == ("assistant", "so far", "stopped")
