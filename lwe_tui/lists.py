"""The lists of conversations: read, searched beside everything else, changed, put into the trash.

What takes long is read over a connection of its own in a thread of its own, and a newer question
ends the one before it: nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lwe.domain import Conversation, Group, Hit, Trashed
from lwe_tui.room import Room

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lwe.engine import Engine
    from lwe.storage.query import Query
    from lwe.storage.search import Reader

T = TypeVar("T")

MOST_HITS = 300
"""Messages that a search shows; who looks for more adds a word."""
SLICE = 500
"""Messages that are indexed at once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which conversations of a user are in the list.

    Attributes:
        containing: what their titles have in them.
        hidden: whether hidden ones are among them.
    """

    user_id: int
    containing: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed into the search, read.

    Attributes:
        titles: what a title has to have in it; None when only messages can be meant.
        words: what is lit where it was found.
    """

    titles: str | None
    words: tuple[str, ...]
    query: Query


class Looking:
    """Reads the database in a thread of its own; who stops waiting stops the reading.

    Args:
        reader: makes the connection, when something is looked for.
    """

    def __init__(self, reader: Callable[[], Reader]) -> None:
        self._make = reader
        self._reader: Reader | None = None
        self._room = Room()
        self._lock = threading.Lock()
        self._reading: object = None

    async def ask(self, call: Callable[[Reader], T]) -> T:
        """Perform a call with the reader and return what it returns."""
        name = object()
        asked: Future[T] = self._room.enter(self._perform, name, call)
        try:
            return await asyncio.shield(asyncio.wrap_future(asked))
        except asyncio.CancelledError:
            asked.cancel()  # It may not have begun.
            self._stop(name)
            raise

    def _perform(self, name: object, call: Callable[[Reader], T]) -> T:
        with self._lock:
            self._reading = name
            reader = self._reader = self._reader or self._make()
        try:
            return call(reader)
        finally:
            with self._lock:
                self._reading = None

    def _stop(self, name: object) -> None:
        with self._lock:  # What comes after it must not be interrupted.
            if self._reading is name and self._reader is not None:
                self._reader.interrupt()

    def close(self) -> None:
        """End what is being read, and close the connection."""
        with self._lock:
            if self._reader is not None:
                self._reader.interrupt()
        self._room.close(lambda: self._reader.close() if self._reader is not None else None)


