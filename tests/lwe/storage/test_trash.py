"""What was deleted comes back as it was, for thirty days; the seed sees it as deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lwe.domain import Mark, Message, User
from lwe.errors import LweError, NotFound
from lwe.storage import copies
from lwe.storage.store import Store, Timing
from lwe.storage.trash import KEPT
from tests.lwe.storage.helpers import ORIGIN, answered, asked, sql, texts

OURS = ("tui_mark", "tui_timing", "tui_reasoning", "tui_draft", "tui_pin")


def told(store: Store, user_id: int, title: str | None = "Dice") -> int:
    """Store a conversation in which everything of ours is used."""
    turn = store.begin_turn(user_id, None, [Message("user", "Roll é")], ORIGIN, title)
    answer = Message("assistant", "Six", mark=Mark("stopped", "why"), reasoning="hm")
    store.commit_turn(turn.journal_id, answer, Timing(0.1, 2.0, 3, 4))
    store.save_draft(user_id, turn.conversation_id, "draft")
    store.pin(turn.conversation_id)
    return turn.conversation_id


def everything(file: Path) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sql(file, f"SELECT * FROM {table} ORDER BY 1")
        for table in ("conversation", "message", *OURS)
    }


def test_conversations_come_back_as_they_were(store: Store, user: User, tmp_path: Path) -> None:
    file = tmp_path / "storage.db"
    ids = [told(store, user.id), told(store, user.id, None), asked(store, user.id).conversation_id]
    answered(store, asked(store, user.id, "and?", ids[2]))
    sql(file, "DELETE FROM tui_journal")
    before = everything(file)
    batch = store.trash_conversations([*ids, ids[0]])
    assert not any(everything(file).values())
    assert store.restore(batch) == ids
    assert everything(file) == before
    with pytest.raises(LweError, match="not in the trash any more"):
        store.restore(batch)


def test_the_trash_says_what_is_in_it(store: Store, user: User) -> None:
    ben = store.add_user("ben")
    one, two = told(store, user.id), told(store, user.id, None)
    message = store.messages(one)[1].id
    assert message
    first, second = store.trash_message(message), store.trash_conversations([one, two])
    assert [
        (item.batch_id, item.kind, item.titles, item.messages) for item in store.trash(user.id)
    ] == [
        (second, "conversations", ("Dice", "Roll é"), 3),
        (first, "message", ("Dice",), 1),
    ]
    assert store.trash(ben.id) == []
    assert store.trash(user.id)[0].deleted <= datetime.now()


def test_a_stranger_keeps_the_ids_that_it_has_got(store: Store, user: User) -> None:
    old = told(store, user.id)
    before = store.messages(old)
    batch = store.trash_conversations([old])
    stranger = asked(store, user.id, "mine")
    assert stranger.conversation_id == old
    (new,) = store.restore(batch)
    assert new != old
    assert texts(store.messages(new)) == texts(before)
    assert [message.mark for message in store.messages(new)] == [None, before[1].mark]
    assert list(store.timings(new).values()) == [Timing(0.1, 2.0, 3, 4)]
    assert (store.draft(user.id, new), store.draft(user.id, old)) == ("draft", "")
    assert store.conversation(new).pinned
    assert texts(store.messages(old)) == ["Be brief.", "mine"]


def test_a_message_comes_back_at_its_place(store: Store, user: User) -> None:
    number = told(store, user.id)
    before = store.messages(number)
    for message in before:
        assert message.id
        batch = store.trash_message(message.id)
        assert store.messages(number) == [other for other in before if other != message]
        assert store.restore(batch) == [number]
        assert store.messages(number) == before
        assert list(store.timings(number)) == [before[1].id]


def test_a_message_comes_back_before_those_that_were_said_since(store: Store, user: User) -> None:
    number = told(store, user.id)
    last = store.messages(number)[-1]
    assert last.id
    batch = store.trash_message(last.id)
    turn = asked(store, user.id, "again?", number)
    assert turn.user_message_id == last.id
    store.extend_turn(turn.journal_id, [Message("assistant", "wait")])
    store.restore(batch)
    assert texts(store.messages(number)) == ["Roll é", "Six", "again?", "wait"]
    assert store.messages(number)[1].mark == last.mark
    # The turn goes on where its messages are now.
    stopped = Message("assistant", "", mark=Mark("stopped"))
    store.commit_turn(turn.journal_id, stopped, Timing(1.0))
    said = store.messages(number)
    assert [message.mark for message in said[2:]] == [None, Mark("stopped")]
    assert store.timings(number)[said[3].id or 0] == Timing(1.0)


def test_a_message_finds_its_conversation_again(store: Store, user: User) -> None:
    number = told(store, user.id)
    message = store.messages(number)[0].id
    assert message
    of_message, of_all = store.trash_message(message), store.trash_conversations([number])
    asked(store, user.id, "a stranger with its id")
    with pytest.raises(LweError, match=r"is deleted as well\. Restore it first"):
        store.restore(of_message)
    assert len(store.trash(user.id)) == 2
    (new,) = store.restore(of_all)
    assert new != number
    assert store.restore(of_message) == [new]
    assert sorted(texts(store.messages(new))) == ["Roll é", "Six"]


def test_what_is_being_answered_keeps_its_words(store: Store, user: User) -> None:
    turns = [asked(store, user.id) for _ in range(2)]
    store.note_progress(turns[0].journal_id, "because")
    batch = store.trash_conversations([turn.conversation_id for turn in turns])
    assert answered(store, turns[0]) is None
    store.restore(batch)
    said = [store.messages(turn.conversation_id)[1:] for turn in turns]
    assert [texts(messages) for messages in said] == [["why?", "because"], ["why?"]]
    kinds = [messages[-1].mark and messages[-1].mark.kind for messages in said]
    assert kinds == ["stopped"] * 2


def test_no_message_is_deleted_from_under_an_answer(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    with pytest.raises(LweError, match="being written"):
        store.trash_message(turn.user_message_id)
    answered(store, turn)
    store.trash_message(turn.user_message_id)


def test_nothing_is_deleted_when_one_is_not_there_or_anothers(store: Store, user: User) -> None:
    ben = store.add_user("ben")
    mine, his = told(store, user.id), told(store, ben.id)
    for wanted in ([mine, 99], [mine, his]):
        with pytest.raises(NotFound, match=f"'{wanted[1]}'"):
            store.trash_conversations(wanted)
    with pytest.raises(LweError, match="nothing to delete"):
        store.trash_conversations([])
    with pytest.raises(NotFound):
        store.trash_message(99)
    assert store.conversation_count(user.id) == store.conversation_count(ben.id) == 1
    assert store.trash(user.id) == []


def test_emptying(store: Store, user: User, tmp_path: Path) -> None:
    ben = store.add_user("ben")
    store.trash_conversations([told(store, ben.id)])
    batch = store.trash_conversations([told(store, user.id)])
    assert store.empty_trash(user.id, datetime.now() - timedelta(days=1)) == 0
    assert store.empty_trash(user.id, datetime.now() + timedelta(seconds=1)) == 1
    store.trash_conversations([told(store, user.id)])
    assert store.empty_trash(user.id) == 1
    assert store.trash(user.id) == []
    assert len(store.trash(ben.id)) == 1
    with pytest.raises(LweError):
        store.restore(batch)
    assert len(sql(tmp_path / "storage.db", "SELECT 1 FROM tui_trash")) == 1


def test_after_thirty_days_it_is_gone(store: Store, user: User) -> None:
    store.trash_conversations([told(store, user.id)])
    assert store.expire_trash() == 0
    assert store.expire_trash(datetime.now() + KEPT - timedelta(minutes=1)) == 0
    assert len(store.trash(user.id)) == 1
    assert store.expire_trash(datetime.now() + KEPT + timedelta(minutes=1)) == 1
    assert store.trash(user.id) == []


def test_tables_that_are_made_later_come_along(store: Store, user: User, tmp_path: Path) -> None:
    file = tmp_path / "storage.db"
    sql(
        file,
        """CREATE TABLE tui_file (id INTEGER PRIMARY KEY, data BLOB,
        message_id INTEGER REFERENCES message (id) ON DELETE CASCADE)""",
    )
    number = told(store, user.id)
    first = store.messages(number)[0].id
    sql(file, "INSERT INTO tui_file VALUES (7, ?, ?)", b"\0\xff", first)
    ways = "INSERT INTO tui_variant VALUES (?, ?, 1, NULL), (?, 0, 1, NULL)"
    sql(file, ways, number, first, number)

    store.duplicate(number)
    assert [row[:2] for row in sql(file, "SELECT * FROM tui_file")] == [
        (7, b"\0\xff"),
        (8, b"\0\xff"),
    ]
    assert len(sql(file, "SELECT * FROM tui_variant")) == 2

    batch = store.trash_conversations([number])
    asked(store, user.id, "takes an id")
    (new,) = store.restore(batch)
    moved = store.messages(new)[0].id
    assert sql(file, "SELECT data FROM tui_file WHERE message_id = ?", moved) == [(b"\0\xff",)]
    assert sql(file, "SELECT after_id, conversation_id FROM tui_variant ORDER BY 1") == [
        (0, new),
        (moved, new),
    ]


def test_a_copy_outlives_the_columns_that_it_knew(store: Store, user: User, tmp_path: Path) -> None:
    batch = store.trash_conversations([told(store, user.id)])
    sql(tmp_path / "storage.db", "ALTER TABLE tui_timing DROP COLUMN input_tokens")
    sql(tmp_path / "storage.db", "DROP TABLE tui_reasoning")
    store.restore(batch)
    found = sql(tmp_path / "storage.db", "SELECT output_tokens FROM tui_timing")
    assert found == [(4,)]


def test_bytes_survive_as_json() -> None:
    copied: copies.Copy = {"tui_x": [{"a": b"\0\xff", "b": "é", "c": None, "d": 0.1}]}
    assert copies.decoded(copies.encoded(copied)) == copied
