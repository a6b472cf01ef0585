"""The seed's `ConversationManager`: conversations in, tuples out."""

from __future__ import annotations

from typing import Any

from lwe.errors import NotFound
from lwe.faces.door import Answer, answers
from lwe.faces.orm import Conversation, Manager


class ConversationManager(Manager):
    """Lists, adds, edits, hides and deletes conversations; every answer is a tuple."""

    @answers
    def get_conversations(
        self,
        user_id: int,
        limit: int | None = None,
        offset: int | None = None,
        order_desc: bool = True,
        include_hidden: bool = False,
    ) -> Answer:
        """List a user's conversations by id, newest first, without hidden ones.

        The seed lists those as well; `include_hidden` does.
        """
        user = self.orm_get_user(user_id)
        if user is None:
            raise NotFound("User", user_id)
        hidden = None if include_hidden else False
        found = self.orm_get_conversations(user, limit, offset, order_desc, hidden)
        return True, found, "Conversations retrieved successfully."

    @answers
    def add_conversation(
        self, user_id: int, title: str | None = None, hidden: bool = False
    ) -> Answer:
        """Add an empty conversation."""
        user = self.orm_get_user(user_id)
        if user is None:
            raise NotFound("User", user_id)
        added = self.orm_add_conversation(user, title, hidden)
        return True, added, "Conversation created successfully."

    @answers
    def get_conversation(self, conversation_id: int | None) -> Answer:
        """Find a conversation of anybody's."""
        if not conversation_id:
            return False, None, "No conversation ID provided."
        found = self.orm_get_conversation(conversation_id)
        if found is None:
            return False, None, "Conversation not found."
        return True, found, "Conversation retrieved successfully."

    def edit_conversation(self, conversation_id: int, **columns: Any) -> Answer:
        """Change columns of a conversation, for example `title` and `hidden`."""
        return self._edited(conversation_id, columns, "Conversation edited successfully")

    def edit_conversation_title(self, conversation_id: int, new_title: str) -> Answer:
        """Give a conversation a title."""
        done = "Conversation title updated successfully."
        return self._edited(conversation_id, {"title": new_title}, done)

    def hide_conversation(self, conversation_id: int) -> Answer:
        """Mark a conversation as hidden."""
        done = "Conversation hidden successfully."
        return self._edited(conversation_id, {"hidden": True}, done)

    def unhide_conversation(self, conversation_id: int) -> Answer:
        """Mark a conversation as not hidden."""
        done = "Conversation unhidden successfully."
        return self._edited(conversation_id, {"hidden": False}, done)

    @answers
    def delete_conversation(self, conversation_id: int) -> Answer:
        """Delete a conversation with its messages."""
        success, conversation, message = self.get_conversation(conversation_id)
        if not success:
            return success, conversation, message
        self.orm_delete_conversation(conversation)
        return True, None, "Conversation deleted successfully."

    @answers
    def _edited(self, conversation_id: int, columns: dict[str, Any], done: str) -> Answer:
        success, conversation, message = self.get_conversation(conversation_id)
        if not success:
            return success, conversation, message
        assert isinstance(conversation, Conversation)
        return True, self.orm_edit_conversation(conversation, **columns), done
