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
from lwe.errors import LweError, ProviderError, StorageError, ToolError
from lwe.events import Event, ToolFinished
from lwe.state import State
from lwe_tui.room import Room, apart

if TYPE_CHECKING:
    from lwe.engine import Engine, Opened
    from lwe.requests import Find

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
class Unasked:
    """The question was not asked, and whoever asked it does not wait for the reason.

    Attributes:
        kept: whether its words are stored all the same: as a draft, or by an earlier turn.
    """

    reason: LweError
    kept: bool = False


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
OnBegun = Callable[[Begun | Unasked], None]
"""Told on the event loop what became of a question, also when its task was cancelled before."""
Begin = Callable[["Engine", "Find"], "Opened"]
"""Stores a question; called inside the room."""


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

    async def send(
        self, state: State, text: str, overrides: Mapping[str, Any] | None, begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask; the question is stored before the model is called.

        Raises:
            LweError: when nothing could be asked; nothing is stored then.
        """

        def begin(engine: Engine, find: Find) -> Opened:
            from lwe.turn.request import Overrides

            return engine.begin(state, text, Overrides.of(overrides), True, find)

        def keep() -> None:
            if state.user is None:
                raise LweError("Nobody is logged in, so there is no draft.")
            self._engine().store.append_draft(state.user.id, state.conversation_id, text)

        async with aclosing(self._perform(begin, begun, keep)) as events:
            async for event in events:
                yield event

    async def retry(
        self, state: State, question_id: int, begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a stored question again.

        Raises:
            LweError: when nothing could be asked.
        """

        def again(engine: Engine, find: Find) -> Opened:
            return engine.retry(state, question_id, find)

        # The question has been stored before: there are no words to keep.
        async with aclosing(self._perform(again, begun, lambda: None)) as events:
            async for event in events:
                yield event

    async def _perform(
        self, begin: Begin, begun: OnBegun, keep: Callable[[], None]
    ) -> AsyncGenerator[TurnEvent, None]:
        """Perform a turn.

        Args:
            begin: stores the question.
            begun: told what became of it.
            keep: stores its words when it cannot be asked and nobody waits; called in the room.
        """
        opening = _Opening(self._room, self._engine, begin, begun, keep)
        mark: Mark | None = STOPPED
        committed: Future[tuple[State, Message]] | None = None
        try:
            opened = await opening.opened()
            try:
                async with aclosing(self._journalled(opened)) as events:
                    async for event in events:
                        yield event
                mark = None
            except Exception as error:
                mark = _mark_of(opened, error)
                if not isinstance(error, ProviderError | ToolError):
                    raise  # The words are kept all the same, below.
            committed = self._room.enter(self._commit, opened, mark)
            state, answer = await asyncio.shield(asyncio.wrap_future(committed))
            turn = opened.turn
            seconds = opened.seconds or 0.0
            yield Ended(opened, state, answer, turn.first_token, seconds, turn.usage.output_tokens)
        finally:
            # Not awaited: when the app quits, a second await would not be reached.
            if committed is None:
                opening.leave(lambda opened: self._commit_unawaited(opened, mark))

    def _commit(self, opened: Opened, mark: Mark | None) -> tuple[State, Message]:
        return self._engine().commit(opened, mark)

    def _commit_unawaited(self, opened: Opened, mark: Mark | None) -> None:
        """Store an answer that nobody waits for; told when it could not be stored."""
        try:
            self._commit(opened, mark)
        except StorageError as error:
            self._tell(str(error))
        except Exception as error:  # Nobody else hears of it; the journal has the words.
            LOG.exception("an answer is not stored")
            self._tell(f"What was said could not be stored, because of a fault: {error!r}.")

    async def _journalled(self, opened: Opened) -> AsyncGenerator[Event, None]:
        from lwe.turn.drive import adrive

        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None

        def keep() -> None:
            self._engine().performing.keep(opened)

        def note() -> None:
            nonlocal timer
            timer = None
            self._room.enter(keep).add_done_callback(_log_fault)

        async def run(call: ToolCall) -> ToolResult:
            return await apart(opened.run, call)  # It may take as long as it likes.

        try:
            async with aclosing(adrive(opened.turn, opened.provider, run)) as events:
                async for event in events:
                    if isinstance(event, ToolFinished):
                        self._room.enter(keep).add_done_callback(_log_fault)
                    # A timer, because a stalled stream brings no event to write the rest.
                    if timer is None:
                        timer = loop.call_later(JOURNAL_SECONDS, note)
                    yield event
        finally:
            if timer is not None:
                timer.cancel()

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


class _Opening:
    """A question on its way into the database, in one step or, with tools, in two.

    Args:
        room: where the database is written.
        engine: returns the library's parts; only called inside the room.
        begin: stores the question.
        begun: told on the running loop what became of it.
        keep: stores its words when it cannot be asked and nobody waits; called in the room.
    """

    def __init__(
        self,
        room: Room,
        engine: Callable[[], Engine],
        begin: Begin,
        begun: OnBegun,
        keep: Callable[[], None],
    ) -> None:
        self._room, self._engine, self._begin = room, engine, begin
        self._begun, self._keep = begun, keep
        self._loop = asyncio.get_running_loop()
        self._future = self._enter(None)

    async def opened(self) -> Opened:
        """Wait until the question is stored; tools are looked for outside the room.

        Raises:
            LweError: when it cannot be asked.
        """
        from lwe.requests import ToolsUnready

        try:
            return await asyncio.shield(asyncio.wrap_future(self._future))
        except ToolsUnready as unready:
            found = await apart(unready.find)
        self._future = self._enter(lambda _wanted: found)
        return await asyncio.shield(asyncio.wrap_future(self._future))

    def leave(self, end: Callable[[Opened], None]) -> None:
        """Stop waiting; does not wait.

        Args:
            end: called inside the room if the question is stored, or will have been.
        """
        if self._future.done() and self._future.exception():
            self._begun(Unasked(LweError("Nothing was asked.")))
            return
        opening = self._future

        def leave() -> None:
            # What was put into the room before has been done.
            if error := opening.exception():
                # Behind the draft that was saved when the question seemed to be asked.
                self._room.enter_behind(lambda: self._lose(error))
            else:
                end(opening.result())

        self._room.enter(leave)

    def _enter(self, find: Find | None) -> Future[Opened]:
        def begin() -> Opened:
            engine = self._engine()
            opened = self._begin(engine, find or engine.requests.find_later)
            question_id = opened.stored.user_message_id if opened.stored else None
            self._tell(Begun(opened.state, opened.turn.origin, question_id))
            return opened

        return self._room.enter(begin)

    def _lose(self, error: BaseException) -> None:
        """Give the words back of a question that could not be stored after all."""
        from lwe.requests import ToolsUnready

        if isinstance(error, ToolsUnready):
            reason = LweError("Nothing was asked.")
        elif isinstance(error, LweError):
            reason = error
        else:
            LOG.error("a question is not stored", exc_info=error)
            reason = LweError(f"The question could not be asked, because of a fault: {error!r}.")
        kept = True
        try:
            self._keep()  # At once: the screen that would show them may be gone.
        except LweError as error:
            LOG.warning("a question is in no draft: %s", error)
            kept = False
        self._tell(Unasked(reason, kept))

    def _tell(self, what: Begun | Unasked) -> None:
        with suppress(RuntimeError):  # The loop has ended: nobody is there to be told.
            self._loop.call_soon_threadsafe(self._begun, what)


def _mark_of(opened: Opened, error: Exception) -> Mark:
    from lwe.performing import mark_of

    return mark_of(opened.turn, error)


def _log_fault(kept: Future[None]) -> None:
    # What the database refuses is told already, and stored with the commit.
    if error := kept.exception():
        LOG.error("what was said is not in the journal", exc_info=error)
