"""Reading with keys and mouse: blocks, folds, copying, finding, going to what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lwe.backend import ApiBackend
from lwe.domain import Message, Origin, Usage
from lwe.events import ReplyFinished
from lwe_tui import session
from lwe_tui.chat.finding import FindBar
from lwe_tui.messages import BlockCommand
from tests.tui.driving import Driver, running, thinking

ANSWER = (
    "Words first.\n\n```python\nprint('one')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end."
)


def copied(driver: Driver) -> list[str]:
    """Return, as it grows, what is to be copied."""
    texts: list[str] = []

    async def copy(text: str) -> None:
        texts.append(text)

    driver.app._copy = copy  # type: ignore[method-assign]
    return texts


def marked(driver: Driver) -> list[str]:
    """Return the rows that the block cursor is on."""
    transcript = driver.screen.chat.transcript
    return [transcript.render_line(y).text.strip() for y in transcript._marked]


async def answered(driver: Driver, answer: str = ANSWER) -> None:
    driver.provider.scripts = [[answer]]
    await driver.ask("why")


async def test_the_block_cursor_goes_through_messages_code_and_tables(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        await driver.press("alt+up")
        assert marked(driver)[0].startswith("alpha · model")
        await driver.press("j")
        assert marked(driver)[-1] == "print('one')"
        await driver.press("alt+down")
        assert marked(driver)[-1] == "1 │ 2"
        await driver.press("g")
        assert marked(driver)[0].startswith("You")
        await driver.press("G", "k")
        assert marked(driver)[-1] == "why"
        bar = driver.screen.chat.transcript.render_lines(
            driver.screen.chat.transcript.size.region.grow((0, 1, 0, 0))
        )
        assert any(strip.text.startswith("▌") for strip in bar)


async def test_escape_leaves_the_block_cursor_and_letters_are_letters_again(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        await driver.press("ctrl+l", "k")
        await driver.press("j", "escape")
        assert marked(driver) == []
        assert driver.screen.chat.composer.text == ""
        await driver.press("j")
        assert driver.screen.chat.composer.text == "j"


async def test_letters_reach_the_composer_while_only_reading(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        driver.screen.set_focus(driver.screen.chat.transcript)
        await driver.press("y", "e")
        assert driver.screen.chat.composer.text == "ye"


async def test_the_copy_menu_copies_by_key(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        texts = copied(driver)
        for keys in (("m",), ("1",), ("t",), ("y",)):
            await driver.press("alt+up" if not texts else "y")
            await driver.press(*(("y", *keys) if not texts else keys))
        assert texts == [ANSWER, "print('one')", "a,b\n1,2\n", ANSWER]
        await driver.press("j", "y", "y")
        assert texts[-1] == "print('one')"


async def test_a_block_is_quoted_in_the_composer(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver, "One.\n\nTwo.")
        await driver.press("alt+up", "y", "q")
        assert driver.screen.chat.composer.text == "> One.\n>\n> Two.\n\n"
        assert driver.screen.focused is driver.screen.chat.composer


async def test_what_concerns_the_message_travels_up(home: Path, monkeypatch: Any) -> None:
    async with running(home) as driver:
        await answered(driver)
        told: list[BlockCommand] = []
        transcript = driver.screen.chat.transcript
        post = transcript.post_message
        monkeypatch.setattr(transcript, "post_message", lambda m: told.append(m) or post(m))
        await driver.press("alt+up", "r", "left", "b")
        commands = [m.command for m in told if isinstance(m, BlockCommand)]
        assert commands == ["regenerate", "previous_variant", "branches"]


async def test_space_folds_and_a_click_too(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[thinking("I wonder about it"), "So."]]
        await driver.ask("why")
        assert "▸ thought for 4 words" in driver.rows()
        await driver.press("alt+up", "j", "space")
        assert "I wonder about it" in driver.rows()
        assert not driver.screen.query("#more.-shown")
        await driver.press("space")
        assert "I wonder about it" not in driver.rows()
        row = driver.rows().split("\n").index("▸ thought for 4 words")
        await driver.pilot.click(driver.screen.chat.transcript, offset=(4, row))
        await driver.settle()
        assert "I wonder about it" in driver.rows()


async def test_a_click_on_the_label_copies_the_code(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        texts = copied(driver)
        rows = driver.rows().split("\n")
        row = next(number for number, row in enumerate(rows) if row.startswith(" python"))
        at = len(rows[row]) - 1
        await driver.pilot.click(driver.screen.chat.transcript, offset=(at, row))
        await driver.settle()
        assert texts == ["print('one')"]


async def test_code_is_moved_sideways(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver, "```\n" + "".join(f"{n:04}" for n in range(60)) + "\n```")
        assert " 0000" in driver.rows()
        await driver.press("alt+up", "j", "greater_than_sign", "greater_than_sign")
        assert "‹0004" in driver.rows()
        await driver.press("less_than_sign", "less_than_sign", "less_than_sign")
        assert " 0000" in driver.rows()


async def test_a_block_is_piped_through_a_command(home: Path) -> None:
    async with running(home) as driver:
        await answered(driver)
        await driver.press("alt+up", "j", "vertical_line")
        await driver.write("tr a-z A-Z")
        await driver.press("enter")
        await driver.until(lambda: len(driver.app.screen_stack) == 2)
        await driver.until(lambda: bool(driver.app.screen.query("#reading")))
        reading: Any = driver.app.screen.query_one("#reading")
        assert reading.entries[0].text == "PRINT('ONE')"
        await driver.press("escape")


async def test_a_link_is_copied_where_there_is_no_browser(home: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    async with running(home) as driver:
        await answered(driver, "See https://example.org/here.")
        texts = copied(driver)
        await driver.press("alt+up", "enter")
        assert texts == ["https://example.org/here"]


def long_conversation(made: ApiBackend) -> None:
    """Store a conversation of more messages than are read at once."""
    store = made.engine.store
    user = store.add_user("ann")
    said = [
        message
        for n in range(60)
        for message in (Message("user", f"needle q{n}."), Message("assistant", f"a{n}."))
    ]
    origin = Origin("scripted", "model", "alpha")
    turn = store.begin_turn(user.id, None, [Message("system", "Be."), *said[:-1]], origin, "Long")
    store.commit_turn(turn.journal_id, said[-1])


async def opened(driver: Driver) -> None:
    await driver.press("ctrl+s", "enter")
    await driver.until(lambda: "a59." in driver.rows())


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FIRST_MESSAGES", 20)
    monkeypatch.setattr(session, "MORE_MESSAGES", 30)


def count(driver: Driver) -> str:
    return str(driver.screen.query_one(FindBar).query("Static").last().render())


@pytest.mark.usefixtures("short_pages")
async def test_finding_reads_what_comes_earlier_and_goes_around(home: Path) -> None:
    async with running(home, before=long_conversation) as driver:
        await opened(driver)
        await driver.press("ctrl+f")
        await driver.write("needle q4")
        await driver.settle()
        await driver.until(lambda: count(driver).endswith("/11"))
        assert "needle q4" in driver.rows()
        await driver.press("enter")
        before = int(count(driver).partition("/")[0])
        await driver.press("shift+enter")
        assert int(count(driver).partition("/")[0]) == before - 1 or before == 1
        seen = set()
        for _ in range(11):
            await driver.press("enter")
            seen.add(count(driver).partition("/")[0])
        assert len(seen) == 11
        await driver.press("escape")
        assert driver.screen.focused is driver.screen.chat.composer
        assert not driver.screen.chat.transcript.hits.is_on


@pytest.mark.usefixtures("short_pages")
async def test_going_to_a_message_that_is_not_read_yet(home: Path) -> None:
    async with running(home, before=long_conversation) as driver:
        await opened(driver)
        conversation = driver.screen.state.conversation_id
        first = next(m for m in driver.store.messages(conversation) if m.text == "needle q3.")
        driver.screen.chat.transcript.go_to(f"message-{first.id}", ("needle",))
        await driver.settle()
        assert "needle q3." in driver.rows()
        assert marked(driver)[-1] == "needle q3."
        assert driver.screen.chat.transcript.hits.current is not None


async def test_what_is_found_in_a_fold_is_unfolded(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[thinking("a hidden needle"), "Nothing."]]
        await driver.ask("why")
        await driver.press("ctrl+l", "slash")
        await driver.write("needle")
        await driver.settle()
        assert "a hidden needle" in driver.rows()
        assert count(driver) == "1/1"


async def test_what_an_answer_cost_is_said_where_prices_are_known(home: Path) -> None:
    def priced(made: ApiBackend) -> None:
        made.engine.config.set("prices", {"model": {"input": 2.0, "output": 10}})

    async with running(home, before=priced) as driver:
        driver.provider.scripts = [["So.", ReplyFinished("stop", Usage(1000, 200))]]
        await driver.ask("why")
        assert "200 tok · $0.0040" in driver.rows()
        await driver.press("ctrl+n", "ctrl+s", "enter")
        assert "200 tok · $0.0040" in driver.rows()
