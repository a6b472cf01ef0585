"""Writes messages, marks and journal rows; always inside a story of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lwe.domain import Mark, Message, Origin
from lwe.storage import owner, rows
from lwe.storage.database import Database
from lwe.storage.rows import Row

CUT = Mark("cut", "The program ended before the answer was complete.")
NOTHING_SAID = Mark("failed", "The model answered nothing.")
NO_ANSWER = Mark("failed", "The program ended before an answer came.")
ABANDONED_AFTER = timedelta(days=1)
"""How long a turn is left alone whose process cannot be seen: on another machine, perhaps."""


def add_message(
    database: Database,
    conversation_id: int,
    message: Message,
    origin: Origin,
    created: str | None = None,
) -> Message:
    """Add a message to a conversation, which moves to the top of the list.

    Args:
        created: when it was said, as it is stored; now by default.

    Returns:
        The message as it is stored.
    """
    text, kind, metadata = rows.encoded(message)
    now = rows.now()
    created = created or now
    message_id = database.insert(
        "message",
        conversation_id=conversation_id,
        role=message.role,
        message=text,
        message_type=kind,
        message_metadata=metadata,
        model=rows.storable(origin.model),
        provider=rows.storable(origin.provider),
        preset=rows.storable(origin.preset),
        created_time=created,
    )
    database.change("UPDATE conversation SET updated_time = ? WHERE id = ?", (now, conversation_id))
    _put_reasoning(database, message_id, message.reasoning)
    return replace(
        message,
        text=rows.storable(message.text),
        id=message_id,
        created=rows.time_of(created),
        origin=origin,
        mark=put_mark(database, message_id, message.mark),
    )


def _put_reasoning(database: Database, message_id: int, text: str) -> None:
    if text:
        database.insert("tui_reasoning", message_id=message_id, text=rows.storable(text))


def put_mark(database: Database, message_id: int, mark: Mark | None) -> Mark | None:
    """Mark a message, or take its mark away; returns the mark as it is stored."""
    database.change("DELETE FROM tui_mark WHERE message_id = ?", (message_id,))
    if mark is None:
        return None
    mark = replace(mark, note=rows.storable(mark.note))
    database.insert("tui_mark", message_id=message_id, kind=mark.kind, note=mark.note)
    return mark


def open_journal(database: Database, conversation_id: int, question_id: int, origin: Origin) -> int:
    """Note that this process is waiting for an answer; returns the journal row's id."""
    return database.insert(
        "tui_journal",
        conversation_id=conversation_id,
        question_id=question_id,
        owner=owner.this_process(),
        provider=rows.storable(origin.provider),
        model=rows.storable(origin.model),
        preset=rows.storable(origin.preset),
        touched=rows.now(),
    )


def extend_journal(database: Database, journal_id: int, messages: Sequence[Message]) -> None:
    """Store messages of a turn that goes on; what it says next begins anew."""
    row = database.row("SELECT * FROM tui_journal WHERE id = ?", (journal_id,))
    if row is None:
        return  # The conversation has been deleted meanwhile.
    last = _add_all(database, row, messages)
    database.change(
        "UPDATE tui_journal SET text = '', touched = ?, last_id = ? WHERE id = ?",
        (rows.now(), last and last.id, journal_id),
    )


def close_journal(
    database: Database,
    journal_id: int,
    answer: Message | None = None,
    before: Sequence[Message] = (),
) -> Message | None:
    """Make a message of a journal row, or mark its question when nothing was said.

    The row goes first, so of two programs only one can do this.

    Args:
        answer: what was said; None for what the row itself has kept.
        before: calls and results of tools that come before it.

    Returns:
        The last message as it is stored; None without one, or when the row is gone.
    """
    row = database.row("SELECT * FROM tui_journal WHERE id = ?", (journal_id,))
    if row is None:
        return None
    database.change("DELETE FROM tui_journal WHERE id = ?", (journal_id,))
    created = None
    if answer is None:
        answer, created = _kept(row), row["touched"]
    last = _add_all(database, row, before)
    if answer.text or answer.tool_calls:
        origin = Origin(row["provider"], row["model"], row["preset"])
        return add_message(database, row["conversation_id"], answer, origin, created)
    if last is not None:
        # What tools gave back is something: the mark is theirs, and the question was answered.
        return replace(last, mark=put_mark(database, last.id or 0, answer.mark))
    mark = answer.mark or NOTHING_SAID
    # A question has no beginning of an answer that could have been cut.
    stopped = mark.kind == "stopped"
    put_mark(database, row["question_id"], replace(mark, kind="stopped" if stopped else "failed"))
    return None


def _add_all(database: Database, row: Row, messages: Sequence[Message]) -> Message | None:
    """Add messages of a turn; returns the last one that it has stored, now or before."""
    origin = Origin(row["provider"], row["model"], row["preset"])
    last = None
    for message in messages:
        last = add_message(database, row["conversation_id"], message, origin)
    if last is not None or row["last_id"] is None:
        return last
    found = database.row("SELECT *, NULL AS mark_kind FROM message WHERE id = ?", (row["last_id"],))
    return rows.message_of(found) if found else None


def _kept(row: Row) -> Message:
    text = str(row["text"])
    return Message("assistant", text, mark=CUT if text else NO_ANSWER)


def is_abandoned(row: Row) -> bool:
    """Say whether the process that opened a journal row will never close it."""
    alive = owner.is_alive(row["owner"])
    if alive is None:
        latest = datetime.now() - ABANDONED_AFTER
        return str(row["touched"]) < latest.strftime(rows.TIME_FORMAT)
    return not alive
