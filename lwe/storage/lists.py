"""The list of conversations: pinned ones, then newest first, a window at a time, in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from lwe.domain import Conversation, Group
from lwe.errors import NotFound
from lwe.storage import copies, rows
from lwe.storage.conversations import PINNED
from lwe.storage.part import Part

FIRST_WORDS = """(SELECT substr(message, 1, 80) FROM message
    WHERE conversation_id = conversation.id AND role = 'user' ORDER BY id LIMIT 1)"""
"""How the first question begins: it stands for a title where there is none."""
PINS = "(SELECT conversation_id FROM tui_pin)"
# Only titles with other letters than those of ASCII need Python to tell their case.
CONTAINING = f"""instr(CASE WHEN title IS NULL THEN casefold(coalesce({FIRST_WORDS}, ''))
    WHEN length(title) = length(CAST(title AS BLOB)) THEN lower(title)
    ELSE casefold(title) END, ?) > 0"""
_LATEST = "\U0010ffff"
"""Comes after every time; what reads as a number would come before all, as columns of times are."""
_ALL = -1
"""What SQLite takes for no limit."""
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Lists(Part):
    """What a user's list of conversations has in it, and in which order."""

    def conversations(
        self,
        user_id: int,
        limit: int | None = None,
        offset: int = 0,
        containing: str = "",
        hidden: bool = False,
    ) -> list[Conversation]:
        """Return a window of a user's list: pinned ones, then last changed first.

        Args:
            limit: the most to return; None for all.
            offset: how many to pass over.
            containing: only those with this text in the title, or in how the first question
                begins where there is none, whatever its case.
            hidden: whether hidden ones are in the list, at their place.
        """
        sql, values = _Filter(user_id, containing, hidden).ids()
        return self._found(sql, (*values, _ALL if limit is None else limit, offset))

    def conversation_count(self, user_id: int, containing: str = "", hidden: bool = False) -> int:
        """Count what `conversations` lists without a limit."""
        return self._count(_Filter(user_id, containing, hidden), "1", ())

    def groups(
        self,
        user_id: int,
        containing: str = "",
        now: datetime | None = None,
        hidden: bool = False,
    ) -> list[Group]:
        """Count the groups of what `conversations` lists, in its order; empty ones are left out.

        Args:
            now: from when today and this week are told; the present by default.
        """
        filter_ = _Filter(user_id, containing, hidden)
        counted = [Group("Pinned", self._count(filter_, f"id IN {PINS}", ()))]
        later = _LATEST
        for name, since in self._stretches(filter_, (now or datetime.now()).date()):
            if since < later:
                part = f"id NOT IN {PINS} AND updated_time >= ? AND updated_time < ?"
                counted.append(Group(name, self._count(filter_, part, (since, later))))
                later = since
        # What has no time that could be read comes last.
        rest = self._count(filter_, "1", ()) - sum(group.count for group in counted)
        counted.append(Group("Earlier", rest))
        return [group for group in counted if group.count]

    def hidden_conversations(
        self, user_id: int, limit: int | None = None, offset: int = 0
    ) -> list[Conversation]:
        """Return a window of a user's hidden conversations in the order of the list."""
        return self._found(
            f"""SELECT id FROM conversation WHERE user_id = ? AND hidden = 1
            ORDER BY id IN {PINS} DESC, updated_time DESC, id DESC LIMIT ? OFFSET ?""",
            (user_id, _ALL if limit is None else limit, offset),
        )

    def pin(self, conversation_id: int, pinned: bool = True) -> None:
        """Let a conversation stand before all others, or at its place again.

        Raises:
            NotFound: when it does not exist.
        """
        with self._database.story():
            self._check_there(conversation_id)
            self._database.change(
                "DELETE FROM tui_pin WHERE conversation_id = ?", (conversation_id,)
            )
            if pinned:
                self._database.insert("tui_pin", conversation_id=conversation_id)

    def duplicate(self, conversation_id: int) -> Conversation:
        """Copy a conversation with all that was said, to the top of the list.

        Raises:
            NotFound: when it does not exist.
        """
        with self._database.story():
            self._check_there(conversation_id)
            copied = copies.duplicable(copies.of_conversation(self._database, conversation_id))
            now, row = rows.now(), copied["conversation"][0]
            title = None if row["title"] is None else f"{row['title']} (copy)"
            times = {"created_time": now, "updated_time": now}
            copied["conversation"] = [{**row, "title": title, "hidden": 0, **times}]
            made = copies.add(self._database, copied)
            return self._found("SELECT id FROM conversation WHERE id = ?", (made,))[0]

    def _check_there(self, conversation_id: int) -> None:
        if not self._database.rows("SELECT 1 FROM conversation WHERE id = ?", (conversation_id,)):
            raise NotFound("Conversation", conversation_id)

    def _found(self, ids: str, values: Sequence[Any]) -> list[Conversation]:
        """Return conversations; only the rows of the window itself are read as a whole."""
        found = self._database.rows(
            f"""SELECT conversation.*, {PINNED},
                CASE WHEN title IS NULL THEN {FIRST_WORDS} END AS opening
            FROM (SELECT id AS listed FROM ({ids})) CROSS JOIN conversation ON id = listed
            ORDER BY pinned DESC, updated_time DESC, id DESC""",
            values,
        )
        return [rows.conversation_of(row) for row in found]

    def _count(self, filter_: _Filter, part: str, values: Sequence[Any]) -> int:
        where, known = filter_.where(filter_.met)
        found = self._database.rows(
            f"SELECT count(*) AS number FROM conversation WHERE {where} AND {part}",
            (*known, *values),
        )
        return int(found[0]["number"]) if found else 0

    def _stretches(self, filter_: _Filter, today: date) -> Iterator[tuple[str, str]]:
        """Yield names and beginnings, latest first; of the months only those that are needed."""
        yield "Today", today.isoformat()
        yield "Yesterday", (today - timedelta(days=1)).isoformat()
        yield "This week", (monday := today - timedelta(days=today.weekday())).isoformat()
        yield "This month", (first := today.replace(day=1)).isoformat()
        since = min(monday, first, today - timedelta(days=1)).isoformat()
        where, known = replace(filter_, containing="").where(filter_.met)
        latest = f"SELECT max(updated_time) AS time FROM conversation WHERE {where}"
        while True:
            found = self._database.row(f"{latest} AND updated_time < ?", (*known, since))
            time = rows.time_of(found["time"]) if found else None
            if time is None:
                break
            since = time.date().replace(day=1).isoformat()
            yield f"{_MONTHS[time.month - 1]} {time.year}", since


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which conversations of a user are listed."""

    user_id: int
    containing: str
    hidden: bool

    @property
    def met(self) -> str:
        """Which values of `hidden` are met."""
        return "hidden IN (0, 1)" if self.hidden else "hidden = 0"

    def where(self, hidden: str) -> tuple[str, tuple[Any, ...]]:
        """Return the condition with this one of `hidden`, and its values."""
        where = f"user_id = ? AND {hidden}"
        if not self.containing:
            return where, (self.user_id,)
        needle = rows.storable(self.containing).casefold()
        return f"{where} AND {CONTAINING}", (self.user_id, needle)

    def ids(self) -> tuple[str, tuple[Any, ...]]:
        """Return the query of the list's ids in order, and its values.

        Its parts are read in order from the index and merged, so that a window costs no more
        than what is before it.
        """
        unpinned = f"FROM conversation WHERE id NOT IN {PINS}"
        # SQLite knows that a list is in order by a column that has one value, but not by a number.
        parts = [
            (
                "FROM tui_pin CROSS JOIN conversation ON id = conversation_id WHERE 1",
                "user_id - 1",
                self.met,
            ),
            (unpinned, "user_id", "hidden = 0"),
            *([(unpinned, "user_id", "hidden = 1")] if self.hidden else []),
        ]
        selects: list[str] = []
        values: tuple[Any, ...] = ()
        for source, place, hidden in parts:
            where, more = self.where(hidden)
            selects.append(f"SELECT id, {place} AS place, updated_time {source} AND {where}")
            values += more
        order = "ORDER BY place, updated_time DESC, id DESC"
        return f"{' UNION ALL '.join(selects)} {order} LIMIT ? OFFSET ?", values
