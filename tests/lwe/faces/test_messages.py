"""`MessageManager` answers as the seed's, but for what was wrong there."""

from __future__ import annotations

import pytest

from lwe.backends.api.conversation import ConversationManager
from lwe.backends.api.message import MessageManager
from lwe.backends.api.orm import Message

CALLS = [{"name": "dice", "args": {"sides": 6}, "id": "c1", "type": "tool_call"}]
ABOUT = {"name": "dice", "id": "c1"}
NOT_FOUND = (False, None, "Message not found")


@pytest.fixture
def said(messages: MessageManager, talk: int) -> list[int]:
    origin = ("provider_x", "model-a", "preset-a")
    added = [
        messages.add_message(talk, "user", "hi", "content", None, *origin),
        messages.add_message(talk, "assistant", CALLS, "tool_call", None, *origin),
        messages.add_message(talk, "tool", {"ü": 4}, "tool_response", ABOUT, *origin),
    ]
    return [message.id for _success, message, _sentence in added]


def test_a_new_message_is_a_row_as_it_is_stored(messages: MessageManager, talk: int) -> None:
    success, row, sentence = messages.add_message(
        talk, "tool", {"ü": 4}, "tool_response", ABOUT, "provider_x", "model-a", "preset-a"
    )
    assert (success, sentence) == (True, "Message added successfully")
    assert isinstance(row, Message)
    assert (row.conversation_id, row.role, row.message_type) == (talk, "tool", "tool_response")
    assert (row.message, row.message_metadata) == ('{"\\u00fc": 4}', '{"name": "dice", "id": "c1"}')
    assert (row.provider, row.model, row.preset) == ("provider_x", "model-a", "preset-a")


def test_what_is_not_said_is_empty(messages: MessageManager, talk: int) -> None:
    row = messages.add_message(talk, "user", "hi")[1]
    assert (row.message_type, row.message_metadata) == ("content", None)
    assert (row.provider, row.model, row.preset) == ("", "", "")


def test_a_message_moves_its_conversation_up(
    messages: MessageManager, conversations: ConversationManager, talk: int
) -> None:
    row = messages.add_message(talk, "user", "hi")[1]
    assert conversations.get_conversation(talk)[1].updated_time == row.created_time


def test_messages_are_dictionaries_with_tool_data_decoded(
    messages: MessageManager, talk: int, said: list[int]
) -> None:
    success, found, sentence = messages.get_messages(talk)
    assert (success, sentence) == (True, "Messages retrieved successfully")
    assert [item["message"] for item in found] == ["hi", CALLS, {"ü": 4}]
    assert [item["message_metadata"] for item in found] == [None, None, ABOUT]
    assert list(found[0]) == [
        "id",
        "conversation_id",
        "role",
        "message",
        "message_type",
        "message_metadata",
        "model",
        "provider",
        "preset",
        "created_time",
    ]
    assert messages.get_last_message(talk) == (
        True,
        found[2],
        "Last message retrieved successfully",
    )
    assert messages.get_message(said[1]) == (True, found[1], "Message retrieved successfully")


def test_windows_and_the_last_wanted(messages: MessageManager, talk: int, said: list[int]) -> None:
    def ids(**window: int) -> list[int]:
        return [item["id"] for item in messages.get_messages(talk, **window)[1]]

    assert ids(limit=1, offset=1) == [said[1]]
    assert ids(target_id=said[1]) == said[:2]
    assert ids(target_id=said[1], limit=1) == said[:1]


def test_what_is_not_there(messages: MessageManager, talk: int) -> None:
    no_conversation = (False, None, "Conversation not found.")
    assert messages.get_message(99) == NOT_FOUND
    assert messages.delete_message(99) == NOT_FOUND
    assert messages.get_messages(99) == no_conversation
    assert messages.get_last_message(99) == no_conversation
    assert messages.add_message(99, "user", "x") == no_conversation
    assert messages.get_last_message(talk) == (
        False,
        None,
        "The conversation has no messages yet.",
    )


def test_deleting(messages: MessageManager, talk: int, said: list[int]) -> None:
    assert messages.delete_message(said[0]) == (True, None, "Message deleted successfully")
    assert [item["id"] for item in messages.get_messages(talk)[1]] == said[1:]


def test_what_cannot_be_decoded_stays_text(messages: MessageManager, talk: int) -> None:
    row = messages.add_message(talk, "assistant", CALLS, "tool_call")[1]
    messages.orm_edit_message(row, message="{broken", message_metadata="too")
    found = messages.get_message(row.id)[1]
    assert (found["message"], found["message_metadata"]) == ("{broken", "too")


def test_building_and_encoding(messages: MessageManager) -> None:
    assert messages.build_message("user", "hi") == {
        "role": "user",
        "message": "hi",
        "message_type": "content",
        "message_metadata": None,
    }
    assert messages.message_to_storage("hi", "content", None) == ("hi", None)
    assert messages.message_to_storage([1], "tool_call", {}) == ("[1]", None)
    stored = {"message": "[1]", "message_type": "tool_call", "message_metadata": '{"a": 1}'}
    assert messages.message_from_storage(stored) == {
        "message": [1],
        "message_type": "tool_call",
        "message_metadata": {"a": 1},
    }
    assert stored["message"] == "[1]"
