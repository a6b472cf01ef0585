"""Shows how far a long job is; Escape cancels it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from lwe.errors import LweError
from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean_line
from lwe_tui.room import apart
from lwe_tui.widgets.tasks import Tasks

Job = Callable[[Callable[[int, int], None], Callable[[], bool]], object]
"""Takes a callable for progress (done, total) and one that says whether it was cancelled."""


class Progress(Modal[str], Tasks):
    """Runs a blocking job in a thread; answers with what went wrong, empty when nothing did.

    Args:
        title: what is going on.
        job: what to do.
    """

    BINDINGS = [Binding("escape", "cancel", "Cancel")]  # noqa: RUF012 - Textual's convention

    def __init__(self, title: str, job: Job) -> None:
        super().__init__(classes="form")
        self._title, self._job = title, job
        self._cancelled = threading.Event()
        self._done = (0, 0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(clean_line(self._title), classes="title", markup=False)
            yield ProgressBar(show_eta=False)
            yield Static("Esc cancels.", classes="label", markup=False)

    def on_mount(self) -> None:
        self.set_interval(0.2, self._draw)
        self.start_task("job", self._run)

    def on_unmount(self) -> None:
        self._cancelled.set()  # Nobody waits for the job's thread; it should not go on alone.

    def action_cancel(self) -> None:
        self._cancelled.set()

    def _report(self, done: int, total: int) -> None:
        self._done = (done, total)

    def _draw(self) -> None:
        done, total = self._done
        if total:
            self.query_one(ProgressBar).update(total=total, progress=done)

    async def _run(self) -> None:
        try:
            await apart(self._job, self._report, self._cancelled.is_set)
        except LweError as error:
            self.dismiss(str(error))
        except Exception as error:
            self.dismiss(f"A fault of the program: {error!r}")
            raise
        else:
            self.dismiss("")
