"""Copies of conversations and messages with all rows that hang on them, also those of tables
that are made later: what refers to them is read from the file's own definitions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lwe.storage.database import Database

Copy = dict[str, list[dict[str, Any]]]
"""Rows by table; `conversation` has one."""
_BYTES = "$bytes"
_NEVER = "tui_journal"
"""Belongs to a turn that goes on, and to no copy."""
_NOT_DUPLICATED = ("tui_draft", "tui_pin", "tui_variant")


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column that holds ids of another table."""

    table: str
    column: str
    parent: str


_UNDECLARED = (
    _Reference("tui_journal", "last_id", "message"),
    _Reference("tui_variant", "after_id", "message"),
)
"""Ids of messages that may be missing, or 0, so that SQLite does not look after them."""


def of_conversation(database: Database, conversation_id: int) -> Copy:
    """Return a conversation, its messages, and what hangs on both."""
    one = (conversation_id,)
    copied: Copy = {
        "conversation": database.rows("SELECT * FROM conversation WHERE id = ?", one),
        "message": database.rows(
            "SELECT * FROM message WHERE conversation_id = ? ORDER BY id", one
        ),
    }
    messages = "SELECT id FROM message WHERE conversation_id = ?"
    for table, column, parent in _hanging(database):
        within = "?" if parent == "conversation" else messages
        copied[table] = database.rows(f"SELECT * FROM {table} WHERE {column} IN ({within})", one)
    return copied


def of_message(database: Database, message_id: int) -> Copy:
    """Return a message, what hangs on it, and the row of the conversation where it is."""
    one = (message_id,)
    copied: Copy = {
        "conversation": database.rows(
            """SELECT * FROM conversation
            WHERE id = (SELECT conversation_id FROM message WHERE id = ?)""",
            one,
        ),
        "message": database.rows("SELECT * FROM message WHERE id = ?", one),
    }
    for table, column, parent in _hanging(database):
        if parent == "message":
            copied[table] = database.rows(f"SELECT * FROM {table} WHERE {column} = ?", one)
    return copied


def duplicable(copied: Copy) -> Copy:
    """Return of a copy what a second conversation has as well."""
    return {table: found for table, found in copied.items() if table not in _NOT_DUPLICATED}


def add(database: Database, copied: Copy, *, keep_ids: bool = False) -> int:
    """Add a copied conversation inside a story of the caller; returns its id.

    Args:
        keep_ids: whether it and its messages get their ids back where nobody has them now; the
            messages all or none, as their ids are their order.
    """
    old: int = copied["conversation"][0]["id"]
    conversation_id = old if keep_ids and _free(database, "conversation", [old]) else None
    before = [row["id"] for row in copied["message"]]
    if keep_ids and _free(database, "message", before):
        after = before
    else:
        first = _next_message(database)
        after = list(range(first, first + len(before)))
    messages = dict(zip(before, after, strict=True))
    row = {**copied["conversation"][0], "id": conversation_id}
    made = _insert(database, "conversation", row)
    _add_rows(database, copied, {"conversation": {old: made}, "message": messages})
    return made


def add_message(database: Database, copied: Copy, conversation_id: int) -> None:
    """Add a copied message inside a story of the caller, at its old place in a conversation.

    Where another has its id now, the later ones of the conversation get new ids as well.
    """
    old = copied["message"][0]["id"]
    new = old
    if not _free(database, "message", [old]):
        new = _next_message(database)
        _move_on(database, conversation_id, old, new + 1)
    before = copied["message"][0]["conversation_id"]
    _add_rows(database, copied, {"conversation": {before: conversation_id}, "message": {old: new}})


def encoded(copied: Copy) -> str:
    """Return a copy as JSON."""
    return json.dumps(copied, ensure_ascii=False, default=lambda value: {_BYTES: value.hex()})


def decoded(text: str) -> Copy:
    """Return what `encoded` was given."""
    copied: Copy = json.loads(text, object_hook=_from_json)
    return copied


