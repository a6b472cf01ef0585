"""Turns: begun with a question, journalled while they last, ended with an answer or a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lwe.domain import Message, Origin
from lwe.errors import LweError, NotFound
from lwe.storage import entries, owner, rows
from lwe.storage.part import LARGEST_ID, Part


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn that is stored and not answered yet.

    Attributes:
        journal_id: names the turn until it is committed.
        user_message_id: the stored question.
        created: whether the conversation is new.
    """

    conversation_id: int
    journal_id: int
    user_message_id: int
    created: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """How long an answer took, in seconds, and its tokens; None where nobody knows."""

    first_token: float | None = None
    seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Turns(Part):
    """Questions and answers on their way into a database."""

    def begin_turn(
        self,
        user_id: int,
        conversation_id: int | None,
        new: Sequence[Message],
        origin: Origin,
        title: str | None = None,
    ) -> OpenTurn:
        """Store what is asked, so that it is there whatever happens to the answer.

        Args:
            user_id: who asks.
            conversation_id: where; None for a new conversation.
            new: the messages that the turn adds; the last of the user's is the question.
            origin: with what it is asked.
            title: of a new conversation; None when one has to be made.

        Raises:
            NotFound: when there is no such user, or the conversation is not the user's.
            LweError: when there is nothing to ask.
        """
        if not new:
            raise LweError("There is nothing to ask: no message was given.")
        with self._database.story():
            self._check_place(user_id, conversation_id)
            if created := conversation_id is None:
                conversation_id = self._new_conversation(user_id, title)
            assert conversation_id is not None
            stored = [
                entries.add_message(self._database, conversation_id, message, origin)
                for message in new
            ]
            asked = [message for message in stored if message.role == "user"]
            question_id = (asked or stored)[-1].id
            assert question_id is not None
            journal_id = entries.open_journal(self._database, conversation_id, question_id, origin)
        return OpenTurn(conversation_id, journal_id, question_id, created)

    def retry_turn(self, message_id: int, origin: Origin) -> OpenTurn:
        """Begin the turn of a stored question again; the question keeps its place.

        What this process, or a dead one, has of an earlier answer is kept first.

        Args:
            message_id: the question.
            origin: with what it is asked this time.

        Raises:
            NotFound: when there is no such message.
            LweError: when another program is answering it.
        """
        with self._database.story():
            found = self._database.row(
                "SELECT conversation_id FROM message WHERE id = ?", (message_id,)
            )
            if found is None:
                raise NotFound("Message", message_id)
            self._settle_earlier(message_id)
            entries.put_mark(self._database, message_id, None)
            conversation_id = int(found["conversation_id"])
            journal_id = entries.open_journal(self._database, conversation_id, message_id, origin)
        return OpenTurn(conversation_id, journal_id, message_id, created=False)

    def extend_turn(self, journal_id: int, messages: Sequence[Message]) -> None:
        """Store whole rounds of calls and results of tools while the turn goes on.

        Nothing happens when the conversation has been deleted meanwhile.
        """
        with self._database.story():
            entries.extend_journal(self._database, journal_id, messages)

    def commit_turn(
        self,
        journal_id: int,
        answer: Message,
        timing: Timing | None = None,
        before: Sequence[Message] = (),
    ) -> Message | None:
        """End a turn: store its answer, or mark the question when nothing was said.

        Args:
            journal_id: the turn.
            answer: what the model said, whole or marked.
            timing: how long it took.
            before: calls and results of tools that are not stored yet.

        Returns:
            The last message as it is stored; None when none was, because nothing was said or the
            conversation has been deleted meanwhile.
        """
        with self._database.story():
            stored = entries.close_journal(self._database, journal_id, answer, before)
            if stored is not None and timing is not None:
                self._put_timing(stored.id or 0, timing)
        return stored

    def timings(
        self, conversation_id: int, first: int = 0, last: int = LARGEST_ID
    ) -> dict[int, Timing]:
        """Return the timings of a conversation's answers by their message's id.

        Args:
            first: the least id of a message that counts.
            last: the greatest.
        """
        found = self._database.rows(
            """SELECT tui_timing.* FROM tui_timing JOIN message ON message.id = message_id
            WHERE conversation_id = ? AND message_id BETWEEN ? AND ?""",
            (conversation_id, first, last),
        )
        return {int(row.pop("message_id")): Timing(**row) for row in found}

    def _put_timing(self, message_id: int, timing: Timing) -> None:
        """Store how long an answer took; one that was gone on with took both times together."""
        earlier = self._database.row(
            "SELECT * FROM tui_timing WHERE message_id = ?", (message_id,)
        ) or dict.fromkeys(_SUMMED)
        self._database.change("DELETE FROM tui_timing WHERE message_id = ?", (message_id,))
        first = earlier.get("first_token")
        self._database.insert(
            "tui_timing",
            message_id=message_id,
            first_token=timing.first_token if first is None else first,
            **{name: _sum(earlier[name], getattr(timing, name)) for name in _SUMMED},
        )

    def _new_conversation(self, user_id: int, title: str | None) -> int:
        now = rows.now()
        return self._database.insert(
            "conversation",
            user_id=user_id,
            title=None if title is None else rows.storable(title),
            created_time=now,
            updated_time=now,
            hidden=0,
        )

    def _settle_earlier(self, question_id: int) -> None:
        found = self._database.rows(
            "SELECT * FROM tui_journal WHERE question_id = ?", (question_id,)
        )
        for row in found:
            if row["owner"] != owner.this_process() and not entries.is_abandoned(row):
                raise LweError("Another program is answering this question. Wait for its answer.")
            entries.close_journal(self._database, row["id"])


_SUMMED = ("seconds", "input_tokens", "output_tokens")


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
