"""Conversations are listed a window at a time, opened only by their user, and go as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.domain import Mark, Message, User
from lwe.errors import NotFound
from lwe.storage import conversations
from lwe.storage.conversations import LAST
from lwe.storage.store import Store, Timing
from tests.lwe.storage.helpers import ORIGIN, answered, asked, sql, texts
from tests.lwe.storage.test_lists import fill


def test_history_has_hidden_ones_too_and_goes_by_id(store: Store, tmp_path: Path) -> None:
    ann = store.add_user("ann").id
    store.add_user("ben")
    everything = [row for row in fill(tmp_path / "storage.db", 60, 7) if row.user_id == ann]
    assert store.history(ann) == everything[::-1]
    assert store.history(ann, 5, 10) == everything[::-1][10:15]
    assert any(row.hidden for row in everything)


def test_the_list_is_ordered_by_what_happened_last(store: Store, user: User) -> None:
    first = asked(store, user.id)
    second = asked(store, user.id)
    assert [row.id for row in store.conversations(user.id, 10)] == [
        second.conversation_id,
        first.conversation_id,
    ]
    answered(store, first)
    store.rename(second.conversation_id, "No reason to jump")
    assert [row.id for row in store.conversations(user.id, 10)] == [
        first.conversation_id,
        second.conversation_id,
    ]


def test_a_conversation_is_its_users(store: Store, user: User) -> None:
    ben = store.add_user("ben")
    number = asked(store, user.id).conversation_id
    assert store.conversation(number) == store.conversation(number, user.id)
    for wanted, user_id in ((number, ben.id), (99, user.id), (99, None), (10**30, None)):
        with pytest.raises(NotFound) as caught:
            store.conversation(wanted, user_id)
        assert (caught.value.what, caught.value.name) == ("Conversation", wanted)


def test_renaming(store: Store, user: User) -> None:
    number = asked(store, user.id).conversation_id
    assert store.conversation(number).title is None
    store.rename(number, "A \ud83d\ude00 title\0")
    assert store.conversation(number).title == "A 😀 title\ufffd"
    with pytest.raises(NotFound):
        store.rename(99, "Nothing")


def test_deleting_takes_everything_along(store: Store, user: User, tmp_path: Path) -> None:
    turn = asked(store, user.id)
    store.commit_turn(
        turn.journal_id, Message("assistant", "x", mark=Mark("stopped")), Timing(0.1, 1.0)
    )
    asked(store, user.id, "and?", turn.conversation_id)
    store.save_draft(user.id, turn.conversation_id, "draft")
    store.delete_conversation(turn.conversation_id)
    for table in ("conversation", "message", "tui_mark", "tui_timing", "tui_journal", "tui_draft"):
        assert sql(tmp_path / "storage.db", f"SELECT * FROM {table}") == []
    with pytest.raises(NotFound):
        store.delete_conversation(turn.conversation_id)


def test_a_stranger_with_a_used_id_inherits_nothing(store: Store, user: User) -> None:
    old = asked(store, user.id)
    store.commit_turn(
        old.journal_id, Message("assistant", "x", mark=Mark("cut", "why")), Timing(0.1, 1.0)
    )
    waiting = asked(store, user.id, "and?", old.conversation_id)
    store.save_draft(user.id, old.conversation_id, "draft")
    store.delete_conversation(old.conversation_id)

    new = asked(store, user.id)
    assert new.conversation_id == old.conversation_id
    assert new.user_message_id == old.user_message_id
    assert store.draft(user.id, new.conversation_id) == ""
    assert answered(store, waiting, "to the old question") is None
    stored = answered(store, new)
    assert stored is not None
    assert [message.mark for message in store.messages(new.conversation_id)] == [None] * 3
    assert store.timings(new.conversation_id) == {}


def test_what_cannot_be_decoded_stays_text_and_is_not_sent(
    store: Store, user: User, tmp_path: Path
) -> None:
    turn = asked(store, user.id)
    answered(store, turn)
    insert = """INSERT INTO message (conversation_id, role, message, message_type,
        message_metadata, model, provider, preset, created_time)
        VALUES (?, ?, ?, ?, ?, '', '', '', 'yesterday')"""
    odd = [
        ("assistant", "{broken", "tool_call", None),
        ("assistant", '"text"', "tool_call", None),
        ("assistant", "[]", "tool_call", None),
        ("tool", "{broken", "tool_response", None),
        ("tool", "1", "tool_response", "{broken"),
        ("tool", "no type", "content", None),
        ("function", "an old role", "content", None),
    ]
    for row in odd:
        sql(tmp_path / "storage.db", insert, turn.conversation_id, *row)
    said = store.messages(turn.conversation_id)
    assert texts(said)[3:] == [text for _, text, _, _ in odd]
    assert said[-1].created is None
    assert store.history_for_model(turn.conversation_id) == said[:3]
    assert [row["message"] for row in store.raw_messages(turn.conversation_id)][3] == "{broken"


def test_messages_of_nothing(store: Store) -> None:
    assert store.messages(99) == []
    assert store.history_for_model(99) == []
    assert store.raw_messages(99) == []
    assert store.conversations(99, 10) == []
    assert store.conversation_count(10**30) == 0


def test_the_title_of_a_new_conversation(store: Store, user: User) -> None:
    new = [Message("user", "x")]
    titled = store.begin_turn(user.id, None, new, ORIGIN, "Mine")
    assert store.conversation(titled.conversation_id).title == "Mine"
    again = store.begin_turn(user.id, titled.conversation_id, new, ORIGIN, "Other")
    assert not again.created
    assert store.conversation(titled.conversation_id).title == "Mine"


def talk(store: Store, number: int) -> int:
    """Store a conversation of so many messages; returns its id."""
    said = [Message("user" if n % 2 == 0 else "assistant", f"m{n}") for n in range(number)]
    turn = store.begin_turn(store.add_user("ann").id, None, said[:-1], ORIGIN)
    store.commit_turn(turn.journal_id, said[-1])
    return turn.conversation_id


def test_the_last_messages_come_a_part_at_a_time(store: Store) -> None:
    here, other = talk(store, 10), asked(store, store.add_user("ben").id)
    everything = store.messages(here)
    assert store.last_messages(here, 4) == everything[-4:]
    assert store.last_messages(here, 4, everything[6].id) == everything[2:6]
    assert store.last_messages(here, 4, everything[2].id) == everything[:2]
    assert store.last_messages(here, 4, everything[0].id) == []
    assert texts(store.last_messages(other.conversation_id, 9)) == ["Be brief.", "why?"]
    assert store.last_messages(99, 4) == []


def test_last_messages_are_found_without_reading_the_others(store: Store, tmp_path: Path) -> None:
    talk(store, 4)
    plan = sql(tmp_path / "storage.db", f"EXPLAIN QUERY PLAN {LAST}", 1, 2**62, 3)
    steps = [step[3] for step in plan]
    assert steps[0].startswith("SEARCH message USING INDEX message_conversation_id_idx")
    assert "rowid<?" in steps[0]
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")]


@pytest.mark.parametrize("part", [1, 2, 3, 100])
def test_the_parts_for_a_model_are_its_history(
    store: Store, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(conversations, "PART", part)
    here = talk(store, 8)
    parts = list(store.latest_for_model(here))
    assert [m for part in reversed(parts) for m in part] == store.history_for_model(here)
    assert max(map(len, parts)) <= part
