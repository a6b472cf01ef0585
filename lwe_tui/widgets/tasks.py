"""Background tasks of a widget: started in named groups, and heard when they fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker, WorkerState

P = ParamSpec("P")


@dataclass
class TaskFailed(Message):
    """A background task ended with an error that nobody expected."""

    error: BaseException


class Tasks(DOMNode):
    """Mixed into a widget whose tasks run in the background.

    Named last among the bases: Textual takes the type for its style sheets from the first.
    """

    def start_task(
        self, group: str, work: Callable[P, Awaitable[Any]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Run a task beside the others of its group."""
        # The function, not its coroutine: a task that is cancelled before its start leaves none.
        self.run_worker(partial(work, *args, **kwargs), group=group, exit_on_error=False)

    def start_only_task(
        self, group: str, work: Callable[P, Awaitable[Any]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Run a task instead of the others of its group, which are cancelled."""
        self.run_worker(
            partial(work, *args, **kwargs), group=group, exclusive=True, exit_on_error=False
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        # Textual tells nobody but the widget itself.
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.post_message(TaskFailed(event.worker.error))
