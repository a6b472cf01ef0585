"""What can be done with conversations: renamed, pinned, hidden, deleted and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lwe.errors import LweError, NotFound
from lwe_tui.messages import Noticed, TitleMade
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

UPKEEP_SECONDS = 2.0
"""What nobody waits for begins so long after the start."""
SLICE_SECONDS, AGAIN_SECONDS = 0.05, 30.0
"""Pauses between two slices of the index, and after another program kept us from writing."""


class Listing:
    """Changes the list of conversations.

    Args:
        screen: where forms are shown.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._deleted: list[int] = []

    @property
    def _list(self) -> ConversationList:
        return self._screen.query_one(ConversationList)

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))

    def want(self, deed: str, ids: tuple[int, ...]) -> None:
        """Begin a deed by the name that its key has."""
        if deed in ("undelete", "show_trash"):
            self._screen.start_only_task("trash", getattr(self, deed))
        elif deed == "rename" and ids:
            self._screen.start_only_task("rename", self.rename, ids)  # Two keys, one form.
        elif ids:
            self._screen.start_task("listing", getattr(self, deed), ids)

    # Deeds

    async def rename(self, ids: Sequence[int]) -> None:
        """Give a conversation another title."""
        from lwe_tui.modals.form import Field, Form

        lists, here = self._session.lists, ids[0]
        title, problem = await lists.title(here), ""
        while True:
            form = Form("Rename the conversation", [Field("title", "Title", title)], "", problem)
            answer = await self._screen.app.push_screen_wait(form)
            if answer is None:
                return
            if title := answer["title"].strip():
                await lists.rename(here, title)
                self._screen.post_message(TitleMade(here, title))
                return
            problem = "A title has at least one letter. Esc leaves it as it was."

    async def pin(self, ids: Sequence[int]) -> None:
        """Let conversations stand before all others, or at their places again."""
        pinned = await self._session.lists.toggle_pins(ids)
        self._changed()
        self._tell(f"{_counted(ids)} {'pinned' if pinned else 'not pinned any more'}.")

    async def hide(self, ids: Sequence[int]) -> None:
        """Take conversations out of the list, or back into it."""
        hidden = await self._session.lists.toggle_hidden(ids)
        self._changed()
        how = (
            "hidden. H shows hidden ones, h there brings back" if hidden else "not hidden any more"
        )
        self._tell(f"{_counted(ids)} {how}.")

    async def duplicate(self, ids: Sequence[int]) -> None:
        """Copy conversations."""
        copies = await self._session.lists.duplicate(ids)
        self._changed()
        title = copies[0].title if len(copies) == 1 else None
        self._tell(f"“{title}” was made." if title else f"{_counted(ids)} copied.")

    def _changed(self) -> None:
        self._list.unmark()
        self._list.refresh_list()

    # The trash

    async def delete(self, ids: Sequence[int]) -> None:
        """Put conversations into the trash; where an answer is coming it is not taken away."""
        answered = self._list.busy.intersection(ids)
        live = self._screen.chat.live
        here = self._screen.chat.view.conversation_id
        if answered or (live and here in ids):
            raise LweError(
                "Nothing was deleted: an answer is still coming there. Open it and press Esc to "
                "stop it, then delete it."
            )
        if here in ids:
            self._screen.switching.open_new()  # What is written there is stored before.
        try:
            self._deleted.append(await self._session.lists.trash(ids))
        except LweError as error:
            if isinstance(error, NotFound):
                self._changed()  # Another program was quicker: its mark must not stay.
            elif here in ids and here is not None:
                self._screen.switching.open(here)
            raise
        self._changed()
        self._tell(f"{_counted(ids)} deleted. u brings back, T shows the trash.")

    async def undelete(self) -> None:
        """Bring back what was deleted last, and open it."""
        if self._deleted:
            await self._restore(self._deleted.pop())
        else:
            self._tell("Nothing was deleted since the start. T shows the trash.")

    async def show_trash(self) -> None:
        """Show what was deleted, and bring back what is chosen."""
        from lwe_tui.sidebar.trash import Trash

        user = self._screen.state.user
        if user is None:
            return
        batch = await self._screen.app.push_screen_wait(Trash(self._session, user.id))
        if batch is not None:
            self._deleted = [other for other in self._deleted if other != batch]
            await self._restore(batch)

    async def _restore(self, batch_id: int) -> None:
        ids = await self._session.lists.restore(batch_id)
        if ids:
            if ids[0] == self._screen.chat.view.conversation_id:
                self._screen.switching.open_new()  # A message is back: all is read again.
            self._screen.switching.open(ids[0])
        self._list.refresh_list()
        self._tell(f"{_counted(ids)} restored.")

    # What nobody waits for

    def keep_up(self) -> None:
        """Begin what has to be done now and then, when the start is over."""
        self._screen.set_timer(UPKEEP_SECONDS, self._begin_upkeep)

    def _begin_upkeep(self) -> None:
        self._screen.start_only_task("upkeep", self._keep_up)

    async def _keep_up(self) -> None:
        lists = self._session.lists
        try:
            await lists.tidy()
            left = await lists.index_some()
            while left:
                await asyncio.sleep(SLICE_SECONDS)
                left = await lists.index_some()
        except LweError:  # Another program is writing, most likely; nobody waits for this.
            self._screen.set_timer(AGAIN_SECONDS, self._begin_upkeep)


def _counted(ids: Sequence[int]) -> str:
    return "The conversation is" if len(ids) == 1 else f"{len(ids):,} conversations are"
