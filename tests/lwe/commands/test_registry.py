"""Commands are found, taken apart, completed, explained, and tell what they have changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwe import ApiBackend
from lwe.commands import Commands, Outcome, UsageError
from lwe.commands.outcome import Ask, OpenConversation, Quit, StartedOver, StateChanged
from lwe.commands.registry import UnknownCommand
from lwe.errors import LweError, NotFound
from tests.lwe.commands.conftest import Typed

SEED = [
    "ask",
    "chat",
    "config",
    "copy",
    "delete",
    "echo",
    "examples",
    "editor",
    "exit",
    "quit",
    "file",
    "help",
    "history",
    "log",
    "login",
    "logout",
    "max-submission-tokens",
    "model",
    "new",
    "plugin",
    "plugins",
    "preset",
    "presets",
    "provider",
    "providers",
    "read",
    "stream",
    "switch",
    "system-message",
    "template",
    "templates",
    "title",
    "tools",
    "user",
    "users",
    "workflow",
    "workflows",
]
ACTIONS = {
    "preset": "load show save edit delete",
    "template": "run show edit edit-run prompt-run prompt-edit-run copy delete",
    "workflow": "run show edit copy delete",
    "user": "register login logout show edit delete",
    "plugin": "reload",
}


def test_every_command_of_the_seed_is_there(typed: Typed) -> None:
    for name in SEED:
        assert typed.commands.find(name).summary


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_of_the_seed_is_there(typed: Typed, name: str) -> None:
    assert set(typed.commands.find(name).actions) == set(ACTIONS[name].split())


@pytest.mark.parametrize(
    ("line", "command", "argument"),
    [
        ("Hello there", "ask", "Hello there"),
        ("  /new ", "new", ""),
        ("?", "help", ""),
        ("/title A  title", "title", "A  title"),
        ("/ask one\ntwo", "ask", "one\ntwo"),
        ("//etc is a folder", "ask", "/etc is a folder"),
        ("", "", ""),
        ("/", "", ""),
    ],
)
def test_a_line_is_taken_apart(typed: Typed, line: str, command: str, argument: str) -> None:
    parsed = typed.commands.parse(line)
    assert (parsed.command, parsed.argument) == (command, argument)


def test_ordinary_text_is_asked(typed: Typed) -> None:
    assert typed("Hello").effect == Ask("Hello")
    assert typed("/ask Hello").effect == Ask("Hello")
    assert typed("//").effect == Ask("/")
    assert typed("") == Outcome()


def test_an_unknown_command_names_those_that_are_meant(typed: Typed) -> None:
    with pytest.raises(UnknownCommand, match=r"'/prset' not found.*/preset.*//"):
        typed("/prset load x")


def test_an_unknown_action_names_those_that_are_meant(typed: Typed) -> None:
    with pytest.raises(NotFound, match="Did you mean load"):
        typed("/preset laod x")
    with pytest.raises(UsageError, match="load, show, save"):
        typed("/preset")


@pytest.mark.parametrize(
    "line",
    [
        "/preset load",
        "/preset load a b",
        "/switch",
        "/new now",
        "/history few",
        "/history 0",
        "/max-submission-tokens 0",
        "/template copy one",
        "/provider a b c",
        "/delete nothing",
        "/file",
    ],
)
def test_wrong_words_say_how_it_is_written(typed: Typed, line: str) -> None:
    with pytest.raises(UsageError, match=r"\.$|/"):
        typed(line)


def test_both_ways_to_leave(typed: Typed) -> None:
    assert typed("/quit").effect == typed("/exit").effect == Quit()


# What has changed


def test_a_change_of_the_state_is_told(typed: Typed) -> None:
    typed.bot.state = replace(typed.bot.state, title=None)
    assert typed("/max-submission-tokens 100").effect == StateChanged(typed.bot.state)
    assert typed("/max-submission-tokens").effect is None


def test_the_screens_state_counts(typed: Typed) -> None:
    ours = replace(typed.bot.state, max_submission_tokens=77)
    outcome = typed.commands.run("/system-message Be brief.", ours)
    assert outcome.effect == StateChanged(replace(ours, system_message="Be brief."))


def test_another_conversation_and_another_user_are_told(typed: Typed) -> None:
    there = typed.conversation("One").id
    assert typed("/switch 1").effect == OpenConversation(there)
    assert typed("/new").effect == OpenConversation(None)
    assert isinstance(typed("/logout").effect, StartedOver)


def test_a_failed_command_leaves_the_state(typed: Typed) -> None:
    before = typed.bot.state
    with pytest.raises(LweError):
        typed("/provider fake_lm")
    assert typed.bot.state == before


def test_without_a_user_what_needs_one_says_so(bot: ApiBackend) -> None:
    for line in ("/history", "/switch 1", "/user edit", "/logout", "/delete"):
        with pytest.raises(LweError, match=r"/login|No conversation is open"):
            Commands(bot).run(line)
    assert Commands(bot).complete("/switch ") == []


# Completing


def test_names_are_offered(typed: Typed) -> None:
    assert typed.offered("/pre") == ["/preset", "/presets"]
    assert "/exit" in typed.offered("/ex")
    assert len(typed.offered("/")) >= len(SEED)
    assert typed.offered("hello") == typed.offered("//pre") == typed.offered("/none ") == []


def test_words_are_offered_where_they_stand(typed: Typed) -> None:
    found = typed.commands.complete("/preset lo")
    assert [(each.text, each.start) for each in found] == [("load", 8)]
    assert found[0].description
    assert typed.offered("/preset load tes") == ["test", "test_2"]
    assert typed.offered("/preset load test ") == []


def test_what_does_not_begin_so_is_found_inside(typed: Typed) -> None:
    assert typed.offered("/preset load creative") == ["gpt-4-creative-writing"]


def test_a_word_with_spaces_is_offered_in_quotes(typed: Typed) -> None:
    typed.bot.engine.presets.save("my own", {"provider": "fake_llm"}, {})
    assert typed.offered("/preset load my") == ['"my own"']
    assert typed.offered('/preset load "my o') == ['"my own"']
    typed('/preset load "my own"')
    assert typed.bot.state.preset == "my own"


# Help


def test_help_lists_and_explains(typed: Typed) -> None:
    shown = typed("/help").text
    assert all(f"`/{command.name}`" in shown for command in typed.commands.all())
    assert typed("?").text == shown
    assert "/preset save NAME" in typed("/help preset").text
    assert "/switch NUMBER" in typed("/help /switch").text
    with pytest.raises(NotFound, match="Did you mean preset"):
        typed("/help prest")
    assert typed.offered("/help workf") == ["workflow", "workflows"]


def test_the_table_has_every_form(typed: Typed) -> None:
    table = dict(typed.commands.table())
    assert table["/template copy NAME NEW"] == "Copy a template."
    assert all(sentence for sentence in table.values())


def test_every_sentence_is_one(typed: Typed) -> None:
    for command in typed.commands.all():
        summaries = [command.summary, *(a.summary for a in command.actions.values())]
        if not command.plugin:
            assert all(s.endswith(".") and "\n" not in s for s in summaries), command.name
