"""The border with SQLite: one sentence for every failure, one file for any number of users."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lwe.domain import Message, User
from lwe.errors import StorageError
from lwe.storage.store import Store
from tests.lwe.storage.helpers import ORIGIN, PROFILE, answered, asked, plain, sql, texts

ROOT = Path(__file__).parents[3]


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that somebody without rights can reach; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def without_rights() -> Iterator[None]:
    """Be somebody who may not write everywhere, as root may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def outputs(processes: list[subprocess.Popen[str]]) -> list[str]:
    return [process.communicate(timeout=50)[0] for process in processes]


def test_another_programs_lock_is_waited_for_and_then_named(
    store: Store, user: User, tmp_path: Path
) -> None:
    with plain(tmp_path / "storage.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="Another program is writing the database"):
            asked(store, user.id)
        assert store.users() == [user]
        other.execute("ROLLBACK")
    assert asked(store, user.id).created


def test_a_lock_on_the_seeds_database_is_named_and_the_file_left(seed_file: Path) -> None:
    with plain(seed_file) as other:
        for begin in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
            other.execute(begin)
            with pytest.raises(StorageError, match="Another program is writing"):
                Store(str(seed_file), busy_seconds=0.05)
            other.execute("ROLLBACK")
    assert not list(seed_file.parent.glob("*backup*"))
    Store(str(seed_file)).close()


def test_a_full_disk_is_named_and_nothing_is_half_written(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    (pages,) = store._database.rows("PRAGMA page_count")[0].values()
    store._database.rows(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageError, match=r"The disk is full\. Make room"):
        answered(store, turn, "x" * 1_000_000)
    assert len(store.messages(turn.conversation_id)) == 2
    store._database.rows("PRAGMA max_page_count = 100000")
    assert answered(store, turn, "x" * 1_000_000) is not None


def test_a_file_that_may_not_be_written_is_named(store: Store, user: User) -> None:
    store._database.rows("PRAGMA query_only = 1")
    with pytest.raises(StorageError, match=r"cannot be written\. Check the permissions"):
        asked(store, user.id)
    assert store.users() == [user]


def test_a_read_only_file_is_named(seed_file: Path, open_folder: Path) -> None:
    file = open_folder / "storage.db"
    file.write_bytes(seed_file.read_bytes())
    file.chmod(0o444)
    open_folder.chmod(0o777)
    with (
        without_rights(),
        pytest.raises(StorageError, match=r"cannot be written\. Check the permissions"),
    ):
        Store(str(file))
    assert not list(open_folder.glob("*backup*"))


def test_a_read_only_folder_is_named(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with without_rights():
        with pytest.raises(StorageError, match=r"cannot be opened\. Check the path"):
            Store(str(open_folder / "storage.db"))
        with pytest.raises(StorageError, match=r"folder cannot be made\. Check the path"):
            Store(str(open_folder / "deeper" / "storage.db"))
    open_folder.chmod(0o755)


def test_a_path_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"folder cannot be made\. Check the path"):
        Store(str(tmp_path / "file" / "storage.db"))
    with pytest.raises(StorageError, match=r"cannot be opened\. Check the path"):
        Store(str(tmp_path))


def test_folders_are_made(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/a/b/storage.db").close()
    assert (tmp_path / "a/b/storage.db").exists()


def test_settings_of_the_connection(store: Store) -> None:
    found = {
        name: next(iter(store._database.rows(f"PRAGMA {name}")[0].values()))
        for name in ("journal_mode", "foreign_keys", "synchronous")
    }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}


def test_two_stores_on_one_file_see_each_other(store: Store, user: User, tmp_path: Path) -> None:
    other = Store(str(tmp_path / "storage.db"))
    turn = asked(store, user.id)
    before = other.changed()
    assert other.recover() == 0
    assert other.changed() == before
    assert texts(other.messages(turn.conversation_id)) == ["Be brief.", "why?"]
    answered(store, turn)
    assert other.changed() != before
    assert texts(other.messages(turn.conversation_id)) == ["Be brief.", "why?", "because"]
    other.close()


def test_changed_tells_of_own_writes_and_only_of_writes(store: Store, user: User) -> None:
    before = store.changed()
    store.users()
    store.conversations(user.id, 10)
    assert store.changed() == before
    turn = asked(store, user.id)
    assert store.changed() != before
    before = store.changed()
    answered(store, turn)
    assert store.changed() != before


@pytest.mark.parametrize("name", ["storage.db", None])
def test_threads_share_a_store(tmp_path: Path, name: str | None) -> None:
    store = Store("sqlite:///:memory:" if name is None else str(tmp_path / name))
    user = store.add_user("ann")
    problems: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(20):
                answered(store, asked(store, user.id))
                store.conversations(user.id, 5)
        except BaseException as problem:  # noqa: BLE001 - the test's thread has to report it
            problems.append(problem)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert store.conversation_count(user.id) == 80
    assert all(len(store.messages(row.id)) == 3 for row in store.history(user.id))
    store.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_threads_leave_nothing_open(store: Store, user: User, tmp_path: Path) -> None:
    threads = [threading.Thread(target=store.users) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = [
        link
        for link in Path("/proc/self/fd").iterdir()
        if link.is_symlink() and link.resolve() == (tmp_path / "storage.db").resolve()
    ]
    assert len(opened) == 1


def test_a_store_that_is_forgotten_closes_its_file(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "storage.db"))
    store.add_user("ann")
    assert (tmp_path / "storage.db-wal").exists()
    del store
    gc.collect()
    assert not (tmp_path / "storage.db-wal").exists()


def test_a_closed_store_opens_again(store: Store, user: User) -> None:
    store.close()
    store.close()
    assert store.users() == [user]


def test_a_closed_database_in_memory_has_forgotten_everything() -> None:
    store = Store("sqlite:///:memory:")
    assert store.first_user("ann") is not None
    assert store.changed() == store.changed()
    store.close()


def test_a_story_that_fails_is_undone(store: Store, user: User) -> None:
    def fail() -> None:
        with store._database.story():
            store.set_default_preset(user.id, "new")
            store._database.insert("user", username="ben")

    with pytest.raises(StorageError, match="NOT NULL"):
        fail()
    assert store.users() == [user]


def test_processes_open_the_seeds_database_at_once_and_copy_it_once(seed_file: Path) -> None:
    code = """
        import sys
        from lwe.storage.store import Store
        print(len(Store(sys.argv[1]).users()))
    """
    found = outputs([python(code, str(seed_file)) for _ in range(4)])
    assert found == ["4\n"] * 4
    assert len(list(seed_file.parent.glob("*backup*"))) == 1


def test_processes_migrate_an_old_database_at_once_and_one_of_them_does_it(tmp_path: Path) -> None:
    file = Path(shutil.copy(PROFILE / "legacy/v0_base.db", tmp_path / "storage.db"))
    code = """
        import sys
        from lwe.storage.store import Store
        store = Store(sys.argv[1])
        print(store.migrated_from or "-", len(store.messages(1)))
    """
    found = outputs([python(code, str(file)) for _ in range(4)])
    assert sorted(found) == ["- 3\n"] * 3 + ["base 3\n"]
    assert len(list(tmp_path.glob("*backup*"))) == 1


def test_processes_make_a_database_at_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "storage.db"
    code = """
        import sys
        from lwe.storage.store import Store
        store = Store(sys.argv[1])
        print(store.first_user("ann") is not None, len(store.users()))
    """
    found = outputs([python(code, str(file)) for _ in range(4)])
    assert sorted(found) == ["False 1\n"] * 3 + ["True 1\n"]
    assert not list(file.parent.glob("*backup*"))


def test_processes_write_at_once(store: Store, user: User, tmp_path: Path) -> None:
    code = """
        import sys
        from lwe.domain import Message, Origin
        from lwe.storage.store import Store
        store = Store(sys.argv[1])
        conversation_id = None
        for number in range(50):
            new = [Message("user", f"{sys.argv[2]} {number}")]
            turn = store.begin_turn(1, conversation_id, new, Origin())
            conversation_id = turn.conversation_id
            store.note_progress(turn.journal_id, "so far")
            assert store.commit_turn(turn.journal_id, Message("assistant", "yes"))
            store.recover()
        print(len(store.messages(conversation_id)))
    """
    names = ("a", "b", "c")
    found = outputs([python(code, str(tmp_path / "storage.db"), name) for name in names])
    assert found == ["100\n"] * 3
    questions = {
        message.text
        for row in store.history(user.id)
        for message in store.messages(row.id)
        if message.role == "user"
    }
    assert questions == {f"{name} {number}" for name in names for number in range(50)}
    assert sql(tmp_path / "storage.db", "PRAGMA integrity_check") == [("ok",)]


def test_the_seed_writes_while_we_are_open(store: Store, user: User, tmp_path: Path) -> None:
    turn = store.begin_turn(user.id, None, [Message("user", "x")], ORIGIN)
    before = store.changed()
    with plain(tmp_path / "storage.db") as seed:
        seed.execute(
            """INSERT INTO message (conversation_id, role, message, message_type, model,
            provider, preset, created_time)
            VALUES (?, 'user', 'theirs', 'content', '', '', '', '2026-01-01 00:00:00.000001')""",
            (turn.conversation_id,),
        )
        assert store.changed() != before
        assert texts(store.messages(turn.conversation_id)) == ["x", "theirs"]
        with pytest.raises(sqlite3.IntegrityError):
            seed.execute("INSERT INTO conversation VALUES (9, 99, '', '', '', 0)")
