"""What plugins written for the seed call on themselves, where it means something here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lwe.domain import Message
from lwe.providers.customized import (
    Answer,
    Customized,
    Keys,
    guessed,
    path_of,
    value_of,
    with_value,
)

Dictionaries = list[Mapping[str, Any]]


class Familiar(Customized):
    """The part of a provider that is there for plugins of the seed."""

    def load_models(self) -> None:
        """Find the models out again: those of the configuration, kept, fetched, or known."""
        self._models = None
        self._models = (self.models_file, self.models)

    def cast_dict_value(self, value: Any) -> Any:
        """Read a text as the number that it looks like."""
        return guessed(value)

    def calculate_customization_value(self, orig_keys: Keys, new_value: Any) -> Answer:
        """Return a parameter's value in its type; `(True, value, message)`."""
        return value_of(self, orig_keys, new_value)

    def set_value(self, keys: Keys, value: Any) -> None:
        """Set a parameter without looking at its rule."""
        self.customizations = with_value(self.customizations, path_of(keys), value)

    # Messages

    def prepare_messages_method(self) -> Callable[[Dictionaries], Any]:
        """Return what makes the last form of the messages: all of them, as they are."""
        return self.prepare_messages_for_llm_chat

    def prepare_messages_for_llm(self, messages: Dictionaries) -> Any:
        """Return messages in the form that `prepare_messages_method` names."""
        return self.prepare_messages_method()(messages)

    def prepare_messages_for_llm_chat(self, messages: Dictionaries) -> list[Any]:
        """Return every message.

        Raises:
            ProviderError: when one cannot be read.
        """
        return [self.convert_dict_to_message(message) for message in messages]

    def prepare_messages_for_llm_last_message(self, messages: Dictionaries) -> Any:
        """Return the last message's words."""
        return messages[-1]["content"]

    def prepare_messages_for_llm_stuff_messages(self, messages: Dictionaries) -> str:
        """Return the words of all messages, a blank line between two."""
        return "\n\n".join(str(message["content"]) for message in messages)

    def convert_dict_to_message(self, message: Mapping[str, Any]) -> Any:
        """Read `{"role", "content"}`, with `tool_calls`, or `tool_call_id` and `name`.

        Raises:
            ProviderError: when the role is not known.
        """
        if message.get("role") == "assistant":
            return self.convert_ai_dict_to_message(message)
        from lwe.providers.messages import message_of

        return message_of(message)

    def convert_ai_dict_to_message(self, message: Mapping[str, Any]) -> Message:
        """Read what the assistant said.

        Raises:
            ProviderError: when it cannot be read.
        """
        from lwe.providers.messages import message_of

        return message_of(message)

    def prepare_file_for_llm(self, file: Any) -> Any:
        """Return an attached message as this provider wants it."""
        return file

    # Tools

    def transform_tools(self, tools: list[Any]) -> list[Any]:
        """Return tool definitions as this provider wants them, by its `transform_tool`."""
        transform = getattr(self, "transform_tool", None)
        return list(tools) if transform is None else [transform(tool) for tool in tools]

    def transform_openai_tool_spec_to_json_schema_spec(
        self, spec: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return a tool's definition as a JSON schema."""
        from lwe.providers.specs import json_schema_of

        return json_schema_of(spec)
