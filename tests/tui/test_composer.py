"""Writing: tokens, earlier questions, suggestions of files, the editor, the queue."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from textual import events

from lwe.domain import Attachment
from lwe.errors import LweError
from lwe_tui.chat import files
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.recall import Recall
from lwe_tui.chat.suggestions import Suggestions
from lwe_tui.chat.tokens import Tokens, pasted
from tests.tui.driving import Driver, running

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "work"
    (made / "src").mkdir(parents=True)
    (made / "notes.md").write_text("Remember the milk.\n", "utf-8")
    (made / "src" / "main.py").write_text("print(1)\n", "utf-8")
    (made / "shot.png").write_bytes(PNG)
    monkeypatch.chdir(made)
    return made


def suggested(driver: Driver) -> list[str]:
    return [
        row.text
        for found in driver.screen.query(Suggestions)
        for n in range(found.count)
        if found.is_open and (row := found.row(n))
    ]


class TestTokens:
    def test_a_paste_goes_back_into_the_text(self) -> None:
        tokens = Tokens()
        token = tokens.add(pasted("one\ntwo"))
        assert token == "[pasted 2 lines]"
        assert tokens.sent(f"Sum up {token}!") == ("Sum up one\ntwo!", ())

    def test_a_file_stays_a_name_and_goes_beside_the_text(self) -> None:
        tokens = Tokens()
        note = Attachment("notes.md", "text/markdown", text="milk")
        token = tokens.add(note)
        assert tokens.sent(f"{token} and {token}") == (f"{token} and {token}", (note,))
        assert tokens.sent("nothing") == ("nothing", ())

    def test_two_things_of_one_name_have_two_tokens(self) -> None:
        tokens = Tokens()
        first = tokens.add(Attachment("a", "text/plain", text="1"))
        second = tokens.add(Attachment("a", "text/plain", text="2"))
        assert (first, second) == ("[a]", "[a 2]")
        assert tokens.add(Attachment("a", "text/plain", text="1")) == first
        assert [a.text for a in tokens.used("[a 2] [a] [a 3]")] == ["2", "1"]

    def test_brackets_that_somebody_writes_are_no_tokens(self) -> None:
        assert list(Tokens().spans("[notes.md] a[0]")) == []


class TestRecall:
    def test_it_goes_back_and_returns_to_what_was_written(self) -> None:
        recall = Recall()
        recall.offer(["newer", "newer", "older"])
        assert recall.older("half a") == "newer"
        assert recall.older("newer") == "older"
        assert recall.older("older") is None
        assert recall.newer() == "newer"
        assert recall.newer() == "half a"
        assert recall.newer() is None


class TestFiles:
    def test_the_best_match_comes_first(self) -> None:
        names = ["src/main.py", "docs/mine.md", "main.txt", "a/domain.py"]
        assert files.matching(names, "main")[0] == "main.txt"
        assert files.matching(names, "smp") == ["src/main.py"]
        assert files.matching(names, "zzz") == []

    def test_git_decides_what_is_ignored(self, folder: Path) -> None:
        assert files.listed(folder) == ["notes.md", "shot.png", "src/main.py"]
        subprocess.run(["git", "init", "-q"], check=True)
        (folder / ".gitignore").write_text("src\n", "utf-8")
        assert files.listed(folder) == [".gitignore", "notes.md", "shot.png"]

    def test_paths_complete_a_folder_at_a_time(self, folder: Path) -> None:
        assert files.in_folder(f"{folder}/") == [
            f"{folder}/notes.md",
            f"{folder}/shot.png",
            f"{folder}/src/",
        ]
        assert files.in_folder("/no/such/") == []

    def test_what_is_read_says_what_it_is(self, folder: Path) -> None:
        assert files.read(folder / "notes.md").text == "Remember the milk.\n"
        assert files.read(folder / "shot.png") == Attachment("shot.png", "image/png", PNG)

    @pytest.mark.parametrize("name", ["gone", ".", "zeros"])
    def test_what_cannot_be_attached_says_why(self, folder: Path, name: str) -> None:
        (folder / "zeros").write_bytes(bytes(100))
        with pytest.raises(LweError, match="attached"):
            files.read(folder / name)


async def test_a_file_is_completed_and_becomes_a_token(home: Path, folder: Path) -> None:
    async with running(home) as driver:
        await driver.write("see @not")
        await driver.settle()
        assert suggested(driver) == ["notes.md"]
        await driver.press("tab")
        composer = driver.screen.chat.composer
        assert composer.text == "see [notes.md] "
        assert [a.name for a in composer.attachments] == ["notes.md"]
        assert suggested(driver) == []
        await driver.press("backspace", "backspace")
        assert composer.text == "see "


async def test_enter_takes_a_suggestion_and_escape_closes_the_list(
    home: Path, folder: Path
) -> None:
    async with running(home) as driver:
        await driver.write("@")
        await driver.settle()
        assert suggested(driver) == ["notes.md", "shot.png", "src/main.py"]
        await driver.press("down", "enter")
        assert driver.screen.chat.composer.text == "[shot.png] "
        await driver.write("@s")
        await driver.settle()
        await driver.press("escape")
        assert suggested(driver) == []
        assert driver.screen.chat.composer.text == "[shot.png] @s"


async def test_a_long_paste_is_one_token(home: Path) -> None:
    async with running(home) as driver:
        long = "\n".join(f"line {n}" for n in range(30))
        driver.app.post_message(events.Paste(long))
        await driver.settle()
        composer = driver.screen.chat.composer
        assert composer.text == "[pasted 30 lines]"
        await driver.press("left")
        assert composer.cursor_location == (0, 0)
        await driver.press("enter")
        assert driver.stored()[0] == ("user", long, "")


async def test_up_on_the_first_row_brings_earlier_questions(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("first")
        await driver.ask("second")
        await driver.write("draft")
        composer = driver.screen.chat.composer
        await driver.press("up")
        assert composer.text == "second"
        await driver.press("up")
        assert composer.text == "first"
        await driver.press("up")
        assert composer.text == "first"
        await driver.press("down", "down")
        assert composer.text == "draft"


async def test_two_slashes_send_one(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("//usr is what?")
        assert driver.stored()[0] == ("user", "/usr is what?", "")


async def test_the_editor_changes_what_is_written(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "from the editor" >> "$1"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    async with running(home) as driver:
        await driver.write("Begun ")
        await driver.press("f4")
        assert driver.screen.chat.composer.text == "Begun from the editor"


async def test_an_editor_that_fails_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor")
    async with running(home) as driver:
        await driver.write("words")
        await driver.press("f4")
        assert driver.screen.chat.composer.text == "words"
        assert "no-such-editor" in driver.screen.query_one(NoticeLine).text


async def test_questions_queue_while_an_answer_comes(home: Path) -> None:
    async with running(home) as driver:
        gate = asyncio.Event()
        driver.provider.scripts = [["one", gate], ["two"], ["three"]]
        await driver.ask("a")
        await driver.ask("b")
        await driver.ask("c")
        assert [m.messages[-1].text for m in driver.provider.asked] == ["a"]
        await driver.press("escape")
        assert driver.screen.chat.composer.text == "c"
        gate.set()
        await driver.settle()
        assert [m.messages[-1].text for m in driver.provider.asked] == ["a", "b"]
        assert [text for _, text, _ in driver.stored()] == ["a", "one", "b", "two"]
        assert driver.screen.chat.composer.text == "c"


async def test_what_is_queued_comes_back_when_the_answer_is_stopped(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [["one", asyncio.Event()]]
        await driver.ask("a")
        await driver.ask("b")
        driver.screen.chat.stop()
        await driver.settle()
        assert driver.screen.chat.composer.text == "b"
        assert len(driver.provider.asked) == 1


async def test_one_question_goes_with_another_slot(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("just this")
        await driver.press("ctrl+l", "s", "2")
        assert driver.stored()[0][1] == "just this"
        assert driver.store.messages(1)[-1].origin.preset == "beta"
        assert driver.screen.state.preset == "alpha"


async def test_the_end_of_input_asks_before_it_quits(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("ab")
        await driver.press("home", "ctrl+d")
        assert driver.screen.chat.composer.text == "b"
        await driver.press("ctrl+d", "ctrl+d", "escape")
        assert driver.app.is_running
        await driver.press("ctrl+d")
        driver.send("y")
        await driver.pilot.pause(0.2)
        assert not driver.app.is_running
