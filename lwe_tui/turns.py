"""Turns as the app performs them: begun and committed in the room, streamed on the event loop.

What is put into the room is performed even when the task that asked for it is cancelled: an
answer is committed whatever happens to the screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lwe.domain import Mark, Message, ToolCall, ToolResult
from lwe.errors import LweError, ProviderError, StorageError, ToolError
from lwe.events import Event, ToolFinished
from lwe.state import State
from lwe_tui import permits
from lwe_tui.beginning import Begin, OnBegun, Opening
from lwe_tui.drafts import append
from lwe_tui.room import Room

if TYPE_CHECKING:
    from lwe.engine import Engine, Opened
    from lwe.requests import Find
    from lwe.turn.request import Overrides

LOG = logging.getLogger("lwe.turns")
JOURNAL_SECONDS = 0.8
STOPPED = Mark("stopped")


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is stored; `answer.mark` says if it is not whole.

    Attributes:
        opened: the turn, for `make_title`.
        first_token: seconds until the first word.
        seconds: until the last.
        error: why it is not whole, when somebody is to blame.
    """

    opened: Opened
    state: State
    answer: Message
    first_token: float | None
    seconds: float
    output_tokens: int | None
    error: LweError | None = None


TurnEvent = Event | Ended


@dataclass(frozen=True, slots=True)
class Again:
    """How something is asked again.

    Attributes:
        kind: the question of an answer, another question instead of one, or the rest of an answer.
        message_id: the answer, the question, the answer.
        text: what is asked instead.
    """

    kind: Literal["regenerate", "edit", "continue"]
    message_id: int
    text: str = ""
    overrides: Mapping[str, Any] | None = None


class Turns:
    """Asks questions.

    Args:
        room: where the database is written.
        engine: returns the library's parts; only called inside the room.
        tell: shows a sentence to the user; callable from any thread.

    Attributes:
        approve: asked before a tool runs; without it every tool runs.
        consent: asked before a server is used that nobody has allowed.
        stream: whether answers come in pieces.
        log: told of every turn that has been stored; called inside the room.
    """

    def __init__(
        self, room: Room, engine: Callable[[], Engine], tell: Callable[[str], None]
    ) -> None:
        self._room, self._engine, self._tell = room, engine, tell
        self.approve: permits.Approve | None = None
        self.consent: permits.Consent | None = None
        self.stream = True
        self.log: Callable[[Opened], None] = lambda _opened: None

    def send(
        self, state: State, text: str, overrides: Mapping[str, Any] | None, begun: OnBegun
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask; the question is stored before the model is called.

        Args:
            overrides: what this question does differently; `attachments` are among it.

        Raises:
            LweError: when nothing could be asked; nothing is stored then.
        """

        def begin(engine: Engine, find: Find) -> Opened:
            return engine.begin(state, text, _overrides(overrides), self.stream, find)

        return self._perform(begin, begun, lambda: self._keep(state, text, overrides))

    def retry(
        self, state: State, question_id: int, begun: OnBegun, preset: str = ""
    ) -> AsyncGenerator[TurnEvent, None]:
        """Ask a stored question again.

        Args:
            preset: asks with another preset, this once.

        Raises:
            LweError: when nothing could be asked.
        """

        def again(engine: Engine, find: Find) -> Opened:
            asked_with = engine.states.overridden(state, _overrides({"preset": preset}))
            opened = engine.retry(asked_with, question_id, find)
            opened.state = state
            return opened

        # The question has been stored before: there are no words to keep.
        return self._perform(again, begun, lambda: None)

    def again(self, state: State, how: Again, begun: OnBegun) -> AsyncGenerator[TurnEvent, None]:
        """Ask otherwise what was asked before.

        Raises:
            LweError: when nothing could be asked; nothing is changed then.
        """

        def begin(engine: Engine, find: Find) -> Opened:
            overrides, again = _overrides(how.overrides), engine.again
            match how.kind:
                case "regenerate":
                    return again.regenerate(state, how.message_id, overrides, True, find)
                case "edit":
                    return again.edit(state, how.message_id, how.text, overrides, True, find)
                case "continue":
                    return again.continue_(state, how.message_id)

        def keep() -> None:
            if how.text:
                self._keep(state, how.text, how.overrides)

        return self._perform(begin, begun, keep)

    def _keep(self, state: State, text: str, overrides: Mapping[str, Any] | None) -> None:
        if state.user is None:
            raise LweError("Nobody is logged in, so there is no draft.")
        attachments = _overrides(overrides).attachments
        place = (state.user.id, state.conversation_id)
        append(self._engine().store, *place, text, attachments)

    async def _perform(
        self, begin: Begin, begun: OnBegun, keep: Callable[[], None]
    ) -> AsyncGenerator[TurnEvent, None]:
        """Perform a turn.

        Args:
            begin: stores the question.
            begun: told what became of it.
            keep: stores its words when it cannot be asked and nobody waits; called in the room.
        """
        opening = Opening(self._room, self._engine, begin, begun, keep, self.consent)
        mark: Mark | None = STOPPED
        failure: LweError | None = None
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
                failure = error
            committed = self._room.enter(self._commit, opened, mark)
            state, answer = await asyncio.shield(asyncio.wrap_future(committed))
            turn = opened.turn
            seconds = opened.seconds or 0.0
            tokens = turn.usage.output_tokens
            yield Ended(opened, state, answer, turn.first_token, seconds, tokens, failure)
        finally:
            # Not awaited: when the app quits, a second await would not be reached.
            if committed is None:
                opening.leave(lambda opened: self._commit_unawaited(opened, mark))

    def _commit(self, opened: Opened, mark: Mark | None) -> tuple[State, Message]:
        committed = self._engine().commit(opened, mark)
        self.log(opened)
        return committed

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
            return await permits.perform(opened, call, self.approve)

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


def _overrides(given: Mapping[str, Any] | None) -> Overrides:
    from lwe.turn.request import Overrides

    attachments = tuple((given or {}).get("attachments") or ())
    return replace(Overrides.of(given), attachments=attachments)


def _mark_of(opened: Opened, error: Exception) -> Mark:
    from lwe.performing import mark_of

    return mark_of(opened.turn, error)


def _log_fault(kept: Future[None]) -> None:
    # What the database refuses is told already, and stored with the commit.
    if error := kept.exception():
        LOG.error("what was said is not in the journal", exc_info=error)
