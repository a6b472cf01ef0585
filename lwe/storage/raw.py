"""The seed's tables a row at a time, for callers that know the seed's columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from lwe.errors import LweError, NotFound
from lwe.storage import rows
from lwe.storage.part import Part

Table = Literal["user", "conversation", "message"]
RawRow = dict[str, Any]
COLUMNS: Mapping[Table, tuple[str, ...]] = {
    "user": (
        "username",
        "password",
        "email",
        "default_preset",
        "created_time",
        "last_login_time",
        "preferences",
    ),
    "conversation": ("user_id", "title", "created_time", "updated_time", "hidden"),
    "message": (
        "conversation_id",
        "role",
        "message",
        "message_type",
        "message_metadata",
        "model",
        "provider",
        "preset",
        "created_time",
    ),
}
"""What may be written; ids are SQLite's."""
_PARENTS: Mapping[Table, tuple[str, Table]] = {
    "conversation": ("user_id", "user"),
    "message": ("conversation_id", "conversation"),
}
_ORDER: Mapping[Table, str] = {"user": "username", "conversation": "id", "message": "id"}
_NO_LIMIT = -1


class Raw(Part):
    """Rows of the seed's tables as dictionaries with times, truths and preferences decoded.

    Texts are as they are stored: the tool data of messages is JSON.
    """

    def raw_row(self, table: Table, row_id: int) -> RawRow:
        """Return a row.

        Raises:
            NotFound: when there is none of that id.
        """
        found = self._database.row(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
        if found is None:
            raise NotFound(table.capitalize(), row_id)
        return _read(found)

    def raw_rows(
        self,
        table: Table,
        parent: int | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
        offset: int | None = None,
        up_to: int | None = None,
        hidden: bool | None = None,
    ) -> list[RawRow]:
        """Return a window of rows, ordered by id; users by name.

        Args:
            parent: whose conversations, or which conversation's messages; None for all.
            newest_first: whether the last comes first.
            limit: the most to return; None for all.
            offset: how many to pass over.
            up_to: the greatest id; None for any.
            hidden: only conversations that are hidden, or are not; None for all.
        """
        where: list[str] = ["1"]
        values: list[int] = []
        if parent is not None:
            where.append(f"{_PARENTS[table][0]} = ?")
            values.append(parent)
        if up_to is not None:
            where.append("id <= ?")
            values.append(up_to)
        if hidden is not None:
            where.append("hidden = ?")
            values.append(int(hidden))
        found = self._database.rows(
            f"SELECT * FROM {table} WHERE {' AND '.join(where)} ORDER BY {_ORDER[table]}"
            f"{' DESC' if newest_first else ''} LIMIT ? OFFSET ?",
            (*values, _NO_LIMIT if limit is None else limit, offset or 0),
        )
        return [_read(row) for row in found]

    def add_raw(self, table: Table, values: Mapping[str, Any]) -> RawRow:
        """Add a row; a message moves its conversation to the top of the list.

        Args:
            values: the columns; times and what may be empty need not be among them.

        Raises:
            NotFound: when there is no such user or conversation.
            LweError: when there is no such column.
        """
        now = rows.now()
        stored = {**_defaults(table, now), **_written(table, values)}
        with self._database.story():
            if table in _PARENTS:
                column, parent = _PARENTS[table]
                self.raw_row(parent, values[column])
            row_id = self._database.insert(table, **stored)
            if table == "message":
                self._database.change(
                    "UPDATE conversation SET updated_time = ? WHERE id = ?",
                    (now, values["conversation_id"]),
                )
            return self.raw_row(table, row_id)

    def edit_raw(self, table: Table, row_id: int, values: Mapping[str, Any]) -> RawRow:
        """Change columns of a row; returns the row as changed.

        Raises:
            NotFound: when there is none of that id.
            LweError: when there is no such column.
        """
        stored = _written(table, values)
        with self._database.story():
            self.raw_row(table, row_id)
            for column, value in stored.items():
                self._database.change(
                    f"UPDATE {table} SET {column} = ? WHERE id = ?", (value, row_id)
                )
            return self.raw_row(table, row_id)


def _defaults(table: Table, now: str) -> dict[str, Any]:
    match table:
        case "user":
            times = {"created_time": now, "last_login_time": now}
            return {"default_preset": "", "preferences": "{}", **times}
        case "conversation":
            return {"hidden": 0, "created_time": now, "updated_time": now}
        case "message":
            origin = {"provider": "", "model": "", "preset": ""}
            return {"message_type": "content", "created_time": now, **origin}


def _written(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    for column in values:
        if column not in COLUMNS[table]:
            raise LweError(
                f"A {table} has no '{column}' that could be set, only {', '.join(COLUMNS[table])}."
            )
    return {column: _encoded(column, value) for column, value in values.items()}


def _encoded(column: str, value: Any) -> Any:
    if column == "preferences":
        return json.dumps(value or {})
    if isinstance(value, datetime):
        # The seed reads times without an offset and means local ones.
        local = value.astimezone().replace(tzinfo=None) if value.tzinfo else value
        return local.strftime(rows.TIME_FORMAT)
    if isinstance(value, bool):
        return int(value)
    return rows.storable(value) if isinstance(value, str) else value


def _read(row: RawRow) -> RawRow:
    return {column: _decoded(column, value) for column, value in row.items()}


def _decoded(column: str, value: Any) -> Any:
    if column.endswith("_time"):
        return rows.time_of(value)
    if column == "hidden":
        return bool(value)
    if column == "preferences":
        try:
            return json.loads(value)
        except (ValueError, TypeError):
            return {}
    return value
