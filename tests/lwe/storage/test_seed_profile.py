"""Every conversation that the seed has written can be read, listed and continued."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from lwe.domain import Message, ToolCall, ToolResult
from lwe.errors import NotFound
from lwe.storage.store import Store
from tests.lwe.storage.helpers import ORIGIN, PROFILE, sql, texts

MANIFEST = json.loads((PROFILE / "MANIFEST.json").read_text("utf-8"))
USERS = {user["username"]: user["id"] for user in MANIFEST["users"]}
CONVERSATIONS = {item["id"]: item for item in MANIFEST["conversations"]}
KEYS = [
    "id",
    "conversation_id",
    "role",
    "message",
    "message_type",
    "message_metadata",
    "model",
    "provider",
    "preset",
    "created_time",
]


@pytest.fixture
def seed(seed_file: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{seed_file}")
    yield opened
    opened.close()


def test_users(seed: Store) -> None:
    found = seed.users()
    assert [(user.id, user.username, user.has_password) for user in found] == [
        (user["id"], user["username"], user["has_password"]) for user in MANIFEST["users"]
    ]
    assert found[2].preferences == {"theme": "dark", "n": [1, 2, {"x": None}]}
    assert found[1].default_preset == "gpt-4o-mini"
    assert seed.check_password(2, "secret")
    assert seed.check_password(4, "pässwörd")
    assert not seed.check_password(4, "passwort")


@pytest.mark.parametrize("number", CONVERSATIONS, ids=str)
def test_every_odd_conversation_can_be_read(seed: Store, number: int) -> None:
    owner = USERS[CONVERSATIONS[number]["user"]]
    assert seed.conversation(number, owner).id == number
    with pytest.raises(NotFound):
        seed.conversation(number, 5 - owner)
    said, raw = seed.messages(number), seed.raw_messages(number)
    assert [message.id for message in said] == [row["id"] for row in raw]
    assert all(list(row) == KEYS for row in raw)
    assert all(isinstance(row["created_time"], datetime) for row in raw)
    sent = seed.history_for_model(number)
    assert [message for message in said if message in sent] == sent
    assert all(m.text or m.tool_calls or m.tool_result for m in sent)


def test_tool_calls_and_results_are_decoded(seed: Store) -> None:
    said = seed.messages(2)
    call, result = said[2], said[3]
    assert call.tool_calls == (
        ToolCall("roll_dice", {"sides": 6, "count": 2}, call.tool_calls[0].id),
    )
    assert result.tool_result == ToolResult(
        "roll_dice",
        {"rolls": [4, 5], "total": 9, "message": "Rolled 2d6"},
        call.tool_calls[0].id,
    )
    assert seed.history_for_model(2) == said
    raw = seed.raw_messages(2)
    assert raw[2]["message"][0]["args"] == {"sides": 6, "count": 2}
    assert raw[3]["message_metadata"]["name"] == "roll_dice"


def test_parallel_calls_stay_with_their_results(seed: Store) -> None:
    assert seed.history_for_model(3) == seed.messages(3)


def test_calls_without_results_are_not_sent(seed: Store) -> None:
    assert texts(seed.history_for_model(5)) == [
        "You are a helpful assistant.",
        "TOOL return call",
    ]
    assert len(seed.history_for_model(4)) == len(seed.messages(4))
    assert len(seed.history_for_model(6)) == len(seed.messages(6))


def test_empty_answers_are_not_sent(seed: Store) -> None:
    assert [m.role for m in seed.messages(11)] == ["system", "user", "assistant"]
    assert [m.role for m in seed.history_for_model(11)] == ["system", "user"]


def test_a_conversation_without_messages(seed: Store) -> None:
    assert seed.messages(20) == seed.history_for_model(20) == seed.raw_messages(20) == []
    assert seed.timings(20) == {}


def test_lists(seed: Store) -> None:
    alice = USERS["alice"]
    listed = [row.id for row in seed.conversations(alice)]
    history = [row.id for row in seed.history(alice)]
    assert 15 in history
    assert 15 not in listed
    assert seed.conversation_count(alice) == len(listed) == len(history) - 1
    assert history == sorted(history, reverse=True)
    assert {21, 22}.isdisjoint(history)
    assert seed.conversation(16).title is None


def test_a_conversation_of_the_seed_goes_on_in_its_encodings(seed: Store, seed_file: Path) -> None:
    turn = seed.begin_turn(1, 2, [Message("user", "again? 🎲")], ORIGIN)
    stored = seed.commit_turn(turn.journal_id, Message("assistant", "Again."))
    assert stored is not None
    columns = "role, message, message_type, message_metadata, model, provider, preset"
    found = sql(seed_file, f"SELECT {columns} FROM message WHERE id >= ?", turn.user_message_id)
    origin = ("model-a", "provider_scripted", "preset-a")
    assert found == [
        ("user", "again? 🎲", "content", None, *origin),
        ("assistant", "Again.", "content", None, *origin),
    ]
    times = sql(
        seed_file,
        """SELECT message.created_time, updated_time FROM message
        JOIN conversation ON conversation.id = conversation_id WHERE message.id = ?""",
        stored.id,
    )[0]
    assert times[0] == times[1]
    assert datetime.strptime(times[0], "%Y-%m-%d %H:%M:%S.%f") == stored.created
    assert len(times[0]) == len("2026-05-05 05:05:05.000000")


def test_tool_rows_are_written_as_the_seed_writes_them(seed: Store, seed_file: Path) -> None:
    call = Message("assistant", "", (ToolCall("roll_dice", {"word": "é"}, "call_1"),))
    result = Message("tool", "", tool_result=ToolResult("roll_dice", {"ok": True}, "call_1"))
    turn = seed.begin_turn(1, None, [Message("user", "x"), call, result], ORIGIN, "Mine")
    found = sql(
        seed_file,
        """SELECT message, message_type, message_metadata FROM message
        WHERE conversation_id = ? ORDER BY id""",
        turn.conversation_id,
    )
    assert found[1:] == [
        (
            '[{"name": "roll_dice", "args": {"word": "\\u00e9"}, "id": "call_1",'
            ' "type": "tool_call"}]',
            "tool_call",
            None,
        ),
        ('{"ok": true}', "tool_response", '{"name": "roll_dice", "id": "call_1"}'),
    ]
    assert seed.messages(turn.conversation_id)[1].tool_calls == call.tool_calls
    assert seed.conversation(turn.conversation_id).title == "Mine"
    assert turn.user_message_id == seed.messages(turn.conversation_id)[0].id


def test_the_seed_can_delete_what_we_have_marked(seed: Store, seed_file: Path) -> None:
    turn = seed.begin_turn(1, 2, [Message("user", "again?")], ORIGIN)
    seed.save_draft(1, 2, "later")
    sql(seed_file, "DELETE FROM conversation WHERE id = 2")
    assert seed.commit_turn(turn.journal_id, Message("assistant", "Too late.")) is None
    assert seed.draft(1, 2) == ""
    with pytest.raises(NotFound):
        seed.save_draft(1, 2, "later")
