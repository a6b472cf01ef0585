"""Offers tools in the open conversation or does so no more, and keeps that for the next time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from lwe.errors import LweError
from lwe.state import State
from lwe_tui import switches
from lwe_tui.chat.answers import TurnMoved
from lwe_tui.messages import Noticed
from lwe_tui.session import Session
from lwe_tui.sidebar.tools import Tool, ToolList, is_offered, whole

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


class ToolSwitching:
    """Switches tools.

    Args:
        screen: has the open conversation and the list of tools.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._one_by_one = asyncio.Lock()
        self._kept: set[int] = set()

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))

    async def toggle(self, tool: Tool) -> None:
        """Offer a tool in the open conversation, or do so no more.

        Raises:
            LweError: when whoever is asked takes no tools.
        """
        async with self._one_by_one:
            await self._toggle(tool)

    async def _toggle(self, tool: Tool) -> None:
        session, name, view = self._session, tool.name, self._screen.chat.view
        state = self._screen.state
        takes = await session.ask(lambda: session.engine.providers.get(state.provider).takes_tools)
        on = not is_offered(state, tool)
        if on and not takes:
            shown = state.provider.removeprefix("provider_")
            raise LweError(f"{shown} takes no tools. Choose another provider or preset first.")
        before = switches.offered(state)
        after = [*before, name] if on else self._without(tool, before)
        made = await session.ask(lambda: self._offering(state, after))
        if view is not self._screen.chat.view:  # It was meant where the key was pressed.
            view.how = made
            session.remember(made)
        elif state is not self._screen.state:
            await self._toggle(tool)
            return
        else:
            self._screen.switching.ask_with(made)
        if state.conversation_id is not None:
            await self._keep(state.conversation_id, switches.between(before, after))
        self._tell(f"{name} is {'offered' if on else 'not offered any more'} in this conversation.")

    def _offering(self, state: State, names: list[str]) -> State:
        made = switches.offering(state, names)
        differs = any(value.differs for value in self._session.engine.parameters.of(made))
        return replace(made, changed=bool(made.preset) and differs)

    def _without(self, tool: Tool, names: list[str]) -> list[str]:
        left = []
        for name in names:
            if tool.server and whole(name) == tool.server:
                left += self._screen.query_one(ToolList).of_server(tool.server)
            else:
                left.append(name)
        return [name for name in left if name != tool.name]

    async def _keep(self, conversation_id: int, switched: dict[str, bool]) -> None:
        store = self._session.engine.store

        def keep() -> None:
            known = store.conversation_settings(conversation_id).get(switches.SETTING) or {}
            value = {**known, **switched} or None
            store.set_conversation_setting(conversation_id, switches.SETTING, value)

        await self._session.ask(keep)

    def follow(self, moved: TurnMoved) -> None:
        """Keep what was switched in a conversation before anything of it was stored."""
        here = moved.view.conversation_id
        if here is not None and here not in self._kept:
            self._kept.add(here)
            self._screen.start_task("switches", self._keep_first, here, moved)

    async def _keep_first(self, here: int, moved: TurnMoved) -> None:
        session, state = self._session, moved.state

        def switched() -> dict[str, bool]:
            if session.engine.store.conversation_settings(here).get(switches.SETTING) is not None:
                return {}
            states, filed = session.engine.states, State()
            if state.preset:
                filed = states.activate_preset(state, state.preset)
            return switches.between(switches.offered(filed), switches.offered(state))

        try:
            found = await session.ask(switched)
            if found:
                await self._keep(here, found)
        except LweError as error:
            self._tell(f"Which tools are offered here could not be kept. {error}")