def _from_json(found: dict[str, Any]) -> Any:
    return bytes.fromhex(found[_BYTES]) if found.keys() == {_BYTES} else found


def _references(database: Database) -> list[_Reference]:
    declared = database.rows(
        """SELECT made.name AS "table", kept."from" AS "column", kept."table" AS parent
        FROM sqlite_master AS made JOIN pragma_foreign_key_list(made.name) AS kept
        WHERE made.type = 'table' AND made.name LIKE 'tui~_%' ESCAPE '~'
            AND kept."table" IN ('conversation', 'message')
        ORDER BY made.rowid"""
    )
    columns = {
        (row["table"], row["column"])
        for row in database.rows(
            """SELECT made.name AS "table", has.name AS "column"
            FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS has
            WHERE made.name IN ('tui_journal', 'tui_variant')"""
        )
    }
    known = [_Reference(**row) for row in declared]
    more = [one for one in _UNDECLARED if (one.table, one.column) in columns and one not in known]
    return known + more


def _hanging(database: Database) -> list[tuple[str, str, str]]:
    """Return tables of ours with the column by which their rows hang on something."""
    found: dict[str, tuple[str, str, str]] = {}
    for one in _references(database):
        if one.table != _NEVER and one not in _UNDECLARED:
            found.setdefault(one.table, (one.table, one.column, one.parent))
    return list(found.values())


def _add_rows(database: Database, copied: Copy, ids: Mapping[str, Mapping[int, int]]) -> None:
    """Add the messages of a copy and what hangs on them, with new ids for old ones."""
    for row in copied["message"]:
        place = ids["conversation"][row["conversation_id"]]
        new = {"id": ids["message"][row["id"]], "conversation_id": place}
        _insert(database, "message", {**row, **new})
    references = _references(database)
    for table in dict.fromkeys(one.table for one in references if one.table in copied):
        own = [one for one in references if one.table == table]
        for row in copied[table]:
            new = {one.column: ids[one.parent].get(row[one.column], row[one.column]) for one in own}
            _insert(database, table, _without_own_id(database, table, {**row, **new}, new))


def _insert(database: Database, table: str, row: Mapping[str, Any]) -> int:
    """Add a row without the columns that the table has lost since."""
    columns = {info["name"] for info in database.rows(f"PRAGMA table_info({table})")}
    return database.insert(table, **{name: value for name, value in row.items() if name in columns})


def _without_own_id(
    database: Database, table: str, row: dict[str, Any], references: Iterable[str]
) -> dict[str, Any]:
    """Leave out the id by which nobody knows a row but the table itself."""
    keys = [info for info in database.rows(f"PRAGMA table_info({table})") if info["pk"]]
    if len(keys) == 1 and keys[0]["type"] == "INTEGER" and keys[0]["name"] not in references:
        del row[keys[0]["name"]]
    return row


def _free(database: Database, table: str, ids: list[int]) -> bool:
    return not database.rows(
        f"SELECT 1 FROM {table} WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1",
        (json.dumps(ids),),
    )


def _next_message(database: Database) -> int:
    return int(database.rows("SELECT coalesce(max(id), 0) + 1 AS id FROM message")[0]["id"])


def _move_on(database: Database, conversation_id: int, since: int, first: int) -> None:
    """Give the messages of a conversation new ids, from one message on, in their order."""
    database.rows("PRAGMA defer_foreign_keys = 1")
    later = database.rows(
        "SELECT id FROM message WHERE conversation_id = ? AND id >= ? ORDER BY id",
        (conversation_id, since),
    )
    references = [one for one in _references(database) if one.parent == "message"]
    for new, row in enumerate(later, first):
        database.change("UPDATE message SET id = ? WHERE id = ?", (new, row["id"]))
        for one in references:
            database.change(
                f"UPDATE {one.table} SET {one.column} = ? WHERE {one.column} = ?",
                (new, row["id"]),
            )
