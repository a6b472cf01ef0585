"""Search and switch: type a part of a title, Enter opens."""

from __future__ import annotations

from collections.abc import Sequence

from lwe_tui.modals.narrow import Narrow
from lwe_tui.render.rows import conversation_row
from lwe_tui.session import Session
from lwe_tui.widgets.virtual_list import Row

FIRST_ROWS = 60


class SearchPane(Narrow):
    """Answers with the chosen conversation's id.

    Args:
        session: the door to the library.
        user_id: whose conversations are searched.
    """

    def __init__(self, session: Session, user_id: int) -> None:
        super().__init__("Search titles…")
        self._session, self._user_id = session, user_id

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        count = await self._session.conversation_count(self._user_id, needle)
        return count, await self.fetch(needle, 0, FIRST_ROWS)

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        found = await self._session.conversations(self._user_id, offset, limit, needle)
        return [conversation_row(conversation) for conversation in found]
