"""Keeps what turns say: while they last, when they end, and later what a lock kept out then."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lwe.domain import Mark, Message
from lwe.errors import LweError, NotFound, StorageError
from lwe.events import Event, ToolFinished
from lwe.providers.provider import Provider, Stop
from lwe.state import State
from lwe.states import States
from lwe.turn.drive import Run, drive
from lwe.turn.flow import Turn
from lwe.turn.request import Overrides

if TYPE_CHECKING:
    from lwe.storage.store import OpenTurn, Store

LOG = logging.getLogger("lwe.performing")
JOURNAL_SECONDS = 0.8
"""How long words may be in no file, also while the model is silent."""
STOPPED = Mark("stopped")
DELETED = Mark("failed", "The conversation was deleted meanwhile; this answer is not stored.")


class NotStoredYet(StorageError):
    """An answer that the database did not take; `Performing.settle` stores it.

    Args:
        answer: what the model answered all the same.
        reason: why it could not be stored.
    """

    def __init__(self, answer: object, reason: StorageError) -> None:
        super().__init__(
            "The answer is not stored yet; this is tried again before the next question, and when "
            f"the program ends. {reason}"
        )
        self.answer = answer


@dataclass(slots=True)
class Opened:
    """A turn that has begun: what is asked, who answers, where it is kept.

    Attributes:
        state: the state to which the caller returns.
        run: runs a tool, in the thread that calls it.
        stored: the row that keeps it until it is committed; None without a user.
        kept: how many of the turn's messages are stored as whole rounds.
        noted: how many of them are stored or in the journal.
        words: the text that the journal has.
        seconds: how long it took, known when it has ended.
        response: what `ask` answers, known then: the text, the calls, or a tool's value.
    """

    turn: Turn
    provider: Provider
    state: State
    overrides: Overrides
    run: Run
    stored: OpenTurn | None = None
    kept: int = 0
    noted: int = 0
    words: str = ""
    seconds: float | None = None
    response: object = None
    guard: threading.RLock = field(default_factory=threading.RLock)


class Performing:
    """Performs turns and stores what comes of them; may be used from any thread.

    Args:
        store: returns the database; called when something is to be stored.
        states: chooses the preset that a turn leaves in force.
        tell: tells the user something, later.
    """

    def __init__(
        self, store: Callable[[], Store], states: States, tell: Callable[[str], None]
    ) -> None:
        self._store, self._states, self._tell = store, states, tell
        self._unsettled: list[tuple[Opened, Mark | None]] = []
        self._guard = threading.RLock()

    def perform(self, opened: Opened, stop: Stop, hear: Callable[[Event], None]) -> Message:
        """Perform a turn in the caller's thread; whatever ends it, what was said is stored.

        Args:
            opened: the turn; its state is the one after it when this returns or raises.
            stop: ends it when it is wished.
            hear: told every event; what it raises ends the turn.

        Returns:
            The last message as it is stored.

        Raises:
            NotStoredYet: when the answer came and could not be stored.
            LweError: when the model cannot answer.
        """
        try:
            with (
                self._journalled(opened),
                closing(drive(opened.turn, opened.provider, stop, opened.run)) as events,
            ):
                for event in events:
                    if isinstance(event, ToolFinished):
                        self.keep(opened)
                    hear(event)
        except BaseException as error:
            try:
                self.commit(opened, mark_of(opened.turn, error))
            except NotStoredYet as later:
                LOG.warning("%s", later)  # What ended the turn is worth more to the caller.
            raise
        return self.commit(opened, STOPPED if stop.wished else None)[1]

    def keep(self, opened: Opened) -> None:
        """Store rounds of tools that are whole, and put into the journal what else was said.

        What cannot be stored now is with the next call, or with the commit.
        """
        if opened.stored is None:
            return
        try:
            with opened.guard:
                self._keep(opened, opened.stored.journal_id)
        except StorageError as error:
            LOG.warning("what was said is not in the journal yet: %s", error)

    def commit(self, opened: Opened, mark: Mark | None = None) -> tuple[State, Message]:
        """Store the answer, also one that was stopped, cut or never came.

        Args:
            opened: the turn.
            mark: what went differently; None for a whole answer.

        Returns:
            The state after the turn, and its last message as it is stored; when the conversation
            has been deleted meanwhile, the answer is marked and the state is in no conversation.

        Raises:
            NotStoredYet: when it cannot be stored now; `settle` tries again.
        """
        turn = opened.turn
        opened.seconds = turn.seconds
        opened.response = turn.response if mark is None else turn.text
        LOG.debug("answered %s in %.1f s", mark, opened.seconds)
        if mark is None and opened.overrides.activate_preset and opened.overrides.preset:
            try:
                opened.state = self._states.activate_preset(opened.state, opened.overrides.preset)
            except LweError as error:  # The answer stands, whatever became of the preset's file.
                self._tell(str(error))
        try:
            answer = self._commit(opened, mark)
        except StorageError as error:
            self._remember(opened, mark)
            raise NotStoredYet(opened.response, error) from error
        return opened.state, answer

    def settle(self) -> None:
        """Store the answers that could not be stored before, in the order in which they came.

        Raises:
            StorageError: when they still cannot.
        """
        with self._guard:
            while self._unsettled:
                self._commit(*self._unsettled[0])
                del self._unsettled[0]
                if not self._unsettled:
                    atexit.unregister(self.settle_if_possible)

    def settle_if_possible(self) -> None:
        """Do what `settle` does, as far as it can be done now."""
        try:
            self.settle()
        except StorageError as error:  # The journal has the words; what is asked next tries again.
            LOG.warning("an answer is not stored yet: %s", error)

    def close(self) -> None:
        """Settle for the last time, if it can be done now."""
        self.settle_if_possible()
        atexit.unregister(self.settle_if_possible)

    # Inner

    @contextmanager
    def _journalled(self, opened: Opened) -> Iterator[None]:
        """Keep what is said while the body runs, also while it waits for a silent model."""
        if opened.stored is None:
            yield
            return
        ended = threading.Event()

        def write() -> None:
            while not ended.wait(JOURNAL_SECONDS):
                self.keep(opened)

        writer = threading.Thread(target=write, name="lwe-journal", daemon=True)
        writer.start()
        try:
            yield
        finally:
            ended.set()
            writer.join()

    def _keep(self, opened: Opened, journal_id: int) -> None:
        so_far = opened.turn.progress()
        if so_far.whole > opened.kept:
            self._store().extend_turn(journal_id, so_far.said[opened.kept : so_far.whole])
            opened.kept = opened.noted = so_far.whole
            opened.words = ""
        new, text = so_far.said[opened.noted :], so_far.text
        if new or (text and text != opened.words):
            self._store().note_progress(journal_id, text, new)
            opened.noted, opened.words = len(so_far.said), text

    def _commit(self, opened: Opened, mark: Mark | None) -> Message:
        answer = opened.turn.answer(mark)
        if opened.stored is None:
            return answer
        with opened.guard:
            stored = self._store_answer(opened, opened.stored, answer)
        if stored is None and not self._is_there(opened.stored.conversation_id):
            opened.state = replace(opened.state, conversation_id=None, title=None)
            return replace(answer, mark=DELETED)
        return stored or answer

    def _store_answer(self, opened: Opened, stored: OpenTurn, answer: Message) -> Message | None:
        from lwe.storage.store import Timing

        turn = opened.turn
        timing = Timing(
            turn.first_token, opened.seconds, turn.usage.input_tokens, turn.usage.output_tokens
        )
        return self._store().commit_turn(stored.journal_id, answer, timing, turn.rest(opened.kept))

    def _is_there(self, conversation_id: int) -> bool:
        try:
            self._store().conversation(conversation_id)
        except NotFound:
            return False
        return True

    def _remember(self, opened: Opened, mark: Mark | None) -> None:
        with self._guard:
            if not self._unsettled:
                atexit.register(self.settle_if_possible)
            self._unsettled.append((opened, mark))


def mark_of(turn: Turn, error: BaseException) -> Mark:
    """Return the mark of an answer that was ended by an error, or by whoever wished its end."""
    if not isinstance(error, Exception):
        return STOPPED
    known = isinstance(error, LweError)
    note = str(error) if known else f"A fault ended the answer: {error!r}"
    return Mark("cut" if turn.has_said else "failed", note)
