"""A question on its way into the database, and what became of it; never lost, whoever leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lwe.domain import Origin
from lwe.errors import LweError
from lwe.state import State
from lwe_tui import permits
from lwe_tui.room import Room

if TYPE_CHECKING:
    from lwe.engine import Engine, Opened
    from lwe.requests import Find

LOG = logging.getLogger("lwe.turns")


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


OnBegun = Callable[[Begun | Unasked], None]
"""Told on the event loop what became of a question, also when its task was cancelled before."""
Begin = Callable[["Engine", "Find"], "Opened"]
"""Stores a question; called inside the room."""


class Opening:
    """A question on its way into the database, in one step or, with tools, in two.

    Args:
        room: where the database is written.
        engine: returns the library's parts; only called inside the room.
        begin: stores the question.
        begun: told on the running loop what became of it.
        keep: stores its words when it cannot be asked and nobody waits; called in the room.
        consent: asked before a server is used that nobody has allowed.
    """

    def __init__(
        self,
        room: Room,
        engine: Callable[[], Engine],
        begin: Begin,
        begun: OnBegun,
        keep: Callable[[], None],
        consent: permits.Consent | None,
    ) -> None:
        self._room, self._engine, self._begin = room, engine, begin
        self._begun, self._keep, self._consent = begun, keep, consent
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
            found = await permits.look(unready.find, self._consent)
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
