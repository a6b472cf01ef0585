"""What is shown of the open conversation, read page by page, and where its reader is."""

from __future__ import annotations

from lwe.errors import LweError
from lwe_tui.chat import pages
from lwe_tui.chat.answers import Answers, Pane
from lwe_tui.page import Page, Place
from lwe_tui.session import Session


class Reader:
    """Fills the transcript of a pane.

    Args:
        pane: shows the open conversation.
        session: the door to the library.
        answers: knows what is being answered.
    """

    def __init__(self, pane: Pane, session: Session, answers: Answers) -> None:
        self._pane, self._session, self._answers = pane, session, answers
        self._first_id: int | None = None
        self._kept: Place | None = None

    def show(self, page: Page) -> None:
        """Show what is stored of the open conversation, from its end."""
        pane, live = self._pane, self._answers.of(self._pane.view)
        self._first_id = page.messages[0].id if page.messages else None
        self._kept = page.place
        pane.transcript.load(pages.entries_of(page, live), page.more)
        if not live:
            self._answers.failed = pages.failed_in(page, pane.view, pane.here)

    async def read_earlier(self) -> bool:
        """Read messages before those that are shown; False when there are none."""
        pane, view, first = self._pane, self._pane.view, self._first_id
        if first is None:
            return False
        try:
            page = await self._session.earlier(pane.here, first)
        except LweError:
            pane.transcript.ask_again()
            raise
        if view is pane.view and first == self._first_id:
            self._first_id = page.messages[0].id if page.messages else None
            pane.transcript.put_before(pages.entries_of(page), page.more)
        return bool(page.messages)

    async def return_to(self, place: Place) -> None:
        """Go back to where the reader was, unless the reader has gone elsewhere."""
        message_id, block, row = place
        view, transcript = self._pane.view, self._pane.transcript
        while view is self._pane.view and transcript.where() is None:
            if transcript.return_to(f"message-{message_id}", block, row):
                return
            if message_id >= (self._first_id or 0) or not await self.read_earlier():
                return

    def keep_place(self) -> None:
        """Remember where the reader is."""
        where, view = self._pane.transcript.where(), self._pane.view
        place: Place | None = None
        if where is not None:
            key, block, row = where
            message_id = pages.stored_id(key) or self._answers.ids.get(key)
            place = None if message_id is None else (message_id, block, row)
        known, self._kept = self._kept, None
        if view.conversation_id is not None and view.loaded.is_set() and place != known:
            self._session.keep_place(view.conversation_id, place)
