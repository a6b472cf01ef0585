"""The app's door to the library: everything blocking happens in one quiet room behind it.

The room is a single thread, so the engine needs no locks and SQLite sees one connection; the
event loop never waits for a disk. What is put into the room is performed even when the task
that asked for it is cancelled: an answer is committed whatever happens to the screen.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from lwe.domain import Conversation, Message, Preset, User
from lwe.errors import LweError, NotFound
from lwe.events import Notice
from lwe.state import State
from lwe_tui.options import Options as Options
from lwe_tui.options import configured, with_keys
from lwe_tui.room import Room, aside
from lwe_tui.turns import Turns

if TYPE_CHECKING:
    from lwe.backend import ApiBackend
    from lwe.engine import Engine
    from lwe.storage.store import Timing
    from lwe.templates import BuiltTemplate

T = TypeVar("T")

FIRST_MESSAGES, MORE_MESSAGES = 100, 400
"""How many messages are read when a conversation is opened, and each time more are wanted."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a conversation, as it is opened or further up.

    Attributes:
        more: whether there may be messages before these.
    """

    state: State
    messages: list[Message] = field(default_factory=list)
    timings: dict[int, Timing] = field(default_factory=dict)
    draft: str = ""
    more: bool = False


class Session:
    """Holds the library for the app.

    Args:
        options: where the profile is.
        backend: an existing backend, for tests; made on first use otherwise.
    """

    def __init__(self, options: Options | None = None, backend: ApiBackend | None = None) -> None:
        self.options = options or Options()
        self._backend = backend
        self.room = Room()
        self.tell: Callable[[str], None] = lambda _sentence: None
        """Shows a sentence to the user; called from any thread, replaced by the screen."""
        self.turns = Turns(self.room, lambda: self.engine, lambda sentence: self.tell(sentence))
        self._states: dict[int, State] = {}
        self._unsaved: dict[tuple[int, int | None], str] = {}

    @property
    def backend(self) -> ApiBackend:
        """The library; only to be used inside the room."""
        if self._backend is None:
            from lwe.backend import ApiBackend

            self._backend = ApiBackend(with_keys(configured(self.options)))
        return self._backend

    @property
    def engine(self) -> Engine:
        """The library's parts; only to be used inside the room."""
        return self.backend.engine

    async def ask(self, call: Callable[[], T]) -> T:
        """Perform a call in the room and return what it returns."""
        return await self.room.ask(call)

    def close(self) -> None:
        """Wait until everything that was put into the room is done."""
        if self._backend is not None:
            self._backend.engine.close_tools()  # The room may be waiting for one.
        self.room.close(self._settle_at_last)

    def _settle_at_last(self) -> None:
        if self._backend is not None:
            self._backend.engine.close()

    # Starting

    async def start(self) -> State:
        """Open the profile; what a dead process left unfinished becomes messages.

        Raises:
            LweError: when the configuration or the database cannot be used.
        """

        def start() -> State:
            state = self.backend.state
            self.engine.store.recover()
            return state

        return await self.ask(start)

    async def log_in_silently(self, state: State) -> State | None:
        """Log in the user for whom nothing has to be asked; None when a form is needed."""

        def log_in() -> State | None:
            if state.user is not None:
                return self._preferred()
            store = self.engine.store
            user = store.first_user(_login_name())
            if user is None:
                users = store.users()
                user = users[0] if len(users) == 1 and not users[0].has_password else None
            return None if user is None else self._as_user(user)

        return await self.ask(log_in)

    async def log_in(self, name: str, password: str) -> State:
        """Log in with a name and a password.

        Raises:
            LweError: when there is no such user or the password is wrong.
        """

        def log_in() -> State:
            store = self.engine.store
            user = store.user(name.strip())
            if user.has_password and not store.check_password(user.id, password):
                raise LweError("Incorrect password.")
            store.touch_login(user.id)
            return self._as_user(user)

        return await self.ask(log_in)

    def _as_user(self, user: User) -> State:
        self.backend.set_current_user(user)
        return self._preferred()

    def _preferred(self) -> State:
        """Return the state with the preset of the command line; it comes before any default."""
        backend, wanted = self.backend, self.options.preset
        if wanted:
            try:
                backend.state = backend.engine.states.activate_preset(backend.state, wanted)
            except LweError as error:
                sentence = f"{error} Another preset is used."
                backend.engine.states.notices.append(Notice(sentence, "error"))
        return backend.state

    async def users(self) -> list[User]:
        """Return everybody known to the database."""
        return await self.ask(lambda: self.engine.store.users())

    def warm_up(self, provider: str) -> None:
        """Load what the first answer would wait for; does not wait."""

        def find() -> None:
            try:
                found = self.engine.providers.get(provider)
            except LweError:
                return  # Asking says what is wrong; loading ahead has nobody to tell.
            aside(found.warm_up)  # Not here: a commit must never wait behind an import.

        self.room.enter(find)

    async def take_notices(self) -> list[Notice]:
        """Return what the user should know since the last call."""
        return await self.ask(lambda: self.engine.take_notices())

    # Lists

    async def conversations(
        self, user_id: int, offset: int, limit: int, containing: str = ""
    ) -> list[Conversation]:
        """Return a window of the conversations, newest first."""
        return await self.ask(
            lambda: self.engine.store.conversations(user_id, limit, offset, containing)
        )

    async def conversation_count(self, user_id: int, containing: str = "") -> int:
        """Count the conversations whose title, or first question without one, has a text in it."""
        return await self.ask(lambda: self.engine.store.conversation_count(user_id, containing))

    async def changed(self) -> int:
        """Return a number that differs after anybody has written, this program included."""

        def changed() -> int:
            self.engine.performing.settle_if_possible()
            return self.engine.store.changed()

        return await self.ask(changed)

    async def presets(self) -> list[Preset]:
        """Return the presets in the order of their slots: the user's own before the shipped."""

        def presets() -> list[Preset]:
            default = self.engine.config.get("model.default_preset")
            return sorted(
                self.engine.presets.all(), key=lambda p: (p.name != default, p.system, p.name)
            )

        return await self.ask(presets)

    async def templates(self) -> list[tuple[str, str]]:
        """Return the names and descriptions of the templates."""

        def templates() -> list[tuple[str, str]]:
            found = []
            for name in self.engine.templates.names():
                try:
                    found.append((name, self.engine.templates.describe(name)))
                except LweError as error:
                    found.append((name, f"broken: {error}"))
            return found

        return await self.ask(templates)

    async def template_variables(self, name: str) -> list[str]:
        """Return the variables that have to be asked for a template."""
        return await self.ask(lambda: list(self.engine.templates.variables(name).needed))

    async def build_template(self, name: str, values: dict[str, str]) -> BuiltTemplate:
        """Render a template."""
        return await self.ask(lambda: self.engine.templates.build(name, values))

    # Where we are

    async def open(self, state: State, conversation_id: int) -> Page:
        """Open a conversation with the settings it had in this session, else its last ones.

        The page holds its last messages; `earlier` reads those before them.
        """

        def read() -> Page:
            opened, messages = self.engine.open_conversation(state, conversation_id, FIRST_MESSAGES)
            kept = self._states.get(conversation_id)
            if kept is not None:
                opened = replace(kept, conversation_id=opened.conversation_id, title=opened.title)
            assert opened.user is not None
            draft = self._draft(opened.user.id, conversation_id)
            page = self._page(opened, messages, FIRST_MESSAGES)
            return replace(page, draft=draft)

        return await self.ask(read)

    async def earlier(self, state: State, before: int) -> Page:
        """Return messages of the state's conversation that come before one, given by its id."""

        def read() -> Page:
            here = state.conversation_id or 0
            messages = self.engine.store.last_messages(here, MORE_MESSAGES, before)
            return self._page(state, messages, MORE_MESSAGES)

        return await self.ask(read)

    def _page(self, state: State, messages: list[Message], most: int) -> Page:
        timings: dict[int, Timing] = {}
        if messages:
            ends = messages[0].id or 0, messages[-1].id or 0
            timings = self.engine.store.timings(state.conversation_id or 0, *ends)
        return Page(state, messages, timings, more=len(messages) == most)

    async def draft(self, state: State) -> str:
        """Return what was written in this conversation and not sent."""
        user, conversation_id = state.user, state.conversation_id
        return "" if user is None else await self.ask(lambda: self._draft(user.id, conversation_id))

    def _draft(self, user_id: int, conversation_id: int | None) -> str:
        unsaved = self._unsaved.get((user_id, conversation_id))
        return self.engine.store.draft(user_id, conversation_id) if unsaved is None else unsaved

    async def activate_preset(self, state: State, name: str) -> State:
        """Return the state with this preset."""
        return await self.ask(lambda: self.engine.states.activate_preset(state, name))

    def remember(self, state: State) -> None:
        """Keep the settings of a conversation for as long as the app runs."""
        if state.conversation_id is not None:
            self._states[state.conversation_id] = state

    def save_draft(self, state: State, text: str) -> None:
        """Keep words that are not sent yet; does not wait."""
        user, conversation_id = state.user, state.conversation_id
        if user is None:
            return

        def save() -> None:
            self._unsaved.pop((user.id, conversation_id), None)
            try:
                self.engine.store.save_draft(user.id, conversation_id, text)
            except NotFound:
                return  # The conversation is gone, and its draft with it.
            except LweError as error:
                self._unsaved[user.id, conversation_id] = text
                self.tell(f"What you are writing could not be stored yet. {error}")

        self.room.enter(save)

    def add_to_draft(self, state: State, text: str) -> None:
        """Give words back to a conversation that is not open; does not wait."""
        user, conversation_id = state.user, state.conversation_id
        if user is None:
            return

        def add() -> None:
            try:
                self.engine.store.append_draft(user.id, conversation_id, text)
            except LweError as error:
                self.tell(f"These words could not be kept: {text[:200]!r}. {error}")

        self.room.enter(add)

    async def gauge(self, state: State) -> tuple[tuple[int, int], str]:
        """Estimate what the next question would submit.

        Returns:
            Tokens and the limit, and the provider's warning about itself.
        """

        def measure() -> tuple[tuple[int, int], str]:
            from lwe.turn.tokens import estimate

            provider = self.engine.providers.get(state.provider)
            limit = state.max_submission_tokens or provider.max_submission_tokens(state.model)
            used = 0
            if state.conversation_id is not None:
                for part in self.engine.store.latest_for_model(state.conversation_id):
                    used += sum(map(estimate, part))
                    if used > limit:
                        break  # What is still earlier would be left out.
            return (used, limit), provider.label

        return await self.ask(measure)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return os.environ.get("USERNAME") or "me"
