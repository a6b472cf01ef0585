"""Writes drafts: what is written and not sent; always inside a story of the caller."""

from __future__ import annotations

from collections.abc import Sequence

from lwe.domain import Attachment
from lwe.storage import attachments as attached
from lwe.storage import rows
from lwe.storage.database import Database


def text_of(database: Database, user_id: int, conversation_id: int | None) -> str:
    """Return what is written; empty for nothing."""
    found = database.row(
        "SELECT text FROM tui_draft WHERE user_id = ? AND conversation_id IS ?",
        (user_id, conversation_id),
    )
    return str(found["text"]) if found else ""


def put(database: Database, user_id: int, conversation_id: int | None, text: str) -> None:
    """Replace what is written; an empty text removes it."""
    database.change(
        "DELETE FROM tui_draft WHERE user_id = ? AND conversation_id IS ?",
        (user_id, conversation_id),
    )
    if text:
        database.insert(
            "tui_draft",
            user_id=user_id,
            conversation_id=conversation_id,
            text=rows.storable(text),
        )


def append(
    database: Database,
    user_id: int,
    conversation_id: int | None,
    text: str,
    attachments: Sequence[Attachment] = (),
) -> None:
    """Put a text below what is written, a blank line between them, and attach more to it."""
    parts = (text_of(database, user_id, conversation_id), text)
    put(database, user_id, conversation_id, "\n\n".join(part for part in parts if part))
    if attachments:
        found = database.row(
            """SELECT coalesce(max(position) + 1, 0) AS next FROM tui_draft_attachment
            WHERE user_id = ? AND conversation_id IS ?""",
            (user_id, conversation_id),
        )
        first = int(found["next"]) if found else 0
        attached.put_draft(database, user_id, conversation_id, attachments, first)
