"""Tools through `ask` and `ask_stream`: offered, run, told to the model, stored, answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.domain import Mark, User
from tests.lwe.helpers import NOT_STORED, STORED, stored
from tests.lwe.loopback import Loopback, Reply, chat_chunk, error

DICE = '''
from lwe.core.tool import Tool

class RollDice(Tool):
    def __call__(self, sides: int, lucky: bool = False) -> dict:
        """
        Rolls a die.

        :param sides: how many
        :type sides: int
        """
        if sides < 1:
            raise ValueError("a die needs sides")
        return {"total": sides}
'''
TITLE = {"title": "T"}
WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture
def dice(home: Path) -> Path:
    """A tool and presets that name it."""
    folder = home / ".config" / "llm-workflow-engine"
    (folder / "tools").mkdir(parents=True)
    tool = folder / "tools" / "roll_dice.py"
    tool.write_text(DICE)
    return tool


def call(id: str, **args: Any) -> dict[str, Any]:
    return {"id": id, "function": {"name": "roll_dice", "arguments": json.dumps(args)}}


def calling(stream: bool, *calls: dict[str, Any], text: str = "") -> Reply:
    """Return a reply that calls tools, in chat completions."""
    if not stream:
        message = {"content": text or None, "tool_calls": list(calls)}
        body = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}
        return Reply(parts=[json.dumps(body).encode()], content_type="application/json")
    pieces = []
    for number, made in enumerate(calls):
        delta = {"tool_calls": [{"index": number, **made}]}
        pieces.append({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    lines = [b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in pieces]
    said = [chat_chunk(text)] if text else []
    return Reply(parts=[*said, *lines, chat_chunk(finish="tool_calls")])


def set_up(bot: ApiBackend, server: Loopback, **metadata: Any) -> None:
    """Activate a preset with the tool."""
    choice = metadata.pop("tool_choice", None)
    bot.engine.presets.save(
        "dice",
        {"provider": "chat_openai_compat", **metadata},
        {
            "model_name": "m",
            "openai_api_base": server.url,
            "tools": ["roll_dice"],
            **({"tool_choice": choice} if choice else {}),
        },
    )
    assert bot.activate_preset("dice")[0]


def ask(bot: ApiBackend, stream: bool, question: str = "roll") -> tuple[bool, Any, str]:
    return (bot.ask_stream if stream else bot.ask)(question, dict(TITLE))


def kinds(bot: ApiBackend) -> list[tuple[str, str]]:
    assert bot.conversation_id
    rows = bot.engine.store.raw_messages(bot.conversation_id)
    return [(row["role"], row["message_type"]) for row in rows]


@WAYS
def test_tools_are_run_and_everything_is_told_and_stored(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path, stream: bool
) -> None:
    set_up(bot, server)
    assert ask(bot, stream, "hi")[:2] == (True, "Hello!")
    server.replies = [
        calling(stream, call("a", sides=6), call("b", sides=8), text="I roll."),
    ]
    assert ask(bot, stream) == (True, "Hello!", STORED)
    assert kinds(bot)[3:] == [
        ("user", "content"),
        ("assistant", "content"),
        ("assistant", "tool_call"),
        ("tool", "tool_response"),
        ("tool", "tool_response"),
        ("assistant", "content"),
    ]
    first, follow_up = server.asked[1:]
    (offered,) = first["tools"]
    assert offered["function"]["parameters"]["properties"]["lucky"]["type"] == "boolean"
    assert [m["role"] for m in follow_up["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "tool",
        "tool",
    ]
    assert follow_up["messages"][-1] == {
        "role": "tool",
        "tool_call_id": "b",
        "content": '{"total": 8}',
    }
    assert follow_up["messages"][4]["content"] == "I roll."


@WAYS
def test_a_tool_that_raises_tells_the_model_and_goes_on(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path, stream: bool
) -> None:
    set_up(bot, server)
    server.replies = [calling(stream, call("a", sides=0))]
    assert ask(bot, stream)[:2] == (True, "Hello!")
    told = json.loads(server.asked[1]["messages"][-1]["content"])
    assert "a die needs sides" in told["error"]


@WAYS
def test_calls_may_be_returned_instead_of_run(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path, stream: bool
) -> None:
    set_up(bot, server, return_on_tool_call=True)
    server.replies = [calling(stream, call("a", sides=6))]
    success, response, message = ask(bot, stream)
    assert (success, message) == (True, STORED)
    assert response == [{"name": "roll_dice", "args": {"sides": 6}, "id": "a", "type": "tool_call"}]
    assert kinds(bot)[-1] == ("assistant", "tool_call")
    assert bot.message_clipboard == response
    assert ask(bot, stream, "next")[:2] == (True, "Hello!")
    assert [m["role"] for m in server.asked[1]["messages"]] == ["system", "user", "user"]


@WAYS
@pytest.mark.parametrize("metadata", [{"tool_choice": "any"}, {"return_on_tool_response": True}])
def test_a_tools_value_may_be_the_answer(
    server: Loopback,
    bot: ApiBackend,
    ann: User,
    dice: Path,
    stream: bool,
    metadata: dict[str, Any],
) -> None:
    set_up(bot, server, **metadata)
    server.replies = [calling(stream, call("a", sides=6), call("b", sides=8))]
    assert ask(bot, stream) == (True, {"total": 8}, STORED)
    assert kinds(bot)[-1] == ("tool", "tool_response")
    assert len(server.asked) == (1 if "tool_choice" in metadata else 2)
    assert stored()[-1].mark is None


def test_a_loop_is_ended_with_a_sentence(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path
) -> None:
    bot.config.set("tools.max_rounds", 2)
    set_up(bot, server)
    server.replies = [calling(False, call(str(n), sides=6)) for n in range(2)]
    success, response, message = ask(bot, False)
    assert (success, response) == (False, None)
    assert "called 2 times in one turn" in message
    last = stored()[-1]
    assert (last.role, last.mark) == ("tool", Mark("cut", message))


def test_what_tools_gave_back_is_kept_when_the_server_fails_then(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path
) -> None:
    set_up(bot, server)
    server.replies = [calling(False, call("a", sides=6)), error(400, "No more.")]
    success, _, message = ask(bot, False)
    assert not success
    assert [m.role for m in stored()] == ["system", "user", "assistant", "tool"]
    assert stored()[-1].mark == Mark("cut", message)
    assert ask(bot, False, "again")[:2] == (True, "Hello!")


def test_tools_of_the_history_are_offered_again_and_missing_ones_left_out(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path
) -> None:
    set_up(bot, server)
    server.replies = [calling(False, call("a", sides=6))]
    ask(bot, False)
    bot.engine.presets.save(
        "bare",
        {"provider": "chat_openai_compat"},
        {"model_name": "m", "openai_api_base": server.url},
    )
    assert bot.activate_preset("bare")[0]
    ask(bot, False, "next")
    assert [t["function"]["name"] for t in server.asked[-1]["tools"]] == ["roll_dice"]
    dice.unlink()
    assert ask(bot, False, "last")[0]
    assert "tools" not in server.asked[-1]
    roles = [m["role"] for m in server.asked[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]


def test_an_unknown_tool_is_a_sentence_before_anything_is_stored(
    server: Loopback, bot: ApiBackend, ann: User, dice: Path
) -> None:
    set_up(bot, server)
    dice.unlink()
    success, _, message = ask(bot, False)
    assert not success
    assert "Tool 'roll_dice' not found" in message
    assert bot.conversation_id is None


def test_files_go_after_the_prompt_and_nothing_is_stored(
    server: Loopback, bot: ApiBackend, ann: User
) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}

    class HumanMessage:
        type, content = "human", [picture]

    for stream in (False, True):
        overrides = {"files": [HumanMessage(), {"role": "user", "content": "text"}], **TITLE}
        answer = (bot.ask_stream if stream else bot.ask)("What is it?", overrides)
        assert answer == (True, "Hello!", "Response received")
        assert bot.conversation_id is None
        sent = server.asked[-1]["messages"]
        assert sent[1:] == [
            {"role": "user", "content": "What is it?"},
            {"role": "user", "content": [picture]},
            {"role": "user", "content": "text"},
        ]


def test_nobody_logged_in_gets_a_tools_value_too(
    server: Loopback, bot: ApiBackend, dice: Path
) -> None:
    set_up(bot, server, tool_choice="roll_dice")
    server.replies = [calling(True, call("a", sides=6))]
    assert ask(bot, True) == (True, {"total": 6}, NOT_STORED)
