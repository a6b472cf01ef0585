"""Every power of the library as a plain call: it returns, or raises an `LweError`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from lwe.again import Again
from lwe.config.config import Config
from lwe.domain import Mark, Message, ModelRequest, User
from lwe.errors import NotFound
from lwe.events import Notice
from lwe.parameters import Parameters
from lwe.performing import DELETED as DELETED
from lwe.performing import Opened as Opened
from lwe.performing import Performing
from lwe.plugin import Plugins
from lwe.presets import Presets
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers
from lwe.requests import Find, Requests
from lwe.state import State
from lwe.states import States
from lwe.templates import Templates
from lwe.turn import attach, title
from lwe.turn.request import (
    NO_OVERRIDES,
    Input,
    Overrides,
    file_message,
    new_messages,
)

if TYPE_CHECKING:
    from lwe.storage.store import Store
    from lwe.tools.toolbox import Toolbox


class Engine:
    """The library's parts, and what needs several of them together.

    Args:
        config: where things are and what is preset.
        store: another database than the configuration's, for tests.
    """

    def __init__(self, config: Config, store: Store | None = None) -> None:
        self.config = config
        self.presets = Presets(config)
        self.templates = Templates(config)
        self.plugins = Plugins(config)
        self.providers = Providers(config, self.plugins)
        self.states = States(config, self.presets, self.providers)
        self.parameters = Parameters(self.providers, self.presets)
        self.requests = Requests(config, self.providers, lambda: self.tools)
        self.again: Again[Opened] = Again(
            self.states,
            self.requests,
            lambda: self.store,
            lambda turn, provider, state, overrides, stored: Opened(
                turn, provider, state, overrides, self.requests.run, stored
            ),
        )
        self._given_store = store
        self._notices: list[Notice] = [Notice(text, "warning") for text in config.warnings]
        self._reported: set[str] = set()
        self.gate: Callable[[str], bool | None] | None = None
        """Says whether an MCP server may be used, by its fingerprint; without it, all may."""
        self.performing = Performing(lambda: self.store, self.states, self.note)

    def close(self) -> None:
        """Store what is not stored yet, and end what runs beside the program.

        It starts again when something is asked.
        """
        self.performing.close()
        self.close_tools()

    def close_tools(self) -> None:
        """End the servers that tools come from; whoever waits for one goes on."""
        if "tools" in self.__dict__:
            self.tools.close()

    @cached_property
    def tools(self) -> Toolbox:
        """The tools, looked for on first use."""
        from lwe.tools.toolbox import Toolbox

        toolbox = Toolbox(self.config)
        toolbox.servers.gate = lambda server: True if self.gate is None else self.gate(server)
        return toolbox

    @cached_property
    def store(self) -> Store:
        """The database, opened on first use."""
        from lwe.storage.store import Store

        store = self._given_store or Store(self.config.database_url)
        if store.migrated_from:
            copy = f" A copy of it as it was is {store.backup}." if store.backup else ""
            text = f"The database of an older release was brought up to date.{copy}"
            self._notices.append(Notice(text))
        return store

    def take_notices(self) -> list[Notice]:
        """Return what the user should know since the last call."""
        found = list(dict.fromkeys(self._notices + self.states.notices))
        self._notices, self.states.notices = [], []
        broken = [
            f"The preset {item.name} cannot be used: {item.reason}" for item in self.presets.broken
        ]
        broken += [
            f"The plugin {name} cannot be used: {reason}" for name, reason in self.plugins.broken
        ]
        for sentence in broken:
            if sentence not in self._reported:
                self._reported.add(sentence)
                found.append(Notice(sentence, "warning"))
        return found

    def note(self, text: str) -> None:
        """Tell the user something with the next `take_notices`."""
        self._notices.append(Notice(text, "warning"))

    def configured_user(self) -> User | None:
        """Return the user that the configuration names, created if it says so.

        Raises:
            NotFound: when `backend_options.default_user` is nobody.
        """
        self.first_user()
        wanted = self.config.get("backend_options.default_user")
        return None if wanted is None else self.store.user(wanted)

    def first_user(self) -> User | None:
        """Create the user whom the configuration names if there is nobody; else None."""
        first = self.config.get("backend_options.auto_create_first_user")
        if not (first and isinstance(first, str)) or self.store.users():
            return None
        return self.store.add_user(first, keep_case=True)

    def open_conversation(
        self, state: State, conversation_id: int, most: int | None = None
    ) -> tuple[State, list[Message]]:
        """Return the state in this conversation, with what its last message was asked with.

        Args:
            most: how many of its last messages to return; None for all.

        Raises:
            NotFound: when it does not exist, or belongs to another user.
        """
        self.performing.settle_if_possible()
        user_id = state.user.id if state.user else None
        conversation = self.store.conversation(conversation_id, user_id)
        if most is None:
            messages = self.store.messages(conversation_id)
        else:
            messages = self.store.last_messages(conversation_id, most)
        state = replace(state, conversation_id=conversation.id, title=conversation.title)
        return (self.states.as_asked(state, messages[-1].origin) if messages else state), messages

    # A turn

    def begin(
        self,
        state: State,
        asked: Input,
        overrides: Overrides = NO_OVERRIDES,
        stream: bool = True,
        find: Find | None = None,
    ) -> Opened:
        """Prepare the request and store what the user said, after what is not stored yet.

        Args:
            state: who asks, where and how.
            asked: the question.
            overrides: what this request does differently.
            stream: whether the answer comes in pieces, unless they say otherwise.
            find: looks for tools; `requests.find_later` for whoever must not wait for a server.

        Raises:
            LweError: when this cannot be asked; nothing is stored then.
        """
        self._settle(state)
        asked_with = self.states.overridden(state, overrides)
        history = self._history(state)
        new = new_messages(asked, asked_with.system_message, not history, overrides.attachments)
        stream = stream if overrides.stream is None else overrides.stream
        if overrides.files:
            provider = self.providers.get(asked_with.provider)
            new += [file_message(provider.prepare_file_for_llm(file)) for file in overrides.files]
        turn, provider = self.requests.prepare(
            asked_with, history, new, stream, alone=bool(overrides.files), find=find
        )
        if state.user is None or overrides.files:
            return Opened(turn, provider, state, overrides, self.requests.run)
        stored = self.store.begin_turn(
            state.user.id, state.conversation_id, new, turn.origin, overrides.title
        )
        title = overrides.title if stored.created else state.title
        state = replace(state, conversation_id=stored.conversation_id, title=title)
        return Opened(turn, provider, state, overrides, self.requests.run, stored)

    def retry(self, state: State, message_id: int, find: Find | None = None) -> Opened:
        """Ask again what a failed or stopped turn has stored.

        Args:
            state: who asks, where and how.
            message_id: the question.
            find: looks for tools, as for `begin`.

        Raises:
            NotFound: when the question is not in the open conversation.
            LweError: when it cannot be asked.
        """
        self._settle(state)
        if state.conversation_id is None:
            raise NotFound("Message", message_id)
        again = [m for m in self.store.messages(state.conversation_id) if m.id == message_id]
        if not again:
            raise NotFound("Message", message_id)
        again = attach.illustrated(again, self.store.images(state.conversation_id))
        before = [m for m in self._history(state) if m.id is not None and m.id < message_id]
        turn, provider = self.requests.prepare(state, before, again, stream=True, find=find)
        stored = self.store.retry_turn(message_id, state.origin)
        return Opened(turn, provider, state, NO_OVERRIDES, self.requests.run, stored)

    def commit(self, opened: Opened, mark: Mark | None = None) -> tuple[State, Message]:
        """Store the answer, also one that was stopped, cut or never came.

        Args:
            opened: the turn.
            mark: what went differently; None for a whole answer.

        Returns:
            The state after the turn, and its last message as it is stored.

        Raises:
            StorageError: when it cannot be stored now; what is asked next tries again.
        """
        return self.performing.commit(opened, mark)

    # Titles

    def title_of(self, state: State) -> str | None:
        """Return the open conversation's title, also one that was made meanwhile."""
        if state.title or state.conversation_id is None:
            return state.title
        try:
            return self.store.conversation(state.conversation_id).title
        except NotFound:  # Another program has deleted it.
            return None

    def title_request(self, state: State, opened: Opened) -> tuple[Provider, ModelRequest] | None:
        """Prepare asking for the open conversation's title; None when it has or needs none.

        Whoever has been asked the question is asked for its title, and nobody else, unless the
        configuration names another provider for titles.

        Args:
            opened: the turn that was asked, which may have been with other settings than the
                state's.

        Raises:
            LweError: when it cannot be asked.
        """
        if state.conversation_id is None or self.title_of(state):
            return None
        questions = [m for m in self.store.messages(state.conversation_id) if m.role == "user"]
        if not questions:
            return None
        configured = self.config.get("backend_options.title_generation.provider")
        if configured:
            model = str(self.config.get("backend_options.title_generation.model") or "")
            state = self.states.set_provider(state, str(configured), model)
        else:
            state = replace(
                state,
                provider=opened.provider.name,
                customizations=opened.turn.request.customizations,
            )
        provider = self.providers.get(state.provider)
        return provider, title.request_for(
            questions[0].text, state.customizations, provider.parameters
        )

    def keep_title(self, conversation_id: int, answer: str) -> str:
        """Store the title that a model wrote; empty when it is not usable or not needed any more.

        Raises:
            NotFound: when the conversation is not there any more.
        """
        made = title.clean(answer)
        if not made or self.store.conversation(conversation_id).title:
            return ""
        self.store.rename(conversation_id, made)
        return made

    # Inner

    def _settle(self, state: State) -> None:
        if state.user is None:  # Nothing will be stored after it.
            self.performing.settle_if_possible()
        else:
            self.performing.settle()

    def _history(self, state: State) -> list[Message]:
        if state.conversation_id is None:
            return []
        found = self.store.history_for_model(state.conversation_id)
        return attach.illustrated(found, self.store.images(state.conversation_id))
