"""Opens the profile after the first frame: user, lists, something that answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.app import App

from lwe.errors import LweError
from lwe.events import Notice
from lwe.state import State
from lwe_tui.main.roads import READY, WELCOME, first_found
from lwe_tui.session import Session
from lwe_tui.sources import Sources


@dataclass(slots=True)
class Opened:
    """What the screen needs to begin.

    Attributes:
        welcome: what the empty conversation says.
    """

    state: State
    draft: str
    welcome: str
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
    return Opened(known, draft, welcome, notices + await session.take_notices())


async def _log_in(app: App[None], session: Session) -> State | None:
    from lwe_tui.modals.form import Field, Form

    users = [user.username for user in await session.users()]
    name, problem = users[0] if len(users) == 1 else "", ""
    while True:
        answer = await app.push_screen_wait(
            Form(
                "Log in",
                [Field("name", "Name", name), Field("password", "Password", secret=True)],
                "Users: " + ", ".join(users),
                problem,
            )
        )
        if answer is None:
            return None
        try:
            return await session.log_in(answer["name"], answer["password"])
        except LweError as error:
            problem, name = str(error), answer["name"]
