"""Asks again: an answer anew, a question otherwise, the rest of an answer that was cut short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from lwe.domain import Message
from lwe.errors import LweError, NotFound, ProviderError
from lwe.providers.provider import Provider
from lwe.requests import Find, Requests
from lwe.state import State
from lwe.states import States
from lwe.turn import attach
from lwe.turn.flow import Turn
from lwe.turn.request import NO_OVERRIDES, Overrides, new_messages

if TYPE_CHECKING:
    from lwe.storage.store import OpenTurn, Store

GO_ON = (
    "Your last answer was cut short. Go on exactly where it stops, in the middle of a word if need "
    "be. Repeat nothing, and write nothing about this request."
)
OpenedT = TypeVar("OpenedT")


class Again(Generic[OpenedT]):
    """Begins turns that take the place of earlier ones, which become variants.

    Args:
        states: applies overrides.
        requests: makes the turns.
        store: returns the database; called when it is needed.
        opened: makes what is performed of a turn, who answers it, the state to which the caller
            returns, the overrides, and the row that keeps it.
    """

    def __init__(
        self,
        states: States,
        requests: Requests,
        store: Callable[[], Store],
        opened: Callable[[Turn, Provider, State, Overrides, OpenTurn], OpenedT],
    ) -> None:
        self._states, self._requests, self._store = states, requests, store
        self._opened = opened

    def regenerate(
        self,
        state: State,
        answer_id: int,
        overrides: Overrides = NO_OVERRIDES,
        stream: bool = True,
        find: Find | None = None,
    ) -> OpenedT:
        """Ask the question before an answer again; what followed it becomes a variant.

        When the new turn says nothing, everything is as it was.

        Args:
            state: where we are.
            answer_id: any message of the answer.
            overrides: what is done differently this time.
            stream: whether the answer should come in pieces.
            find: looks for tools, as for `Engine.begin`.

        Raises:
            NotFound: when the answer is not in the open conversation.
            LweError: when it cannot be asked, or an answer is being written; nothing is changed
                then.
        """
        said = self._said(state, answer_id)
        earlier = [m for m in said if m.role == "user" and _id(m) <= answer_id]
        if not earlier:
            raise LweError("There is no question before this answer that could be asked again.")
        question = earlier[-1]
        asked_with = self._states.overridden(state, overrides)
        new = attach.illustrated([question], self._store().images(_place(state)))
        turn, provider = self._requests.prepare(
            asked_with,
            self._before(state, _id(question)),
            new,
            _streams(overrides, stream),
            find=find,
        )
        stored = self._store().regenerate_turn(_id(question), turn.origin)
        return self._opened(turn, provider, state, overrides, stored)

    def edit(
        self,
        state: State,
        question_id: int,
        text: str,
        overrides: Overrides = NO_OVERRIDES,
        stream: bool = True,
        find: Find | None = None,
    ) -> OpenedT:
        """Ask another question instead of a stored one, which becomes a variant with all after it.

        When the new turn says nothing, everything is as it was, and the question is a draft.

        Args:
            state: where we are.
            question_id: the question.
            text: what is asked instead.
            overrides: what is done differently, with the new question's attachments.
            stream: whether the answer should come in pieces.
            find: looks for tools, as for `Engine.begin`.

        Raises:
            NotFound: when the question is not in the open conversation.
            LweError: when it cannot be asked now; nothing is changed then.
        """
        old = [m for m in self._said(state, question_id) if m.id == question_id]
        if old[0].role != "user":
            raise LweError("Only a question can be edited.")
        asked_with = self._states.overridden(state, overrides)
        new = new_messages(text, "", is_new=False, attachments=overrides.attachments)
        turn, provider = self._requests.prepare(
            asked_with,
            self._before(state, question_id),
            new,
            _streams(overrides, stream),
            find=find,
        )
        stored = self._store().edit_turn(question_id, new[-1], turn.origin)
        return self._opened(turn, provider, state, overrides, stored)

    def continue_(self, state: State, answer_id: int, stream: bool = True) -> OpenedT:
        """Ask the model to go on with an answer that was stopped or cut.

        What it says is added to the stored answer, whose mark goes when it ends whole. Tools stay
        out of it.

        Raises:
            NotFound: when the answer is not in the open conversation.
            LweError: when it is whole or not the last one, when it cannot be asked, or when an
                answer is being written; nothing is changed then.
        """
        said = self._said(state, answer_id)
        answer = next(m for m in said if m.id == answer_id)
        if answer.role != "assistant" or answer.mark is None or not answer.text.strip():
            raise LweError("Only an answer that was stopped or cut can be continued.")
        turn, provider = self._requests.prepare(
            state, self._before(state, answer_id + 1), [Message("user", GO_ON)], stream, alone=True
        )
        if all(message.id != answer_id for message in turn.request.messages):
            raise ProviderError(
                "The answer is longer than what may be submitted, so the model cannot go on.",
                "too_long",
                "Raise max_submission_tokens in the preset.",
            )
        stored = self._store().continue_turn(answer_id, turn.origin)
        return self._opened(turn, provider, state, NO_OVERRIDES, stored)

    def _said(self, state: State, message_id: int) -> list[Message]:
        """Return the open conversation, which has to have this message."""
        said = [] if state.conversation_id is None else self._store().messages(_place(state))
        if all(message.id != message_id for message in said):
            raise NotFound("Message", message_id)
        return said

    def _before(self, state: State, message_id: int) -> Sequence[Message]:
        history = self._store().history_for_model(_place(state))
        before = [message for message in history if _id(message) < message_id]
        return attach.illustrated(before, self._store().images(_place(state)))


def _id(message: Message) -> int:
    return message.id or 0


def _place(state: State) -> int:
    return state.conversation_id or 0


def _streams(overrides: Overrides, stream: bool) -> bool:
    return stream if overrides.stream is None else overrides.stream
