"""What was deleted and can come back."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from lwe.errors import LweError
from lwe_tui import keys
from lwe_tui.modals.confirm import Confirm
from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean
from lwe_tui.render.rows import trashed_row
from lwe_tui.session import Session
from lwe_tui.widgets.tasks import Tasks
from lwe_tui.widgets.virtual_list import VirtualList

EMPTY = "The trash is empty. What is deleted stays here for 30 days."
ABOUT = "Enter brings it back.  X removes everything for good.  Esc closes."


class Trash(Modal[int | None], Tasks):
    """Answers with what is to be restored, None when it is closed.

    Args:
        session: the door to the library.
        user_id: whose trash it is.
    """

    AUTO_FOCUS = "VirtualList"
    BINDINGS = keys.bindings(keys.TRASH)

    def __init__(self, session: Session, user_id: int) -> None:
        super().__init__(classes="narrow")
        self._session, self._user_id = session, user_id

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static("Trash", classes="title", markup=False)
            yield VirtualList()
            yield Static("", classes="about", markup=False)

    def on_mount(self) -> None:
        self.start_only_task("read", self._read)

    async def _read(self) -> None:
        try:
            found = await self._session.lists.trashed(self._user_id)
        except LweError as error:
            self._say(str(error))
            return
        self.query_one(VirtualList).set_rows([trashed_row(batch) for batch in found])
        self._say(ABOUT if found else EMPTY)

    def _say(self, text: str) -> None:
        self.query_one(".about", Static).update(clean(text))

    def action_empty(self) -> None:
        if self.query_one(VirtualList).count:
            self.start_only_task("empty", self._empty)

    async def _empty(self) -> None:
        count = self.query_one(VirtualList).count
        question = f"Remove everything in the trash ({count:,}) for good? It cannot be restored."
        if not await self.app.push_screen_wait(Confirm(question, "remove it")):
            return
        try:
            await self._session.lists.empty_trash(self._user_id)
        except LweError as error:
            self._say(str(error))
            return
        await self._read()

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.dismiss(int(event.key))
