"""Writes messages, marks and journal rows; always inside a story of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lwe.domain import Mark, MarkKind, Message, Origin, ToolResult
from lwe.errors import LweError
from lwe.storage import attachments, owner, rows, unsaid
from lwe.storage.database import Database
from lwe.storage.rows import Row

CUT = Mark("cut", "The program ended before the answer was complete.")
NOTHING_SAID = Mark("failed", "The model answered nothing.")
NO_ANSWER = Mark("failed", "The program ended before an answer came.")
NOT_FINISHED = {
    "error": "The program ended before this tool gave anything back. Whether it has done anything "
    "is not known."
}
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
    _put_beside(database, message_id, message)
    return replace(
        message,
        text=rows.storable(message.text),
        id=message_id,
        created=rows.time_of(created),
        origin=origin,
        mark=put_mark(database, message_id, message.mark),
    )


def _put_beside(database: Database, message_id: int, message: Message) -> None:
    _put_reasoning(database, message_id, message.reasoning)
    attachments.put(database, message_id, message.attachments)


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


def note_journal(
    database: Database, journal_id: int, text: str, messages: Sequence[Message]
) -> None:
    """Keep what has been said so far; nothing happens when the turn is gone.

    Args:
        text: all words since the last call of a tool.
        messages: what is new of a round of tools that is not whole.
    """
    met = database.change(
        "UPDATE tui_journal SET text = ?, touched = ? WHERE id = ?",
        (rows.storable(text), rows.now(), journal_id),
    )
    for message in messages if met else ():
        encoded, kind, metadata = rows.encoded(message)
        database.insert(
            "tui_round",
            journal_id=journal_id,
            role=message.role,
            message=encoded,
            message_type=kind,
            message_metadata=metadata,
            reasoning=rows.storable(message.reasoning),
        )


def extend_journal(database: Database, journal_id: int, messages: Sequence[Message]) -> None:
    """Store whole rounds of a turn that goes on; what it says next begins anew."""
    row = database.row("SELECT * FROM tui_journal WHERE id = ?", (journal_id,))
    if row is None:
        return  # The conversation has been deleted meanwhile.
    last = _add_all(database, row, messages)
    database.change("DELETE FROM tui_round WHERE journal_id = ?", (journal_id,))
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
    created = None
    if answer is None:
        before, created = _kept_round(database, journal_id), row["touched"]
        answer = _kept(row, before)
    database.change("DELETE FROM tui_journal WHERE id = ?", (journal_id,))
    if row["continues"]:
        return _go_on(database, row["question_id"], answer)
    last = _add_all(database, row, before, created)
    if answer.text or answer.tool_calls:
        origin = Origin(row["provider"], row["model"], row["preset"])
        return add_message(database, row["conversation_id"], answer, origin, created)
    if last is not None:
        # What tools gave back is something: the mark is theirs, and the question was answered.
        return replace(last, mark=put_mark(database, last.id or 0, answer.mark))
    if not unsaid.take_back(database, row):
        _blame_question(database, row["question_id"], answer.mark or NOTHING_SAID)
    return None


def _blame_question(database: Database, question_id: int, mark: Mark) -> None:
    # A question has no beginning of an answer that could have been cut.
    kind: MarkKind = "stopped" if mark.kind == "stopped" else "failed"
    put_mark(database, question_id, replace(mark, kind=kind))


def _go_on(database: Database, message_id: int, more: Message) -> Message | None:
    """Add to a message that was not whole; returns it, or None when nothing is added.

    Its mark stays until the message is whole, or gets another one.
    """
    if not more.text:
        return None
    values = (rows.storable(more.text), message_id)
    database.change("UPDATE message SET message = message || ? WHERE id = ?", values)
    put_mark(database, message_id, more.mark)
    if more.reasoning:
        found = database.row("SELECT text FROM tui_reasoning WHERE message_id = ?", (message_id,))
        database.change("DELETE FROM tui_reasoning WHERE message_id = ?", (message_id,))
        thoughts = [str(found["text"])] if found else []
        _put_reasoning(database, message_id, "\n\n".join([*thoughts, more.reasoning]))
    database.change(
        """UPDATE conversation SET updated_time = ?
        WHERE id = (SELECT conversation_id FROM message WHERE id = ?)""",
        (rows.now(), message_id),
    )
    grown = database.row(
        """SELECT message.*, tui_mark.kind AS mark_kind, tui_mark.note AS mark_note,
            tui_reasoning.text AS mark_reasoning
        FROM message LEFT JOIN tui_mark ON tui_mark.message_id = message.id
        LEFT JOIN tui_reasoning ON tui_reasoning.message_id = message.id WHERE message.id = ?""",
        (message_id,),
    )
    return rows.message_of(grown) if grown else None


def check_quiet(database: Database, conversation_id: int) -> None:
    """Refuse while an answer is being written, so that nothing is moved from under it.

    What a dead process has left is settled first.

    Raises:
        LweError: when a turn is open in the conversation.
    """
    found = database.rows("SELECT * FROM tui_journal WHERE conversation_id = ?", (conversation_id,))
    for row in found:
        if not is_abandoned(row):
            raise LweError(
                "An answer is being written in this conversation. Stop it, or wait for its end."
            )
    for row in found:
        close_journal(database, row["id"])


def _add_all(
    database: Database, row: Row, messages: Sequence[Message], created: str | None = None
) -> Message | None:
    """Add messages of a turn; returns the last one that it has stored, now or before."""
    origin = Origin(row["provider"], row["model"], row["preset"])
    last = None
    for message in messages:
        last = add_message(database, row["conversation_id"], message, origin, created)
    if last is not None or row["last_id"] is None:
        return last
    found = database.row("SELECT *, NULL AS mark_kind FROM message WHERE id = ?", (row["last_id"],))
    return rows.message_of(found) if found else None


def _kept(row: Row, before: Sequence[Message]) -> Message:
    text = str(row["text"])
    said = bool(text or before or row["last_id"])
    return Message("assistant", text, mark=CUT if said else NO_ANSWER)


def _kept_round(database: Database, journal_id: int) -> list[Message]:
    """Return the round of tools that was not whole; every call in it gets a result."""
    found = database.rows(
        """SELECT id, role, message, message_type, message_metadata, reasoning AS mark_reasoning,
        NULL AS created_time, '' AS provider, '' AS model, '' AS preset, NULL AS mark_kind
        FROM tui_round WHERE journal_id = ? ORDER BY id""",
        (journal_id,),
    )
    kept = [rows.message_of(row) for row in found]
    calls = [call for message in kept for call in message.tool_calls]
    # Tools run one after another, so results come in the order of their calls.
    done = sum(message.tool_result is not None for message in kept)
    missing = [ToolResult(call.name, NOT_FINISHED, call.id, failed=True) for call in calls[done:]]
    return [*kept, *(Message("tool", "", tool_result=result) for result in missing)]


def is_abandoned(row: Row) -> bool:
    """Say whether the process that opened a journal row will never close it."""
    alive = owner.is_alive(row["owner"])
    if alive is None:
        latest = datetime.now() - ABANDONED_AFTER
        return str(row["touched"]) < latest.strftime(rows.TIME_FORMAT)
    return not alive
