"""Rows know the rows that belong to them, as the seed's do."""

from __future__ import annotations

from dataclasses import replace

from lwe import ApiBackend
from lwe.backends.api.conversation import ConversationManager
from lwe.backends.api.message import MessageManager
from lwe.backends.api.orm import Conversation, Message, User
from lwe.backends.api.user import UserManager


def test_relations(
    users: UserManager, conversations: ConversationManager, messages: MessageManager, talk: int
) -> None:
    said = messages.add_message(talk, "user", "hi", "content", None, "p", "m", "")[1]
    conversation = conversations.get_conversation(talk)[1]
    user = users.get_by_username("ann")[1]
    assert user.conversations == [conversation.user.conversations[0]]
    assert [row.id for row in conversation.messages] == [said.id]
    assert said.conversation.id == talk
    assert said.conversation.user == user


def test_rows_of_no_database_belong_to_nothing() -> None:
    assert User(1, "ann").conversations == []
    assert Conversation(1, 1).user is None
    assert Conversation(1, 1).messages == []
    assert Message(1, 1, "user", "hi").conversation is None


def test_a_row_that_is_gone_has_nothing(
    users: UserManager, conversations: ConversationManager, talk: int, ann: int
) -> None:
    conversation = conversations.get_conversation(talk)[1]
    users.delete_user(ann)
    assert (conversation.user, conversation.messages) == (None, [])


def test_the_backend_hands_out_rows() -> None:
    bot = ApiBackend()
    bot.load_user(bot.user_manager.register("ann", None, None)[1].id)
    user = bot.current_user
    assert user is not None
    assert (user.username, user.conversations, user is bot.current_user) == ("ann", [], True)
    number = bot.conversation.add_conversation(user.id)[1].id
    success, renamed, _message = bot.set_title("T", number)
    assert success
    assert (renamed.title, renamed.user.id, renamed.hidden) == ("T", user.id, False)
    bot.user_manager.delete_user(user.id)
    assert bot.state.user is not None
    bot.state = replace(bot.state, user=replace(bot.state.user))
    gone = bot.current_user
    assert gone is not None
    assert (gone.username, gone.conversations) == ("ann", [])
