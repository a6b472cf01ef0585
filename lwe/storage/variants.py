"""Variants: the other ways in which a conversation went on; the seed sees the one that is live.

A variant is everything from one message on. The live one is in the seed's table, as if there
were no others; they are in ours until they are shown.
"""

from __future__ import annotations

from lwe.domain import Message, Origin, Variants
from lwe.errors import LweError, NotFound
from lwe.storage import entries, rows, tails
from lwe.storage.part import Part
from lwe.storage.turns import OpenTurn


class Forks(Part):
    """Where conversations go on again, and otherwise."""

    def variants(self, conversation_id: int) -> dict[int, Variants]:
        """Return which variant is shown and how many there are, by the first message's id."""
        return {
            fork.first: Variants(fork.live + 1, len(fork.keys))
            for fork in tails.forks(self._database, conversation_id)
            if fork.first is not None
        }

    def openings(self, conversation_id: int, message_id: int) -> list[str]:
        """Return how each variant begins, in their order.

        Args:
            message_id: the first message of the one that is shown.

        Raises:
            NotFound: when the message is not there, or has no variants.
        """
        found = tails.forks(self._database, conversation_id)
        fork = next((fork for fork in found if fork.first == message_id), None)
        if fork is None:
            raise NotFound("Variant", message_id)
        return tails.openings(self._database, conversation_id, fork)

    def flip(self, conversation_id: int, message_id: int, step: int) -> int:
        """Show another variant instead of a message and everything after it.

        What is taken from the screen comes back with its marks, times and attachments.

        Args:
            message_id: the first message of the variant that is shown.
            step: how many to go on; negative for back. The first and the last are the ends.

        Returns:
            The id of the first message of the variant that is shown now.

        Raises:
            NotFound: when the message is not there, or has no variants.
            LweError: while an answer is being written in the conversation.
        """
        with self._database.story():
            entries.check_quiet(self._database, conversation_id)
            found = tails.settled_forks(self._database, conversation_id)
            fork = next((fork for fork in found if fork.first == message_id), None)
            if fork is None:
                raise NotFound("Variant", message_id)
            index = min(max(fork.live + step, 0), len(fork.keys) - 1)
            if index == fork.live:
                return message_id
            return tails.show(self._database, conversation_id, fork, index)

    def regenerate_turn(self, question_id: int, origin: Origin) -> OpenTurn:
        """Begin the turn of a stored question again; what followed it becomes a variant.

        It is there again when the turn says nothing.

        Raises:
            NotFound: when there is no such message.
            LweError: while an answer is being written in the conversation.
        """
        with self._database.story():
            conversation_id = self._place_of(question_id)
            back = tails.fork(self._database, conversation_id, question_id)
            entries.put_mark(self._database, question_id, None)
            return self._opened(conversation_id, question_id, origin, question_id, back)

    def edit_turn(self, question_id: int, question: Message, origin: Origin) -> OpenTurn:
        """Begin a turn with another question; the old one and what followed become a variant.

        They are there again when the turn says nothing, and the question is a draft then.

        Raises:
            NotFound: when there is no such message.
            LweError: while an answer is being written in the conversation.
        """
        with self._database.story():
            conversation_id = self._place_of(question_id)
            before = self._database.row(
                """SELECT coalesce(max(id), 0) AS id FROM message
                WHERE conversation_id = ? AND id < ?""",
                (conversation_id, question_id),
            )
            after = int(before["id"]) if before else 0
            back = tails.fork(self._database, conversation_id, after)
            stored = entries.add_message(self._database, conversation_id, question, origin)
            return self._opened(conversation_id, stored.id or 0, origin, after, back)

    def continue_turn(self, answer_id: int, origin: Origin) -> OpenTurn:
        """Begin a turn that goes on with a stored answer: what it says is added to its text.

        Raises:
            NotFound: when there is no such message.
            LweError: while an answer is being written in the conversation, or when more has been
                said meanwhile.
        """
        with self._database.story():
            conversation_id = self._place_of(answer_id)
            place = (conversation_id, answer_id)
            later = "SELECT 1 FROM message WHERE conversation_id = ? AND id > ?"
            if self._database.row(later, place):
                raise LweError(
                    "More was said after this answer. Only the last one can be continued."
                )
            opened = self._opened(conversation_id, answer_id, origin)
            self._database.change(
                "UPDATE tui_journal SET continues = 1 WHERE id = ?", (opened.journal_id,)
            )
            return opened

    def _place_of(self, message_id: int) -> int:
        """Return the conversation of a message that may be changed now."""
        find = "SELECT conversation_id FROM message WHERE id = ?"
        found = self._database.row(find, (message_id,))
        if found is None:
            raise NotFound("Message", message_id)
        entries.check_quiet(self._database, found["conversation_id"])
        if self._database.row(find, (message_id,)) is None:  # A dead turn's question has gone.
            raise NotFound("Message", message_id)
        return int(found["conversation_id"])

    def _opened(
        self,
        conversation_id: int,
        question_id: int,
        origin: Origin,
        after: int | None = None,
        back: int | None = None,
    ) -> OpenTurn:
        journal_id = entries.open_journal(self._database, conversation_id, question_id, origin)
        self._database.change(
            "UPDATE tui_journal SET fork_after = ?, fork_back = ? WHERE id = ?",
            (after, back, journal_id),
        )
        self._database.change(
            "UPDATE conversation SET updated_time = ? WHERE id = ?", (rows.now(), conversation_id)
        )
        return OpenTurn(conversation_id, journal_id, question_id, created=False)
