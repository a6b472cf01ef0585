"""Asking again, otherwise, and on: whatever stops it, nothing that was said or written is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from lwe.domain import Attachment, ModelRequest, Usage
from lwe.errors import LweError, ProviderError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta
from lwe_tui.chat.notice import NoticeLine, QueueLine
from lwe_tui.messages import BlockCommand
from tests.tui.driving import Driver, Scripted, running
from tests.tui.test_switching import locked

FAILS = ProviderError("It is down.", "unreachable", "Try again.")
IMAGE = Attachment("dot.png", "image/png", data=b"\x89PNG dot")
NOTES = Attachment("notes.md", "text/markdown", text="# Notes\nall of them")


def composed(driver: Driver) -> str:
    return driver.screen.chat.composer.text


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


def texts(driver: Driver) -> list[str]:
    return [text for _, text, _ in driver.stored()]


async def leader(driver: Driver, key: str) -> None:
    await driver.press("ctrl+l", key)


async def command(driver: Driver, name: str, key: str = "") -> None:
    driver.screen.post_message(BlockCommand(name, key))
    await driver.settle()


def write_with(driver: Driver, text: str, *attachments: Attachment) -> None:
    composer = driver.screen.chat.composer
    tokens = [composer.tokens.add(given) for given in attachments]
    composer.put(" ".join([text, *tokens]))


# Another answer


async def test_another_answer_keeps_the_old_one(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["older"], ["second"]]
        await driver.ask("why")
        await leader(driver, "R")
        assert texts(driver) == ["why", "second"]
        assert "‹2/2›" in driver.rows() and "older" not in driver.rows()
        await leader(driver, "less_than_sign")
        assert texts(driver) == ["why", "older"]
        assert "‹1/2›" in driver.rows() and "second" not in driver.rows()
        await leader(driver, "less_than_sign")
        assert notice(driver) == "This is the first of 2."


async def test_any_variant_is_chosen_by_its_first_words(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["first"], ["second"], ["third"]]
        await driver.ask("why")
        await leader(driver, "R")
        await leader(driver, "R")
        await leader(driver, "V")
        await driver.write("seco")
        await driver.press("enter")
        assert texts(driver) == ["why", "second"]
        assert "‹2/3›" in driver.rows()


@pytest.mark.parametrize("said", [[FAILS], [ProviderError("No such model.", "refused", "")]])
async def test_an_answer_that_fails_brings_the_old_one_back(home: Path, said: list[object]) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["old"], said]  # type: ignore[list-item]
        await driver.ask("why")
        await leader(driver, "R")
        assert texts(driver) == ["why", "old"]
        assert "old" in driver.rows() and driver.rows().count("why") == 1
        assert str(said[0]) in notice(driver)


async def test_escape_before_a_word_brings_the_old_answer_back(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["old"], [asyncio.Event()]]
        await driver.ask("why")
        await leader(driver, "R")
        assert "old" not in driver.rows()
        await driver.press("escape")
        assert "old" in driver.rows() and driver.rows().count("why") == 1
        assert driver.stored() == [("user", "why", ""), ("assistant", "old", "")]


async def test_escape_at_any_moment_of_another_answer_loses_nothing(home: Path) -> None:
    async with running(home) as driver:
        for delay in range(6):
            driver.provider.scripts = [["old"], ["new", asyncio.Event()]]
            await driver.ask("why")
            driver.send("ctrl+l", "R")
            await asyncio.sleep(delay * 0.003)
            driver.send("escape")
            await driver.settle()
            await driver.press("escape")
            shown, found = driver.rows(), texts(driver)
            assert found in (["why", "old"], ["why", "new"])
            assert found[1] in shown and shown.count("why") == 1
            await driver.press("ctrl+n")


async def test_a_part_of_another_answer_is_a_variant(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["old"], ["new part", asyncio.Event()]]
        await driver.ask("why")
        await leader(driver, "R")
        await driver.press("escape")
        assert driver.stored()[1:] == [("assistant", "new part", "stopped")]
        assert "‹2/2›" in driver.rows()


async def test_another_answer_comes_while_its_conversation_is_not_open(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [["old"], ["new ", gate, "words"]]
        await driver.ask("why")
        await leader(driver, "R")
        await driver.press("ctrl+n")
        driver.screen.switching.open(1)
        await driver.settle()
        assert driver.rows().count("why") == 1 and "old" not in driver.rows()
        await driver.press("ctrl+n")
        gate.set()
        await driver.settle()
        driver.screen.switching.open(1)
        await driver.settle()
        assert "new words" in driver.rows() and "‹2/2›" in driver.rows()


async def test_another_preset_answers_this_once(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("why")
        await leader(driver, "X")
        await driver.write("beta")
        await driver.press("enter")
        assert [asked.model for asked in driver.provider.asked] == ["model", "other"]
        assert driver.screen.state.preset == "alpha"
        assert "‹2/2›" in driver.rows()


async def test_a_failed_question_is_retried_with_another_preset(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[FAILS], ["there"]]
        await driver.ask("why")
        assert "ctrl+l X" in driver.rows()
        await leader(driver, "X")
        await driver.write("beta")
        await driver.press("enter")
        assert driver.stored() == [("user", "why", ""), ("assistant", "there", "")]
        assert driver.provider.asked[-1].model == "other"
        assert driver.screen.state.preset == "alpha"


async def test_sending_again_follows_the_end(home: Path) -> None:
    async with running(home, size=(80, 16)) as driver:
        driver.provider.scripts = [["word\n\n" * 60], ["line\n\n" * 60 + "the end"]]
        await driver.ask("why")
        await driver.press("pageup", "pageup")
        await leader(driver, "R")
        assert "the end" in driver.rows()


# Other words


async def test_an_edited_question_is_asked_instead(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("old words")
        await driver.write("unsent")
        await leader(driver, "E")
        assert composed(driver) == "old words"
        assert driver.screen.query_one(QueueLine).has_class("-shown")
        await driver.ask("!")
        assert texts(driver) == ["old words!", "An answer."]
        assert "‹2/2›" in driver.rows() and composed(driver) == "unsent"
        await command(driver, "previous_variant")
        assert texts(driver)[0] == "old words"


async def test_escape_leaves_a_question_as_it_was(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("old words")
        await driver.write("unsent")
        await leader(driver, "E")
        await driver.write("!")
        await driver.press("escape")
        assert composed(driver) == "unsent" and texts(driver)[0] == "old words"
        assert not driver.screen.query_one(QueueLine).has_class("-shown")
        driver.screen.chat.composer.put("")
        await driver.press("up")
        assert composed(driver) == "old words!"


@pytest.mark.parametrize("stop", [True, False])
async def test_an_edited_question_that_nothing_answers_is_edited_again(
    home: Path, stop: bool
) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["old"], [asyncio.Event() if stop else FAILS]]
        await driver.ask("first")
        await leader(driver, "E")
        await driver.ask(" and more")
        if stop:
            await driver.press("escape")
        assert texts(driver) == ["first", "old"] and "old" in driver.rows()
        assert composed(driver) == "first and more"
        assert driver.store.draft(1, 1) == "first and more"
        await driver.press("enter")
        assert texts(driver) == ["first and more", "An answer."]


async def test_an_edited_question_that_cannot_be_asked_is_edited_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(home) as driver:
        await driver.ask("first")
        await leader(driver, "E")
        with monkeypatch.context() as patched:

            def refuse(*_: object) -> None:
                raise LweError("Not now.")

            patched.setattr(driver.app.session.engine.again, "edit", refuse)
            await driver.ask("!")
        assert notice(driver) == "Not now." and composed(driver) == "first!"
        assert texts(driver) == ["first", "An answer."] and "An answer." in driver.rows()
        await driver.press("enter")
        assert texts(driver)[0] == "first!"


async def test_leaving_a_conversation_keeps_what_was_edited(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("first")
        await driver.write("unsent")
        await leader(driver, "E")
        await driver.write(" otherwise")
        await driver.press("ctrl+n")
        driver.screen.switching.open(1)
        await driver.settle()
        assert composed(driver) == "unsent\n\nfirst otherwise"
        assert not driver.screen.chat.edits.is_editing


async def test_quitting_while_an_edited_question_is_asked_keeps_both(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["old"], [asyncio.Event()]]
        await driver.ask("first")
        await leader(driver, "E")
        await driver.ask("!")
        await driver.app.action_quit()
        await driver.app.session.ask(lambda: None)
        assert texts(driver) == ["first", "old"]
        assert driver.store.draft(1, 1) == "first!"


# On


async def test_a_stopped_answer_goes_on(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["one, ", asyncio.Event()], ["two"]]
        await driver.ask("count")
        await driver.press("escape")
        await leader(driver, "C")
        assert driver.stored() == [("user", "count", ""), ("assistant", "one, two", "")]
        assert "one, two" in driver.rows() and "Stopped" not in driver.rows()


@pytest.mark.parametrize("second", [[FAILS], [asyncio.Event()]])
async def test_an_answer_that_does_not_go_on_stays(home: Path, second: list[object]) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["one, ", asyncio.Event()], second]  # type: ignore[list-item]
        await driver.ask("count")
        await driver.press("escape")
        await leader(driver, "C")
        await driver.press("escape")
        assert driver.stored()[1:] == [("assistant", "one, ", "stopped")]
        assert "Stopped" in driver.rows()
        await leader(driver, "C")
        assert driver.stored()[1:] == [("assistant", "one, An answer.", "")]


async def test_a_whole_answer_does_not_go_on(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("count")
        await leader(driver, "C")
        assert "Only an answer that was stopped" in notice(driver)
        assert len(driver.provider.asked) == 1


# Away and back


async def test_a_deleted_message_comes_back(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("why")
        await command(driver, "delete")
        assert texts(driver) == ["why"] and "An answer." not in driver.rows()
        await leader(driver, "Z")
        assert texts(driver) == ["why", "An answer."] and "An answer." in driver.rows()


@pytest.mark.parametrize("deleted", [2, 3])
async def test_what_another_program_deleted_is_read_again(home: Path, deleted: int) -> None:
    async with running(home) as driver:
        await driver.ask("why")
        driver.store.trash_message(deleted)
        left = texts(driver)
        await leader(driver, "R")
        assert texts(driver) == left and len(driver.provider.asked) == 1
        assert [entry.text for entry in driver.screen.chat.transcript.entries] == left
        assert notice(driver)


async def test_a_lock_of_another_program_loses_nothing(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("why")
        with locked(driver):
            await leader(driver, "R")
            assert "An answer." in driver.rows() and driver.rows().count("why") == 1
        await leader(driver, "R")
        assert "‹2/2›" in driver.rows()


# Attachments


async def test_attachments_are_sent_and_edited(home: Path) -> None:
    async with running(home) as driver:
        write_with(driver, "read", NOTES)
        await driver.press("enter")
        assert "all of them" in driver.provider.asked[0].messages[-1].text
        await leader(driver, "E")
        assert composed(driver) == "read [notes.md]"
        await driver.press("enter")
        assert "all of them" in driver.provider.asked[1].messages[-1].text


async def test_a_draft_keeps_its_attachments(home: Path) -> None:
    async with running(home) as driver:
        write_with(driver, "read", NOTES, IMAGE)
        driver.screen.chat.keep_draft()
    async with running(home) as driver:
        # A file of the same name that was attached meanwhile does not take its place.
        assert driver.screen.chat.composer.attachments == [NOTES, IMAGE]


async def test_an_image_that_no_model_sees_is_given_back(home: Path) -> None:
    async with running(home) as driver:
        write_with(driver, "look", IMAGE)
        await driver.press("enter")
        assert "takes no images" in notice(driver)
        assert composed(driver) == "look [dot.png]"
        assert driver.screen.chat.composer.attachments == [IMAGE]
        assert driver.store.draft_attachments(1, None) == (IMAGE,)


# Looking


async def test_the_inspector_lists_what_will_be_sent(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("a question of some words")
        await driver.write("the next one")
        await leader(driver, "I")
        text = driver.app.screen._entry.text  # type: ignore[attr-defined]
        for part in ("of 8,000 tokens", "a question of some words", "the next one", "LEFT OUT"):
            assert part in text
        await driver.press("escape")
        await leader(driver, "Y")
        text = driver.app.screen._entry.text  # type: ignore[attr-defined]
        assert "provider_scripted" in text and "alpha" in text


async def test_the_reader_returns_to_the_same_words(home: Path) -> None:
    async with running(home, size=(80, 16)) as driver:
        driver.provider.scripts = [["\n\n".join(f"line {n}" for n in range(80))]]
        await driver.ask("long")
        await driver.press("pageup", "pageup", "pageup")
        before = driver.rows()
        await driver.press("ctrl+n")
        driver.screen.switching.open(1)
        await driver.settle()
        assert driver.rows() == before
        await driver.press("ctrl+end", "ctrl+n")
        driver.screen.switching.open(1)
        await driver.settle()
        assert "line 79" in driver.rows()


# Escape, and who looks elsewhere


async def test_escape_closes_what_is_nearest(home: Path) -> None:
    async with running(home, size=(60, 20)) as driver:
        screen, chat = driver.screen, driver.screen.chat
        driver.provider.scripts = [["said", asyncio.Event()]]
        await driver.ask("one")
        await driver.ask("two")
        chat.composer.put("three")
        await driver.press("f9")
        await driver.press("ctrl+l", "escape")
        assert screen.sides.overlay_open and chat.view.queued
        await driver.press("escape")
        assert not screen.sides.overlay_open and chat.view.queued
        await driver.press("escape")
        assert not chat.view.queued and chat.live
        chat.transcript.text_select_all()
        await driver.press("escape")
        assert not chat.live and screen.get_selected_text()
        chat.transcript.focus()
        await driver.press("escape")
        assert not screen.get_selected_text() and screen.focused is chat.transcript
        await driver.press("escape")
        assert screen.focused is chat.composer and composed(driver) == "two\n\nthree"


async def test_a_long_answer_calls_whoever_looks_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lwe_tui.main.attention.LONG_SECONDS", 0.0)
    async with running(home) as driver:
        written: list[str] = []
        monkeypatch.setattr(driver.screen.attention, "_write", written.append)
        await driver.ask("one")
        assert not any("\x07\x07" in each for each in written)
        gate = asyncio.Event()
        driver.provider.scripts = [["said", gate]]
        await driver.ask("two")
        driver.app.app_focus = False
        gate.set()
        await driver.settle()
        assert any(each.startswith("\x1b]9;") for each in written)
        assert any("]2;● " in each for each in written)
        driver.app.app_focus = True
        await driver.settle()
        assert "●" not in written[-1]


class Priced(Scripted):
    """Says what it costs and what it has counted."""

    @property
    def known_models(self) -> dict[str, Any]:
        return {"model": {"max_tokens": 8000, "input_price": 1.0, "output_price": 2.0}}

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        yield TextDelta("said")
        yield ReplyFinished("stop", Usage(1_000, 500))


async def test_the_status_bar_adds_up_what_it_cost(home: Path) -> None:
    async with running(home, provider=Priced()) as driver:
        await driver.ask("one")
        await driver.ask("two")
        assert "$0.0040" in str(driver.screen.query_one("#asked-with").render())


async def test_the_gauge_is_a_bar_with_numbers(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("word " * 3000)
        bar = str(driver.screen.query_one("#asked-with").render())
        assert "ctx ▓▓▓░ 5.0k/8.0k" in bar


async def test_a_restored_draft_does_not_take_another_file_of_its_name(home: Path) -> None:
    async with running(home) as driver:
        write_with(driver, "read", NOTES)
        driver.screen.chat.keep_draft()
        other = Attachment("notes.md", "text/markdown", text="other")
        await driver.press("ctrl+n")
        composer = driver.screen.chat.composer
        composer.tokens._held.clear()
        composer.put(f"that {composer.tokens.add(other)}")
        driver.screen.chat.edits.put_before(await driver.app.session.draft(driver.screen.state))
        assert composer.attachments == [NOTES, other]
        assert composer.text == "read [notes.md 2]\n\nthat [notes.md]"


async def test_two_quick_commands_wait_for_each_other(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["one"], ["two"], ["three"]]
        await driver.ask("why")
        await leader(driver, "R")
        await leader(driver, "R")
        driver.screen.post_message(BlockCommand("previous_variant"))
        driver.screen.post_message(BlockCommand("previous_variant"))
        await driver.settle()
        assert texts(driver) == ["why", "one"] and "‹1/3›" in driver.rows()
