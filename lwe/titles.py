"""Makes titles of conversations beside the program, which waits for them only when it ends."""

from __future__ import annotations

import atexit
import logging
import threading

from lwe.engine import Engine, Opened
from lwe.errors import LweError
from lwe.providers.provider import Provider, Stop
from lwe.state import State
from lwe.turn.drive import drive
from lwe.turn.flow import Turn

LOG = logging.getLogger("lwe.titles")
_running: dict[threading.Thread, Stop] = {}


class Titles:
    """Asks models for titles, each in a thread of its own.

    Args:
        engine: asks and stores.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads: dict[int, threading.Thread] = {}

    def make(self, state: State, opened: Opened) -> None:
        """Have the open conversation's title made, unless it has or needs none; does not wait.

        Args:
            state: where the conversation is.
            opened: the turn that was asked in it.
        """
        conversation_id = state.conversation_id
        alive = {key: thread for key, thread in self._threads.items() if thread.is_alive()}
        self._threads = alive
        if conversation_id is None or conversation_id in alive:
            return
        try:
            wanted = self._engine.title_request(state, opened)
        except LweError:
            return  # A title is worth no failed answer; the next turn asks again.
        if wanted is None:
            return
        provider, request = wanted
        turn, stop = Turn(request, state.origin), Stop()
        # Not awaited by Python itself, which would show a traceback when it is interrupted then.
        thread = threading.Thread(
            target=self._ask,
            args=(conversation_id, provider, turn, stop),
            name="lwe-title",
            daemon=True,
        )
        self._threads[conversation_id] = thread
        _running[thread] = stop
        thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until titles that are being made are stored.

        Args:
            timeout: seconds to wait for each, None for as long as it takes.
        """
        for thread in list(self._threads.values()):
            thread.join(timeout)

    def _ask(self, conversation_id: int, provider: Provider, turn: Turn, stop: Stop) -> None:
        try:
            for _ in drive(turn, provider, stop):
                pass
            if not stop.wished:
                self._engine.keep_title(conversation_id, turn.text)
        except LweError as error:
            LOG.debug("no title was made: %s", error)
        except Exception as error:  # noqa: BLE001 - a thread's traceback would fill a terminal
            LOG.warning("no title was made: %r", error)
        finally:
            _running.pop(threading.current_thread(), None)


@atexit.register
def _wait_at_the_end() -> None:
    """Let titles be stored before the program ends; ctrl+c gives them up."""
    try:
        for thread in list(_running):
            thread.join()
    except KeyboardInterrupt:
        for stop in list(_running.values()):
            stop.request()
