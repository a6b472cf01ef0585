"""The plugin `provider_chat_openai`, at the seed's import path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lwe.config.config import Config
from lwe.providers.messages import words_of
from lwe.providers.openai import ChatOpenAI
from lwe.providers.openai_client import Clients
from lwe.providers.openai_wire import is_reasoning, needs_chat


class ProviderChatOpenai(ChatOpenAI):
    """OpenAI's models, through OpenAI's API."""

    def __init__(
        self,
        config: Config | None = None,
        cache_manager: Any = None,
        clients: Clients | None = None,
    ) -> None:
        super().__init__(clients, config, cache_manager)

    @property
    def validate_models(self) -> bool:
        """Whether a model has to be in the list."""
        return bool(self.get_capability("validate_models"))

    @validate_models.setter
    def validate_models(self, validate: bool) -> None:
        self.config.set(["plugins", self.name, "validate_models"], validate)

    # What a subclass written for the seed calls; a request needs none of it.

    def is_reasoning_model(self, model_name: str) -> bool:
        """Say whether a model thinks first, and takes no temperature but its own."""
        return is_reasoning(model_name)

    def is_legacy_reasoning_model(self, model_name: str) -> bool:
        """Say whether a model is one of the first that thought, without a system message."""
        return needs_chat(model_name)

    def llm_pre_init(self, customizations: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters with the only temperature that a reasoning model takes."""
        model = str(customizations.get(self.model_property_name) or "")
        return {**customizations, "temperature": 1} if is_reasoning(model) else customizations

    def llm_pre_call(self, llm: Any, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages, system messages as the user's where a model takes none."""
        if not needs_chat(str(getattr(llm, self.model_property_name, None) or "")):
            return messages
        return [{**m, "role": "user"} if m["role"] == "system" else m for m in messages]

    def format_responses_content(self, content_list: Iterable[Mapping[str, Any]]) -> str:
        """Join the texts of content parts."""
        return "".join(str(content["text"]) for content in content_list if "text" in content)

    def handle_non_streaming_response(self, response: Any) -> Any:
        """Return a reply whose content is a text."""
        if isinstance(response.content, list):
            response.content = self.format_responses_content(response.content)
        return response

    def handle_streaming_chunk(self, chunk: Any, _previous_chunks: list[Any]) -> str:
        """Return the words of a piece."""
        return words_of(chunk if isinstance(chunk, str) else chunk.content)
