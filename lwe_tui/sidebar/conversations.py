"""The list of conversations, newest first, read a window at a time."""

from __future__ import annotations

from textual import on
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from lwe.domain import Conversation
from lwe.errors import LweError
from lwe.state import State
from lwe_tui.messages import ConversationOpened, Noticed
from lwe_tui.render.rows import conversation_row
from lwe_tui.session import Session
from lwe_tui.widgets.tasks import Tasks
from lwe_tui.widgets.virtual_list import Row, RowClass, VirtualList

EMPTY = "No conversations yet.\nWrite below; Enter sends."
REFRESH_SECONDS = 4.0


class ConversationList(Vertical, Tasks):
    """Shows the user's conversations; a mark tells which are busy and which have news."""

    state: reactive[State] = reactive(State, init=False)
    busy: reactive[frozenset[int]] = reactive(frozenset, init=False)
    news: reactive[frozenset[int]] = reactive(frozenset, init=False)

    def __init__(self, session: Session) -> None:
        super().__init__(id="conversations")
        self._session = session
        self._changed = -1

    @staticmethod
    def parts() -> list[Widget]:
        """Make what it holds, to be mounted before `start`: the first frame can do without."""
        return [
            Static("Conversations", classes="title", markup=False),
            VirtualList(id="conversation-rows"),
            Static("", classes="empty", markup=False),
        ]

    def start(self) -> None:
        """Begin to show what is stored, and to watch for other programs' writes."""
        self.refresh_list()
        self.set_interval(REFRESH_SECONDS, self._look_for_changes)

    @property
    def rows(self) -> VirtualList:
        """The list itself."""
        return self.query_one(VirtualList)

    def watch_state(self, old: State, new: State) -> None:
        if old.conversation_id != new.conversation_id or old.title != new.title:
            self.refresh_list()

    def watch_busy(self) -> None:
        self.refresh_list()

    def watch_news(self) -> None:
        self.refresh_list()

    def refresh_list(self) -> None:
        """Count and read again."""
        if self.state.user is not None:
            self.start_only_task("count", self._count)

    async def _count(self) -> None:
        assert self.state.user is not None
        try:
            count = await self._session.conversation_count(self.state.user.id)
        except LweError as error:
            self.post_message(Noticed(str(error), "error"))
            return
        self.query_one(".empty", Static).update("" if count else EMPTY)
        self.set_class(not count, "-empty")
        self.rows.set_count(count)
        self.rows.refresh_rows()

    @on(VirtualList.RowsWanted)
    def _fetch(self, event: VirtualList.RowsWanted) -> None:
        event.stop()
        self.start_task("read", self._read, event.offset, event.limit)

    async def _read(self, offset: int, limit: int) -> None:
        if self.state.user is None:
            return
        try:
            found = await self._session.conversations(self.state.user.id, offset, limit)
        except LweError as error:
            self.post_message(Noticed(str(error), "error"))
            return
        self.rows.provide(offset, [self._row(conversation) for conversation in found])

    def _row(self, conversation: Conversation) -> Row:
        return conversation_row(conversation, self._class(conversation.id))

    def _class(self, conversation_id: int) -> RowClass:
        if conversation_id in self.busy:
            return "busy"
        if conversation_id in self.news:
            return "news"
        return "active" if conversation_id == self.state.conversation_id else ""

    async def _look_for_changes(self) -> None:
        if self.state.user is None:
            return
        try:
            changed = await self._session.changed()
        except LweError:
            return  # The next read says what is wrong, where somebody waits for it.
        if changed != self._changed:
            self._changed = changed
            self.refresh_list()

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(ConversationOpened(int(event.key)))
