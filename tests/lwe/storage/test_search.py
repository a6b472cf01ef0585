"""Words are found in whatever message they are, whoever wrote it, and only there."""

from __future__ import annotations

import random
import re
import threading
from datetime import datetime
from pathlib import Path

import pytest

from lwe.domain import Hit, Message, Origin, ToolCall, ToolResult, User
from lwe.errors import StorageError
from lwe.storage import text_index
from lwe.storage.search import Query
from lwe.storage.store import Store
from tests.lwe.storage.helpers import ORIGIN, answered, asked, plain, sql, texts

WORDS = ("red", "reddish", "blue", "Blüte", "blute", "green-ish", "käse", "x1")


def found(store: Store, text: str, limit: int = 1000) -> list[int]:
    return [hit.message_id for hit in store.search(Query.parse(text), limit)]


def said(store: Store, user_id: int, *messages: str, title: str | None = None) -> list[int]:
    """Store messages in a new conversation; returns their ids."""
    new = [Message("user", text) for text in messages]
    turn = store.begin_turn(user_id, None, new, ORIGIN, title)
    return [message.id or 0 for message in store.messages(turn.conversation_id)]


def plainly(file: Path, word: str) -> list[int]:
    """Find the beginning of a word by reading everything, newest first."""
    fold = str.maketrans("äü", "au")
    wanted = word.lower().translate(fold)
    return [
        id_
        for id_, text in sql(file, "SELECT id, message FROM message WHERE role <> 'system'")[::-1]
        if any(part.startswith(wanted) for part in re.findall(r"\w+", text.lower().translate(fold)))
    ]


def check(store: Store, file: Path) -> None:
    """Look for every word both ways, and let SQLite look at its index."""
    for word in ("red", "reddish", "b", "blü", "blut", "ish", "KASE", "x1", "none"):
        assert found(store, word) == plainly(file, word), word


def test_a_hit_says_where_it_is_and_what_was_found(store: Store, user: User) -> None:
    first, second = said(store, user.id, "One cat.\n\tTwo Cats!", "no animal", title="Pets")
    (hit,) = store.search(Query.parse("cat"))
    (conversation,) = store.conversations(user.id)
    created = store.messages(conversation.id)[0].created
    spans = ((4, 7), (14, 18))
    snippet = "One cat.  Two Cats!"
    assert hit == Hit(conversation.id, "Pets", first, "user", created, snippet, spans)
    assert [snippet[slice(*span)] for span in spans] == ["cat", "Cats"]
    assert second not in found(store, "cat")


def test_a_conversation_without_a_title_is_known_by_its_question(store: Store, user: User) -> None:
    answered(store, asked(store, user.id, "Why is that?"), "Because of cats.")
    (hit,) = store.search(Query.parse("because cats"))
    assert (hit.title, hit.role) == ("Why is that?", "assistant")


def test_marks_in_the_text_itself_do_no_harm(store: Store, user: User) -> None:
    said(store, user.id, "a \x02cat\x03 \x03 and \x02 another cat \x03")
    (hit,) = store.search(Query.parse("cat"))
    assert "\x02" not in hit.snippet
    assert "\x03" not in hit.snippet


def test_a_long_message_is_cut_around_the_words(store: Store, user: User) -> None:
    said(store, user.id, f"{'before ' * 500}needle{' after' * 500}")
    (hit,) = store.search(Query.parse("needle"))
    ((start, end),) = hit.spans
    assert hit.snippet[start:end] == "needle"
    assert len(hit.snippet) < 300


