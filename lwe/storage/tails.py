"""Puts what follows a message away and brings it back; always inside a story of the caller.

What is put away is JSON: the rows of the messages, of our tables beside them, and of the forks
among them. A fork is where a conversation went on more than once.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from lwe.storage.database import Database

BESIDE = ("tui_mark", "tui_timing", "tui_reasoning", "tui_attachment")
"""Our tables whose rows belong to a message and go where it goes."""

OPENING = 200
"""Characters by which a variant is known."""


@dataclass(slots=True)
class Fork:
    """A place where a conversation went on more than once.

    Attributes:
        after: the message before it, 0 at the beginning.
        first: the message that follows; None when nothing does.
        keys: the variants in their order, by what names their rows.
        live: the index of the one that is shown.
    """

    after: int
    first: int | None
    keys: list[tuple[int, int]]
    live: int


def forks(database: Database, conversation_id: int) -> list[Fork]:
    """Return a conversation's forks, oldest place first.

    Where the message before a fork has been deleted, the fork is after the one before that; and
    when there is one already, the two are one: what was live there is what this one has.
    """
    ids = _ids(database, conversation_id, 0)
    found = database.rows(
        """SELECT after_id, number, messages IS NULL AS live FROM tui_variant
        WHERE conversation_id = ? ORDER BY after_id, number""",
        (conversation_id,),
    )
    groups: dict[int, list[tuple[int, bool]]] = {}
    for row in found:
        groups.setdefault(row["after_id"], []).append((row["number"], bool(row["live"])))
    made: list[Fork] = []
    for after, rows in groups.items():
        index = bisect_right(ids, after)
        keys = [(after, number) for number, _ in rows]
        live = [is_live for _, is_live in rows].index(True)
        place = ids[index - 1] if index else 0
        if made and made[-1].after == place:
            outer = made[-1]
            outer.keys[outer.live : outer.live + 1] = keys
            outer.live += live
        else:
            made.append(Fork(place, ids[index] if index < len(ids) else None, keys, live))
    return made


def settled_forks(database: Database, conversation_id: int) -> list[Fork]:
    """Return a conversation's forks, each stored under the place where it is now."""
    found = forks(database, conversation_id)
    for fork in found:
        wanted = [(fork.after, number) for number in range(1, len(fork.keys) + 1)]
        if fork.keys != wanted:
            _store_anew(database, conversation_id, fork, wanted)
            fork.keys = wanted
    return found


def fork(database: Database, conversation_id: int, after: int) -> int | None:
    """Put what follows a message away as a variant; what is added now is another one.

    Returns:
        The number of the one that was live; None when nothing followed.
    """
    known = {found.after: found for found in settled_forks(database, conversation_id)}
    if not _ids(database, conversation_id, after):
        return None
    kept, place = _put_away(database, conversation_id, after), known.get(after)
    number, count = (place.live + 1, len(place.keys)) if place else (1, 1)
    _write(database, conversation_id, after, number, kept)
    _write(database, conversation_id, after, count + 1, None)
    return number


def show(database: Database, conversation_id: int, place: Fork, index: int) -> int:
    """Show another variant of a fork; returns the id of its first message.

    Args:
        place: one of `settled_forks`.
    """
    kept = _put_away(database, conversation_id, place.after)
    _write(database, conversation_id, place.after, place.live + 1, kept)
    return _bring_back(database, conversation_id, place.after, index + 1)


def openings(database: Database, conversation_id: int, place: Fork) -> list[str]:
    """Return the first words of each variant of a fork."""
    made = []
    for index, key in enumerate(place.keys):
        if index == place.live:
            rows = database.rows(
                """SELECT message FROM message WHERE conversation_id = ? AND id > ?
                AND message != '' ORDER BY id LIMIT 1""",
                (conversation_id, place.after),
            )
        else:
            kept = json.loads(_read(database, conversation_id, *key) or "{}")
            rows = kept.get("messages", [])
        texts = (str(row["message"]).strip() for row in rows)
        made.append(next((text for text in texts if text), "")[:OPENING])
    return made


