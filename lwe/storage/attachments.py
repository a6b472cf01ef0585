"""Attachments: text files as a part of their message's text, images as blobs beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from lwe.domain import Attachment, Placed, Stored
from lwe.errors import NotFound
from lwe.storage import rows
from lwe.storage.database import Database
from lwe.storage.part import Part

_WITHOUT_BLOBS = (
    "tui_attachment",
    "tui_blob",
    "tui_conversation_setting",
    "tui_draft",
    "tui_draft_attachment",
    "tui_journal",
    "tui_mark",
    "tui_reasoning",
    "tui_schema",
    "tui_timing",
    "tui_tool_policy",
)
"""Our tables of which no text names a blob; every other one may keep rows as JSON."""


def put(database: Database, message_id: int, attachments: Sequence[Placed]) -> None:
    """Store the attachments of a message, inside a story of the caller."""
    for position, placed in enumerate(attachments):
        given = placed.attachment
        database.insert(
            "tui_attachment",
            message_id=message_id,
            position=position,
            name=rows.storable(given.name),
            media_type=given.media_type,
            hash=_put_blob(database, given),
            start=placed.start,
            length=placed.length,
        )


def put_draft(
    database: Database,
    user_id: int,
    conversation_id: int | None,
    attachments: Sequence[Attachment],
    first: int = 0,
) -> None:
    """Store the attachments of a draft from a position on, inside a story of the caller."""
    database.change(
        """DELETE FROM tui_draft_attachment
        WHERE user_id = ? AND conversation_id IS ? AND position >= ?""",
        (user_id, conversation_id, first),
    )
    for position, given in enumerate(attachments, first):
        database.insert(
            "tui_draft_attachment",
            user_id=user_id,
            conversation_id=conversation_id,
            position=position,
            name=rows.storable(given.name),
            media_type=given.media_type,
            hash=_put_blob(database, given),
            text=rows.storable(given.text),
        )


def of_message(database: Database, message_id: int) -> tuple[str, tuple[Attachment, ...]]:
    """Return a message's own words, and its attachments as they were given.

    Raises:
        NotFound: when it does not exist.
    """
    message = database.row("SELECT message FROM message WHERE id = ?", (message_id,))
    if message is None:
        raise NotFound("Message", message_id)
    found = database.rows(
        """SELECT tui_attachment.*, data FROM tui_attachment LEFT JOIN tui_blob USING (hash)
        WHERE message_id = ? ORDER BY position""",
        (message_id,),
    )
    text = str(message["message"])
    given = []
    for row in found:
        part = text[row["start"] : row["start"] + row["length"]]
        words = "" if row["hash"] else _unfenced(part)
        given.append(Attachment(row["name"], row["media_type"], row["data"], words))
    words = text[: min((row["start"] for row in found), default=len(text))]
    return (words.rstrip() if found else words), tuple(given)


def _unfenced(part: str) -> str:
    """Return a file's words without its name and the fence around them."""
    lines = part.split("\n")
    return "\n".join(lines[2:-1])


def _put_blob(database: Database, given: Attachment) -> str | None:
    if given.data is None:
        return None
    name = hashlib.sha256(given.data).hexdigest()
    if database.row("SELECT 1 FROM tui_blob WHERE hash = ?", (name,)) is None:
        database.insert("tui_blob", hash=name, media_type=given.media_type, data=given.data)
    return name


class Attachments(Part):
    """Files that went along with questions, or will."""

    def attachments(self, conversation_id: int) -> dict[int, list[Stored]]:
        """Return what is attached to a conversation's messages, by the messages' ids."""
        found = self._database.rows(
            """SELECT tui_attachment.* FROM tui_attachment JOIN message ON message.id = message_id
            WHERE conversation_id = ? ORDER BY message_id, position""",
            (conversation_id,),
        )
        made: dict[int, list[Stored]] = {}
        for row in found:
            stored = Stored(
                row["name"], row["media_type"], row["start"], row["length"], row["hash"] or ""
            )
            made.setdefault(int(row["message_id"]), []).append(stored)
        return made

    def images(self, conversation_id: int) -> dict[int, list[Attachment]]:
        """Return the images of a conversation with their bytes, by the messages' ids."""
        found = self._database.rows(
            """SELECT message_id, name, tui_attachment.media_type, data FROM tui_attachment
            JOIN message ON message.id = message_id JOIN tui_blob USING (hash)
            WHERE conversation_id = ? ORDER BY message_id, position""",
            (conversation_id,),
        )
        made: dict[int, list[Attachment]] = {}
        for row in found:
            image = Attachment(row["name"], row["media_type"], row["data"])
            made.setdefault(int(row["message_id"]), []).append(image)
        return made

    def blob(self, hash: str) -> bytes:
        """Return an image's bytes.

        Raises:
            NotFound: when they are not there.
        """
        found = self._database.row("SELECT data FROM tui_blob WHERE hash = ?", (hash,))
        if found is None:
            raise NotFound("Image", hash)
        return bytes(found["data"])

    def said_with(self, message_id: int) -> tuple[str, tuple[Attachment, ...]]:
        """Return a message's own words and its attachments, to be asked otherwise.

        Raises:
            NotFound: when it does not exist.
        """
        return of_message(self._database, message_id)

    def draft_attachments(
        self, user_id: int, conversation_id: int | None
    ) -> tuple[Attachment, ...]:
        """Return what is attached to what was written and not sent.

        Args:
            conversation_id: where; None for the conversation that does not exist yet.
        """
        found = self._database.rows(
            """SELECT name, tui_draft_attachment.media_type, data, text
            FROM tui_draft_attachment LEFT JOIN tui_blob USING (hash)
            WHERE user_id = ? AND conversation_id IS ? ORDER BY position""",
            (user_id, conversation_id),
        )
        return tuple(
            Attachment(row["name"], row["media_type"], row["data"], row["text"]) for row in found
        )

    def remove_unused_blobs(self) -> int:
        """Remove images that nothing names any more; returns how many.

        Those that a variant, or a copy of what was deleted, can bring back are kept.
        """
        with self._database.story():
            found = self._database.rows(
                """SELECT hash FROM tui_blob
                WHERE hash NOT IN (SELECT hash FROM tui_attachment WHERE hash IS NOT NULL)
                AND hash NOT IN (SELECT hash FROM tui_draft_attachment WHERE hash IS NOT NULL)"""
            )
            columns = self._columns_with_copies() if found else []
            unused = [row["hash"] for row in found if not self._is_in(row["hash"], columns)]
            for name in unused:
                self._database.change("DELETE FROM tui_blob WHERE hash = ?", (name,))
        return len(unused)

    def _columns_with_copies(self) -> list[tuple[str, str]]:
        tables = self._database.rows(
            """SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'tui\\_%' ESCAPE
            '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'"""
        )
        return [
            (row["name"], column["name"])
            for row in tables
            if row["name"] not in _WITHOUT_BLOBS
            for column in self._database.rows(f'PRAGMA table_info("{row["name"]}")')
            if column["type"] in ("TEXT", "JSON")
        ]

    def _is_in(self, name: str, columns: Sequence[tuple[str, str]]) -> bool:
        return any(
            self._database.row(f'SELECT 1 FROM "{table}" WHERE instr("{column}", ?)', (name,))
            for table, column in columns
        )
