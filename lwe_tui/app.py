"""The Textual app: the session's life, themes, signals, the first screen."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from contextlib import suppress
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.timer import Timer
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Input, TextArea

from lwe_tui import clipboard, faults, keys
from lwe_tui.exits import interruptible
from lwe_tui.main.dressing import Dressing
from lwe_tui.main.screen import MainScreen
from lwe_tui.main.setting import as_last_time, wear
from lwe_tui.messages import CopyWanted, Noticed
from lwe_tui.modals.modal import Modal
from lwe_tui.options import theme_folders
from lwe_tui.printed import own_terminal
from lwe_tui.room import aside
from lwe_tui.session import Options, Session
from lwe_tui.terminal import Mouse, mend_key_sequences, mend_pastes
from lwe_tui.widgets.tasks import TaskFailed, Tasks

QUIT_SECONDS = 2.0
INSIST_SECONDS, INSIST_PAUSE = 4.0, 0.5
INTERRUPT_SECONDS = 2.0
ESCAPE_SECONDS = 0.03
"""How long an arrow may follow an Escape and still be alt+arrow of an old terminal."""
EARLIER_SECONDS = 0.25
_ARROWS = ("up", "down", "left", "right")
_WHEEL = (
    events.MouseScrollUp,
    events.MouseScrollDown,
    events.MouseScrollLeft,
    events.MouseScrollRight,
)
_FORMS = frozenset(("enter", "tab", "shift+tab"))


class LweApp(App[None], Tasks, inherit_bindings=False):
    """Talks to language models.

    Args:
        session: the door to the library.
    """

    TITLE = "lwe-tui"
    CSS_PATH: ClassVar[
        CSSPathType | None
    ] = [  # what the first frame needs; `Sides` brings the others
        "app.tcss",
        "main/main.tcss",
        "chat/chat.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.APP)

    def __init__(self, session: Session | None = None) -> None:
        mend_key_sequences()
        mend_pastes()
        super().__init__()
        self.session = session or Session()
        self.animation_level = "none"
        self._interrupted = 0.0
        self._escape: tuple[events.Key, Timer] | None = None
        self.dressing = Dressing(self, theme_folders(self.session.options))
        self.dressing.begin()
        keymap = as_last_time(self.session)
        self.mouse = Mouse(self.session.own.mouse)
        wear(self, self.session.own, keymap)

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self.session)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave)
        if self.dressing.look.problems:
            self.post_message(Noticed("\n".join(self.dressing.look.problems), "warning"))

    def on_ready(self) -> None:
        # What was loaded for the first frame stays: it need not be looked at again.
        gc.freeze()
        gc.enable()

    async def on_event(self, event: events.Event) -> None:
        """Hold an Escape for a moment: without the kitty protocol it may begin alt+arrow."""
        if self.mouse.drops(event):
            return
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._escape is not None and event.key in _ARROWS:
                self._take_escape()
                event = events.Key(f"alt+{event.key}", None)
            else:
                await self._let_escape_go()
            if event.key == "escape":
                timer = self.set_timer(ESCAPE_SECONDS, self._let_escape_go)
                self._escape = (event, timer)
                return
            if self._takes(event):
                return
            if event.key in (_FORMS if self._asks() else keys.ahead()):
                await self._let_earlier_keys_go()
        await super().on_event(event)

    def _takes(self, event: events.Key) -> bool:
        """Hand a key to a screen that takes some before any binding."""
        screen = self.screen
        return isinstance(screen, MainScreen | Modal) and screen.takes(event)

    def _asks(self) -> bool:
        """Whether a form is what is seen."""
        if isinstance(self.screen, MainScreen):
            return False
        from lwe_tui.modals.form import Form  # Not before the first frame, which needs none.

        return isinstance(self.screen, Form)

    async def _let_earlier_keys_go(self) -> None:
        """Wait until what was typed before this key has arrived.

        Our keys act at once, while letters wait in the queue of the widget that has the focus: a
        fast typist would quit, switch or open something else before the last letters are there.
        """
        focused = self.focused
        if focused is None or not isinstance(focused.parent, Widget):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(EARLIER_SECONDS):
                # Twice: Enter makes the composer write to itself, and then to its parent.
                for widget in (focused, focused, focused.parent):
                    arrived = asyncio.Event()
                    widget.call_later(arrived.set)
                    await arrived.wait()

    def _take_escape(self) -> events.Key | None:
        if self._escape is None:
            return None
        (event, timer), self._escape = self._escape, None
        timer.stop()
        return event

    async def _let_escape_go(self) -> None:
        event = self._take_escape()
        if event is None or self._takes(event):
            return
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """Show a sentence instead of a traceback with the values of variables, keys among them."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 1
        self.panic(Text(faults.report(error)))

    def _leave(self) -> None:
        self.start_only_task("quit", self.action_quit)

    async def action_quit(self) -> None:
        """Stop what streams, keep it, and leave."""
        if not self.is_headless:
            aside(self._insist)
        main = self._main
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIT_SECONDS):
                if main is not None:
                    await main.until_words_can_be_kept()
                answering = [w for w in self.workers if (w.group or "").startswith("turn-")]
                for worker in answering:
                    worker.cancel()
                await asyncio.gather(*(_ended(worker) for worker in answering))
        if main is not None:
            main.chat.keep_draft()
            main.chat.reader.keep_place()
            main.attention.end()
        self.exit()

    def _insist(self) -> None:
        """End the process when the terminal has gone: writing to it may block for ever."""
        time.sleep(INSIST_SECONDS)
        self.session.close()  # Whatever is to be stored is stored first.
        time.sleep(INSIST_PAUSE)  # An end that only waited for that goes its own way.
        os._exit(1)

    @property
    def _main(self) -> MainScreen | None:
        return next((s for s in self.screen_stack if isinstance(s, MainScreen)), None)

    async def action_interrupt(self) -> None:
        """Copy what is selected; with nothing selected, quit at the second press."""
        if selected := self._selected():
            self.post_message(CopyWanted(selected))
            return
        now = time.monotonic()
        if now - self._interrupted < INTERRUPT_SECONDS:
            await self.action_quit()
            return
        self._interrupted = now
        self.post_message(Noticed("ctrl+c again quits."))

    def _selected(self) -> str:
        focused = self.focused
        if isinstance(focused, TextArea | Input) and focused.selected_text:
            secret = isinstance(focused, Input) and focused.password
            return "" if secret else focused.selected_text
        return self.screen.get_selected_text() or ""

    def on_composer_quit_wanted(self) -> None:
        from lwe_tui.modals.confirm import Confirm

        self.push_screen(Confirm("Quit?", "quit"), self._quit_if)

    async def _quit_if(self, wanted: bool | None) -> None:
        if wanted:
            await self.action_quit()

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.start_task("copy", self._copy, event.text)

    async def _copy(self, text: str) -> None:
        taken = await clipboard.copy(text, self._write)
        self.post_message(Noticed(f"Copied {len(text):,} characters: {taken}."))

    def on_noticed(self, event: Noticed) -> None:
        """Show what a small screen has to tell on the main one, which is below it."""
        if self._main is not None:
            self._main.show_notice(event.text, event.level)

    def on_task_failed(self, event: TaskFailed) -> None:
        if self._main is not None:
            self._main.on_task_failed(event)

    def _write(self, characters: str) -> None:
        if self._driver is not None:
            self._driver.write(characters)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, MainScreen):
            return
        from lwe_tui.main.offers import Offers
        from lwe_tui.modals.palette import Palette

        self.screen.furnish()
        # Not from a task: letters that follow at once are meant for the palette.
        offers = Offers(self.screen, self.dressing.names())
        self.push_screen(Palette(offers.at_once(), more=offers.later), self._do)

    def _do(self, chosen: str | None) -> None:
        if chosen:
            self.call_later(self.run_action, chosen, self.screen)

    def action_use_theme(self, name: str) -> None:
        self.dressing.choose(name)
        self._keep_theme(name)

    def action_choose_theme(self) -> None:
        from lwe_tui.modals.theme_picker import ThemePicker

        if isinstance(self.screen, MainScreen):
            self.screen.furnish()
            picker = ThemePicker(self.dressing.rows(), self.dressing.use)
            self.push_screen(picker, self._take_theme)

    def _take_theme(self, name: str | None) -> None:
        if name:
            self.action_use_theme(name)

    def _keep_theme(self, name: str) -> None:
        if self._main is not None:
            self._main.start_task("settings", self._main.setting.keep, "tui.theme", name)

    def use_mouse(self, mode: str) -> None:
        """Use the mouse as the configuration says, also while the app runs."""
        self.mouse.use(mode, self._driver)


async def _ended(worker: Any) -> None:
    """Wait for a worker however it ends."""
    with suppress(Exception, asyncio.CancelledError):
        await worker.wait()


def run(options: Options) -> int:
    """Run the app until the user leaves; everything said is stored by then."""
    session = Session(options)
    with own_terminal() as printed:
        try:
            app = LweApp(session)
            # Textual would throw away what is printed.
            app._capture_stdout = app._capture_stderr = printed  # type: ignore[assignment]
            app.run(mouse=app.mouse.wanted)
            return app.return_code or 0
        finally:
            # Textual's handlers are gone: a signal would end us before what was started.
            with suppress(KeyboardInterrupt), interruptible():
                session.close()
