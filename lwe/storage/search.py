"""Finds words inside messages, newest first; `Reader` does so beside whatever else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lwe.domain import Hit
from lwe.errors import StorageError
from lwe.storage import rows, text_index
from lwe.storage.conversations import Conversations
from lwe.storage.database import Database
from lwe.storage.lists import FIRST_WORDS, Lists
from lwe.storage.part import Part
from lwe.storage.query import Query as Query
from lwe.storage.rows import Row

_OPEN, _CLOSE = "\x02", "\x03"
"""Stand around what was found while SQLite cuts the text; nobody writes them."""
_BLANKS = str.maketrans("\n\r\t", "   ")
_WORDS_AROUND = 24
_COLUMNS = f"""SELECT message.id AS message_id, conversation_id, role,
    message.created_time AS created, coalesce(title, {FIRST_WORDS}, '') AS title, """
# The order of the joins is fixed: from the newest message on, until there are enough.
_WITH_WORDS = f"""{_COLUMNS}
    snippet(tui_text, 0, '{_OPEN}', '{_CLOSE}', '…', {_WORDS_AROUND}) AS snippet
    FROM tui_text CROSS JOIN message ON message.id = tui_text.rowid
    CROSS JOIN conversation ON conversation.id = conversation_id"""
_WITHOUT_WORDS = f"""{_COLUMNS} substr(message.message, 1, 160) AS snippet
    FROM message CROSS JOIN conversation ON conversation.id = conversation_id"""
_OF_TOOL = """(message_type = 'tool_call' AND json_valid(message.message) AND EXISTS (
        SELECT 1 FROM json_each(message.message)
        WHERE json_extract(message.message, fullkey || '.name') LIKE ? ESCAPE '~')
    OR message_type = 'tool_response' AND json_valid(message_metadata)
        AND json_extract(message_metadata, '$.name') LIKE ? ESCAPE '~')"""


@dataclass(frozen=True, slots=True)
class _Condition:
    sql: str
    values: tuple[Any, ...] = ()


class Search(Part):
    """The words of a database's messages."""

    def search(self, query: Query, limit: int = 50, offset: int = 0) -> list[Hit]:
        """Find messages, newest first; nothing is found for an empty query.

        Raises:
            StorageError: when SQLite was built without the means, or `Reader.interrupt` was
                called.
        """
        if query.is_empty:
            return []
        if query.expression:
            if not text_index.is_possible(self._database):
                raise StorageError(
                    "Words inside messages cannot be searched: this Python's SQLite was built "
                    "without FTS5. Use another Python; titles can be filtered with any."
                )
            sql, order = _WITH_WORDS, "tui_text.rowid"
            conditions = [_Condition("tui_text MATCH ?", (rows.storable(query.expression),))]
        else:
            sql, order = _WITHOUT_WORDS, "message.id"
            conditions = [_Condition("role <> 'system'")]
        conditions += [*_conditions(query), *_days(query, order)]
        where = " AND ".join(condition.sql for condition in conditions)
        values = [value for condition in conditions for value in condition.values]
        found = self._database.rows(
            f"{sql} WHERE {where} ORDER BY {order} DESC LIMIT ? OFFSET ?", (*values, limit, offset)
        )
        return [_hit(row) for row in found]

    def index_some(self, limit: int = 2000) -> int:
        """Index some of the messages that were there before the index, newest first.

        Returns:
            About how many are left, 0 for none; those are not found yet.
        """
        if not text_index.is_possible(self._database) or not text_index.left(self._database):
            return 0
        with self._database.story():
            return text_index.index(self._database, limit)


class Reader(Conversations, Lists, Search):
    """Reads a store's file over a connection of its own; `Store.reader` makes one.

    While it looks for something, the store can be used by others.

    Args:
        database: what it reads.
        own: whether nobody else uses this connection.
    """

    def __init__(self, database: Database, own: bool) -> None:
        super().__init__(database)
        self._own = own

    def interrupt(self) -> None:
        """End what is being read, in its thread, with a `StorageError`; from any thread.

        Nothing happens when nothing is being read.
        """
        if self._own:
            self._database.interrupt()

    def close(self) -> None:
        """Close the connection; it opens again when something is asked."""
        if self._own:
            self._database.close()


def _conditions(query: Query) -> Iterator[_Condition]:
    """Yield what has to be true of a message beside its words and its time."""
    if not query.hidden:
        yield _Condition("hidden = 0")
    if query.user_id is not None:
        yield _Condition("user_id = ?", (query.user_id,))
    if query.user:
        named = "SELECT id FROM user WHERE casefold(username) = ?"
        yield _Condition(f"user_id IN ({named})", (rows.storable(query.user).casefold(),))
    for column, part in (("preset", query.preset), ("model", query.model)):
        if part:
            yield _Condition(f"message.{column} LIKE ? ESCAPE '~'", (_containing(part),))
    if query.tool:
        yield _Condition(_OF_TOOL, (_containing(query.tool),) * 2)
    if query.has_code:
        yield _Condition("instr(message.message, '```') > 0")


def _days(query: Query, order: str) -> Iterator[_Condition]:
    """Yield what has to be true of a message's time.

    Later messages have greater ids, but for some that were restored: from which id on a day's
    messages are at all is looked up, so that the others are not even read; by the index of times,
    which is what the sign before `id` makes of it.
    """
    for day, is_, end in ((query.before, "<", "max"), (query.after, ">=", "min")):
        if day is not None:
            within = f"SELECT {end}(+id) FROM message WHERE created_time {is_} ?"
            yield _Condition(
                f"+message.created_time {is_} ? AND {order} {is_[0]}= ({within})",
                (day.isoformat(), day.isoformat()),
            )


def _containing(part: str) -> str:
    for special in "~%_":
        part = part.replace(special, f"~{special}")
    return f"%{rows.storable(part)}%"


def _hit(row: Row) -> Hit:
    snippet, spans = _unmarked(row["snippet"].translate(_BLANKS))
    return Hit(
        conversation_id=row["conversation_id"],
        title=row["title"],
        message_id=row["message_id"],
        role=row["role"],
        created=rows.time_of(row["created"]),
        snippet=snippet,
        spans=spans,
    )


def _unmarked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Take the marks out of a text; returns where they were."""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for number, part in enumerate(text.split(_OPEN)):
        inside, _, outside = part.partition(_CLOSE) if number else ("", "", part)
        if inside:
            spans.append((length, length + len(inside)))
        outside = outside.replace(_CLOSE, "")
        pieces += (inside, outside)
        length += len(inside) + len(outside)
    return "".join(pieces), tuple(spans)
