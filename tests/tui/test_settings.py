"""Settings: documented, changed by keys, one line in the file each, in force at once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events

from lwe.config.config import Config
from lwe.config.defaults import defaults
from lwe.config.known import known
from lwe.errors import LweError
from lwe_tui import keys
from lwe_tui.modals.form import Form
from lwe_tui.modals.values import Values
from lwe_tui.saving import Saving
from lwe_tui.settings import SETTINGS, own
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, running

ELSEWHERE = {
    "backend",  # there is but one
    "decisions",  # sections of plugins' own
    "shell.prompt_prefix",  # of the seed's shell alone
    "shell.history_file",
    "model.streaming",  # a name that is taken for shell.streaming
    "tui",
}


@pytest.fixture
def profile() -> Path:
    return Path.home() / ".config" / "llm-workflow-engine" / "profiles" / "default"


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    yield
    keys.change({})


def leaves() -> set[str]:
    found = set(known())
    return {key for key in found if not any(other.startswith(f"{key}.") for other in found)}


def test_every_key_of_the_configuration_is_documented() -> None:
    documented = {setting.key for setting in SETTINGS}
    assert leaves() - ELSEWHERE - documented == set()
    assert documented - set(known()) == set()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_what_is_said_about_a_setting_is_a_sentence(setting: Any) -> None:
    assert setting.about[0].isupper() and setting.about.endswith(".")


def test_a_section_that_means_nothing_is_as_if_it_were_not_there() -> None:
    assert own(None) == own({}) == own({"mouse": 3, "bell": "x", "slots": None, "enter_sends": 1})
    assert own(defaults()["tui"]) == own({})
    assert own({"mouse": False}).mouse == "off"
    assert own({"mouse": True}).mouse == "on"


def written(profile: Path, text: str) -> Path:
    profile.mkdir(parents=True)
    (profile / "config.yaml").write_text(text)
    return profile / "config.yaml"


async def find(driver: Driver, text: str) -> None:
    """Open the settings and go to the one that is found."""
    if not isinstance(driver.app.screen, Values):
        driver.screen.action_settings()
        await driver.until(lambda: isinstance(driver.app.screen, Values))
    await driver.settle()
    await driver.write(text)
    await driver.settle()


def rows(driver: Driver) -> list[str]:
    shown = driver.app.screen.query_one(VirtualList)
    found = [shown.row(index) for index in range(shown.size.height)]
    return [f"{row.text} {row.right}" for row in found if row]


def about(driver: Driver) -> str:
    return str(driver.app.screen.query_one(".about").render())


async def answer(driver: Driver, text: str) -> None:
    """Open the setting under the cursor and write something else."""
    await driver.press("enter")
    await driver.write(text)
    await driver.press("enter")


async def test_the_leader_opens_the_settings_and_a_search_finds_words(home: Path) -> None:
    async with running(home) as driver:
        driver.send("ctrl+l")
        driver.app.post_message(events.Key("comma", ","))
        await driver.until(lambda: isinstance(driver.app.screen, Values))
        await find(driver, "wheel")
        assert rows(driver) == ["tui.mouse on"]
        assert "Default: on" in about(driver)


async def test_a_change_is_one_line_and_counts_at_once(home: Path, profile: Path) -> None:
    file = written(profile, "# mine\ntools: {max_rounds: 3}  # few\nunknown: 1\n")
    async with running(home) as driver:
        await find(driver, "tui.enter_sends")
        await answer(driver, "false")
        assert file.read_text() == (
            "# mine\ntools: {max_rounds: 3}  # few\nunknown: 1\ntui:\n  enter_sends: false\n"
        )
        await driver.press("escape")
        await driver.write("one")
        await driver.press("enter")
        await driver.write("two")
        assert driver.screen.chat.composer.text == "one\ntwo"
        await driver.press("ctrl+j")
        assert driver.stored()[0][1] == "one\ntwo"


async def test_ctrl_z_takes_back_and_ctrl_x_restores(home: Path, profile: Path) -> None:
    file = profile / "config.yaml"
    async with running(home) as driver:
        await find(driver, "max_rounds")
        await answer(driver, "7")
        config = driver.app.session.backend.config
        assert config.get("tools.max_rounds") == 7
        assert rows(driver) == ["tools.max_rounds 7*"]
        await driver.press("ctrl+x")
        assert (config.get("tools.max_rounds"), file.read_text()) == (25, "tools:\n")
        await driver.press("ctrl+z")
        assert (config.get("tools.max_rounds"), rows(driver)) == (7, ["tools.max_rounds 7*"])
        await driver.press("ctrl+z")
        assert file.read_text() == ""
        assert config.get("tools.max_rounds") == 25


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("tools.max_rounds", "lots", "a whole number of at least 1"),
        ("tui.slots", "alpha, bet", "Did you mean 'beta'?"),
    ],
)
async def test_what_is_not_allowed_is_told_and_not_written(
    home: Path, profile: Path, name: str, typed: str, said: str
) -> None:
    async with running(home) as driver:
        await find(driver, name)
        await answer(driver, typed)
        assert isinstance(driver.app.screen, Form)
        assert said in str(driver.app.screen.query_one(".problem").render())
        assert driver.app.screen.query_one("#field-0").value == typed  # type: ignore[attr-defined]
        assert not (profile / "config.yaml").exists()


@pytest.fixture
def saving(home: Path) -> Saving:
    config = Config()
    return Saving(lambda: config)


def test_a_broken_file_is_told_with_its_line_and_left_alone(saving: Saving, profile: Path) -> None:
    file, broken = profile / "config.yaml", "model:\n  default_preset: [\n"
    file.write_text(broken)
    with pytest.raises(LweError, match="line 3"):
        saving.change("tui.bell", "true", {})
    assert file.read_text() == broken


def test_a_link_and_a_mode_stay(saving: Saving, profile: Path, home: Path) -> None:
    real = home / "dotfiles.yaml"
    real.write_text("a: 1\n")
    real.chmod(0o640)
    (profile / "config.yaml").symlink_to(real)
    saving.change("tui.bell", "true", {})
    assert (profile / "config.yaml").is_symlink()
    assert real.read_text() == "a: 1\ntui:\n  bell: true\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_undo_leaves_what_somebody_else_has_written(saving: Saving, profile: Path) -> None:
    saving.change("tui.bell", "true", {})
    (profile / "config.yaml").write_text("tui: {bell: true}\nmodel: {}\n")
    with pytest.raises(LweError, match="somebody else"):
        saving.undo()
    assert saving.undo().startswith("Nothing")


def test_what_somebody_else_has_written_is_taken_up(saving: Saving, profile: Path) -> None:
    config = saving._config()
    (profile / "config.yaml").write_text("tools: {max_rounds: 4}\n")
    saving.reread()
    assert config.get("tools.max_rounds") == 4
    (profile / "config.yaml").write_text("tools: {max_rounds: many}\n")
    with pytest.raises(LweError, match="max_rounds has to be"):
        saving.reread()
    assert config.get("tools.max_rounds") == 4


async def test_what_counts_later_says_so(home: Path) -> None:
    async with running(home) as driver:
        await find(driver, "plugins.enabled")
        await answer(driver, "echo")
        assert "after the next start" in about(driver)


async def test_slots_follow_their_list(home: Path) -> None:
    async with running(home) as driver:
        await find(driver, "tui.slots")
        await answer(driver, "beta")
        await driver.press("escape")
        assert driver.screen.presets[0].name == "beta"
        await driver.press("alt+1")
        assert driver.screen.state.preset == "beta"


async def test_a_theme_is_kept_in_the_configuration(home: Path, profile: Path) -> None:
    async with running(home) as driver:
        name = driver.app.dressing.names()[0]
        await driver.app.run_action(f"use_theme({name!r})")
        await driver.settle()
        assert (profile / "config.yaml").read_text() == f"tui:\n  theme: {name}\n"


async def test_a_key_goes_into_its_own_file_and_is_never_shown(home: Path, profile: Path) -> None:
    async with running(home) as driver:
        await find(driver, "key GROQ_API_KEY")
        await answer(driver, "gsk-secret")
        file = profile / "keys.env"
        assert file.read_text() == "GROQ_API_KEY=gsk-secret\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert os.environ["GROQ_API_KEY"] == "gsk-secret"
        assert "gsk-secret" not in "".join(rows(driver)) + about(driver)
        assert not (profile / "config.yaml").exists()
        await driver.press("ctrl+x")
        assert (file.read_text(), "GROQ_API_KEY" in os.environ) == ("", False)


@pytest.mark.parametrize(("mouse", "seen"), [("on", 2), ("scroll", 1), ("off", 0)])
async def test_the_mouse_does_what_it_may(
    home: Path, profile: Path, monkeypatch: pytest.MonkeyPatch, mouse: str, seen: int
) -> None:
    def set_it(backend: Any) -> None:
        backend.config.set("tui.mouse", mouse)

    async with running(home, before=set_it) as driver:
        arrived: list[Any] = []
        monkeypatch.setattr(driver.app.screen, "_forward_event", arrived.append)
        for kind in (events.MouseDown, events.MouseScrollUp):
            driver.app.post_message(kind(None, 5, 5, 0, 0, 1, False, False, False))
        await driver.pilot.pause()
        assert len(arrived) == seen
