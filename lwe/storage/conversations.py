"""Conversations: opened, renamed, hidden, deleted; `lists.py` lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lwe.domain import Conversation, Message
from lwe.errors import NotFound
from lwe.storage import entries, history, rows, tails
from lwe.storage.part import LARGEST_ID, Part

PINNED = "EXISTS (SELECT 1 FROM tui_pin WHERE conversation_id = conversation.id) AS pinned"
_JOINED = """SELECT message.*, tui_mark.kind AS mark_kind, tui_mark.note AS mark_note,
        tui_reasoning.text AS mark_reasoning
    FROM message LEFT JOIN tui_mark ON tui_mark.message_id = message.id
    LEFT JOIN tui_reasoning ON tui_reasoning.message_id = message.id
    WHERE conversation_id = ?"""
_MESSAGES = f"{_JOINED} ORDER BY message.id"
LAST = f"{_JOINED} AND message.id < ? ORDER BY message.id DESC LIMIT ?"
PART = 500
"""Messages that are read together where perhaps not all are needed."""
_ALL = -1
"""What SQLite takes for no limit."""


class Conversations(Part):
    """The conversations of a database and what was said in them."""

    def history(
        self, user_id: int, limit: int | None = None, offset: int = 0
    ) -> list[Conversation]:
        """Return a window of a user's conversations as the seed lists them: newest id first.

        Hidden ones are among them.
        """
        found = self._database.rows(
            f"""SELECT *, {PINNED} FROM conversation WHERE user_id = ?
            ORDER BY id DESC LIMIT ? OFFSET ?""",
            (user_id, _ALL if limit is None else limit, offset),
        )
        return [rows.conversation_of(row) for row in found]

    def conversation(self, conversation_id: int, user_id: int | None = None) -> Conversation:
        """Return a conversation.

        Args:
            user_id: whose it has to be; None for anybody's.

        Raises:
            NotFound: when it does not exist, or is another user's.
        """
        found = self._database.row(
            f"SELECT *, {PINNED} FROM conversation WHERE id = ?", (conversation_id,)
        )
        if found is None or user_id not in (None, found["user_id"]):
            raise NotFound("Conversation", conversation_id)
        return rows.conversation_of(found)

    def messages(self, conversation_id: int) -> list[Message]:
        """Return everything that was said, oldest first."""
        return [rows.message_of(row) for row in self._message_rows(conversation_id)]

    def last_messages(
        self, conversation_id: int, limit: int, before: int | None = None
    ) -> list[Message]:
        """Return the last things that were said, oldest first; costs what it returns.

        Args:
            limit: the most to return.
            before: the id of a message; only what was said earlier counts.
        """
        end = LARGEST_ID if before is None else before
        found = self._database.rows(LAST, (conversation_id, end, limit))
        return [rows.message_of(row) for row in reversed(found)]

    def raw_messages(self, conversation_id: int) -> list[dict[str, Any]]:
        """Return everything that was said as the seed's dictionaries, oldest first."""
        return [rows.raw_message(row) for row in self._message_rows(conversation_id)]

    def history_for_model(self, conversation_id: int) -> list[Message]:
        """Return what a model should be told of a conversation, oldest first.

        Questions that got no answer, empty answers, and tool calls and results that are not
        whole are left out.
        """
        return history.sendable(self._message_rows(conversation_id))

    def questions(self, user_id: int, limit: int) -> list[str]:
        """Return what a user asked last, in any conversation, newest first."""
        found = self._database.rows(
            """SELECT message FROM message JOIN conversation ON conversation.id = conversation_id
            WHERE user_id = ? AND role = 'user' AND message_type = 'content'
            ORDER BY message.id DESC LIMIT ?""",
            (user_id, limit),
        )
        return [str(row["message"]) for row in found]

    def latest_for_model(self, conversation_id: int) -> Iterator[list[Message]]:
        """Yield what `history_for_model` returns a part at a time, the latest part first.

        Tool calls and results between which a part ends are left out.
        """
        end = LARGEST_ID
        while found := self._database.rows(LAST, (conversation_id, end, PART)):
            end = found[-1]["id"]
            yield history.sendable(found[::-1])

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation a title; its place in the list stays.

        Raises:
            NotFound: when it does not exist.
        """
        with self._database.story():
            self.conversation(conversation_id)
            self._database.change(
                "UPDATE conversation SET title = ? WHERE id = ?",
                (rows.storable(title), conversation_id),
            )

    def hide(self, conversation_id: int, hidden: bool = True) -> None:
        """Take a conversation out of the list, or put it back; nothing of it is lost.

        Raises:
            NotFound: when it does not exist.
        """
        with self._database.story():
            self.conversation(conversation_id)
            self._database.change(
                "UPDATE conversation SET hidden = ? WHERE id = ?", (int(hidden), conversation_id)
            )

    def delete_message(self, message_id: int) -> None:
        """Delete one message; the rest of the conversation stays.

        Raises:
            NotFound: when it does not exist.
            LweError: while an answer is being written in its conversation.
        """
        find = "SELECT conversation_id FROM message WHERE id = ?"
        with self._database.story():
            found = self._database.row(find, (message_id,))
            if found is None:
                raise NotFound("Message", message_id)
            entries.check_quiet(self._database, found["conversation_id"])
            self._database.change("DELETE FROM message WHERE id = ?", (message_id,))
            # SQLite may give its id to another message: no fork may still be after this one.
            tails.settled_forks(self._database, found["conversation_id"])

    def delete_conversation(self, conversation_id: int) -> None:
        """Delete a conversation and everything in it.

        Raises:
            NotFound: when it does not exist.
        """
        with self._database.story():
            self.conversation(conversation_id)
            self._database.change("DELETE FROM conversation WHERE id = ?", (conversation_id,))

    def _message_rows(self, conversation_id: int) -> list[dict[str, Any]]:
        return self._database.rows(_MESSAGES, (conversation_id,))
