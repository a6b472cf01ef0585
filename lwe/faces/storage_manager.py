"""`ConversationStorageManager`: stores what a request has added, and has a title made for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from lwe.config.config import Config
from lwe.domain import Origin
from lwe.errors import LweError, NotFound
from lwe.faces.door import Answer, answers
from lwe.faces.request_config import NoTools, defaults_of, in_force, seeds
from lwe.faces.request_model import BoundModel
from lwe.faces.stored_messages import Stored
from lwe.presets import merge
from lwe.providers.provider import Provider, Stop
from lwe.providers.registry import Providers
from lwe.turn import title
from lwe.turn.drive import drive
from lwe.turn.flow import Turn

STORED = "Conversation updated with new messages"
NOT_STORED = "No current user, conversation not saved"


class ConversationStorageManager:
    """Keeps a conversation of one user.

    Args:
        config: the configuration.
        tool_manager: knows the tools whose descriptions are counted.
        current_user: whose conversation it is; without one nothing is stored.
        conversation_id: the conversation; None until the first message is stored.
        provider: with what it is asked; it is asked for titles, too.
        model_name: the provider's default model without one.
        preset_name: stored with the messages.
        provider_manager: finds the provider that the configuration names for titles.
        orm: the database; the configuration's without one.
    """

    def __init__(
        self,
        config: Config | None,
        tool_manager: Any,
        current_user: Any = None,
        conversation_id: int | None = None,
        provider: Provider | None = None,
        model_name: str | None = None,
        preset_name: str | None = None,
        provider_manager: Any = None,
        orm: Any = None,
    ) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.storage_manager")
        self.tool_manager, self.provider_manager = tool_manager, provider_manager
        self.current_user, self.conversation_id = current_user, conversation_id
        self.provider = provider
        self.model_name = model_name or (provider.default_model if provider else "")
        self.preset_name = preset_name or ""
        self.orm = orm or seeds("lwe.backends.api.orm.Orm")(self.config)

    @cached_property
    def conversation(self) -> Any:
        """The seed's `ConversationManager`."""
        path = "lwe.backends.api.conversation.ConversationManager"
        return seeds(path)(self.config, self.orm)

    @cached_property
    def message(self) -> Any:
        """The seed's `MessageManager`."""
        return seeds("lwe.backends.api.message.MessageManager")(self.config, self.orm)

    @cached_property
    def tool_cache(self) -> Any:
        """The seed's `ToolCache`; it gets to know the tools of the messages that are counted."""
        if self.tool_manager is None:
            return NoTools()
        return seeds("lwe.core.tool_cache.ToolCache")(self.config, self.tool_manager)

    @cached_property
    def token_manager(self) -> Any:
        """The seed's `TokenManager`."""
        path = "lwe.core.token_manager.TokenManager"
        return seeds(path)(self.config, self.provider, self.model_name, self.tool_cache)

    @answers
    def store_conversation_messages(
        self,
        new_messages: Sequence[Stored],
        response_content: Any = None,
        title: str | None = None,
    ) -> Answer:
        """Store messages and have a title made if there is none.

        Args:
            response_content: what is answered when nobody is there to store for.
            title: of a new conversation.

        Returns:
            `(True, conversation, message)`.
        """
        if not self.current_user:
            return True, response_content, NOT_STORED
        success, added, message = self.add_new_messages_to_conversation(new_messages, title)
        if not success:
            return success, added, message
        conversation, _last_message = added
        if not conversation.title:
            self.gen_title(conversation)
        return True, conversation, STORED

    def create_new_conversation_if_needed(self, title: str | None = None) -> Any:
        """Return the conversation's row, of a new one if none is open.

        Raises:
            LweError: when it is not there, or cannot be made.
        """
        if self.conversation_id:
            success, found, message = self.conversation.get_conversation(self.conversation_id)
        else:
            success, found, message = self.conversation.add_conversation(
                self.current_user.id, title=title
            )
        if not success:
            raise LweError(message)
        self.conversation_id = found.id
        return found

    @answers
    def add_new_messages_to_conversation(
        self, new_messages: Sequence[Stored], title: str | None = None
    ) -> Answer:
        """Store messages; `(True, (conversation, last message), message)`."""
        conversation = self.create_new_conversation_if_needed(title)
        last: Any = None
        for new in new_messages:
            success, last, message = self.add_message(
                new["role"], new["message"], new["message_type"], new["message_metadata"]
            )
            if not success:
                raise LweError(message)
        return True, (conversation, last), f"Added new messages to conversation {conversation.id}"

    def add_message(
        self, role: str, message: Any, message_type: str, metadata: Mapping[str, Any] | None
    ) -> Answer:
        """Store one message with what it was asked with; `(True, its row, message)`."""
        answer: Answer = self.message.add_message(
            self.conversation_id,
            role,
            message,
            message_type,
            metadata,
            self.provider.name if self.provider else "",
            self.model_name,
            self.preset_name,
        )
        return answer

    def get_conversation_token_count(self) -> int:
        """Count the tokens of everything that was said.

        Raises:
            LweError: when there is no such conversation.
        """
        success, messages, message = self.message.get_messages(self.conversation_id)
        if not success:
            raise LweError(message)
        return int(self.token_manager.get_num_tokens_from_messages(messages))

    # Titles

    def get_title_provider_llm(self) -> tuple[Provider, BoundModel]:
        """Return who is asked for titles, with its parameters.

        It is whoever has been asked the question, and nobody else, unless the configuration names
        another provider for titles.

        Raises:
            LweError: when there is no such provider.
        """
        configured = self.config.get("backend_options.title_generation.provider")
        model = self.config.get("backend_options.title_generation.model")
        if configured:
            provider = self._provider(str(configured))
            wanted = defaults_of(provider)
        elif self.provider is not None:
            provider, model = self.provider, self.model_name
            wanted = in_force(provider)
        else:
            raise LweError("Nobody can be asked for a title. Give a provider.")
        return provider, BoundModel(provider, merge(wanted, {"model_name": model} if model else {}))

    def gen_title(self, conversation: Any) -> None:
        """Have a title made in another thread, for which Python waits before it ends.

        A database in memory is waited for: it ends with the program.
        """
        if ":memory:" in self.config.database_url:
            self.gen_title_thread(conversation.id)
            return
        threading.Thread(
            target=self.gen_title_thread, args=(conversation.id,), name="lwe-title"
        ).start()

    def gen_title_thread(self, conversation_id: int) -> None:
        """Ask for a title and store it; what fails is in the log, and the next request tries again.

        The seed starts this in a thread; the work is done in the caller's.
        """
        try:
            self._make_title(conversation_id)
        except (LweError, ValueError) as error:
            self.log.warning("no title for conversation %s: %s", conversation_id, error)

    def _make_title(self, conversation_id: int) -> None:
        store = self.orm.store
        questions = [m.text for m in store.messages(conversation_id) if m.role == "user"]
        if not questions:
            return
        provider, llm = self.get_title_provider_llm()
        request = title.request_for(questions[0], llm.customizations, provider.parameters)
        turn = Turn(request, Origin(provider.name, llm.model_name, self.preset_name))
        for _event in drive(turn, provider, Stop()):
            pass
        made = title.clean(turn.text)
        if made and not store.conversation(conversation_id).title:
            store.rename(conversation_id, made)

    def _provider(self, name: str) -> Provider:
        if self.provider_manager is None:
            return Providers().get(name)
        found: Provider | None = self.provider_manager.get_provider_from_name(name)
        if found is None:
            raise NotFound("Provider", name)
        return found
