"""Shows what a long piece of work says while it is done; Escape ends it or leaves it alone."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from lwe.errors import LweError
from lwe_tui.modals.modal import Modal
from lwe_tui.render.clean import clean_line
from lwe_tui.room import apart, aside
from lwe_tui.widgets.tasks import Tasks

Job = Callable[[Callable[[str], None]], object]
"""Takes a callable that is told what happens, a line each; it may be called in any thread."""
LAST_LINES = 8
DRAW_SECONDS = 0.25


class Working(Modal[str | None], Tasks):
    """Does a blocking job in a thread of its own.

    Answers with what went wrong, empty when nothing did, None when it was left alone.

    Args:
        title: what is done.
        job: does it.
        end: ends it before its time; None when it can only be left alone.
    """

    BINDINGS = [Binding("escape", "leave", "Cancel")]  # noqa: RUF012 - Textual's convention

    def __init__(self, title: str, job: Job, end: Callable[[], object] | None = None) -> None:
        super().__init__(classes="form")
        self._title, self._job, self._end = title, job, end
        self._said: deque[str] = deque(maxlen=LAST_LINES)
        self._since = time.monotonic()
        self._is_ending = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(clean_line(self._title), classes="title", markup=False)
            yield Static("", id="said", markup=False)
            yield Static("", classes="label", markup=False)

    def on_mount(self) -> None:
        self._draw()
        self.set_interval(DRAW_SECONDS, self._draw)
        self.start_task("job", self._run)

    def on_unmount(self) -> None:
        if self._end is not None and not self._answered:
            aside(self._end)  # Nobody waits for it; it should not go on alone.

    def action_leave(self) -> None:
        if self._end is None:
            self.dismiss(None)
        elif not self._is_ending:
            self._is_ending = True
            aside(self._end)  # The job ends then, and says how.
            self._draw()

    def _draw(self) -> None:
        self.query_one("#said", Static).update("\n".join(clean_line(line) for line in self._said))
        seconds = int(time.monotonic() - self._since)
        hint = "Stopping…" if self._is_ending else "Esc cancels."
        self.query_one(".label", Static).update(f"{hint}  {seconds} s")

    async def _run(self) -> None:
        try:
            await apart(self._job, self._said.append)
        except LweError as error:
            self.dismiss(str(error))
        except Exception as error:
            self.dismiss(f"A fault of the program: {error!r}")
            raise
        else:
            self.dismiss("")
