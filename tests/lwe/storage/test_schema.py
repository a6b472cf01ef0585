"""A database of ours is the seed's, with our tables beside it; others are left as they are."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from lwe.errors import StorageError
from lwe.storage import schema
from lwe.storage.database import path_of
from lwe.storage.store import Store
from tests.lwe.storage.helpers import PROFILE, definitions, dump, plain, sql


def backups(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}.backup-*"))


def test_a_fresh_database_has_exactly_the_seeds_schema(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "storage.db"
    expected = tmp_path / "expected.db"
    with plain(expected) as connection:
        connection.executescript((PROFILE / "schema.sql").read_text("utf-8"))
    assert definitions(file) == definitions(expected)
    assert sql(file, "SELECT * FROM alembic_version") == [("e7373d57cace",)]
    assert sql(file, "PRAGMA user_version") == [(0,)]
    assert backups(file) == []


def test_everything_of_ours_has_our_prefix(store: Store, tmp_path: Path) -> None:
    names = {name for (name,) in sql(tmp_path / "storage.db", "SELECT name FROM sqlite_master")}
    seeds = set(definitions(tmp_path / "storage.db"))
    ours = {name for name in names - seeds if not name.startswith("sqlite_")}
    assert ours
    assert all(name.startswith("tui_") for name in ours)


def test_opening_the_seeds_database_changes_no_row_of_it(seed_file: Path) -> None:
    before, made = dump(seed_file), definitions(seed_file)
    Store(str(seed_file)).close()
    assert dump(seed_file) == before
    assert definitions(seed_file) == made


def test_the_seeds_database_is_copied_before_our_tables_are_added(seed_file: Path) -> None:
    original = seed_file.read_bytes()
    seed_file.chmod(0o600)
    Store(str(seed_file)).close()
    (backup,) = backups(seed_file)
    assert "tui_mark" in {name for (name,) in sql(seed_file, "SELECT name FROM sqlite_master")}
    assert sql(backup, "SELECT * FROM sqlite_master WHERE name LIKE 'tui_%'") == []
    assert backup.stat().st_size == len(original)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert dump(backup) == dump(seed_file)
    Store(str(seed_file)).close()
    assert backups(seed_file) == [backup]


def test_the_copy_has_what_was_only_in_the_write_ahead_log(seed_file: Path) -> None:
    with plain(seed_file) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("UPDATE conversation SET title = 'only in the log' WHERE id = 1")
        assert b"only in the log" not in seed_file.read_bytes()
        Store(str(seed_file)).close()
    (backup,) = backups(seed_file)
    found = sql(backup, "SELECT title FROM conversation WHERE id = 1")
    assert found == [("only in the log",)]


def test_an_older_copy_is_never_overwritten(
    seed_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        @staticmethod
        def now() -> Clock:
            return Clock()

        def strftime(self, _format: str) -> str:
            return "20260101-000000"

    monkeypatch.setattr("lwe.storage.tables.datetime", Clock)
    older = seed_file.with_name("seed.db.backup-20260101-000000")
    older.write_text("precious")
    Store(str(seed_file)).close()
    assert older.read_text() == "precious"
    assert [path.name for path in backups(seed_file)] == [older.name, f"{older.name}-2"]


def test_nothing_is_changed_when_no_copy_can_be_made(
    seed_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lwe.storage.tables.os.open", fail)
    made = definitions(seed_file)
    with pytest.raises(StorageError, match=r"could not be backed up.*Permission denied"):
        Store(str(seed_file))
    assert definitions(seed_file) == made
    assert sql(seed_file, "SELECT * FROM sqlite_master WHERE name LIKE 'tui_%'") == []


def test_a_database_of_an_unknown_revision_is_refused_and_left_untouched(tmp_path: Path) -> None:
    file = Path(shutil.copy(PROFILE / "legacy/cc8f_functions.db", tmp_path))
    sql(file, "UPDATE alembic_version SET version_num = 'ffffffffffff'")
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"has the schema 'ffffffffffff'.*It was left as it is"):
        Store(str(file))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["v0_upgraded", "cc8f_upgraded"])
def test_what_the_seed_has_migrated_can_be_opened(name: str, tmp_path: Path) -> None:
    file = Path(shutil.copy(PROFILE / f"legacy/{name}.db", tmp_path))
    before = dump(file)
    store = Store(str(file))
    for conversation in store.history(1):
        said = store.messages(conversation.id)
        assert len(store.history_for_model(conversation.id)) == len(said) > 0
    store.close()
    assert dump(file) == before


def test_a_database_of_a_newer_program_is_refused(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "storage.db"
    store.close()
    sql(file, "UPDATE tui_schema SET version = ?", len(schema.OURS) + 1)
    before = file.read_bytes()
    with pytest.raises(StorageError, match="newer lwe-tui"):
        Store(str(file))
    assert file.read_bytes() == before


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    sql(file, "CREATE TABLE bookmarks (url TEXT)")
    before = file.read_bytes()
    with pytest.raises(StorageError, match="without a version"):
        Store(str(file))
    assert file.read_bytes() == before


def test_an_incomplete_database_is_refused(seed_file: Path) -> None:
    sql(seed_file, "DROP TABLE message")
    with pytest.raises(StorageError, match="no table 'message'"):
        Store(str(seed_file))


def test_what_is_no_database_is_refused_and_left_untouched(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100)
    with pytest.raises(StorageError, match="is damaged or is no database"):
        Store(str(file))
    assert file.read_text() == "not a database, " * 100


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////tmp/a.db", "/tmp/a.db"),
        ("sqlite:///a b/ü.db", "a b/ü.db"),
        ("sqlite+pysqlite:////tmp/a.db", "/tmp/a.db"),
        ("sqlite:///:memory:", ":memory:"),
        ("sqlite://", ":memory:"),
        ("sqlite:///", ":memory:"),
        ("/tmp/a.db", "/tmp/a.db"),
    ],
)
def test_urls_of_the_seed_name_files(url: str, path: str) -> None:
    assert path_of(url) == path


def test_the_home_folder_can_be_written_short(home: Path) -> None:
    assert path_of("sqlite:///~/a.db") == str(home / "a.db")


def test_other_databases_are_refused_with_a_way_out() -> None:
    with pytest.raises(StorageError, match=r"'postgresql' is not supported\. Use sqlite:///"):
        Store("postgresql+psycopg2://me@host/db")


def test_our_own_next_version_is_added_to_ours_and_copied_first(
    store: Store, user: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    file = tmp_path / "storage.db"
    monkeypatch.setattr(schema, "OURS", (*schema.OURS, ("CREATE TABLE tui_next (id INTEGER)",)))
    Store(str(file)).close()
    assert sql(file, "SELECT version FROM tui_schema") == [(len(schema.OURS),)]
    assert sql(file, "SELECT * FROM tui_next") == []
    assert len(backups(file)) == 1


def test_a_broken_step_leaves_the_file_as_it_was(
    seed_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "OURS", (*schema.OURS, ("CREATE NONSENSE",)))
    made = definitions(seed_file)
    with pytest.raises(StorageError):
        Store(str(seed_file))
    assert sql(seed_file, "SELECT * FROM sqlite_master WHERE name LIKE 'tui_%'") == []
    assert definitions(seed_file) == made
    with plain(seed_file) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT * FROM tui_schema")
