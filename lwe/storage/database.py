"""One SQLite file: opened, brought up to date, and guarded at its border with peewee."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import peewee

from lwe.errors import StorageError
from lwe.storage import schema

BUSY_SECONDS = 5.0
MEMORY = ":memory:"
_URL = re.compile(r"(?P<kind>[a-z0-9]+)(?:\+[a-z0-9_]+)?://(?P<rest>.*)", re.DOTALL)
_SENTENCES = {
    "locked": "Another program is writing the database. Try again in a moment.",
    "not a database": "The database is damaged or is no database. Restore a backup.",
    "malformed": "The database is damaged or is no database. Restore a backup.",
    "readonly": "The database cannot be written. Check the permissions of the file and its folder.",
    "unable to open": "The database cannot be opened. Check the path and the folder's permissions.",
    "is full": "The disk is full. Make room, then try again.",
    "disk I/O": "The disk does not read or write. Check the disk.",
}


def path_of(url: str) -> str:
    """Return the file that a URL of the seed names.

    Raises:
        StorageError: when it names another kind of database.
    """
    named = _URL.fullmatch(url)
    if named is None:
        path = url
    elif named["kind"] == "sqlite":
        path = named["rest"].removeprefix("/") or MEMORY
    else:
        raise StorageError(
            f"The database '{named['kind']}' is not supported. Use sqlite:///path/to/storage.db."
        )
    return path if path == MEMORY else str(Path(path).expanduser())


class Database:
    """Performs SQL on one file, for any number of threads.

    All threads share one connection and take turns: a thread that ends leaves nothing open, and
    a database in memory, which lives in its connection, is the same for all of them.

    Args:
        url: the seed's URL, or a path.
        busy_seconds: how long to wait for another program's lock.

    Raises:
        StorageError: when the file cannot be opened or has a schema that is not known.
    """

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path_of(url)
        if self.path != MEMORY:
            _make_folder(Path(self.path).parent)
        self._writes = 0
        self._lock = threading.RLock()
        self._database = peewee.SqliteDatabase(
            self.path,
            timeout=busy_seconds,
            thread_safe=False,
            check_same_thread=False,
            pragmas={
                "busy_timeout": int(busy_seconds * 1000),
                "foreign_keys": 1,
                "synchronous": "normal",
            },
        )
        self._database.register_function(_casefold, "casefold", 1, deterministic=True)
        weakref.finalize(self, _close, self._database)
        try:
            with self._guarded():
                self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows that a query finds; none for a number that no row can have."""
        try:
            with self._lock, self._guarded():
                cursor = self._execute(sql, values)
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except OverflowError:
            return []

    def row(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any] | None:
        """Return the first row that a query finds."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def insert(self, table: str, **values: Any) -> int:
        """Add a row inside `story`; returns its id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        return int(self._perform(sql, tuple(values.values())).lastrowid or 0)

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Perform an UPDATE or DELETE inside `story`; returns how many rows it met."""
        return int(self._perform(sql, values).rowcount)

    @contextmanager
    def story(self) -> Iterator[None]:
        """Make everything inside one transaction that no other writer can cut in half."""
        with self._lock, self._guarded(), self._database.atomic("IMMEDIATE"):
            yield

    def changed(self) -> int:
        """Return a number that differs after anybody has written."""
        with self._lock:
            # SQLite counts what other connections have written, and only that.
            others = int(self.rows("PRAGMA data_version")[0]["data_version"])
            return others + (self._writes << 32)

    def close(self) -> None:
        """Close the connection; it opens again when it is needed."""
        with self._lock:
            _close(self._database)

    def _perform(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._lock, self._guarded():
            self._writes += 1
            return self._execute(sql, values)

    def _execute(self, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
        execute: Callable[[str, Sequence[Any]], sqlite3.Cursor] = self._database.execute_sql
        return execute(sql, tuple(values))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (peewee.PeeweeException, sqlite3.Error) as error:
            cause = _first_cause(error)
            raise StorageError(f"{_sentence(cause)} ({self.path}: {cause})") from error

    # The schema

    def _bring_up_to_date(self) -> None:
        if tables := self._tables():
            self._check_revision(tables)
        if self._our_version() > len(schema.OURS):
            raise StorageError(
                f"{self.path} was written by a newer lwe-tui. Update the program to open it."
            )
        # Only now: a file that is refused must not even change its journal. When another
        # program keeps it from changing, the old journal does as well.
        with contextlib.suppress(StorageError):
            self.rows("PRAGMA journal_mode = wal")
        if self._our_version() < len(schema.OURS):
            with self._database.atomic("IMMEDIATE"):
                self._add_tables()

    def _add_tables(self) -> None:
        version = self._our_version()  # another program may have been quicker
        if not self._tables():
            self._perform_all(schema.SEED)
        elif version < len(schema.OURS):
            self._back_up()
        for number in range(version, len(schema.OURS)):
            if number == 0:
                self._perform("CREATE TABLE tui_schema (version INTEGER NOT NULL)")
                self._perform("INSERT INTO tui_schema VALUES (0)")
            self._perform_all(schema.OURS[number])
            self._perform("UPDATE tui_schema SET version = ?", (number + 1,))

    def _perform_all(self, statements: Sequence[str]) -> None:
        for statement in statements:
            self._perform(statement)

    def _tables(self) -> set[str]:
        found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row["name"] for row in found if not row["name"].startswith("sqlite_")}

    def _check_revision(self, tables: set[str]) -> None:
        found = "alembic_version" in tables and self.row("SELECT version_num FROM alembic_version")
        revision = found["version_num"] if found else None
        if revision != schema.SEED_REVISION:
            raise StorageError(
                f"{self.path} has the schema '{revision or 'without a version'}', not "
                f"'{schema.SEED_REVISION}'. It was left as it is; open it once with "
                "llm-workflow-engine 0.22 or newer, which brings it up to date."
            )
        if missing := set(schema.SEED_TABLES) - tables:
            raise StorageError(
                f"{self.path} is incomplete: no table '{min(missing)}'. Restore a backup."
            )

    def _our_version(self) -> int:
        if "tui_schema" not in self._tables():
            return 0
        return int(self.rows("SELECT version FROM tui_schema")[0]["version"])

    def _back_up(self) -> None:
        """Copy the file beside itself; a second connection, as ours holds the writers off."""
        target = _new_file_beside(Path(self.path))
        try:
            with (
                closing(sqlite3.connect(self.path)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
        except sqlite3.Error:
            target.unlink(missing_ok=True)
            raise


def _close(database: peewee.SqliteDatabase) -> None:
    # A thread may still be writing when the program ends: SQLite undoes what was not finished.
    if not database.is_closed() and not database.in_transaction():
        database.close()


def _casefold(text: object) -> str:
    return str(text).casefold()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The database's folder cannot be made. Check the path. ({folder}: {error.strerror})"
        ) from error


def _new_file_beside(original: Path) -> Path:
    """Make an empty file for a backup, as private as the original."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in itertools.count(1):
        target = original.with_name(
            f"{original.name}.backup-{stamp}{f'-{number}' if number > 1 else ''}"
        )
        try:
            mode = original.stat().st_mode & 0o777
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        except FileExistsError:
            continue
        except OSError as error:
            raise StorageError(
                f"The database could not be backed up, so it was left as it is. "
                f"({target}: {error.strerror})"
            ) from error
        return target
    raise AssertionError("unreachable")


def _first_cause(error: BaseException) -> BaseException:
    """Return what went wrong first: SQLite undoes some transactions before peewee asks it to."""
    while "no transaction is active" in str(error) and error.__context__ is not None:
        error = error.__context__
    return error


def _sentence(error: BaseException) -> str:
    text = str(error)
    for part, sentence in _SENTENCES.items():
        if part in text:
            return sentence
    return "The database could not do this."
