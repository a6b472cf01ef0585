"""Calls of tools wait here until a person, or a rule that a person has made, lets them run."""

from __future__ import annotations

from collections.abc import Callable

from lwe.domain import ToolCall
from lwe.errors import LweError
from lwe_tui.chat.answers import Pane
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.decision import Approval, Decision, Verdict
from lwe_tui.chat.live import View
from lwe_tui.messages import DecisionsWanted, Noticed
from lwe_tui.permits import Wish
from lwe_tui.session import Session


class Approvals:
    """Asks a person before a tool runs.

    Args:
        pane: shows the open conversation.
        session: the door to the library.
        view_of: returns the view of a conversation that is being answered.
    """

    def __init__(self, pane: Pane, session: Session, view_of: Callable[[int | None], View]) -> None:
        self._pane, self._session, self._view_of = pane, session, view_of
        self.waiting: list[Approval] = []
        """What no person has decided yet, the oldest first."""

    @property
    def decision(self) -> Decision | None:
        """The decision that is wanted in the open conversation."""
        found = self._pane.query(Decision)
        return found.first() if found and found.first().approval is not None else None

    async def approve(self, wish: Wish) -> ToolCall | None:
        """Return the call that may run, perhaps with other arguments; None when none may."""
        match await self._policy(wish):
            case "always" | "conversation":
                return wish.call
            case "never":
                return None
        here = wish.conversation_id
        view = self._pane.view if here is None else self._view_of(here)
        approval = Approval(view, wish.call, wish.about)
        self.waiting.append(approval)
        try:
            self.show()
            if view is not self._pane.view:
                text = "A tool waits for your decision in another conversation."
                self._pane.post_message(Noticed(text))
            verdict, call = await approval.answer
        finally:
            self.waiting.remove(approval)
            self.show()
        await self._remember(wish, verdict)
        return None if verdict in ("no", "never") else call

    def show(self) -> None:
        """Show the oldest decision of the open conversation in the composer's place, if any."""
        pane = self._pane
        if not pane.is_attached or not pane.query(Composer):  # The program is ending.
            return
        here = next((found for found in self.waiting if found.view is pane.view), None)
        composer = pane.composer
        if here is not None:
            decision = self._decision()
            was_writing = pane.screen.focused in (composer, None)
            decision.show(here)
            if was_writing:
                pane.screen.set_focus(decision.arguments)
            composer.display = False
        elif (shown := self.decision) is not None:
            was_deciding = shown.has_focus_within
            composer.display = True
            if was_deciding:
                pane.screen.set_focus(composer)
            shown.show(None)
        ids = (found.view.conversation_id for found in self.waiting)
        pane.post_message(DecisionsWanted(frozenset(found for found in ids if found is not None)))

    def _decision(self) -> Decision:
        if found := self._pane.query(Decision):
            return found.first()
        decision = Decision(self._pane.composer.take_key)
        self._pane.mount(decision, before=self._pane.composer)
        decision.mount_all(decision.parts())
        return decision

    async def _policy(self, wish: Wish) -> str:
        def found() -> str:
            engine = self._session.engine
            made = engine.store.tool_policies(wish.conversation_id).get(wish.call.name)
            return made or str(engine.config.get("tools.policy") or "ask")

        return await self._session.ask(found)

    async def _remember(self, wish: Wish, verdict: Verdict) -> None:
        store, tool, here = self._session.engine.store, wish.call.name, wish.conversation_id
        try:
            match verdict:
                case "conversation" if here is not None:
                    await self._session.ask(
                        lambda: store.set_tool_policy(tool, "conversation", here)
                    )
                case "always" | "never":
                    await self._session.ask(lambda: store.set_tool_policy(tool, verdict))
        except LweError as error:  # It is decided all the same, this once.
            self._pane.post_message(Noticed(f"The decision could not be kept. {error}", "error"))
