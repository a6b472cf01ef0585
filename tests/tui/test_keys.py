"""One table of keys: no two things on one key, nothing on a key that does not exist."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path

import pytest
from textual import actions

from lwe_tui import keys
from lwe_tui.keys import Key

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- keys -->", "<!-- /keys -->"
ALL = [key for scope in keys.SCOPES.values() for key in scope]
TOGETHER = (*keys.APP, *keys.MAIN, *keys.SLOT_KEYS, *keys.COMPOSER)
"""What one screen has at the same time while a question is written."""
OTHER_NAMES = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket"}
"""Terminals send these for backspace, tab, enter and escape."""
BY_HAND = {
    *("main.escape", "main.leader", "main.page_up", "main.page_down"),
    *("main.block_up", "main.block_down"),  # the leader's k, then k and j
}
"""Keys that need no second road: the roads themselves, and what the wheel does too."""


def several(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def pressed(chosen: tuple[Key, ...]) -> list[str]:
    return [name for key in chosen for name in key.keys.split(",") if name]


def test_every_id_is_dotted_and_there_once() -> None:
    assert several([key.id for key in ALL]) == []
    assert [key.id for key in ALL if "." not in key.id] == []


def test_no_key_does_two_things_on_one_screen() -> None:
    assert several(pressed(TOGETHER)) == []


def test_no_leader_key_does_two_things() -> None:
    assert several([key.leader for key in ALL if key.leader]) == []


def test_no_key_is_one_that_terminals_cannot_tell_from_another() -> None:
    assert set(pressed(tuple(ALL))) & OTHER_NAMES == set()


def test_every_key_says_what_it_does_and_can_be_reached() -> None:
    assert [key.id for key in ALL if not key.label] == []
    assert [key.id for key in ALL if not key.keys and not key.leader] == []


def test_what_a_terminal_may_take_away_has_a_second_road() -> None:
    lost = [key.id for key in keys.MAIN if not key.leader and key.id not in BY_HAND]
    assert lost == []


@pytest.mark.parametrize("key", [key for key in ALL if key.keys], ids=lambda key: key.id)
def test_keys_are_written_for_people(key: Key) -> None:
    assert key.shown
    assert ",," not in key.shown
    assert len(key.shown.split(", ")) == len(key.keys.split(","))


def test_a_key_that_only_the_leader_reaches_is_written_as_nothing() -> None:
    assert Key("a.b", "", "x", "X", "x").shown == ""


@pytest.mark.parametrize(
    ("written", "shown"),
    [("f2", "F2"), ("shift+f9", "shift+F9"), ("escape", "Esc"), ("f", "f"), ("ctrl+f", "ctrl+f")],
)
def test_names_of_keys(written: str, shown: str) -> None:
    assert Key("a.b", written, "x", "X").shown == shown


def owner(key: Key) -> type:
    """Return the class that must have the action."""
    from lwe_tui.app import LweApp
    from lwe_tui.chat.composer import Composer
    from lwe_tui.chat.decision import Decision
    from lwe_tui.chat.finding import FindBar
    from lwe_tui.chat.transcript import Transcript
    from lwe_tui.main.screen import MainScreen
    from lwe_tui.sidebar.conversations import ConversationList
    from lwe_tui.sidebar.presets import PresetList
    from lwe_tui.sidebar.templates import TemplateList
    from lwe_tui.sidebar.tools import ToolList
    from lwe_tui.sidebar.trash import Trash

    namespace, _name, _arguments = actions.parse(key.action)
    if namespace:
        return {"app": LweApp, "screen": MainScreen}[namespace]
    owners = {
        Composer: keys.COMPOSER,
        PresetList: (*keys.PRESETS, *keys.SIDE_LIST),
        TemplateList: keys.TEMPLATES,
        ToolList: keys.TOOLS,
        Decision: keys.DECISION,
        Transcript: keys.BLOCKS,
        FindBar: keys.FIND,
        ConversationList: keys.CONVERSATIONS,
        Trash: keys.TRASH,
    }
    return next((cls for cls, held in owners.items() if key in held), MainScreen)


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.id)
def test_every_action_exists_and_takes_its_arguments(key: Key) -> None:
    _namespace, name, arguments = actions.parse(key.action)
    action = getattr(owner(key), f"action_{name}", None)
    assert action is not None, f"{owner(key).__name__} has no action {name}"
    inspect.signature(action).bind(None, *arguments)


def test_bindings_carry_the_ids_of_their_keys() -> None:
    made = keys.bindings(TOGETHER)
    assert [binding.id for binding in made] == [key.id for key in TOGETHER]  # type: ignore[union-attr]


def test_the_screens_bind_what_is_in_the_table() -> None:
    from lwe_tui.app import LweApp
    from lwe_tui.main.screen import MainScreen

    for bound, chosen in (
        (LweApp, keys.APP),
        (MainScreen, (*keys.MAIN, *keys.SLOT_KEYS)),
    ):
        assert bound._merged_bindings is not None
        assert set(pressed(chosen)) <= set(bound._merged_bindings.key_to_bindings)


def test_the_leader_reaches_ten_slots() -> None:
    after = keys.after_leader()
    assert [after[digit].action for digit in "1234567890"] == [f"slot({n})" for n in range(1, 11)]


def test_the_readme_has_the_table() -> None:
    _head, begun, rest = README.read_text("utf-8").partition(BEGIN)
    written, ended, _tail = rest.partition(END)
    assert begun and ended, f"README.md needs the lines {BEGIN} and {END}"
    if written.strip() != keys.table():
        pytest.fail(
            f"The keys changed. Put this into README.md between {BEGIN} and {END}:\n\n"
            f"{keys.table()}\n",
            pytrace=False,
        )
