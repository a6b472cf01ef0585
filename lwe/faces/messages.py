"""The seed's `MessageManager`: messages in, tuples and dictionaries out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from lwe.config.config import Config
from lwe.faces.conversations import ConversationManager
from lwe.faces.door import Answer, answers
from lwe.faces.orm import Manager, Message, Orm

JSON_MESSAGE_TYPES = ("tool_call", "tool_response")
_NOT_FOUND: Answer = (False, None, "Message not found")


class MessageManager(Manager):
    """Finds, adds and deletes messages; every answer is a tuple.

    Attributes:
        conversation_manager: over the same database.
    """

    def __init__(self, config: Config | None = None, orm: Orm | None = None) -> None:
        super().__init__(config, orm)
        self.conversation_manager = ConversationManager(self.config, self.orm)

    def build_message(
        self,
        role: str,
        message: Any,
        message_type: str = "content",
        message_metadata: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return a new message as the dictionary that a request carries."""
        return {
            "role": role,
            "message": message,
            "message_type": message_type,
            "message_metadata": message_metadata,
        }

    def message_to_storage(
        self, message: Any, message_type: str | None, message_metadata: Any
    ) -> tuple[Any, str | None]:
        """Return a message and its metadata as they are stored."""
        if message_type in JSON_MESSAGE_TYPES:
            message = json.dumps(message)
        return message, json.dumps(message_metadata) if message_metadata else None

    def message_from_storage(self, message: Message | Mapping[str, Any]) -> dict[str, Any]:
        """Return a stored message as a dictionary, tool data and metadata decoded.

        What cannot be decoded stays the text that it is.
        """
        if isinstance(message, Message):
            found = {item.name: getattr(message, item.name) for item in fields(message)}
        else:
            found = dict(message)
        if found["message_type"] in JSON_MESSAGE_TYPES:
            found["message"] = _decoded(found["message"])
        about = found["message_metadata"]
        found["message_metadata"] = _decoded(about) if about else None
        return found

    @answers
    def get_message(self, message_id: int) -> Answer:
        """Find a message; `(True, dictionary, message)`."""
        found = self.orm_get_message(message_id)
        if found is None:
            return _NOT_FOUND
        return True, self.message_from_storage(found), "Message retrieved successfully"

    @answers
    def get_messages(
        self,
        conversation_id: int,
        limit: int | None = None,
        offset: int | None = None,
        target_id: int | None = None,
    ) -> Answer:
        """List a conversation's messages as dictionaries, oldest first.

        Args:
            target_id: the last message wanted.
        """
        success, conversation, message = self.conversation_manager.get_conversation(conversation_id)
        if not success:
            return success, conversation, message
        found = self.orm_get_messages(conversation, limit, offset, target_id)
        said = [self.message_from_storage(row) for row in found]
        return True, said, "Messages retrieved successfully"

    @answers
    def get_last_message(self, conversation_id: int) -> Answer:
        """Find a conversation's newest message; `(True, dictionary, message)`."""
        success, conversation, message = self.conversation_manager.get_conversation(conversation_id)
        if not success:
            return success, conversation, message
        found = self.orm_get_last_message(conversation)
        if found is None:
            return False, None, "The conversation has no messages yet."
        return True, self.message_from_storage(found), "Last message retrieved successfully"

    @answers
    def add_message(
        self,
        conversation_id: int,
        role: str,
        message: Any,
        message_type: str | None = None,
        message_metadata: Any = None,
        provider: str | None = None,
        model: str | None = None,
        preset: str | None = None,
    ) -> Answer:
        """Add a message to a conversation; `(True, row as it is stored, message)`."""
        success, conversation, sentence = self.conversation_manager.get_conversation(
            conversation_id
        )
        if not success:
            return success, conversation, sentence
        text, about = self.message_to_storage(message, message_type, message_metadata)
        added = self.orm_add_message(
            conversation, role, text, message_type, about, provider, model, preset
        )
        return True, added, "Message added successfully"

    @answers
    def delete_message(self, message_id: int) -> Answer:
        """Delete one message."""
        found = self.orm_get_message(message_id)
        if found is None:
            return _NOT_FOUND
        self.orm_delete_message(found)
        return True, None, "Message deleted successfully"


def _decoded(text: Any) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, TypeError):
        return text
