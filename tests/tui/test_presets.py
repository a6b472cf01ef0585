"""How one asks is changed and kept by keys: models, parameters, presets."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe_tui.chat.notice import NoticeLine
from lwe_tui.modals.values import Values
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, running


def presets(home: Path) -> Path:
    return home / ".config/llm-workflow-engine/presets"


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


def listed(driver: Driver) -> list[str]:
    rows = driver.screen.query_one(PresetList).query_one(VirtualList)
    return [row.text for n in range(rows.count) if (row := rows.row(n))]


async def test_another_model_is_chosen_by_keys(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "o")
        await driver.write("oth")
        await driver.press("enter")
        assert (driver.screen.state.model, driver.screen.state.changed) == ("other", True)
        await driver.ask("with it")
        assert driver.provider.asked[0].model == "other"


async def test_a_parameter_is_changed_within_its_bounds(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "v")
        assert isinstance(driver.app.screen, Values)
        await driver.write("temp")
        await driver.press("enter")
        await driver.write("7")
        await driver.press("enter")
        assert "between 0 and 2" in str(driver.app.screen.query(".problem").first().render())
        await driver.press("end", *["backspace"] * 5)
        await driver.write("1.5")
        await driver.press("enter", "escape")
        assert driver.screen.state.customizations["temperature"] == 1.5
        assert "alpha*" in listed(driver)
        await driver.press("ctrl+l", "v")
        await driver.write("temp")
        await driver.settle()
        await driver.press("ctrl+x", "escape")
        assert not driver.screen.state.changed


async def test_live_settings_are_saved_as_a_preset(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "o")
        await driver.write("other")
        await driver.press("enter", "ctrl+l", "P")
        await driver.press(*["backspace"] * 5)
        await driver.write("mine")
        await driver.press("enter", "enter")
        written = presets(home).parent / "profiles/default/presets/mine.yaml"
        assert "model_name: other" in written.read_text("utf-8")
        assert driver.screen.state.preset == "mine"
        assert "mine" in listed(driver)


async def test_the_limit_has_to_be_a_number(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "T")
        await driver.write("many")
        await driver.press("enter")
        assert "whole number" in str(driver.app.screen.query(".problem").first().render())
        await driver.press("end", *["backspace"] * 4)
        await driver.write("1000")
        await driver.press("enter")
        assert driver.screen.state.max_submission_tokens == 1000


async def test_the_system_message_may_be_written(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "S")
        await driver.write("Be terse")
        await driver.press("enter")
        await driver.ask("hello")
        assert driver.provider.asked[0].messages[0].text == "Be terse"


async def test_a_preset_is_deleted_and_comes_back(home: Path) -> None:
    async with running(home) as driver:
        before = (presets(home) / "beta.yaml").read_text("utf-8")
        await driver.press("f2", "down", "d")
        assert not (presets(home) / "beta.yaml").exists()
        assert "beta" not in listed(driver)
        await driver.press("u")
        assert (presets(home) / "beta.yaml").read_text("utf-8") == before
        assert "beta" in listed(driver)


async def test_a_preset_is_duplicated_and_renamed(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("f2", "down", "D", "enter")
        assert "beta-copy" in listed(driver)
        await driver.press("f2", "home", "down", "R", "end")
        await driver.write("2")
        await driver.press("enter")
        assert (presets(home) / "beta2.yaml").exists()
        assert not (presets(home) / "beta.yaml").exists()


async def test_a_value_of_the_file_changes_one_line(home: Path) -> None:
    async with running(home) as driver:
        file = presets(home) / "beta.yaml"
        file.write_text(f"# mine\n{file.read_text('utf-8')}", "utf-8")
        await driver.press("f2", "down", "e")
        await driver.write("temp")
        await driver.press("enter")
        await driver.write("1")
        await driver.press("enter", "escape")
        text = file.read_text("utf-8")
        assert text.startswith("# mine\n")
        assert "temperature: 1.0" in text


async def test_a_broken_preset_is_listed_with_its_reason(home: Path) -> None:
    async with running(home) as driver:
        (presets(home) / "zebra.yaml").write_text("metadata: [\n", "utf-8")
        driver.screen.on_files_changed()
        await driver.settle()
        assert listed(driver)[-1] == "zebra"
        await driver.press("f2", "end", "enter")
        assert "line 2" in notice(driver)


async def test_a_shipped_preset_stays(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("f2", "end", "d")
        assert "copy" in notice(driver)


async def test_a_file_that_the_editor_breaks_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "a: [" > "$1"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    async with running(home) as driver:
        await driver.press("f2", "down", "E")
        assert "cannot be used now" in notice(driver)
        assert "beta" in listed(driver)
