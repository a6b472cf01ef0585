"""What can be done with messages of the open conversation: again, otherwise, on, away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from lwe.domain import Variants
from lwe.errors import LweError, NotFound
from lwe_tui.chat.reading import Reading
from lwe_tui.messages import Noticed
from lwe_tui.modals.choice import Choice
from lwe_tui.render.blocks import Entry
from lwe_tui.render.clean import clean_line
from lwe_tui.session import Session
from lwe_tui.widgets.virtual_list import Row

if TYPE_CHECKING:
    from lwe_tui.chat.pane import ChatPane
    from lwe_tui.main.actions import Actions

ONLY_ONE = "There is only one answer here. ctrl+l R asks again, and both are kept."


class Turning:
    """Performs commands on messages.

    Args:
        screen: shows what has to be chosen or read.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._deleted: list[int] = []
        self._guard = asyncio.Lock()
        again = screen.chat.again
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "regenerate": again.regenerate,
            "regenerate_with": self._regenerate_with,
            "edit": self._edit,
            "continue": again.continue_,
            "previous_variant": self._previous,
            "next_variant": self._next,
            "branches": self._branches,
            "delete": self._delete,
            "undelete": self._undelete,
            "inspect": self._inspect,
        }

    @property
    def _chat(self) -> ChatPane:
        return self._screen.chat

    async def do(self, command: str, entry_key: str = "") -> None:
        """Perform a command.

        Args:
            entry_key: the message's in the transcript; empty for the last one that it fits.

        Raises:
            LweError: when it cannot be done, with what can be done instead.
        """
        known = self._commands.get(command)
        if known is None:
            raise LweError(f"There is no command {command!r} for a message.")
        async with self._guard:  # What a key is meant for is there when the one before is done.
            await self._perform(known, entry_key)

    async def _perform(self, known: Callable[[str], Awaitable[None]], entry_key: str) -> None:
        view = self._chat.view
        try:
            await known(entry_key)
        except NotFound as error:
            # Another program has changed the conversation: what is shown is old.
            if view.conversation_id is not None:
                await self._chat.again.read_again(view)
            raise LweError(f"{error} The conversation was read again.") from error

    async def _regenerate_with(self, entry_key: str) -> None:
        preset = await self._preset()
        if preset is not None:
            await self._chat.again.regenerate(entry_key, {"preset": preset})

    async def _preset(self) -> str | None:
        rows = [
            Row(preset.name, preset.name, "now" if preset.name == self._screen.state.preset else "")
            for preset in self._screen.presets
        ]
        return await self._screen.app.push_screen_wait(Choice(rows, "Ask with which preset?"))

    async def _edit(self, entry_key: str) -> None:
        await self._chat.again.edit(entry_key)
        if self._chat.edits.is_editing:
            self._screen.back_to_composer()

    # Variants

    async def _previous(self, entry_key: str) -> None:
        await self._flip(entry_key, -1)

    async def _next(self, entry_key: str) -> None:
        await self._flip(entry_key, 1)

    async def _flip(self, entry_key: str, step: int) -> None:
        place, message_id, found = await self._fork(entry_key)
        if not 1 <= found.number + step <= found.count:
            self._tell(f"This is the {'last' if step > 0 else 'first'} of {found.count}.")
            return
        await self._show_variant(place, message_id, step)

    async def _show_variant(self, conversation_id: int, message_id: int, step: int) -> None:
        view, store = self._chat.view, self._session.engine.store
        shown = await self._session.ask(lambda: store.flip(conversation_id, message_id, step))
        await self._chat.again.read_again(view, shown)

    async def _fork(self, entry_key: str) -> tuple[int, int, Variants]:
        """Return the conversation, and the first message of the variant that an entry is in."""
        again, place = self._chat.again, self._chat.view.conversation_id
        again.check_quiet()
        if place is None:
            raise LweError(ONLY_ONE)
        entry = again.entry(entry_key, "assistant", "user", "tool")
        message_id = await again.message_id(entry)
        store = self._session.engine.store
        variants = await self._session.ask(lambda: store.variants(place))
        before = [first for first in variants if first <= message_id]
        if not before:
            raise LweError(ONLY_ONE)
        return place, max(before), variants[max(before)]

    async def _branches(self, entry_key: str) -> None:
        place, message_id, found = await self._fork(entry_key)
        store = self._session.engine.store
        words = await self._session.ask(lambda: store.openings(place, message_id))
        rows = [
            Row(str(number), clean_line(text) or "(nothing)", f"{number}/{found.count}")
            for number, text in enumerate(words, 1)
        ]
        chosen = await self._screen.app.push_screen_wait(Choice(rows, "Go on from which?"))
        if chosen is not None and int(chosen) != found.number:
            self._chat.again.check_quiet()
            if self._chat.view.conversation_id == place:
                await self._show_variant(place, message_id, int(chosen) - found.number)

    # Deleting

    async def _delete(self, entry_key: str) -> None:
        again, view = self._chat.again, self._chat.view
        again.check_quiet()
        entry = again.entry(entry_key, "assistant", "user", "tool")
        message_id = await again.message_id(entry)
        store = self._session.engine.store
        self._deleted.append(await self._session.ask(lambda: store.trash_message(message_id)))
        await again.read_again(view, self._before(entry))
        self._tell("The message was deleted. ctrl+l Z brings it back.")

    def _before(self, entry: Entry) -> int | None:
        """Return the stored message above an entry, where to look when it is gone."""
        from lwe_tui.chat.pages import stored_id

        entries = self._chat.transcript.entries
        index = next((n for n, found in enumerate(entries) if found.key == entry.key), 0)
        return stored_id(entries[index - 1].key) if index else None

    async def _undelete(self, _entry_key: str) -> None:
        if not self._deleted:
            self._tell("No message was deleted here.")
            return
        self._chat.again.check_quiet()
        store, batch = self._session.engine.store, self._deleted[-1]
        places = await self._session.ask(lambda: store.restore(batch))
        self._deleted.pop()
        if self._chat.view.conversation_id in places:
            await self._chat.again.read_again(self._chat.view)
        self._tell("The message is back.")

    # How things are asked

    async def _inspect(self, entry_key: str) -> None:
        from lwe_tui.chat.inspector import how_asked

        entry = self._chat.again.entry(entry_key, "assistant", "user", "tool")
        text = await how_asked(self._chat, self._session, entry)
        self._screen.app.push_screen(Reading("How this was asked", text, plain=True))

    async def inspect_context(self) -> None:
        """Show what the next question would submit, piece by piece.

        Raises:
            LweError: when it cannot be asked at all.
        """
        from lwe_tui.chat.inspector import will_be_sent

        self._tell("Counting tokens…")
        text = await will_be_sent(self._chat, self._session)
        self._screen.app.push_screen(Reading("What will be sent", text, plain=True))

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))
