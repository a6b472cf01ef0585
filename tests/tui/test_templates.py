"""Templates by keys: run with one form, changed, copied, deleted and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.reading import Reading
from lwe_tui.sidebar.templates import TemplateList
from tests.tui.driving import Driver, running

ASK = "---\ndescription: Asks about something\n---\nTell me about {{ thing }} in {{ style }}.\n"


@pytest.fixture
def folder(home: Path) -> Path:
    made = home / ".config/llm-workflow-engine/profiles/default/templates"
    made.mkdir(parents=True)
    (made / "ask.md").write_text(ASK, "utf-8")
    return made


def listed(driver: Driver) -> list[str]:
    rows = driver.screen.query_one(TemplateList).rows
    return [row.text for n in range(rows.count) if (row := rows.row(n))]


async def go_to(driver: Driver, name: str) -> None:
    await driver.press("f3", "slash")
    await driver.write(name)
    await driver.press("enter")


async def test_variables_are_asked_in_one_form(home: Path, folder: Path) -> None:
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("enter")
        await driver.write("cats")
        await driver.press("alt+enter")
        await driver.write("dogs")
        await driver.press("enter")
        await driver.write("verse")
        await driver.press("enter")
        assert driver.provider.asked[0].messages[-1].text == "Tell me about cats\ndogs in verse."


async def test_a_variable_may_be_a_file(home: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("the note", "utf-8")
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("enter")
        await driver.write(f"@{tmp_path}/note.txt")
        await driver.press("enter", "enter")
        assert "the note" in driver.provider.asked[0].messages[-1].text


async def test_the_filter_shows_what_matches_and_escape_shows_all(home: Path, folder: Path) -> None:
    async with running(home) as driver:
        before = listed(driver)
        await go_to(driver, "ask")
        assert listed(driver) == ["ask.md"]
        assert "Asks about something" in str(
            driver.screen.query_one(TemplateList).query_one(".about").render()
        )
        await driver.press("escape")
        assert listed(driver) == before


async def test_the_source_is_shown(home: Path, folder: Path) -> None:
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("s")
        assert isinstance(driver.app.screen, Reading)
        await driver.press("escape")
        assert driver.app.screen is driver.screen


async def test_a_changed_copy_runs_and_the_file_stays(
    home: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "Only this." > "$1"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("e")
        assert driver.provider.asked[0].messages[-1].text == "Only this."
        assert (folder / "ask.md").read_text("utf-8") == ASK


async def test_a_template_is_copied_deleted_and_comes_back(home: Path, folder: Path) -> None:
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("D", "enter")
        assert (folder / "ask-copy.md").read_text("utf-8") == ASK
        await driver.press("escape")
        await go_to(driver, "ask-copy")
        await driver.press("d")
        assert not (folder / "ask-copy.md").exists()
        await driver.press("u")
        assert (folder / "ask-copy.md").read_text("utf-8") == ASK


async def test_a_broken_template_says_what_is_wrong(home: Path, folder: Path) -> None:
    (folder / "ask.md").write_text("{% if %}\n", "utf-8")
    async with running(home) as driver:
        await go_to(driver, "ask")
        await driver.press("enter")
        assert "ask.md" in driver.screen.query_one(NoticeLine).text
        assert driver.provider.asked == []
