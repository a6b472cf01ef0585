"""The journal of unfinished turns, and drafts: what must survive the end of the program."""

from __future__ import annotations

from collections.abc import Sequence

from lwe.domain import Attachment, Message
from lwe.storage import attachments as attached
from lwe.storage import drafts, entries
from lwe.storage.part import Part


class Journal(Part):
    """Words that are not messages yet."""

    def note_progress(self, journal_id: int, text: str, round: Sequence[Message] = ()) -> None:
        """Keep what has been said so far; nothing happens when the turn is gone.

        Args:
            journal_id: the turn.
            text: all words since the last call of a tool.
            round: calls and results that are new in a round that is not whole; `extend_turn` and
                `commit_turn`, which store rounds, are given them again.
        """
        with self._database.story():
            entries.note_journal(self._database, journal_id, text, round)

    def recover(self) -> int:
        """Make messages of what dead processes left unfinished; returns how many turns."""
        left = self._database.rows("SELECT id, owner, touched FROM tui_journal")
        abandoned = [row["id"] for row in left if entries.is_abandoned(row)]
        if abandoned:  # Nobody is kept from writing when there is nothing to do.
            with self._database.story():
                for journal_id in abandoned:
                    entries.close_journal(self._database, journal_id)
        return len(abandoned)

    def draft(self, user_id: int, conversation_id: int | None) -> str:
        """Return what was written and not sent; empty for nothing.

        Args:
            conversation_id: where; None for the conversation that does not exist yet.
        """
        return drafts.text_of(self._database, user_id, conversation_id)

    def save_draft(
        self,
        user_id: int,
        conversation_id: int | None,
        text: str,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Keep what is written and not sent, instead of what was kept before.

        Raises:
            NotFound: when the conversation, or the user, is not there any more.
        """
        with self._database.story():
            self._check_place(user_id, conversation_id)
            drafts.put(self._database, user_id, conversation_id, text)
            attached.put_draft(self._database, user_id, conversation_id, attachments)

    def append_draft(self, user_id: int, conversation_id: int | None, text: str) -> None:
        """Keep a text below what is written and not sent, a blank line between them.

        Raises:
            NotFound: when the conversation, or the user, is not there any more.
        """
        with self._database.story():
            self._check_place(user_id, conversation_id)
            drafts.append(self._database, user_id, conversation_id, text)
