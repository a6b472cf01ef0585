"""The list of conversations: pinned ones, then newest first, in groups, read a window at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.actions import SkipAction
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from lwe.domain import Conversation, Group
from lwe.errors import LweError
from lwe.state import State
from lwe_tui import keys
from lwe_tui.lists import Shown
from lwe_tui.messages import ConversationOpened, Noticed
from lwe_tui.render.clean import clean
from lwe_tui.render.rows import conversation_row
from lwe_tui.session import Session
from lwe_tui.widgets.line_input import LineInput
from lwe_tui.widgets.tasks import Tasks
from lwe_tui.widgets.virtual_list import Row, RowClass, VirtualList

EMPTY = "No conversations yet.\nWrite below; Enter sends."
REFRESH_SECONDS = 4.0


class ConversationList(Vertical, Tasks):
    """Shows the user's conversations; a mark tells what is going on in them.

    Attributes:
        busy: those that are being answered.
        news: those with an answer that nobody has seen.
        waiting: those where a decision is waited for.
    """

    BINDINGS = keys.bindings(keys.CONVERSATIONS)
    state: reactive[State] = reactive(State, init=False)
    busy: reactive[frozenset[int]] = reactive(frozenset, init=False)
    news: reactive[frozenset[int]] = reactive(frozenset, init=False)
    waiting: reactive[frozenset[int]] = reactive(frozenset, init=False)
    """Where a tool waits for a decision."""

    @dataclass
    class Wanted(Message):
        """Something is to be done with conversations.

        Attributes:
            deed: what its keys call it.
            ids: the marked ones, else the one under the cursor.
        """

        deed: str
        ids: tuple[int, ...]

    def __init__(self, session: Session) -> None:
        super().__init__(id="conversations")
        self._session = session
        self._changed = -1
        self._marked: dict[int, None] = {}
        self._hidden = False

    @staticmethod
    def parts() -> list[Widget]:
        """Make what it holds, to be mounted before `start`: the first frame can do without."""
        return [
            Static("Conversations", classes="title", markup=False),
            LineInput(placeholder="Filter titles", classes="filter"),
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

    # What is shown

    def watch_state(self, old: State, new: State) -> None:
        if old.conversation_id != new.conversation_id or old.title != new.title:
            self.refresh_list()

    def watch_busy(self) -> None:
        self.refresh_list()

    def watch_news(self) -> None:
        self.refresh_list()

    def watch_waiting(self) -> None:
        self.refresh_list()

    def refresh_list(self) -> None:
        """Count and read again."""
        if shown := self._shown():
            self.start_only_task("count", self._count, shown)

    def _shown(self) -> Shown | None:
        if self.state.user is None:
            return None
        needle = self.query_one(LineInput).value.strip()
        return Shown(self.state.user.id, needle, self._hidden)

    async def _count(self, shown: Shown) -> None:
        try:
            groups = await self._session.lists.groups(shown)
        except LweError as error:
            self.post_message(Noticed(str(error), "error"))
            return
        count = sum(group.count for group in groups)
        empty = f"No title has “{clean(shown.containing)}” in it." if shown.containing else EMPTY
        self.query_one(".empty", Static).update("" if count else empty)
        self.set_class(not count, "-empty")
        self.rows.set_count(count, headings(groups))
        self.rows.refresh_rows()

    @on(VirtualList.RowsWanted)
    def _fetch(self, event: VirtualList.RowsWanted) -> None:
        event.stop()
        self.start_task("read", self._read, event.offset, event.limit)

    async def _read(self, offset: int, limit: int) -> None:
        shown = self._shown()
        if shown is None:
            return
        try:
            found = await self._session.lists.window(shown, offset, limit)
        except LweError as error:
            self.post_message(Noticed(str(error), "error"))
            return
        if shown == self._shown():
            self.rows.provide(offset, [self._row(conversation) for conversation in found])

    def _row(self, conversation: Conversation) -> Row:
        style_class = self._class(conversation.id)
        return conversation_row(conversation, style_class, conversation.id in self._marked)

    def _class(self, conversation_id: int) -> RowClass:
        if conversation_id in self.waiting:
            return "waiting"
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

    # Keys

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(ConversationOpened(int(event.key)))

    def on_key(self, event: events.Key) -> None:
        """Filter at once: letters that were pressed right after the key are behind it here."""
        line = self.query_one(LineInput)
        if event.is_printable and self.screen.focused is line:
            event.stop()  # It was on its way to the rows.
            line.insert_text_at_cursor(event.character or "")
            return
        bound = self.screen.active_bindings.get(event.key)
        if bound is not None and bound.node is self and bound.binding.action == "filter":
            event.stop()
            self.action_filter()

    def action_filter(self) -> None:
        """Narrow the list by what is typed."""
        line = self.query_one(LineInput)
        self.add_class("-filtering")
        line.display = True  # The class shows it with the next layout, too late for the focus.
        self.screen.set_focus(line)

    def action_leave(self) -> None:
        """Show all again, then mark none; with neither, others take the key."""
        if self.has_class("-filtering"):
            self.remove_class("-filtering")
            self.query_one(LineInput).value = ""
            self.query_one(LineInput).display = False
            self.screen.set_focus(self.rows)
        elif self._marked:
            self.unmark()
        else:
            raise SkipAction

    def action_to_rows(self) -> None:
        """Go from the filter into the list."""
        self.rows.focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.refresh_list()

    @on(Input.Submitted)
    def _go_to_rows(self, event: Input.Submitted) -> None:
        event.stop()
        self.rows.focus()

    def action_mark(self) -> None:
        """Mark the row, or take its mark away, and go to the next."""
        if found := self._under_cursor():
            if found in self._marked:
                del self._marked[found]
            else:
                self._marked[found] = None
            self.rows.action_cursor_down()
            self._show_marks()

    def action_show_hidden(self) -> None:
        """Show hidden conversations too, or no more."""
        self._hidden = not self._hidden
        self._show_marks()
        self.refresh_list()

    def action_do(self, deed: str) -> None:
        """Have something done with the marked conversations, else with the one here."""
        here = self._under_cursor()
        one = (here,) if here else ()
        ids = one if deed == "rename" else tuple(self._marked) or one
        if deed == "delete" and ids == one:
            self._step_aside()
        self.post_message(self.Wanted(deed, ids))

    def unmark(self) -> None:
        """Mark none."""
        if self._marked:
            self._marked.clear()
            self._show_marks()

    def _step_aside(self) -> None:
        """Let the cursor stand where it will be: a second key is meant for the next row."""
        if self.rows.cursor_row + 1 < self.rows.count:
            self.rows.action_cursor_down()
        else:
            self.rows.action_cursor_up()

    def _under_cursor(self) -> int | None:
        row = self.rows.row(self.rows.cursor_row)
        return int(row.key) if row else None

    def _show_marks(self) -> None:
        parts = ["Conversations"]
        parts += ["with hidden ones"] if self._hidden else []
        parts += [f"{len(self._marked):,} marked"] if self._marked else []
        self.query_one(".title", Static).update(" · ".join(parts))
        self.rows.refresh_rows()


def headings(groups: Sequence[Group]) -> list[tuple[int, str]]:
    """Return the index of each group's first row, and its name."""
    made, first = [], 0
    for group in groups:
        made.append((first, group.name))
        first += group.count
    return made
