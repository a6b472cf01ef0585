"""Looks after the tables of a file: makes, migrates and removes them, after a copy."""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Protocol

from lwe.errors import StorageError
from lwe.storage import migrations, schema, text_index

MEMORY = ":memory:"
_TABLES = "FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
ANY_TABLE = f"SELECT 1 {_TABLES} LIMIT 1"


class File(migrations.Sql, Protocol):
    """What is needed of a database."""

    path: str

    def story(self) -> contextlib.AbstractContextManager[None]:
        """Make everything inside one transaction that no other writer can cut in half."""


class Tables:
    """The seed's tables and ours, in one file.

    Args:
        file: where they are.

    Attributes:
        migrated_from: the seed's revision that the file had before; empty when it was the last
            one already.
        backup: the copy that was made before the file was changed; empty without one.
    """

    def __init__(self, file: File) -> None:
        self._file = file
        self.migrated_from = self.backup = ""

    def exist(self) -> bool:
        """Say whether there is anything in the file."""
        return bool(self._names())

    def bring_up_to_date(self) -> None:
        """Make what is missing of the seed's tables and ours, after a copy of what is there.

        Raises:
            StorageError: when the file is not the seed's, or newer than this program.
        """
        old = migrations.is_old(self._revision())
        if self._our_version() > len(schema.OURS):
            raise StorageError(
                f"{self._file.path} was written by a newer lwe-tui. Update the program to open it."
            )
        if not old:
            self._use_wal()
        if old or self._our_version() < len(schema.OURS):
            with self._file.story():
                self._add_what_is_missing()
        text_index.bring_up_to_date(self._file)
        if old:  # A migration that fails must not even have changed the journal.
            self._use_wal()

    def remove(self) -> None:
        """Remove everything, after a copy of the file; `bring_up_to_date` makes it anew."""
        with self._file.story():
            self._back_up()
            # A virtual table takes those with it in which it keeps its data; of the others the
            # latest go first, as they refer to earlier ones.
            order = "ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC, rowid DESC"
            found = self._file.rows(f"SELECT name {_TABLES} {order}")
            self._perform([f'DROP TABLE IF EXISTS "{row["name"]}"' for row in found])

    def _add_what_is_missing(self) -> None:
        version, revision = self._our_version(), self._revision()  # another may have been quicker
        if not self._names():
            self._perform(schema.SEED)
        elif version < len(schema.OURS) or migrations.is_old(revision):
            self._back_up()
        if migrations.is_old(revision):
            self._migrate(revision)
        for number in range(version, len(schema.OURS)):
            if number == 0:
                self._file.change("CREATE TABLE tui_schema (version INTEGER NOT NULL)")
                self._file.change("INSERT INTO tui_schema VALUES (0)")
            self._perform(schema.OURS[number])
            self._file.change("UPDATE tui_schema SET version = ?", (number + 1,))

    def _migrate(self, revision: str) -> None:
        try:
            migrations.migrate(self._file, revision)
        except StorageError as error:
            raise StorageError(
                f"{self._file.path} has the old schema '{revision}' and could not be brought up to "
                f"date. It was left as it is; a copy is {self.backup}. {error}"
            ) from error
        self.migrated_from = revision

    def _perform(self, statements: Sequence[str]) -> None:
        for statement in statements:
            self._file.change(statement)

    def _use_wal(self) -> None:
        # Only now: a file that is refused must not even change its journal. When another
        # program keeps it from changing, the old journal does as well.
        with contextlib.suppress(StorageError):
            self._file.rows("PRAGMA journal_mode = wal")

    def _names(self) -> set[str]:
        return {row["name"] for row in self._file.rows(f"SELECT name {_TABLES}")}

    def _revision(self) -> str:
        """Return the file's revision; empty without tables.

        Raises:
            StorageError: when nobody knows how to go on from it.
        """
        names = self._names()
        if not names:
            return ""
        revision = migrations.revision_of(self._file, names)
        if revision != schema.SEED_REVISION and not migrations.is_old(revision):
            raise StorageError(
                f"{self._file.path} has the schema '{revision or 'without a version'}', not "
                f"'{schema.SEED_REVISION}' or an older one. It was left as it is. Set 'database' "
                "to another file, or update the program if a newer one has written this."
            )
        if missing := set(schema.SEED_TABLES) - names:
            raise StorageError(
                f"{self._file.path} is incomplete: no table '{min(missing)}'. Restore a backup."
            )
        return revision

    def _our_version(self) -> int:
        if "tui_schema" not in self._names():
            return 0
        return int(self._file.rows("SELECT version FROM tui_schema")[0]["version"])

    def _back_up(self) -> None:
        """Copy the file beside itself; a second connection, as ours holds the writers off."""
        if self._file.path == MEMORY:
            return
        target = _new_file_beside(Path(self._file.path))
        try:
            with (
                closing(sqlite3.connect(self._file.path)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
        except sqlite3.Error:
            target.unlink(missing_ok=True)
            raise
        self.backup = str(target)


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
