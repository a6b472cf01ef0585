"""The app's door to the library: everything blocking happens in one quiet room behind it.

The room is a single thread, so the engine needs no locks and SQLite sees one connection; the
event loop never waits for a disk. What is put into the room is performed even when the task
that asked for it is cancelled: an answer is committed whatever happens to the screen.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lwe.domain import Attachment, Origin, Preset, User
from lwe.errors import LweError
from lwe.events import Notice
from lwe.state import State
from lwe_tui import switches
from lwe_tui.drafts import NO_DRAFT, Draft, Drafts
from lwe_tui.lists import Lists
from lwe_tui.options import Options as Options
from lwe_tui.options import configured, with_keys
from lwe_tui.page import PLACE, Page, Place, page_of, place_of
from lwe_tui.permits import Consents
from lwe_tui.prices import Prices, prices
from lwe_tui.room import Room, aside
from lwe_tui.settings import Own
from lwe_tui.turns import Turns

if TYPE_CHECKING:
    from lwe.backend import ApiBackend
    from lwe.engine import Engine, Opened
    from lwe.presets import BrokenPreset
    from lwe.templates import BuiltTemplate

T = TypeVar("T")

CONSENTS = "servers-allowed.json"
FIRST_MESSAGES, MORE_MESSAGES = 100, 400
"""How many messages are read when a conversation is opened, and each time more are wanted."""


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
        self.own = Own()
        """What the app itself is set to; replaced whole when a setting changes."""
        self.tell: Callable[[str], None] = lambda _sentence: None
        """Shows a sentence to the user; called from any thread, replaced by the screen."""
        self.turns = Turns(self.room, lambda: self.engine, lambda sentence: self.tell(sentence))
        self.turns.log = self._log
        self.consents = Consents(Path(CONSENTS))
        """What was allowed in the profile, once it is open."""
        self._states: dict[int, State] = {}
        self.drafts = Drafts(
            self.room, lambda: self.engine.store, lambda sentence: self.tell(sentence)
        )
        self.lists = Lists(self.room, lambda: self.engine, lambda id_: self._states.pop(id_, None))

    @property
    def place(self) -> str:
        """Names the profile among what is kept for the first frame."""
        return f"{self.options.config_dir or ''}|{self.options.profile}"

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
        self.lists.close()
        self.room.close(self._settle_at_last)

    def _settle_at_last(self) -> None:
        if self._backend is not None:
            self._backend.engine.close()

    def _log(self, opened: Opened) -> None:
        """Append to the log what was said; called inside the room."""
        backend, said = self.backend, opened.turn.request.messages
        if opened.state.user is None:  # No database has it: /copy finds it here.
            backend.message_clipboard = opened.response
        if backend.logfile is not None:
            backend.state = opened.state
            asked = next((m.text for m in reversed(said) if m.role == "user"), "")
            backend.write_log(asked, opened.response)

    # Starting

    async def start(self) -> State:
        """Open the profile; what a dead process left unfinished becomes messages.

        Raises:
            LweError: when the configuration or the database cannot be used.
        """

        def start() -> State:
            state = self.backend.state
            self.consents = Consents(Path(self.engine.config.data_profile_dir) / CONSENTS)
            self.engine.gate = self.consents.says
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

    async def log_files(self) -> list[str]:
        """Return the files that the program's log is written to."""

        def files() -> list[str]:
            config = self.engine.config
            return (
                [str(config.get("debug.log.filepath"))] if config.get("debug.log.enabled") else []
            )

        return await self.ask(files)

    # Lists

    async def questions(self, user_id: int, limit: int) -> list[str]:
        """Return what a user asked last, newest first."""
        return await self.ask(lambda: self.engine.store.questions(user_id, limit))

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
            usual = sorted(
                self.engine.presets.all(), key=lambda p: (p.name != default, p.system, p.name)
            )
            slots = {name: number for number, name in enumerate(self.own.slots)}
            return sorted(usual, key=lambda p: slots.get(p.name, len(slots)))

        return await self.ask(presets)

    async def broken_presets(self) -> list[BrokenPreset]:
        """Return the presets that cannot be used."""
        return await self.ask(lambda: self.engine.presets.broken)

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
            else:
                opened = self._switched(opened)
            assert opened.user is not None
            draft = self.drafts.read(opened.user.id, conversation_id)
            page = page_of(self.engine, opened, messages, FIRST_MESSAGES)
            settings = self.engine.store.conversation_settings(conversation_id)
            return replace(page, draft=draft, place=place_of(settings.get(PLACE)))

        return await self.ask(read)

    async def earlier(self, state: State, before: int) -> Page:
        """Return messages of the state's conversation that come before one, given by its id."""

        def read() -> Page:
            here = state.conversation_id or 0
            messages = self.engine.store.last_messages(here, MORE_MESSAGES, before)
            return page_of(self.engine, state, messages, MORE_MESSAGES)

        return await self.ask(read)

    async def prices(self, origin: Origin) -> Prices | None:
        """Return what the tokens of an answer cost, None when nobody said it."""
        return await self.ask(lambda: prices(self.engine, [origin]).get(origin))

    async def draft(self, state: State) -> Draft:
        """Return what was written in this conversation and not sent."""
        user, conversation_id = state.user, state.conversation_id
        if user is None:
            return NO_DRAFT
        return await self.ask(lambda: self.drafts.read(user.id, conversation_id))

    async def activate_preset(self, state: State, name: str) -> State:
        """Return the state with this preset, and with the tools of its conversation."""
        return await self.ask(
            lambda: self._switched(self.engine.states.activate_preset(state, name))
        )

    def _switched(self, state: State) -> State:
        settings = self.engine.store.conversation_settings(state.conversation_id or 0)
        try:
            takes = self.engine.providers.get(state.provider).takes_tools
        except LweError:
            return state  # Asking says what is wrong.
        return switches.switched(state, settings.get(switches.SETTING)) if takes else state

    def keep_place(self, conversation_id: int, place: Place | None) -> None:
        """Keep where the reader is, None for the end; does not wait."""

        def keep() -> None:
            with suppress(LweError):  # Another program may have deleted it, or write just now.
                self.engine.store.set_conversation_setting(
                    conversation_id, PLACE, None if place is None else list(place)
                )

        self.room.enter(keep)

    def remember(self, state: State) -> None:
        """Keep the settings of a conversation for as long as the app runs."""
        if state.conversation_id is not None:
            self._states[state.conversation_id] = state

    def forget_states(self) -> None:
        """Open every conversation with what it was asked with last: somebody else asks now."""
        self._states.clear()

    def forget_presets(self, names: Collection[str]) -> None:
        """Let conversations take these presets' files when they are opened again."""
        for conversation_id, state in list(self._states.items()):
            if state.preset in names and not state.changed:
                del self._states[conversation_id]

    def save_draft(self, state: State, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Keep words that are not sent yet; does not wait."""
        self.drafts.save(state, text, attachments)

    def add_to_draft(self, state: State, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Give words back to a conversation that is not open; does not wait."""
        self.drafts.add(state, text, attachments)

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
