"""The user's keymap: what it says is done, and what cannot work is told before it is missed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Static

from lwe_tui import keymap, keys, themes
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.keys import Key
from lwe_tui.modals.key_tester import KeyTester, does, hint
from tests.tui.driving import Driver, running


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    yield
    keys.change({})


@pytest.fixture
def file(home: Path) -> Path:
    folder = home / ".config" / "llm-workflow-engine" / "profiles" / "default"
    folder.mkdir(parents=True)
    return folder / keymap.FILE


def problems(written: dict[str, object]) -> str:
    return "\n".join(keymap.understood(written).problems)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ctrl+g", "ctrl+g"),
        ("F6, Shift+F7", "f6,shift+f7"),
        (["ctrl+g", "f6"], "ctrl+g,f6"),
        ("Ctrl+Alt+X", "ctrl+alt+x"),
        ("alt+ctrl+x", "ctrl+alt+x"),
        ("ctrl+/", "ctrl+slash,ctrl+underscore"),
        ("ctrl+space", "ctrl+space,ctrl+@"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        ("PgUp", "pageup"),
        ("alt+?", "alt+question_mark"),
        ("none", "none"),
    ],
)
def test_keys_may_be_written_as_people_do(written: object, meant: str) -> None:
    assert keymap.meant("main.new", written) == meant


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("presets.edit", "shift+e", "E"),
        ("presets.edit", "?", "question_mark"),
        ("list.filter", ",", "comma"),
        ("leader.main.new", "?", "?"),
        ("leader.main.new", 7, "7"),
        ("leader.main.new", "nn", "nn"),
        ("leader.main.new", "F6", "f6"),
    ],
)
def test_letters_stand_for_themselves(name: str, written: object, meant: str) -> None:
    assert keymap.meant(name, written) == meant


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("main.new", "ctrl+i", "Tab"),
        ("main.new", "ctrl+[", "Escape"),
        ("main.new", "crtl+n", "no modifier"),
        ("main.new", "pagdown", "Did you mean 'pagedown'?"),
        ("main.new", "n", "needed for writing"),
        ("main.new", "space", "needed for writing"),
        ("main.new", "", "names no key"),
        ("main.new", True, "between quotes"),
        ("leader.main.new", "n, m", "only one key"),
    ],
)
def test_what_cannot_be_pressed_is_refused(name: str, written: object, said: str) -> None:
    read = keymap.understood({name: written})
    assert said in "\n".join(read.problems)
    assert name in read.problems[0]
    assert read.changes == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"main.nwe": "f6"}, "Did you mean 'main.new'?"),
        ({"main.new": "ctrl+r"}, "main.search and main.new are both on ctrl+r"),
        ({"main.new": "f6", "main.search": "f6"}, "main.search and main.new are both on F6"),
        ({"main.new": "enter"}, "main.new and composer.send are both on Enter"),
        ({"presets.edit": "/"}, "list.filter and presets.edit are both on /"),
        ({"leader.main.new": "r"}, "leader.main.search and leader.main.new are both on r"),
        ({"leader.main.new": "s"}, "both on s or s1"),
        ({"main.new": "ctrl+shift+n"}, "many terminals"),
    ],
)
def test_clashes_are_told(written: dict[str, object], said: str) -> None:
    assert said in problems(written)


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"main.new": None},
        {"main.new": "ctrl+r", "main.search": "ctrl+n"},
        {"main.search": "none", "main.new": "ctrl+r"},
        {"templates.edit": "D", "templates.duplicate": "E"},
        {"presets.edit": "s"},
        {"main.new": "ctrl+n, f7"},
    ],
)
def test_what_works_is_not_told(written: dict[str, object]) -> None:
    assert problems(written) == ""


def test_the_usual_keys_do_not_clash() -> None:
    assert problems({key.id: key.keys for key in keys.everything().values() if key.keys}) == ""


def test_scopes_that_are_together_exist() -> None:
    assert {*keys.ALWAYS, *keys.TOGETHER} <= set(keys.SCOPES)


def test_keys_are_shown_as_they_are_now() -> None:
    keys.change({"main.new": "f6,ctrl+g", "main.search": "none", "leader.main.new": "?"})
    known = keys.everything()
    assert (known["main.new"].shown, known["main.search"].shown) == ("F6, ctrl+g", "")
    assert (known["main.new"].road, known["main.search"].road) == ("F6, ctrl+g", "ctrl+l r")
    assert keys.after_leader()["?"].id == "main.new"
    assert "n" not in keys.after_leader()
    assert {"f6", "ctrl+g"} <= keys.ahead() and "ctrl+r" not in keys.ahead()


def test_a_broken_file_costs_only_itself(file: Path) -> None:
    file.write_text("main.new: f6\n- nonsense")
    read = keymap.load(file)
    assert read.changes == {}
    assert "line 2" in read.problems[0]


def keep(file: Path, text: str) -> None:
    file.write_text(text)


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[Driver]:
    """Run the app until the profile is open."""
    async with running(home) as driver:
        await driver.until(driver.screen._is_open.is_set)
        await driver.settle()
        yield driver


def notice(driver: Driver) -> str:
    return str(driver.screen.query_one(NoticeLine).render())


async def test_keys_of_the_file_act_and_the_usual_ones_do_not(home: Path, file: Path) -> None:
    keep(file, "main.new: f6\nmain.conversations: none\nleader.main.new: z\n")
    async with opened(home) as driver:
        await driver.ask("first")
        assert driver.screen.state.conversation_id is not None
        await driver.press("ctrl+n")
        assert driver.screen.state.conversation_id is not None
        await driver.press("f6")
        assert driver.screen.state.conversation_id is None
        await driver.ask("second")
        await driver.press("ctrl+l", "z")
        assert driver.screen.state.conversation_id is None
        await driver.press("ctrl+s")
        assert driver.app.focused is driver.screen.chat.composer


async def test_a_key_can_be_given_to_what_has_none(home: Path, file: Path) -> None:
    keep(file, "main.test_keys: f6\n")
    async with opened(home) as driver:
        await driver.press("f6")
        assert isinstance(driver.app.screen, KeyTester)


async def test_the_composer_s_keys_change_too(home: Path, file: Path) -> None:
    keep(file, "composer.send: ctrl+g\ncomposer.line_break: enter\n")
    async with opened(home) as driver:
        await driver.write("one")
        await driver.press("enter")
        await driver.write("two")
        assert driver.screen.chat.composer.text == "one\ntwo"
        await driver.press("ctrl+g")
        assert driver.stored()[0][1] == "one\ntwo"


async def test_what_is_on_the_screen_names_the_keys_of_the_file(home: Path, file: Path) -> None:
    keep(file, "main.help: f6\nmain.search: none\ncomposer.send: ctrl+g\n")
    async with opened(home) as driver:
        hints = driver.screen.query_one("#hints", Static)
        assert str(hints.render()) == "^L leader  ^P palette  F6 help"
        assert driver.screen.chat.composer.placeholder == "Ask anything  (ctrl+g sends, F6 helps)"


async def test_the_next_first_frame_has_the_keys(home: Path, file: Path) -> None:
    keep(file, "main.new: f6\n")
    async with opened(home) as driver:
        place = driver.app.session.place
    assert themes.kept(place)["keys"] == {"main.new": "f6"}


async def test_problems_are_told_when_the_profile_is_open(home: Path, file: Path) -> None:
    keep(file, "main.nwe: f6\n")
    async with opened(home) as driver:
        await driver.until(lambda: "Did you mean 'main.new'?" in notice(driver))


async def test_the_tester_shows_keys_and_does_nothing_else(home: Path) -> None:
    async with opened(home) as driver:
        driver.screen.action_test_keys()
        await driver.settle()
        await driver.press("ctrl+n", "f2", "escape", "ctrl+q")
        driver.app.post_message(events.Key("inverted_exclamation_mark", "¡"))
        await driver.settle()
        tester = driver.app.screen
        assert isinstance(tester, KeyTester)
        seen = [(name, label) for name, _character, label, _hint in tester._pressed]
        assert seen[0] == ("inverted_exclamation_mark", "")
        assert ("ctrl+n", "New conversation (main.new)") in seen
        assert ("ctrl+q", "Quit (app.quit)") in seen
        await driver.press("escape", "escape")
        assert driver.app.screen is driver.screen


@pytest.mark.parametrize(
    ("name", "character", "said"),
    [
        ("inverted_exclamation_mark", "¡", "alt+1"),
        ("masculine_ordinal_indicator", "º", "alt+0"),
        ("ctrl+h", "\x08", "Backspace"),
        ("å", "å", "alt"),
        ("a", "a", ""),
    ],
)
def test_hints(name: str, character: str, said: str) -> None:
    assert said in hint(name, character)
    assert bool(said) == bool(hint(name, character))


def test_what_a_key_does_is_told_with_every_scope() -> None:
    assert "presets.edit" in does("e") and "decision.edit" in does("e")
    assert does("f19") == ""


def test_a_made_up_key_has_no_road_but_the_leader() -> None:
    assert Key("a.b", "", "x", "X", "x").road == "ctrl+l x"
