"""Rows of the seed's tables are written as the seed encodes them, a column at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lwe.domain import User
from lwe.errors import LweError, NotFound, StorageError
from lwe.storage.raw import Table
from lwe.storage.store import Store
from tests.lwe.storage.helpers import answered, asked, sql


def test_values_are_encoded_as_the_seed_does_it(store: Store, user: User, tmp_path: Path) -> None:
    time = datetime(2026, 1, 2, 3, 4, 5)
    made = store.add_raw("conversation", {"user_id": user.id, "title": "a\0b", "hidden": True})
    changed = store.edit_raw("conversation", made["id"], {"created_time": time})
    assert (changed["title"], changed["hidden"], changed["created_time"]) == (
        "a\ufffdb",
        True,
        time,
    )
    store.edit_raw("conversation", made["id"], {"updated_time": time.replace(tzinfo=UTC)})
    store.edit_raw("user", user.id, {"preferences": {"ü": 1}})
    ((hidden, created, updated),) = sql(
        tmp_path / "storage.db", "SELECT hidden, created_time, updated_time FROM conversation"
    )
    assert (hidden, created, updated) == (1, *["2026-01-02 03:04:05.000000"] * 2)
    assert sql(tmp_path / "storage.db", "SELECT preferences FROM user") == [('{"\\u00fc": 1}',)]


def test_what_cannot_be_read_is_empty(store: Store, user: User, tmp_path: Path) -> None:
    sql(tmp_path / "storage.db", "UPDATE user SET preferences = '{', created_time = 'then'")
    found = store.raw_row("user", user.id)
    assert (found["preferences"], found["created_time"]) == ({}, None)


@pytest.mark.parametrize("table", ["user", "conversation", "message"])
def test_nothing_is_not_found(store: Store, table: Table) -> None:
    for row_id in (99, 10**30):
        with pytest.raises(NotFound, match=f"{table.capitalize()} '{row_id}' not found"):
            store.raw_row(table, row_id)
    with pytest.raises(NotFound):
        store.edit_raw(table, 99, {})


def test_a_row_needs_what_it_hangs_on(store: Store, user: User) -> None:
    with pytest.raises(NotFound, match="User '99'"):
        store.add_raw("conversation", {"user_id": 99})
    with pytest.raises(NotFound, match="Conversation '99'"):
        store.add_raw("message", {"conversation_id": 99, "role": "user", "message": "x"})
    with pytest.raises(StorageError, match="NOT NULL"):
        store.edit_raw("user", user.id, {"username": None})
    assert store.users() == [user]


def test_only_columns_are_written(store: Store, user: User) -> None:
    with pytest.raises(LweError, match="has no 'id' that could be set, only username"):
        store.edit_raw("user", user.id, {"id": 7})


def test_a_message_is_deleted_alone(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    answered(store, turn)
    store.delete_message(turn.user_message_id)
    left = [message.role for message in store.messages(turn.conversation_id)]
    assert left == ["system", "assistant"]
    for gone in (turn.user_message_id, 10**30):
        with pytest.raises(NotFound):
            store.delete_message(gone)


def test_hiding_takes_out_of_the_list_and_loses_nothing(store: Store, user: User) -> None:
    number = asked(store, user.id).conversation_id
    store.hide(number)
    assert store.conversations(user.id) == []
    assert store.conversation(number).hidden
    store.hide(number, hidden=False)
    assert [row.id for row in store.conversations(user.id)] == [number]
    with pytest.raises(NotFound):
        store.hide(99)
