"""Brings the screen to where a command has brought the library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lwe.commands.outcome import Effect, OpenConversation, StartedOver, StateChanged, Stream
from lwe.state import State
from lwe_tui import messages
from lwe_tui.chat.live import View
from lwe_tui.session import Session

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


class Following:
    """Takes over what a command has changed.

    Args:
        screen: holds the state.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session

    def follow(self, effect: Effect | None, view: View) -> None:
        """Take over what is changed already; at once, as questions wait for it.

        Args:
            effect: what the command led to.
            view: the conversation in which it was given.
        """
        switching = self._screen.switching
        match effect:
            case OpenConversation(None):
                switching.open_new()
            case OpenConversation(int() as conversation_id):
                switching.open(conversation_id)
            case StateChanged(state):
                self._ask_with(state, view)
            case StartedOver(state):
                self._start_over(state, view)
            case Stream(on):
                self._session.turns.stream = on
            case _:
                pass

    def _start_over(self, state: State, view: View) -> None:
        before = self._screen.state.user
        if state.user and before and state.user.id == before.id:  # Only the configuration is new.
            state = replace(state, conversation_id=view.conversation_id)
        self._screen.switching.start_over(state)
        self._screen.people.forget()

    def _ask_with(self, state: State, view: View) -> None:
        ours = self._screen.state
        if view is not self._screen.chat.view:  # The user went on to another one.
            self._session.remember(state)
            return
        if replace(state, title=ours.title, conversation_id=ours.conversation_id) != ours:
            self._screen.switching.ask_with(state)
        if state.title and state.title != ours.title and view.conversation_id is not None:
            self._screen.post_message(messages.TitleMade(view.conversation_id, state.title))