def test_windows_are_newest_first(store: Store, user: User) -> None:
    ids = said(store, user.id, *(f"word {number}" for number in range(9)))
    windows = [store.search(Query.parse("wor"), 4, offset) for offset in (0, 4, 8)]
    assert [hit.message_id for window in windows for hit in window] == ids[::-1]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("red blue", [0]),
        ("blue red", [0]),
        ('"red blue"', [0]),
        ('"as red"', []),
        ('"red blu"', []),
        ('"red blu', [0]),
        ("CAFE", [1]),
        ("café", [1]),
        ("straße", [1]),
        ("foo-bar", [1]),
        ("!!! red", [2, 0]),
        ("!!!", []),
        ('he said "', []),
        ("OR red", []),
        ("red*", [2, 0]),
        ("\ud800", []),
        ("", []),
        ("has:code", [2]),
        ("red has:code", [2]),
        ("blue has:code", []),
    ],
)
def test_words_phrases_and_code(store: Store, user: User, text: str, which: list[int]) -> None:
    ids = said(store, user.id, "red as blue, red blue", "Café Straße foo-bar", "```\nred()\n```")
    assert found(store, text) == [ids[number] for number in which]


def test_filters(store: Store, user: User) -> None:
    ben = store.add_user("Ben")
    call = Message("assistant", "", (ToolCall("roll_dice", {"sides": 6}, "c"),))
    result = Message("tool", "", tool_result=ToolResult("roll_dice", "word", "c"))
    place, new = asked(store, user.id).conversation_id, [Message("user", "word"), call, result]
    turn = store.begin_turn(user.id, place, new, Origin("p", "gpt-4o", "100%_Fast"))
    question = turn.user_message_id
    (other,) = said(store, ben.id, "word")
    for text, wanted in {
        "word": [other, question + 2, question],
        "word model:GPT": [question + 2, question],
        "model:gpt": [question + 2, question + 1, question],
        "word preset:0%_f": [question + 2, question],
        "preset:fast model:model-a": [],
        "tool:dice": [question + 2, question + 1],
        "word tool:DICE": [question + 2],
        "tool:d_ce": [],
        "word user:ben": [other],
        "user:BEN": [other],
        "user:nobody": [],
    }.items():
        assert found(store, text) == wanted, text
    mine = Query.parse("word", user_id=user.id)
    assert [hit.message_id for hit in store.search(mine)] == [question + 2, question]


def test_messages_that_are_no_json_have_no_tools(store: Store, user: User, tmp_path: Path) -> None:
    ids = said(store, user.id, "{broken", "1", '[1, "a", {"name": 2}]', '"b"')
    change = "UPDATE message SET message_type = ?, message_metadata = ? WHERE id = ?"
    sql(tmp_path / "storage.db", change, "tool_call", None, ids[0])
    sql(tmp_path / "storage.db", change, "tool_response", "{broken", ids[1])
    for id_ in ids[2:]:
        sql(tmp_path / "storage.db", change, "tool_call", None, id_)
    assert found(store, "tool:dice") == []


def test_days(store: Store, user: User, tmp_path: Path) -> None:
    ids = said(store, user.id, *["word"] * 5)
    # A restored message has a later id than its time.
    times = (
        "2025-01-31 23:59:59.999999",
        "2025-02-01 00:00:00.000000",
        "2025-02-02 00:00:00",
        "2026-01-01 00:00:00.000000",
        "2024-01-01 00:00:00.000000",
    )
    for id_, time in zip(ids, times, strict=True):
        sql(tmp_path / "storage.db", "UPDATE message SET created_time = ? WHERE id = ?", time, id_)
    for text, which in {
        "before:2025-02-01": [4, 0],
        "after:2025-02-01": [3, 2, 1],
        "after:2025-02 before:2025-02-02": [1],
        "before:2024": [],
        "after:2027": [],
    }.items():
        wanted = [ids[number] for number in which]
        assert found(store, text) == wanted
        assert found(store, f"word {text}") == wanted


def test_hidden_conversations_are_searched_only_when_asked(store: Store, user: User) -> None:
    ids = said(store, user.id, "word")
    store.hide(store.conversations(user.id)[0].id)
    assert found(store, "word") == []
    assert [hit.message_id for hit in store.search(Query.parse("word", hidden=True))] == ids


