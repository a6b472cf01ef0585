"""Goes from one conversation, or one way of asking, to another; at once, and read afterwards.

What is typed right after a key belongs to where the key leads, so the screen turns before anything
is read from the disk. What comes back from there later is taken only if the same conversation is
still open, and never for more than it was asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from lwe.errors import LweError
from lwe.state import State
from lwe_tui.chat.answers import TurnMoved
from lwe_tui.chat.live import View
from lwe_tui.chat.pane import ChatPane
from lwe_tui.page import Page
from lwe_tui.session import Session
from lwe_tui.widgets.tasks import Tasks


class Screen(Protocol):
    """What is needed of the main screen."""

    state: State

    @property
    def chat(self) -> ChatPane:
        """The pane of the open conversation."""


class Switching:
    """Changes the main screen's state.

    Args:
        screen: holds the state and the pane.
        session: the door to the library.
    """

    def __init__(self, screen: Screen, session: Session) -> None:
        self._screen, self._session = screen, session

    @property
    def _tasks(self) -> Tasks:
        return self._screen.chat

    def open(self, conversation_id: int) -> None:
        """Open a conversation; nothing happens when it is open."""
        if conversation_id != self._screen.chat.view.conversation_id:
            view = self._turn_to(conversation_id)
            self._tasks.start_task("open", self._fill, view, conversation_id)

    def open_new(self) -> None:
        """Open a new conversation; nothing happens when one is open."""
        if self._screen.chat.view.conversation_id is not None or self._screen.chat.live:
            view = self._turn_to(None)
            view.loaded.clear()
            self._tasks.start_task("open", self._fill_new, view)

    def _turn_to(self, conversation_id: int | None) -> View:
        view = self._screen.chat.turn_to(conversation_id)
        view.switched = False
        state = self._screen.state
        self._screen.state = replace(state, conversation_id=conversation_id, title=None)
        return view

    async def _fill(self, view: View, conversation_id: int) -> None:
        chat, live = self._screen.chat, self._screen.chat.live
        try:
            page = await self._session.open(self._screen.state, conversation_id)
            if chat.live is not live:  # It ended meanwhile, perhaps after the reading.
                page = await self._session.open(self._screen.state, conversation_id)
        except LweError as error:
            view.refusal = error
            view.loaded.set()
            if view is chat.view:
                self.open_new()
            raise
        how = view.how if view.switched and view.how else page.state
        self._set(view, replace(how, conversation_id=conversation_id, title=page.state.title))
        chat.fill(view, page)

    def _set(self, view: View, state: State) -> None:
        """Take a state for a conversation, which may not be the open one any more."""
        view.how = state
        if view is self._screen.chat.view:
            self._screen.state = state
        self._session.remember(state)

    async def _fill_new(self, view: View) -> None:
        state = replace(self._screen.state, conversation_id=None)
        try:
            draft = await self._session.draft(state)
        finally:
            view.loaded.set()
        self._screen.chat.fill(view, Page(state, draft=draft))

    def use_preset(self, name: str) -> None:
        """Ask with a preset from now on."""
        chat = self._screen.chat
        chat.hold()  # An Enter that follows at once is meant for this preset.
        self._tasks.start_task("preset", self._activate, name, chat.view, self._screen.state)

    async def _activate(self, name: str, view: View, ours: State) -> None:
        chat = self._screen.chat
        try:
            how = await self._session.activate_preset(ours, name)
            self._ask_with(view, self._screen.state if view is chat.view else ours, how)
        finally:
            chat.release(chat.refusal)

    def ask_with(self, how: State) -> None:
        """Take over from a state how to ask, not who or where."""
        self._ask_with(self._screen.chat.view, self._screen.state, how)

    def _ask_with(self, view: View, ours: State, how: State) -> None:
        view.switched = True
        here, title = view.conversation_id, ours.title
        self._set(view, replace(how, user=ours.user, conversation_id=here, title=title))
        self._session.warm_up(how.provider)

    def start_over(self, state: State) -> None:
        """Ask as somebody else, or with another configuration; what was here is kept for its user.

        Args:
            state: who asks and how, and the conversation that is to be open.
        """
        view = self._turn_to(None)
        view.loaded.clear()
        self._session.forget_states()
        self._screen.state = replace(state, conversation_id=None, title=None)
        self._session.warm_up(state.provider)
        if state.conversation_id is not None:
            self.open(state.conversation_id)
        else:
            self._tasks.start_task("open", self._fill_new, view)

    def follow(self, moved: TurnMoved) -> None:
        """Take over from a turn where it is stored, if its conversation is still open."""
        if moved.view is not self._screen.chat.view:
            return
        ours = self._screen.state
        state = moved.state if moved.switched else ours
        here, title = moved.view.conversation_id, ours.title or moved.state.title
        self._set(moved.view, replace(state, conversation_id=here, title=title))