def take_back(database: Database, conversation_id: int, after: int, number: int) -> bool:
    """Undo `fork`: what was added since goes, and what was live before is there again.

    Args:
        number: what `fork` has returned.

    Returns:
        Whether that variant is there.
    """
    found = settled_forks(database, conversation_id)
    place = next((each for each in reversed(found) if each.after <= after), None)
    if place is None or number > len(place.keys) or number == place.live + 1:
        return False
    where = "conversation_id = ? AND after_id = ?"
    database.change(
        "DELETE FROM message WHERE conversation_id = ? AND id > ?", (conversation_id, place.after)
    )
    database.change(
        f"DELETE FROM tui_variant WHERE {where} AND messages IS NULL",
        (conversation_id, place.after),
    )
    _bring_back(database, conversation_id, place.after, number)
    if len(place.keys) == 2:
        database.change(f"DELETE FROM tui_variant WHERE {where}", (conversation_id, place.after))
    return True


def _ids(database: Database, conversation_id: int, after: int) -> list[int]:
    found = database.rows(
        "SELECT id FROM message WHERE conversation_id = ? AND id > ? ORDER BY id",
        (conversation_id, after),
    )
    return [int(row["id"]) for row in found]


def _store_anew(
    database: Database, conversation_id: int, place: Fork, wanted: list[tuple[int, int]]
) -> None:
    texts = [_read(database, conversation_id, *key) for key in place.keys]
    texts[place.live] = None
    for after in {after for after, _ in place.keys} | {place.after}:
        database.change(
            "DELETE FROM tui_variant WHERE conversation_id = ? AND after_id = ?",
            (conversation_id, after),
        )
    for (after, number), text in zip(wanted, texts, strict=True):
        _write(database, conversation_id, after, number, text)


def _read(database: Database, conversation_id: int, after: int, number: int) -> str | None:
    found = database.row(
        """SELECT messages FROM tui_variant
        WHERE conversation_id = ? AND after_id = ? AND number = ?""",
        (conversation_id, after, number),
    )
    return found["messages"] if found else None


def _write(
    database: Database, conversation_id: int, after: int, number: int, text: str | None
) -> None:
    key = (conversation_id, after, number)
    database.change(
        "DELETE FROM tui_variant WHERE conversation_id = ? AND after_id = ? AND number = ?", key
    )
    database.insert(
        "tui_variant",
        conversation_id=conversation_id,
        after_id=after,
        number=number,
        messages=text,
    )


def _put_away(database: Database, conversation_id: int, after: int) -> str:
    """Take everything after a message out of its conversation; returns it as JSON."""
    place = (conversation_id, after)
    these = "SELECT id FROM message WHERE conversation_id = ? AND id > ?"
    messages = database.rows(
        "SELECT * FROM message WHERE conversation_id = ? AND id > ? ORDER BY id", place
    )
    for row in messages:
        del row["conversation_id"]
    beside = {
        table: database.rows(f"SELECT * FROM {table} WHERE message_id IN ({these})", place)
        for table in BESIDE
    }
    inner = database.rows(
        """SELECT after_id, number, messages FROM tui_variant
        WHERE conversation_id = ? AND after_id > ?""",
        place,
    )
    for row in inner:  # A text in a text in a text would grow with every quotation mark.
        row["messages"] = row["messages"] and json.loads(row["messages"])
    database.change("DELETE FROM tui_variant WHERE conversation_id = ? AND after_id > ?", place)
    database.change("DELETE FROM message WHERE conversation_id = ? AND id > ?", place)
    return json.dumps({"messages": messages, "beside": beside, "forks": inner})


def _bring_back(database: Database, conversation_id: int, after: int, number: int) -> int:
    """Make a variant the live one; returns the id of its first message.

    The messages get their old ids when all of them are free and still follow; else new ones.
    """
    kept: dict[str, Any] = json.loads(_read(database, conversation_id, after, number) or "{}")
    ids = {}
    free = _are_free(database, conversation_id, [row["id"] for row in kept["messages"]])
    for row in kept["messages"]:
        old = row["id"]
        values = row if free else {name: row[name] for name in row if name != "id"}
        ids[old] = database.insert("message", conversation_id=conversation_id, **values)
    for table, rows in kept["beside"].items():
        for row in rows:
            database.insert(table, **{**row, "message_id": ids[row["message_id"]]})
    for row in kept["forks"]:
        text = row["messages"] and json.dumps(row["messages"])
        inner_after = ids[row["after_id"]]
        _write(database, conversation_id, inner_after, row["number"], text)
    _write(database, conversation_id, after, number, None)
    return ids[kept["messages"][0]["id"]]


def _are_free(database: Database, conversation_id: int, ids: list[int]) -> bool:
    between = "SELECT id FROM message WHERE id BETWEEN ? AND ?"
    taken = {row["id"] for row in database.rows(between, (ids[0], ids[-1]))}
    return taken.isdisjoint(ids) and not _ids(database, conversation_id, ids[0] - 1)
