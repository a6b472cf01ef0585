"""The trash: what was deleted is kept as a copy for a while and can come back as it was.

The seed's program sees it as deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lwe.domain import Mark, Message, Trashed
from lwe.errors import LweError, NotFound
from lwe.storage import copies, entries, rows, tails
from lwe.storage.lists import FIRST_WORDS
from lwe.storage.part import Part

KEPT = timedelta(days=30)
"""How long what was deleted can be restored."""
_DELETED = Mark("stopped", "It was deleted before the answer was complete.")


class Trash(Part):
    """What was deleted from a database and is still there."""

    def trash_conversations(self, ids: Iterable[int]) -> int:
        """Delete conversations of one user so that they can be restored together.

        Of an answer that is still coming the words so far are kept.

        Returns:
            The batch, for `restore`.

        Raises:
            NotFound: when one does not exist, or is another user's.
            LweError: when there are none.
        """
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            raise LweError("There is nothing to delete: no conversation was given.")
        with self._database.story():
            batch_id: int | None = None
            user_id: int | None = None
            for conversation_id in wanted:
                row = self._row_of("conversation", conversation_id)
                if batch_id is None:
                    user_id = row["user_id"]
                    batch_id = self._new_batch(row["user_id"], "conversations")
                if row["user_id"] != user_id:
                    raise NotFound("Conversation", conversation_id)
                self._settle("conversation_id", conversation_id)
                self._keep(batch_id, copies.of_conversation(self._database, conversation_id))
                self._database.change("DELETE FROM conversation WHERE id = ?", (conversation_id,))
            assert batch_id is not None
            return batch_id

    def trash_message(self, message_id: int) -> int:
        """Delete one message so that it can be restored; the rest of the conversation stays.

        Returns:
            The batch, for `restore`.

        Raises:
            NotFound: when it does not exist.
            LweError: while an answer is being written in the conversation.
        """
        with self._database.story():
            message = self._row_of("message", message_id)
            place = self._row_of("conversation", message["conversation_id"])
            batch_id = self._new_batch(place["user_id"], "message")
            entries.check_quiet(self._database, place["id"])
            self._keep(batch_id, copies.of_message(self._database, message_id))
            self._database.change("DELETE FROM message WHERE id = ?", (message_id,))
            tails.settled_forks(self._database, place["id"])
            return batch_id

    def restore(self, batch_id: int) -> list[int]:
        """Put back what was deleted at once; returns the ids of the conversations.

        They are the old ones where no other has them now.

        Raises:
            LweError: when it is not in the trash any more, or the conversation of a message is
                deleted as well.
        """
        with self._database.story():
            batch = self._database.row("SELECT * FROM tui_trash_batch WHERE id = ?", (batch_id,))
            if batch is None:
                raise LweError("This is not in the trash any more: it was restored or removed.")
            found = self._database.rows(
                "SELECT content FROM tui_trash WHERE batch_id = ? ORDER BY rowid", (batch_id,)
            )
            restored = [
                self._restore(batch["kind"], copies.decoded(row["content"])) for row in found
            ]
            self._database.change("DELETE FROM tui_trash_batch WHERE id = ?", (batch_id,))
            return restored

    def trash(self, user_id: int) -> list[Trashed]:
        """Return what a user can restore, last deleted first."""
        found = self._database.rows(
            """SELECT id, kind, deleted, title, messages FROM tui_trash_batch
            JOIN tui_trash ON batch_id = id WHERE user_id = ? ORDER BY id DESC, tui_trash.rowid""",
            (user_id,),
        )
        batches: dict[int, list[dict[str, Any]]] = {}
        for row in found:
            batches.setdefault(row["id"], []).append(row)
        return [
            Trashed(
                batch_id=batch_id,
                kind=items[0]["kind"],
                titles=tuple(item["title"] for item in items),
                messages=sum(item["messages"] for item in items),
                deleted=rows.time_of(items[0]["deleted"]) or datetime.min,
            )
            for batch_id, items in batches.items()
        ]

    def empty_trash(self, user_id: int, before: datetime | None = None) -> int:
        """Remove for good what a user has deleted; returns how many batches.

        Args:
            before: only what was deleted before; None for all.
        """
        deleted, until = "DELETE FROM tui_trash_batch WHERE user_id = ?", " AND deleted < ?"
        with self._database.story():
            if before is None:
                return self._database.change(deleted, (user_id,))
            return self._database.change(
                deleted + until, (user_id, before.strftime(rows.TIME_FORMAT))
            )

    def expire_trash(self, now: datetime | None = None) -> int:
        """Remove for good what anybody has deleted longer ago than `KEPT`.

        Args:
            now: from when that is told; the present by default.

        Returns:
            How many batches.
        """
        until = (((now or datetime.now()) - KEPT).strftime(rows.TIME_FORMAT),)
        if not self._database.rows("SELECT 1 FROM tui_trash_batch WHERE deleted < ?", until):
            return 0  # Nobody is kept from writing when there is nothing to do.
        with self._database.story():
            return self._database.change("DELETE FROM tui_trash_batch WHERE deleted < ?", until)

    def _row_of(self, table: str, row_id: int) -> dict[str, Any]:
        found = self._database.row(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
        if found is None:
            raise NotFound(table.capitalize(), row_id)
        return found

    def _new_batch(self, user_id: int, kind: str) -> int:
        return self._database.insert(
            "tui_trash_batch", user_id=user_id, kind=kind, deleted=rows.now()
        )

    def _settle(self, column: str, value: int) -> None:
        """Make messages of the turns that go on here."""
        for row in self._database.rows(f"SELECT * FROM tui_journal WHERE {column} = ?", (value,)):
            said = Message("assistant", row["text"], mark=_DELETED)
            entries.close_journal(self._database, row["id"], said)

    def _keep(self, batch_id: int, copied: copies.Copy) -> None:
        place = copied["conversation"][0]
        title = self._database.rows(
            f"SELECT coalesce(title, {FIRST_WORDS}, '') AS title FROM conversation WHERE id = ?",
            (place["id"],),
        )[0]["title"]
        self._database.insert(
            "tui_trash",
            batch_id=batch_id,
            title=title,
            messages=len(copied["message"]),
            content=copies.encoded(copied),
        )

    def _restore(self, kind: str, copied: copies.Copy) -> int:
        if kind == "conversations":
            return copies.add(self._database, copied, keep_ids=True)
        place = copied["conversation"][0]
        # Known by when it was made: it may have another id now, and a stranger has its old one.
        found = self._database.row(
            """SELECT id FROM conversation WHERE user_id = ? AND created_time = ?
            ORDER BY id = ? DESC LIMIT 1""",
            (place["user_id"], place["created_time"], place["id"]),
        )
        if found is None:
            raise LweError("The conversation of this message is deleted as well. Restore it first.")
        copies.add_message(self._database, copied, found["id"])
        return int(found["id"])
