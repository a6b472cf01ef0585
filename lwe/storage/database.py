"""One SQLite file: opened, brought up to date, and guarded at its border with peewee."""

from __future__ import annotations

import re
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import peewee

from lwe.errors import StorageError
from lwe.storage.tables import ANY_TABLE, MEMORY, Tables

BUSY_SECONDS = 5.0
_URL = re.compile(r"(?P<kind>[a-z0-9]+)(?:\+[a-z0-9_]+)?://(?P<rest>.*)", re.DOTALL)
_SENTENCES = {
    "locked": "Another program is writing the database. Try again in a moment.",
    "not a database": "The database is damaged or is no database. Restore a backup.",
    "malformed": "The database is damaged or is no database. Restore a backup.",
    "readonly": "The database cannot be written. Check the permissions of the file and its folder.",
    "unable to open": "The database cannot be opened. Check the path and the folder's permissions.",
    "is full": "The disk is full. Make room, then try again.",
    "disk I/O": "The disk does not read or write. Check the disk.",
    "interrupted": "What was being looked for is not wanted any more.",
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


def is_there(url: str) -> bool:
    """Say whether a database has tables, without making or changing it.

    Raises:
        StorageError: when the file cannot be read as a database.
    """
    path = path_of(url)
    if path == MEMORY or not Path(path).exists():
        return False
    try:
        with closing(
            sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
        ) as file:
            return file.execute(ANY_TABLE).fetchone() is not None
    except sqlite3.Error as error:
        raise StorageError(f"{_sentence(error)} ({path}: {error})") from error


class Database:
    """Performs SQL on one file, for any number of threads.

    All threads share one connection and take turns: a thread that ends leaves nothing open, and
    a database in memory, which lives in its connection, is the same for all of them.

    Args:
        url: the seed's URL, or a path.
        busy_seconds: how long to wait for another program's lock.
        reading: whether to read only, what another connection has brought up to date.

    Attributes:
        migrated_from: the seed's revision that the file had before it was opened; empty when it
            was the last one already.
        backup: the copy that was made before opening changed the file; empty without one.

    Raises:
        StorageError: when the file cannot be opened or has a schema that is not known.
    """

    def __init__(
        self, url: str, busy_seconds: float = BUSY_SECONDS, *, reading: bool = False
    ) -> None:
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
                "query_only": int(reading),
            },
        )
        self._database.register_function(_casefold, "casefold", 1, deterministic=True)
        weakref.finalize(self, _close, self._database)
        tables = Tables(self)
        self.migrated_from = self.backup = ""
        if not reading:
            self._bring_up_to_date(tables)

    def _bring_up_to_date(self, tables: Tables) -> None:
        try:
            with self._guarded():
                tables.bring_up_to_date()
        except BaseException:
            self.close()
            raise
        self.migrated_from, self.backup = tables.migrated_from, tables.backup

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

    def interrupt(self) -> None:
        """End what is being read or written with a `StorageError`; waits for nothing."""
        if not self._database.is_closed():
            connection: Callable[[], sqlite3.Connection] = self._database.connection
            connection().interrupt()

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