class Lists:
    """Reads and changes what the list of conversations shows.

    Args:
        room: the quiet room.
        engine: returns the library's parts; only called inside the room.
        forget: told of a conversation whose id may be another's from now on.
    """

    def __init__(
        self, room: Room, engine: Callable[[], Engine], forget: Callable[[int], object]
    ) -> None:
        self._room, self._engine, self._forget = room, engine, forget
        self._looking: Looking | None = None
        self.left = 0
        """About how many messages are not indexed yet, so that their words are not found."""

    # Reading

    async def groups(self, shown: Shown) -> list[Group]:
        """Count the list's groups, in order."""
        user, containing, hidden = shown.user_id, shown.containing, shown.hidden
        if containing:
            return await self._look(lambda reader: reader.groups(user, containing, hidden=hidden))
        return await self._room.ask(lambda: self._engine().store.groups(user, hidden=hidden))

    async def window(self, shown: Shown, offset: int, limit: int) -> list[Conversation]:
        """Return a window of the list."""
        arguments = (shown.user_id, limit, offset, shown.containing, shown.hidden)
        if shown.containing:
            return await self._look(lambda reader: reader.conversations(*arguments))
        return await self._room.ask(lambda: self._engine().store.conversations(*arguments))

    async def _look(self, call: Callable[[Reader], T]) -> T:
        if self._looking is None:
            store = await self._room.ask(lambda: self._engine().store)
            self._looking = self._looking or Looking(store.reader)
        return await self._looking.ask(call)

    # Searching

    def sought(self, text: str, user_id: int) -> Sought:
        """Read what was typed.

        Raises:
            LweError: when a filter names what does not exist.
        """
        from lwe.storage.query import Query

        query = Query.parse(text, user_id=user_id)
        words = (*query.words, *query.phrases)
        filters = (query.preset, query.model, query.tool, query.user, query.before, query.after)
        if any(filters) or query.has_code:
            return Sought(None, words, query)
        return Sought(" ".join(text.replace('"', " ").split()), words, query)

    async def title_count(self, user_id: int, sought: Sought) -> int:
        """Count the conversations whose title has what is sought in it."""
        if (titles := sought.titles) is None:
            return 0
        return await self._look(lambda reader: reader.conversation_count(user_id, titles))

    async def titles(
        self, user_id: int, sought: Sought, offset: int, limit: int
    ) -> list[Conversation]:
        """Return a window of those conversations."""
        if (titles := sought.titles) is None:
            return []
        return await self._look(lambda reader: reader.conversations(user_id, limit, offset, titles))

    async def hits(self, sought: Sought) -> list[Hit]:
        """Return the newest messages in which what is sought is found."""
        return await self._look(lambda reader: reader.search(sought.query, MOST_HITS))

    # Changing

    async def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation a title."""
        await self._room.ask(lambda: self._engine().store.rename(conversation_id, title))

    async def title(self, conversation_id: int) -> str:
        """Return a conversation's title, empty without one."""
        return await self._room.ask(
            lambda: self._engine().store.conversation(conversation_id).title or ""
        )

    async def toggle_pins(self, ids: Sequence[int]) -> bool:
        """Pin conversations; take their pins away when all of them are pinned.

        Returns:
            Whether they are pinned now.
        """

        def toggle() -> bool:
            store = self._engine().store
            pinned = not all(store.conversation(one).pinned for one in ids)
            for one in ids:
                store.pin(one, pinned)
            return pinned

        return await self._room.ask(toggle)

    async def toggle_hidden(self, ids: Sequence[int]) -> bool:
        """Hide conversations; bring them back when all of them are hidden.

        Returns:
            Whether they are hidden now.
        """

        def toggle() -> bool:
            store = self._engine().store
            hidden = not all(store.conversation(one).hidden for one in ids)
            for one in ids:
                store.hide(one, hidden)
            return hidden

        return await self._room.ask(toggle)

    async def duplicate(self, ids: Sequence[int]) -> list[Conversation]:
        """Copy conversations to the top of the list."""
        return await self._room.ask(lambda: [self._engine().store.duplicate(one) for one in ids])

    # The trash

    async def trash(self, ids: Sequence[int]) -> int:
        """Put conversations into the trash; returns the batch, for `restore`."""

        def trash() -> int:
            batch = self._engine().store.trash_conversations(ids)
            for one in ids:
                self._forget(one)
            return batch

        return await self._room.ask(trash)

    async def restore(self, batch_id: int) -> list[int]:
        """Put back what was deleted at once; returns the conversations."""
        return await self._room.ask(lambda: self._engine().store.restore(batch_id))

    async def trashed(self, user_id: int) -> list[Trashed]:
        """Return what can be restored, last deleted first."""
        return await self._room.ask(lambda: self._engine().store.trash(user_id))

    async def empty_trash(self, user_id: int) -> int:
        """Remove for good what a user has deleted; returns how many batches."""
        return await self._room.ask(lambda: self._engine().store.empty_trash(user_id))

    # Upkeep

    async def tidy(self) -> None:
        """Remove what was in the trash for too long, and images that nothing names any more."""

        def tidy() -> None:
            store = self._engine().store
            store.expire_trash()
            store.remove_unused_blobs()

        await self._room.ask(tidy)

    async def index_some(self) -> int:
        """Index some of the messages that are not yet; returns about how many are left."""
        self.left = await self._room.ask(lambda: self._engine().store.index_some(SLICE))
        return self.left

    def close(self) -> None:
        """End what is being looked for."""
        if self._looking is not None:
            self._looking.close()
