"""Every power of the library as a plain call: it returns, or raises an `LweError`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lwe.config.config import Config
from lwe.domain import Mark, Message, ModelRequest, User
from lwe.errors import LweError, NotFound
from lwe.events import Level, Notice
from lwe.presets import Presets
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers
from lwe.state import State
from lwe.states import States
from lwe.templates import Templates
from lwe.turn import title, tokens
from lwe.turn.flow import Turn
from lwe.turn.request import NO_OVERRIDES, Input, Overrides, new_messages

if TYPE_CHECKING:
    from lwe.storage.store import OpenTurn, Store

LOG = logging.getLogger("lwe.engine")
DELETED = Mark("failed", "The conversation was deleted meanwhile; this answer is not stored.")


@dataclass(slots=True)
class Opened:
    """A turn that has begun: what is asked, who answers, where it is kept.

    Attributes:
        state: the state to which the caller returns.
        stored: the row that keeps it until it is committed; None without a user.
    """

    turn: Turn
    provider: Provider
    state: State
    overrides: Overrides
    stored: OpenTurn | None = None


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
        self.providers = Providers()
        self.states = States(config, self.presets, self.providers)
        self._given_store = store
        self._notices: list[Notice] = [Notice(text, "warning") for text in config.warnings]
        self._reported: set[str] = set()

    @cached_property
    def store(self) -> Store:
        """The database, opened on first use."""
        from lwe.storage.store import Store

        return self._given_store or Store(self.config.database_url)

    def take_notices(self) -> list[Notice]:
        """Return what the user should know since the last call."""
        found = list(dict.fromkeys(self._notices + self.states.notices))
        self._notices, self.states.notices = [], []
        for item in self.presets.broken:
            sentence = f"The preset {item.name} cannot be used: {item.reason}"
            if sentence not in self._reported:
                self._reported.add(sentence)
                found.append(Notice(sentence, "warning"))
        return found

    def configured_user(self) -> User | None:
        """Return the user that the configuration names, created if it says so.

        Raises:
            NotFound: when `backend_options.default_user` is nobody.
        """
        first = self.config.get("backend_options.auto_create_first_user")
        if first and isinstance(first, str) and not self.store.users():
            self.store.add_user(first, keep_case=True)
        wanted = self.config.get("backend_options.default_user")
        return None if wanted is None else self.store.user(wanted)

    def open_conversation(self, state: State, conversation_id: int) -> tuple[State, list[Message]]:
        """Return the state in this conversation, with what its last message was asked with.

        Raises:
            NotFound: when it does not exist, or belongs to another user.
        """
        user_id = state.user.id if state.user else None
        conversation = self.store.conversation(conversation_id, user_id)
        messages = self.store.messages(conversation_id)
        state = replace(state, conversation_id=conversation.id, title=conversation.title)
        return (self.states.as_asked(state, messages[-1].origin) if messages else state), messages

    # A turn

    def begin(
        self,
        state: State,
        asked: Input,
        overrides: Overrides = NO_OVERRIDES,
        stream: bool = True,
    ) -> Opened:
        """Prepare the request and store what the user said.

        Raises:
            LweError: when this cannot be asked; nothing is stored then.
        """
        asked_with = self.states.overridden(state, overrides)
        history = self._history(state)
        new = new_messages(asked, asked_with.system_message, not history)
        stream = stream if overrides.stream is None else overrides.stream
        turn, provider = self._prepare(asked_with, history, new, stream)
        if state.user is None:
            return Opened(turn, provider, state, overrides)
        stored = self.store.begin_turn(
            state.user.id, state.conversation_id, new, turn.origin, overrides.title
        )
        title = overrides.title if stored.created else state.title
        state = replace(state, conversation_id=stored.conversation_id, title=title)
        return Opened(turn, provider, state, overrides, stored)

    def retry(self, state: State, message_id: int) -> Opened:
        """Ask again what a failed or stopped turn has stored.

        Raises:
            NotFound: when the question is not in the open conversation.
            LweError: when it cannot be asked.
        """
        if state.conversation_id is None:
            raise NotFound("Message", message_id)
        again = [m for m in self.store.messages(state.conversation_id) if m.id == message_id]
        if not again:
            raise NotFound("Message", message_id)
        before = [m for m in self._history(state) if m.id is not None and m.id < message_id]
        turn, provider = self._prepare(state, before, again, stream=True)
        stored = self.store.retry_turn(message_id, state.origin)
        return Opened(turn, provider, state, NO_OVERRIDES, stored)

    def _prepare(
        self, state: State, history: list[Message], new: list[Message], stream: bool
    ) -> tuple[Turn, Provider]:
        provider = self.providers.get(state.provider)
        limit = state.max_submission_tokens or provider.max_submission_tokens(state.model)
        messages, left_out = tokens.trim(history, new, limit)
        LOG.debug("asks %s %s, %d messages", provider.name, state.model, len(messages))
        request = ModelRequest(tuple(messages), state.customizations, stream)
        return Turn(request, state.origin, tuple(_notices(state, left_out))), provider

    def note_progress(self, opened: Opened, text: str) -> None:
        """Keep what has been said so far, so that a crash does not lose it.

        The words are given, not read from the turn: it may be growing in another thread.
        """
        if opened.stored is not None:
            self.store.note_progress(opened.stored.journal_id, text)

    def commit(self, opened: Opened, mark: Mark | None = None) -> tuple[State, Message]:
        """Store the answer, also one that was stopped, cut or never came.

        Args:
            opened: the turn.
            mark: what went differently; None for a whole answer.

        Returns:
            The state after the turn, and the answer as it is stored; when the conversation has
            been deleted meanwhile, the answer is marked and the state is in no conversation.
        """
        turn, state, answer = opened.turn, opened.state, opened.turn.answer(mark)
        LOG.debug("answered %s in %.1f s, %d characters", mark, turn.seconds, len(answer.text))
        if opened.stored is not None:
            stored = self._store_answer(opened.stored, turn, answer)
            if stored is None and not self._is_there(opened.stored.conversation_id):
                stored = replace(answer, mark=DELETED)
                state = replace(state, conversation_id=None, title=None)
            answer = stored or answer
        if mark is None and opened.overrides.activate_preset and opened.overrides.preset:
            try:
                state = self.states.activate_preset(state, opened.overrides.preset)
            except LweError as error:  # The answer stands, whatever became of the preset's file.
                self._notices.append(Notice(str(error), "warning"))
        return state, answer

    def _store_answer(self, stored: OpenTurn, turn: Turn, answer: Message) -> Message | None:
        from lwe.storage.store import Timing

        timing = Timing(
            turn.first_token, turn.seconds, turn.usage.input_tokens, turn.usage.output_tokens
        )
        return self.store.commit_turn(stored.journal_id, answer, timing)

    def _is_there(self, conversation_id: int) -> bool:
        try:
            self.store.conversation(conversation_id)
        except NotFound:
            return False
        return True

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

    def _history(self, state: State) -> list[Message]:
        if state.conversation_id is None:
            return []
        return self.store.history_for_model(state.conversation_id)


def _notices(state: State, left_out: int) -> list[Notice]:
    level: Level = "warning"
    found = []
    if left_out:
        found.append(Notice(f"{left_out} oldest messages were left out: over the limit.", level))
    if offered := state.customizations.get("tools"):
        names = ", ".join(str(tool) for tool in offered)
        found.append(Notice(f"Tools are not run yet; the model is not offered: {names}.", level))
    return found
