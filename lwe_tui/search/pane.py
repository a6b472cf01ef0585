"""Search and switch: conversations whose titles match, then words inside messages."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from lwe.domain import Hit
from lwe.errors import LweError
from lwe_tui.lists import MOST_HITS, Sought
from lwe_tui.modals.narrow import Narrow
from lwe_tui.render.rows import UNTITLED, conversation_row, hit_row
from lwe_tui.session import Session
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.virtual_list import Row, VirtualList

FIRST_ROWS = 60
FILTERS = 'Also: preset: model: tool: before:2025-01-31 after: has:code "a phrase"'


class SearchPane(Narrow):
    """Answers with the chosen conversation's id, or with it, a colon and a message's id.

    Args:
        session: the door to the library.
        user_id: whose conversations are searched.
    """

    def __init__(self, session: Session, user_id: int) -> None:
        super().__init__("Search titles, and words in messages…")
        self._session, self._user_id = session, user_id
        self._sought: Sought | None = None
        self._titles, self._hits = 0, list[Hit]()
        self._is_looking = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield LineInput(placeholder=self._placeholder)
            yield VirtualList()
            yield Static("", classes="about", markup=False)
            yield Static(FILTERS, classes="about", markup=False)

    @property
    def words(self) -> tuple[str, ...]:
        """What was looked for."""
        return self._sought.words if self._sought else ()

    def hits_in(self, conversation_id: int) -> list[int]:
        """Return the messages of a conversation that were found."""
        return [hit.message_id for hit in self._hits if hit.conversation_id == conversation_id]

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        self.workers.cancel_group(self, "words")
        self._sought, self._hits, self._titles = None, [], 0
        self.headings, self._is_looking = (), False
        sought = self._session.lists.sought(needle, self._user_id)
        self._titles = await self._session.lists.title_count(self._user_id, sought)
        self._sought = sought
        if not needle.strip():
            return self._titles, await self.fetch(needle, 0, FIRST_ROWS)
        if self._titles:
            rows = await self.fetch(needle, 0, FIRST_ROWS)
            self._head()
            self._is_looking = True
            self.start_only_task("words", self._add_words, sought)
            return self._titles, rows
        self._hits = await self._session.lists.hits(sought)
        self._head()
        return len(self._hits), [hit_row(hit) for hit in self._hits]

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        sought, titles, rows = self._sought, self._titles, list[Row]()
        if sought is not None and offset < titles:
            most = min(limit, titles - offset)
            found = await self._session.lists.titles(self._user_id, sought, offset, most)
            rows = [conversation_row(conversation) for conversation in found]
        first, end = max(0, offset - titles), max(0, offset + limit - titles)
        return [*rows, *(hit_row(hit) for hit in self._hits[first:end])]

    async def _add_words(self, sought: Sought) -> None:
        """Show what was said below the titles, which are there already."""
        try:
            hits = await self._session.lists.hits(sought)
        except LweError as error:
            self._say(str(error))
            return
        if sought is self._sought:
            self._hits, self._is_looking = hits, False
            self._head()
            rows = self.query_one(VirtualList)
            rows.set_count(self._titles + len(hits), self.headings)
            rows.refresh_rows()
            self._say(self.about(rows.count))

    def _head(self) -> None:
        """Put a heading above the titles, and one above the hits of each conversation."""
        made = [(0, "Conversations")] if self._titles else []
        last = None
        for number, hit in enumerate(self._hits, self._titles):
            if hit.conversation_id != last:
                made.append((number, f"In: {hit.title or UNTITLED}"))
                last = hit.conversation_id
        self.headings = made

    def about(self, count: int) -> str:
        titles = f"{self._titles:,} conversation{'' if self._titles == 1 else 's'}"
        if self._is_looking:
            return f"{titles}; looking into messages…"
        if not self.needle.strip():
            return titles
        hits = f"{len(self._hits):,} message{'' if len(self._hits) == 1 else 's'}"
        if len(self._hits) == MOST_HITS:
            hits = f"the newest {MOST_HITS:,} messages, another word narrows them"
        left = " Older messages are still being indexed." if self._session.lists.left else ""
        return f"{titles}; {hits}.{left}"
