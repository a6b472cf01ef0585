"""Opens the profile after the first frame: user, lists, something that answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.app import App

from lwe.domain import Preset, User
from lwe.errors import LweError
from lwe.events import Notice
from lwe.state import State
from lwe_tui.drafts import Draft
from lwe_tui.main.roads import READY, WELCOME, first_found
from lwe_tui.session import Session
from lwe_tui.sources import Sources

RECALLED = 200
"""Earlier questions that can be called back into the composer."""


@dataclass(slots=True)
class Opened:
    """What the screen needs to begin.

    Attributes:
        welcome: what the empty conversation says.
        asked: earlier questions, newest first.
    """

    state: State
    draft: Draft
    welcome: str
    asked: list[str]
    notices: list[Notice] = field(default_factory=list)


async def open_profile(app: App[None], session: Session, sources: Sources) -> Opened | None:
    """Open the profile and find something that answers; None when the user leaves instead.

    Raises:
        LweError: when the configuration or the database cannot be used.
    """
    state = await session.start()
    known = await session.log_in_silently(state) or await _log_in(app, session)
    if known is None:
        return None
    notices, welcome = [], READY
    if not known.preset:
        found = await first_found(sources, known)
        if found:
            known, line = found
            notices.append(Notice(line))
        else:
            welcome = WELCOME
    draft = await session.draft(known)
    asked = await session.questions(known.user.id, RECALLED) if known.user else []
    return Opened(known, draft, welcome, asked, notices + await session.take_notices())


async def _log_in(app: App[None], session: Session) -> State | None:
    """Let one of several users be chosen, and ask for a password where there is one."""
    from lwe_tui.main.people import choose_user

    users = await session.users()
    while True:
        name = users[0].username if len(users) == 1 else await choose_user(app, users)
        if name is None:
            return None
        state = await _with_password(app, session, next(u for u in users if u.username == name))
        if state is not None or len(users) == 1:
            return state


async def _with_password(app: App[None], session: Session, user: User) -> State | None:
    from lwe_tui.modals.form import Field, Form

    if not user.has_password:
        return await session.log_in(user.username, "")
    problem = ""
    while True:
        field = Field("password", "Password", secret=True)
        form = Form(f"Log in as {user.username}", [field], problem=problem)
        answer = await app.push_screen_wait(form)
        if answer is None:
            return None
        try:
            return await session.log_in(user.username, answer["password"])
        except LweError as error:
            problem = str(error)


Pairs = tuple[tuple[str, str], ...]


async def list_files(session: Session) -> tuple[tuple[Preset, ...], Pairs, Pairs]:
    """Read what is in the user's files.

    Returns:
        The presets in the order of their slots, those that cannot be used with the reasons, and
        the templates with their descriptions.
    """
    presets = tuple(await session.presets())
    broken = tuple((item.name, item.reason) for item in await session.broken_presets())
    return presets, broken, tuple(await session.templates())
