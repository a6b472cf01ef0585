"""Turns as the app performs them: begun and committed in the room, streamed on the event loop.

What is put into the room is performed even when the task that asked for it is cancelled: an
answer is committed whatever happens to the screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lwe.domain import Mark, Message, Origin, ToolCall, ToolResult
from lwe.errors import ProviderError, StorageError, ToolError
from lwe.events import Event, ToolFinished
from lwe.state import State
from lwe_tui.room import Room, apart

if TYPE_CHECKING:
    from lwe.engine import Engine, Opened

LOG = logging.getLogger("lwe.turns")
JOURNAL_SECONDS = 0.8
STOPPED = Mark("stopped")


@dataclass(frozen=True, slots=True)
class Begun:
    """The question is stored and is being asked.

    Attributes:
        state: where the conversation is now.
        origin: what is asked, and with which preset.
        question_id: the stored message's id, None without a user.
    """

    state: State
    origin: Origin
    question_id: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is stored; `answer.mark` says if it is not whole.

    Attributes:
        opened: the turn, for `make_title`.
        first_token: seconds until the first word.
        seconds: until the last.
    """

    opened: Opened
    state: State
    answer: Message
    first_token: float | None
    seconds: float
    output_tokens: int | None


TurnEvent = Event | Ended
OnBegun = Callable[[Begun], None]
"""Told on the event loop that a question is stored, also when its task was cancelled before."""


class Turns:
    """Asks questions.

    Args:
        room: where the database is written.
        engine: returns the library's parts; only called inside the room.
        tell: shows a sentence to the user; callable from any thread.
    """

    def __init__(
        self, room: Room, engine: Callable[[], Engine], tell: Callable[[str], None]
    ) -> None:
        self._room, self._engine, self._tell = room, engine, tell
        self._unstored: list[tuple[Opened, Mark | None]] = []

    async def send(
        self, state: State, text: str, overrides: Mapping[str, Any] | None, begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask; the question is stored before the model is called.

        Raises:
            LweError: when nothing could be asked; nothing is stored then.
        """

        def begin() -> Opened:
            from lwe.turn.request import Overrides

            self.settle()  # What is asked now comes after it.
            return self._engine().begin(state, text, Overrides.of(overrides))

        async with aclosing(self._perform(self._room.enter(begin), begun)) as events:
            async for event in events:
                yield event

    async def retry(
        self, state: State, question_id: int, begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a stored question again.

        Raises:
            LweError: when nothing could be asked.
        """

        def again() -> Opened:
            self.settle()
            return self._engine().retry(state, question_id)

        opening = self._room.enter(again)
        async with aclosing(self._perform(opening, begun)) as events:
            async for event in events:
                yield event

    async def _perform(
        self, opening: Future[Opened], begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        _tell_begun(opening, begun)
        mark: Mark | None = STOPPED
        committed: Future[tuple[State, Message]] | None = None
        try:
            opened = await asyncio.shield(asyncio.wrap_future(opening))
            try:
                async with aclosing(self._journalled(opened)) as events:
                    async for event in events:
                        yield event
                mark = None
            except Exception as error:
                mark = Mark("cut" if opened.turn.has_said else "failed", _sentence(error))
                if not isinstance(error, ProviderError | ToolError):
                    raise  # The words are kept all the same, below.
            seconds = opened.turn.seconds
            committed = self._room.enter(self._commit, opening, mark)
            state, answer = await asyncio.shield(asyncio.wrap_future(committed))
            turn = opened.turn
            yield Ended(opened, state, answer, turn.first_token, seconds, turn.usage.output_tokens)
        finally:
            # Not awaited: when the app quits, a second await would not be reached.
            if committed is None and not (opening.done() and opening.exception()):
                self._room.enter(self._commit, opening, mark).add_done_callback(self._look)

    def _commit(self, opening: Future[Opened], mark: Mark | None) -> tuple[State, Message]:
        """Store an answer; one that another program's lock keeps out is stored with `settle`."""
        opened = opening.result()
        try:
            return self._engine().commit(opened, mark)
        except StorageError:
            self._unstored.append((opened, mark))
            raise

    def settle(self) -> None:
        """Store the answers that could not be stored before; only called inside the room.

        Raises:
            StorageError: when they still cannot.
        """
        while self._unstored:
            self._engine().commit(*self._unstored[0])
            del self._unstored[0]

    def _look(self, committed: Future[tuple[State, Message]]) -> None:
        """Tell when an answer that nobody waits for could not be stored."""
        error = committed.exception()
        if isinstance(error, StorageError):
            self._tell(f"What was said so far is not stored yet. {error}")

    async def _journalled(self, opened: Opened) -> AsyncGenerator[Event, None]:
        from lwe.turn.drive import adrive

        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None

        def write(text: str) -> None:
            self._engine().note_progress(opened, text)

        def note() -> None:
            nonlocal timer
            timer = None
            self._room.enter(write, opened.turn.text).add_done_callback(_log_failure)

        async def run(call: ToolCall) -> ToolResult:
            return await apart(opened.run, call)  # It may take as long as it likes.

        try:
            async with aclosing(adrive(opened.turn, opened.provider, run)) as events:
                async for event in events:
                    if isinstance(event, ToolFinished):
                        self._keep_settled(opened)
                    # A timer, because a stalled stream brings no event to write the rest.
                    if timer is None:
                        timer = loop.call_later(JOURNAL_SECONDS, note)
                    yield event
        finally:
            if timer is not None:
                timer.cancel()

    def _keep_settled(self, opened: Opened) -> None:
        """Store calls and results of tools; does not wait."""

        def keep() -> None:
            self._engine().keep_settled(opened)

        if settled := opened.turn.take_settled():
            opened.unstored += settled
            self._room.enter(keep).add_done_callback(_log_failure)

    async def make_title(self, ended: Ended) -> str:
        """Ask whoever answered for the conversation's title; empty when it has or needs none.

        Raises:
            LweError: when no title could be had.
        """
        from lwe.turn.drive import adrive
        from lwe.turn.flow import Turn

        state, conversation_id = ended.state, ended.state.conversation_id
        wanted = await self._room.ask(lambda: self._engine().title_request(state, ended.opened))
        if wanted is None or conversation_id is None:
            return ""
        provider, request = wanted
        turn = Turn(request, state.origin)
        async with aclosing(adrive(turn, provider)) as events:
            async for _ in events:
                pass
        return await self._room.ask(lambda: self._engine().keep_title(conversation_id, turn.text))


def _tell_begun(opening: Future[Opened], begun: OnBegun) -> None:
    """Tell on the running event loop when the question is stored."""
    loop = asyncio.get_running_loop()

    def tell(done: Future[Opened]) -> None:
        if done.exception() is not None:
            return
        opened = done.result()
        question_id = opened.stored.user_message_id if opened.stored else None
        with suppress(RuntimeError):  # The loop has ended: nobody is there to be told.
            loop.call_soon_threadsafe(begun, Begun(opened.state, opened.turn.origin, question_id))

    opening.add_done_callback(tell)


def _sentence(error: Exception) -> str:
    known = isinstance(error, ProviderError | ToolError)
    return str(error) if known else f"A fault of the program: {type(error).__name__}."


def _log_failure(noted: Future[None]) -> None:
    # The next note or the commit repeats the words, and the commit's failure is shown.
    if error := noted.exception():
        LOG.warning("the journal could not be written: %s", error)