def test_what_the_system_is_told_is_not_found(store: Store, user: User) -> None:
    asked(store, user.id)
    assert found(store, "brief") == found(store, "model:model-a brief") == []


@pytest.mark.parametrize("seed", range(3))
def test_the_index_is_right_after_any_writing_by_anybody(
    store: Store, user: User, tmp_path: Path, seed: int
) -> None:
    file, dice = tmp_path / "storage.db", random.Random(seed)
    change = "UPDATE message SET role = ?, message = ? WHERE id IN (SELECT id FROM message {})"
    some = "ORDER BY random() LIMIT 1"
    for _ in range(12):
        text = " ".join(dice.choices(WORDS, k=4))
        said(store, user.id, text, dice.choice(WORDS))
        match dice.randrange(5):
            case 0:
                sql(file, change.format(some), dice.choice(("user", "system")), text)
            case 1:
                sql(file, f"DELETE FROM message WHERE id IN (SELECT id FROM message {some})")
            case 2:
                batch = store.trash_conversations([store.conversations(user.id)[0].id])
                said(store, user.id, "red x1")
                store.restore(batch)
            case 3:
                sql(file, "DELETE FROM conversation WHERE id = (SELECT min(id) FROM conversation)")
            case 4:
                store.duplicate(store.conversations(user.id)[-1].id)
    check(store, file)


