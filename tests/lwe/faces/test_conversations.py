"""`ConversationManager` answers as the seed's, but for what was wrong there."""

from __future__ import annotations

import pytest

from lwe.backends.api.conversation import ConversationManager
from lwe.backends.api.orm import Conversation
from lwe.backends.api.user import UserManager

NOT_FOUND = (False, None, "Conversation not found.")
NO_ID = (False, None, "No conversation ID provided.")


def test_a_conversation_has_the_seeds_attributes(
    conversations: ConversationManager, ann: int
) -> None:
    success, made, message = conversations.add_conversation(ann, "Bridges")
    assert (success, message) == (True, "Conversation created successfully.")
    assert isinstance(made, Conversation)
    assert (made.id, made.user_id, made.title, made.hidden) == (1, ann, "Bridges", False)
    assert made.created_time == made.updated_time
    assert conversations.get_conversation(1) == (
        True,
        made,
        "Conversation retrieved successfully.",
    )


def test_what_is_not_there(conversations: ConversationManager, ann: int) -> None:
    assert conversations.get_conversation(None) == NO_ID
    assert conversations.get_conversation(0) == NO_ID
    assert conversations.get_conversation(9) == NOT_FOUND
    assert conversations.edit_conversation(9, title="x") == NOT_FOUND
    assert conversations.edit_conversation_title(0, "x") == NO_ID
    assert conversations.hide_conversation(9) == NOT_FOUND
    assert conversations.unhide_conversation(9) == NOT_FOUND
    assert conversations.delete_conversation(9) == NOT_FOUND
    nobody = (False, None, "User '99' not found")
    assert conversations.get_conversations(99) == nobody
    assert conversations.add_conversation(99) == nobody


def test_a_list_is_one_users_in_either_order(
    conversations: ConversationManager, users: UserManager, ann: int
) -> None:
    ben = users.register("ben", None, None)[1].id
    for user_id in (ann, ben, ann, ben, ann):
        conversations.add_conversation(user_id)
    success, found, message = conversations.get_conversations(ann)
    assert (success, message) == (True, "Conversations retrieved successfully.")
    assert [row.id for row in found] == [5, 3, 1]
    ascending = conversations.get_conversations(ann, order_desc=False)[1]
    assert [row.id for row in ascending] == [1, 3, 5]
    assert [row.id for row in conversations.get_conversations(ann, 1, 1)[1]] == [3]


def test_hidden_ones_are_listed_when_asked_for(
    conversations: ConversationManager, ann: int, talk: int
) -> None:
    secret = conversations.add_conversation(ann, None, hidden=True)[1]
    assert secret.hidden is True
    assert [row.id for row in conversations.get_conversations(ann)[1]] == [talk]
    everything = conversations.get_conversations(ann, include_hidden=True)[1]
    assert [row.id for row in everything] == [secret.id, talk]
    success, row, message = conversations.hide_conversation(talk)
    assert (success, row.hidden, message) == (True, True, "Conversation hidden successfully.")
    assert conversations.get_conversations(ann)[1] == []
    success, row, message = conversations.unhide_conversation(talk)
    assert (success, row.hidden, message) == (True, False, "Conversation unhidden successfully.")


def test_editing(conversations: ConversationManager, talk: int) -> None:
    before = conversations.get_conversation(talk)[1]
    success, row, message = conversations.edit_conversation(talk, title="x", hidden=True)
    assert (success, row.title, row.hidden) == (True, "x", True)
    assert message == "Conversation edited successfully"
    success, row, message = conversations.edit_conversation_title(talk, "y")
    assert (success, row.title) == (True, "y")
    assert message == "Conversation title updated successfully."
    assert row.updated_time == before.updated_time


@pytest.mark.parametrize("column", ["id", "colour", "title = 1; --"])
def test_a_column_that_is_none_is_named(
    conversations: ConversationManager, talk: int, column: str
) -> None:
    success, nothing, message = conversations.edit_conversation(talk, **{column: 1})
    assert (success, nothing) == (False, None)
    assert message.startswith(f"A conversation has no '{column}' that could be set, only user_id")


def test_deleting(conversations: ConversationManager, talk: int) -> None:
    assert conversations.delete_conversation(talk) == (
        True,
        None,
        "Conversation deleted successfully.",
    )
    assert conversations.get_conversation(talk) == NOT_FOUND
