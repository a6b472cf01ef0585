"""The seed's `TokenManager`: counts stored messages for a provider, with the seed's failures."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lwe import vocabulary
from lwe.errors import ConfigError
from lwe.turn import tokens

if TYPE_CHECKING:
    from tiktoken import Encoding

StoredMessage = Mapping[str, Any]
"""`role`, `message`, `message_type`, `message_metadata`; or a message in chat form."""


class CountingProvider(Protocol):
    """What is asked of a provider; one that counts itself has `get_num_tokens_from_messages`."""

    @property
    def available_models(self) -> Iterable[str]:
        """The names of the models that it knows."""

    def get_capability(self, capability: str, default: Any = False) -> Any:
        """Return what it says of an ability, for example `validate_models`."""


class ToolSource(Protocol):
    """What knows the definition of every tool."""

    def get_tool_config(self, tool_name: str) -> Mapping[str, Any]:
        """Return a tool's definition."""


class OfferedTools(Protocol):
    """The tools that a request offers; those that its messages name are added first."""

    @property
    def tools(self) -> Sequence[str]:
        """Their names."""

    @property
    def tool_manager(self) -> ToolSource:
        """What knows their definitions."""


class TokenManager:
    """Count the tokens of what is sent to a model.

    Args:
        config: the configuration, kept for callers.
        provider: whose model it is.
        model_name: the model.
        tool_cache: the tools that are offered.
    """

    def __init__(
        self,
        config: Any,
        provider: CountingProvider,
        model_name: str,
        tool_cache: OfferedTools,
    ) -> None:
        self.config, self.provider = config, provider
        self.log = logging.getLogger("lwe.tokens")
        self.model_name, self.tool_cache = model_name, tool_cache

    def get_token_encoding(self) -> Encoding:
        """Return the model's vocabulary; for models that nobody knows cl100k_base.

        Raises:
            NotImplementedError: when the provider validates models and does not know this one.
            ConfigError: when the vocabulary cannot be loaded.
        """
        validates = self.provider.get_capability("validate_models", True)
        if validates and self.model_name not in self.provider.available_models:
            raise NotImplementedError(f"Unsupported model: {self.model_name}")
        try:
            return vocabulary.encoding(vocabulary.encoding_name(self.model_name))
        except ConfigError as error:
            raise ConfigError(
                f"Unable to get token encoding for model {self.model_name}: {error}"
            ) from error

    def get_num_tokens_from_messages(
        self, messages: Sequence[StoredMessage], encoding: Encoding | None = None
    ) -> int:
        """Count a request's tokens, in the provider's own way if it has one.

        Args:
            messages: stored messages, or messages in chat form.
            encoding: the vocabulary; the model's by default.

        Raises:
            NotImplementedError: as `get_token_encoding`.
            ConfigError: as `get_token_encoding`.
        """
        own = getattr(self.provider, "get_num_tokens_from_messages", None)
        if own is not None:
            return int(own(messages, encoding))
        return self.default_get_num_tokens_from_messages(messages, encoding)

    def default_get_num_tokens_from_messages(
        self, messages: Sequence[StoredMessage], encoding: Encoding | None = None
    ) -> int:
        """Count a request's tokens as OpenAI's models do, whatever the provider says.

        Args:
            messages: stored messages, or messages in chat form.
            encoding: the vocabulary; the model's by default.

        Raises:
            NotImplementedError: as `get_token_encoding`.
            ConfigError: as `get_token_encoding`.
        """
        known = encoding or self.get_token_encoding()

        def count(text: str) -> int:
            return vocabulary.length(text, known)

        counted = sum(tokens.count_form(_form(m), count) for m in self._offered(messages))
        config = self.tool_cache.tool_manager.get_tool_config
        tools = tokens.tools_text([config(name) for name in self.tool_cache.tools])
        return counted + tokens.REPLY + count(tools)

    def _offered(self, messages: Sequence[StoredMessage]) -> Sequence[StoredMessage]:
        """Let the tools of stored messages be offered, too, and leave out those that are gone."""
        add = getattr(self.tool_cache, "add_message_tools", None)
        if add is None or not all("message_type" in message for message in messages):
            return messages
        offered: Sequence[StoredMessage] = add(messages)
        return offered


def _form(message: StoredMessage) -> tokens.Form:
    if "message" not in message:
        return message
    role, content = str(message["role"]), message["message"]
    kind = message.get("message_type")
    if kind == "tool_call":
        return tokens.call_form(role, content)
    if kind == "tool_response":
        about = message.get("message_metadata") or {}
        return tokens.response_form(role, content, about.get("name"), about.get("id"))
    return {"role": role, "content": content}