def old_file(store: Store, user: User, tmp_path: Path, number: int = 60) -> Path:
    """Write messages where no trigger sees them, as before there was an index."""
    file, dice = tmp_path / "storage.db", random.Random(number)
    for name in text_index._TRIGGERS:
        sql(file, f"DROP TRIGGER {name}")
    for _ in range(number // 3):
        said(store, user.id, *(" ".join(dice.choices(WORDS, k=3)) for _ in range(3)))
    store.close()
    return file


def test_an_old_database_is_indexed_in_slices_newest_first(
    store: Store, user: User, tmp_path: Path
) -> None:
    file = old_file(store, user, tmp_path)
    with Closing(Store(str(file))) as opened:
        assert found(opened, "red") == []
        assert 0 < opened.index_some(20) <= 40
        newest = plainly(file, "red")
        assert found(opened, "red") == [id_ for id_ in newest if id_ > 40]
        # What happens meanwhile is right in both halves.
        said(opened, user.id, "red at last")
        sql(file, "DELETE FROM message WHERE id IN (3, 50)")
        sql(file, "UPDATE message SET message = 'x1 red' WHERE id IN (4, 51)")
        sql(file, "UPDATE message SET message = 'blue', role = 'system' WHERE id IN (5, 52)")
        while opened.index_some(7):
            pass
        check(opened, file)
        assert opened.index_some() == 0


def test_the_last_id_may_be_used_again_before_it_is_indexed(
    store: Store, user: User, tmp_path: Path
) -> None:
    file = old_file(store, user, tmp_path, 6)
    with Closing(Store(str(file))) as opened:
        sql(file, "DELETE FROM message WHERE id = 6")
        assert said(opened, user.id, "red again") == [6]
        assert opened.index_some() == 0
        check(opened, file)


def test_triggers_that_a_migration_has_lost_are_made_again(
    store: Store, user: User, tmp_path: Path
) -> None:
    said(store, user.id, "red", "blue")
    store.close()
    file = tmp_path / "storage.db"
    (made,) = sql(file, "SELECT sql FROM sqlite_master WHERE name = 'message'")[0]
    with plain(file) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        other.execute(made.replace("TABLE message", "TABLE _alembic_tmp_message"))
        other.execute("INSERT INTO _alembic_tmp_message SELECT * FROM message")
        other.execute("DROP TABLE message")
        other.execute("ALTER TABLE _alembic_tmp_message RENAME TO message")
        other.execute("UPDATE message SET message = 'green red' WHERE id = 2")
    with Closing(Store(str(file))) as opened:
        assert opened.index_some() == 0
        assert found(opened, "red") == [2, 1]
        assert found(opened, "blue") == []
        said(opened, user.id, "red")
        check(opened, file)


def test_nothing_is_indexed_anew_when_nothing_is_missing(
    store: Store, user: User, tmp_path: Path
) -> None:
    ids = said(store, user.id, "red")
    store.close()
    with Closing(Store(str(tmp_path / "storage.db"))) as opened:
        assert found(opened, "red") == ids


def test_an_sqlite_that_finds_no_words_can_do_all_the_rest(
    store: Store, user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(store, user.id, "red")
    store.close()
    file = tmp_path / "storage.db"
    with monkeypatch.context() as patch:
        patch.setattr(text_index, "MODULE", "fts5_that_is_missing")
        with Closing(Store(str(file))) as opened:
            assert texts(opened.messages(1)) == ["red"]
            said(opened, user.id, "red too")
            assert found(opened, "model:model-a") == [2, 1]
            assert opened.index_some() == 0
            with pytest.raises(StorageError, match=r"built without FTS5\. Use another Python"):
                found(opened, "red")
        with Closing(Store(str(tmp_path / "new.db"))) as opened:
            assert said(opened, opened.add_user("ann").id, "red") == [1]
        assert sql(file, "SELECT 1 FROM sqlite_master WHERE type = 'trigger'") == []
    with Closing(Store(str(file))) as opened:
        assert opened.index_some() == 0
        check(opened, file)
        assert found(opened, "red") == [2, 1]


class Closing:
    """A store that is closed at the end."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_error: object) -> None:
        self._store.close()


def test_a_reader_reads_beside_the_store_and_writes_nothing(store: Store, user: User) -> None:
    reader = store.reader()
    ids = said(store, user.id, "red")
    with store._database.story():
        store._database.change("UPDATE message SET message = 'blue'")
        heard: list[list[Hit]] = []
        thread = threading.Thread(target=lambda: heard.append(reader.search(Query.parse("red"))))
        thread.start()
        thread.join(20)
    assert [hit.message_id for hit in heard[0]] == ids
    assert reader.search(Query.parse("red")) == []
    assert reader.conversations(user.id) == store.conversations(user.id)
    with pytest.raises(StorageError, match="cannot be written"):
        reader.rename(1, "x")
    reader.close()
    assert reader.search(Query.parse("blue")) != []
    reader.close()


def test_a_reader_can_be_interrupted(store: Store, user: User) -> None:
    reader = store.reader()
    reader.interrupt()  # Nothing is being read.
    assert reader.search(Query.parse("red")) == []
    started = threading.Event()

    def wait(_text: object) -> str:
        started.set()
        return ""

    reader._database._database.register_function(wait, "casefold", 1)
    said(store, user.id, *["red"] * 3)
    endless = """WITH RECURSIVE n (i) AS (SELECT casefold('') UNION ALL SELECT i || casefold('')
        FROM n) SELECT count(*) FROM n"""
    caught: list[Exception] = []

    def read() -> None:
        try:
            reader._database.rows(endless)
        except StorageError as error:
            caught.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert started.wait(20)
    reader.interrupt()
    thread.join(20)
    assert "not wanted any more" in str(caught[0])
    assert len(reader.search(Query.parse("red"))) == 3
    reader.close()


def test_a_reader_of_memory_shares_it() -> None:
    store = Store("sqlite://")
    reader = store.reader()
    ids = said(store, store.add_user("ann").id, "red")
    reader.interrupt()
    assert [hit.message_id for hit in reader.search(Query.parse("red"))] == ids
    reader.close()
    assert found(store, "red") == ids


def test_a_time_that_cannot_be_read_is_none(store: Store, user: User, tmp_path: Path) -> None:
    said(store, user.id, "red")
    sql(tmp_path / "storage.db", "UPDATE message SET created_time = 'yesterday'")
    assert store.search(Query.parse("red"))[0].created is None
    assert isinstance(store.conversations(user.id)[0].updated, datetime)
