"""Who uses the program: chosen, changed, and everything of theirs shown after a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from lwe.commands.command import quoted
from lwe.domain import User
from lwe_tui.chat.recall import Recall
from lwe_tui.main.opening import RECALLED
from lwe_tui.modals.choice import Choice
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.widgets.virtual_list import Row

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


async def choose_user(app: App[Any], users: Sequence[User], here: User | None = None) -> str | None:
    """Let a user be chosen; returns the name, None when nobody was."""
    rows = [Row(user.username, user.username, _about(user, here)) for user in users]
    return await app.push_screen_wait(Choice(rows, "Log in as"))


def _about(user: User, here: User | None) -> str:
    if here is not None and user.id == here.id:
        return "you"
    return "asks for a password" if user.has_password else user.email or ""


class People:
    """Logs users in and out, and edits them, through the commands for that.

    Args:
        screen: where they are chosen.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session

    async def choose(self) -> str | None:
        """Let a user be chosen."""
        users = await self._session.users()
        return await choose_user(self._screen.app, users, self._screen.state.user)

    async def manage(self) -> None:
        """Offer everything that can be done with users."""
        users, here = await self._session.users(), self._screen.state.user
        rows = []
        others = [user for user in users if here is None or user.id != here.id]
        for user in others:
            about = _about(user, here)
            rows.append(Row(f"/login {quoted(user.username)}", f"Log in as {user.username}", about))
        rows.append(Row("/user register", "New user…"))
        if here is not None:
            rows.append(Row("/user edit", f"Edit {here.username}, that is you…"))
            for user in others:
                name = quoted(user.username)
                rows.append(Row(f"/user edit {name}", f"Edit {user.username}…"))
                rows.append(Row(f"/user delete {name}", f"Delete {user.username}…"))
            rows.append(Row("/logout", f"Log {here.username} out"))
        line = await self._screen.app.push_screen_wait(Choice(rows, "Users"))
        if line is not None:
            await self._screen.commanding.run(line)

    def forget(self) -> None:
        """Show nothing any more of whoever was here; at once."""
        self._screen.chat.composer.recall = Recall()
        conversations = self._screen.query_one(ConversationList)
        for group in ("count", "read"):
            conversations.workers.cancel_group(conversations, group)
        conversations.rows.set_count(0)

    async def start_over(self) -> None:
        """Show what belongs to whoever is here now."""
        user = self._screen.state.user
        if user is not None:
            asked = await self._session.questions(user.id, RECALLED)
            self._screen.chat.composer.recall.offer(asked)
        self._screen.query_one(ConversationList).refresh_list()
        await self._screen.list_files()
