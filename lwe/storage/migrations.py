"""Brings a database that an older release of the seed has written to the seed's last revision."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lwe.errors import StorageError
from lwe.storage import schema
from lwe.storage.legacy import PROVIDERS, tool_rows

BASE = "base"
"""Stands for the revision of a file that is older than all revisions."""
DROP_COLUMN_SINCE = (3, 35)
"""The release of SQLite that can take a column away."""


class Sql(Protocol):
    """What a step needs of a database, inside a transaction."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows that a query finds."""

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Perform a statement that writes."""


Step = Callable[[Sql], None]


def revision_of(sql: Sql, tables: set[str]) -> str:
    """Return the revision of a file; empty when it has none and is not the seed's first.

    Args:
        tables: the names of the file's tables.
    """
    if "alembic_version" in tables and (
        found := sql.rows("SELECT version_num FROM alembic_version")
    ):
        return str(found[0]["version_num"])
    columns = {row["name"] for row in sql.rows("PRAGMA table_info(user)")}
    return BASE if "default_model" in columns and tables >= set(schema.SEED_TABLES) else ""


def is_old(revision: str) -> bool:
    """Say whether `migrate` knows how to go on from a revision."""
    return revision == BASE or revision in _NAMES[:-1]


def migrate(sql: Sql, revision: str) -> None:
    """Perform what is missing after a revision; the caller holds the transaction.

    Args:
        revision: one that `is_old`.

    Raises:
        StorageError: when a step fails, or SQLite itself is too old.
    """
    if sqlite3.sqlite_version_info < DROP_COLUMN_SINCE:
        raise StorageError(
            f"SQLite {sqlite3.sqlite_version} cannot change this file's tables. "
            "Use a Python with SQLite 3.35 or newer."
        )
    done = 0 if revision == BASE else _NAMES.index(revision) + 1
    for _name, steps in CHAIN[done:]:
        for step in steps:
            step(sql)
    _set_revision(sql, _NAMES[-1])


def _set_revision(sql: Sql, revision: str) -> None:
    if not sql.rows("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
        sql.change(schema.REVISION_TABLE)
    sql.change("DELETE FROM alembic_version")
    sql.change("INSERT INTO alembic_version (version_num) VALUES (?)", (revision,))


def _statements(*statements: str) -> Step:
    def perform(sql: Sql) -> None:
        for statement in statements:
            sql.change(statement)

    return perform


def _guess_providers(sql: Sql) -> None:
    for provider, models in PROVIDERS.items():
        marks = ", ".join("?" * len(models))
        sql.change(
            f"UPDATE conversation SET provider = ? WHERE model IN ({marks})", (provider, *models)
        )


def _make_tool_rows(sql: Sql) -> None:
    found = sql.rows(
        """SELECT id, conversation_id, role, message, message_type, message_metadata FROM message
        WHERE message_type IN ('function_call', 'function_response')
        ORDER BY conversation_id, id"""
    )
    for row in tool_rows(found):
        sql.change(
            """UPDATE message SET role = ?, message = ?, message_type = ?, message_metadata = ?
            WHERE id = ?""",
            tuple(
                row[name] for name in ("role", "message", "message_type", "message_metadata", "id")
            ),
        )


def _copied(column: str) -> str:
    return (
        f"{column} = (SELECT {column} FROM conversation "
        "WHERE conversation.id = message.conversation_id)"
    )


CHAIN: tuple[tuple[str, tuple[Step, ...]], ...] = (
    (
        "9a533073a041",
        (
            _statements(
                "ALTER TABLE user RENAME default_model TO default_preset",
                "UPDATE user SET default_preset = ''",
            ),
        ),
    ),
    (
        "28ec77033b2e",
        (
            _statements(
                "ALTER TABLE conversation ADD COLUMN provider VARCHAR DEFAULT '' NOT NULL",
                "ALTER TABLE conversation ADD COLUMN preset VARCHAR DEFAULT '' NOT NULL",
            ),
            _guess_providers,
        ),
    ),
    ("ea7ed165a4ef", ()),
    (
        "82656e325f36",
        (
            _statements(
                "ALTER TABLE message DROP COLUMN prompt_tokens",
                "ALTER TABLE message DROP COLUMN completion_tokens",
                "ALTER TABLE message ADD COLUMN message_type VARCHAR DEFAULT 'content' NOT NULL",
                "ALTER TABLE message ADD COLUMN model VARCHAR DEFAULT '' NOT NULL",
                "ALTER TABLE message ADD COLUMN provider VARCHAR DEFAULT '' NOT NULL",
                "ALTER TABLE message ADD COLUMN preset VARCHAR DEFAULT '' NOT NULL",
                # A message without its conversation would have to be NULL where it must not be.
                f"""UPDATE message SET {_copied("provider")}, {_copied("model")},
                {_copied("preset")} WHERE conversation_id IN (SELECT id FROM conversation)""",
                "ALTER TABLE conversation DROP COLUMN provider",
                "ALTER TABLE conversation DROP COLUMN preset",
                "ALTER TABLE conversation DROP COLUMN model",
            ),
        ),
    ),
    ("c7d7803302a9", (_statements("ALTER TABLE message ADD COLUMN message_metadata VARCHAR"),)),
    ("cc8f2aecf9ff", ()),
    ("4e642f725923", (_make_tool_rows,)),
    (schema.SEED_REVISION, ()),
)
"""The seed's revisions, oldest first, and how a file comes to each.

Those without a step are about preset files, which `lwe.presets_legacy` reads as they are.
"""
_NAMES = [name for name, _steps in CHAIN]
