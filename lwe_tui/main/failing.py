"""What went wrong in the open conversation: told in a line, mended with a key, shown as it came."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from textual.timer import Timer

from lwe.errors import ConfigError, LweError, ProviderError
from lwe_tui import faults, keys
from lwe_tui.chat.answers import TurnFailed
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.remedies import WAITS, Failure, keys_for, remedy_for

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

TICK_SECONDS = 1.0
LONGEST_WAIT = 3600.0


class Failing:
    """Leads from a failure to what mends it.

    Args:
        screen: where forms are shown and questions are asked again.
    """

    def __init__(self, screen: Actions) -> None:
        self._screen = screen
        self._failures: dict[int | None, Failure] = {}
        self._refusal: LweError | None = None
        self._wait: tuple[Failure, float] | None = None
        self._armed = False
        self._timer: Timer | None = None

    @property
    def current(self) -> Failure | None:
        """What went wrong last in the open conversation."""
        return self._failures.get(self._screen.chat.view.conversation_id)

    @property
    def _notice(self) -> NoticeLine:
        return self._screen.query_one(NoticeLine)

    # What goes wrong

    def take(self, failed: TurnFailed) -> None:
        """Remember a failure, and tell it if it is about the open conversation."""
        failure = Failure(failed.error, failed.noted)
        self._failures[failed.view.conversation_id] = failure
        self._notice.memory.note("error", "turn", f"{failed.error}\n\n{_raw(failed.error)}".strip())
        if failed.view is self._screen.chat.view:
            self._tell(failure)

    def _tell(self, failure: Failure) -> None:
        remedy = remedy_for(failure.error)
        # The conversation has the whole sentence where the question is stored.
        told = remedy.headline if failure.noted else str(failure.error)
        self._notice.show(told, "error")
        self._notice.stand(keys_for(failure.error, failure.noted))
        if remedy.deed == "wait" and failure.noted:
            self._count(failure)

    def forget_answered(self) -> None:
        """Forget what went wrong before, where a question is being answered."""
        chat = self._screen.chat
        if chat.live:
            self._failures.pop(chat.view.conversation_id, None)
            self._stop()

    def refused(self, error: LweError) -> str:
        """Remember why the profile is not open; returns what can be done."""
        self._refusal = error
        again = f"{keys.named('main.retry')} tries again"
        if isinstance(error, ConfigError) and error.file:
            return f"{again}, {keys.named('main.mend')} opens the file in your editor."
        return f"{again}."

    # Waiting

    def _count(self, failure: Failure) -> None:
        error = failure.error
        assert isinstance(error, ProviderError)
        wished = WAITS.get(error.kind, 0.0) if error.retry_after is None else error.retry_after
        self._stop()
        self._wait = failure, time.monotonic() + min(wished, LONGEST_WAIT)
        self._timer = self._screen.set_interval(TICK_SECONDS, self._tick)
        self._tick()

    def _tick(self) -> None:
        answered = self._screen.chat.live is not None
        if self._wait is None or answered or self._wait[0] is not self.current:
            self._stop()
            return
        failure, due = self._wait
        left = math.ceil(due - time.monotonic())
        if left > 0:
            self._notice.stand(self._waiting(left))
        elif self._armed:
            self._stop()
            self._screen.chat.questions.retry()
        else:
            self._stop()
            self._notice.stand(keys_for(failure.error))

    def _waiting(self, left: int) -> str:
        mend, retry = keys.named("main.mend"), keys.named("main.retry")
        if self._armed:
            return f"Asking again in {left} s · {retry} asks now · Esc leaves it"
        raw = keys.named("main.failure")
        return f"{left} s to wait · {mend} asks again then · {retry} asks now · {raw} shows all"

    def leave(self) -> bool:
        """Ask nothing by itself; False when nothing would have been asked."""
        if not self._armed:
            return False
        self._armed = False
        self._tick()
        return True

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._wait, self._armed = None, None, False

    # What mends it

    async def mend(self) -> None:
        """Do what helps against what went wrong last, then ask again."""
        from lwe_tui.main.mending import Mending

        mending = Mending(self._screen)
        if self._screen.chat.refusal is not None and self._refusal is not None:
            await mending.file(self._refusal)
        elif (failure := self.current) is None:
            self._screen.show_notice("Nothing went wrong here.", "info")
        elif (deed := remedy_for(failure.error).deed) == "wait":
            self._mend_wait()
        elif deed:
            await getattr(mending, deed)(failure)
        else:
            self._screen.action_retry()

    def _mend_wait(self) -> None:
        if self._wait is None:
            self._screen.action_retry()
        else:
            self._armed = not self._armed
            self._tick()

    # As it came

    def show_raw(self) -> None:
        """Show all that is known of what went wrong last."""
        from lwe_tui.chat.reading import Reading

        error = self._refusal if self._screen.chat.refusal else None
        if error is None and self.current is not None:
            error = self.current.error
        if error is None:
            self._screen.show_notice("Nothing went wrong here.", "info")
            return
        text = f"{error}\n\n{_raw(error)}".strip()
        self._screen.app.push_screen(Reading("What went wrong", text, plain=True))

    async def show_log(self) -> None:
        """Show what was told in this session."""
        from lwe_tui.chat.reading import Reading
        from lwe_tui.modals.log import Log

        happenings = list(self._notice.memory.happenings)
        files = [str(faults.log_file())]
        if self._screen.chat.refusal is None:
            files += await self._screen.session.log_files()
        number = await self._screen.app.push_screen_wait(Log(happenings, files))
        if number is not None:
            one = happenings[int(number)]
            title = f"{one.when:%H:%M:%S} {one.level} {one.source}"
            self._screen.app.push_screen(Reading(title, one.text, plain=True))


def _raw(error: LweError) -> str:
    if not isinstance(error, ProviderError):
        return ""
    details = error.details
    url = details.url if details.url and details.url not in details.raw else ""
    return "\n\n".join(part for part in (f"Kind: {error.kind}", url, details.raw) if part)
