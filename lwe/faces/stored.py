"""The part of `ApiBackend` for what is stored: users and their conversations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lwe.domain import Conversation, User
from lwe.errors import LweError, NotFound
from lwe.faces.asked_with import pair_of
from lwe.faces.door import Answer, answers
from lwe.faces.logging import Logging
from lwe.faces.rows import Conversation as ConversationRow
from lwe.faces.rows import User as Row
from lwe.faces.rows import row_of

NOT_FOUND = "Conversation not found."
NO_ID = "No conversation ID provided."


class UnknownConversation(NotFound, ValueError):
    """A conversation that is not there; a `ValueError` with the seed's sentence."""

    def __str__(self) -> str:
        return NOT_FOUND


class UnknownUser(NotFound):
    """A user who is not there, with the seed's sentence."""

    def __str__(self) -> str:
        return "User not found."


class WhoAsks(Logging):
    """The user who asks."""

    _row: tuple[User, Row] | None = None

    @property
    def current_user(self) -> Row | None:
        """Who asks; None means that nothing is stored."""
        user = self.state.user
        if user is None:
            return None
        if self._row is None or self._row[0] is not user:
            self._row = user, self._row_of(user)
        return self._row[1]

    @current_user.setter
    def current_user(self, user: Any) -> None:
        self.set_current_user(user)

    def _row_of(self, user: User) -> Row:
        store = self.engine.store
        try:
            return row_of(Row, store.raw_row("user", user.id), store)
        except NotFound:  # Somebody has deleted the user meanwhile.
            return Row(user.id, user.username, email=user.email)

    def set_current_user(self, user: Any = None) -> Answer | None:
        """Ask as this user from now on, with the user's default preset.

        Args:
            user: a user of this library or of `user_manager`; None for nobody.

        Returns:
            What `activate_preset` says of the user's default preset; None without one.
        """
        if user is not None and not isinstance(user, User):
            user = self.engine.store.user(int(user.id))
        self.state = self.engine.states.initial(user)
        wanted = user.default_preset if user is not None else ""
        if not wanted:
            return None
        try:
            self.state = self.engine.states.activate_preset(self.state, wanted)
        except LweError as error:
            return False, wanted, error.message
        provider = self.engine.providers.get(self.state.provider)
        said = f"Set {provider.model_property_name} to {self.state.model}"
        return True, pair_of(self.engine.presets.get(wanted)), said

    def auto_create_first_user(self) -> User | None:
        """Create the user whom the configuration names if there is nobody."""
        return self.engine.first_user()

    def load_default_user(self) -> None:
        """Ask as the user whom the configuration names.

        Raises:
            UnknownUser: when there is no such user.
        """
        wanted = self.config.get("backend_options.default_user")
        if wanted is not None:
            self.load_user(wanted)

    def load_user(self, identifier: int | str) -> None:
        """Find a user by id, name or e-mail and ask as that user.

        Raises:
            UnknownUser: when there is no such user.
        """
        try:
            user = self.engine.store.user(identifier)
        except NotFound as error:
            raise UnknownUser("User", identifier) from error
        self.set_current_user(user)


class Stored(WhoAsks):
    """What was said."""

    # The open conversation

    @property
    def conversation_id(self) -> int | None:
        """The open conversation."""
        return self.state.conversation_id

    @conversation_id.setter
    def conversation_id(self, conversation_id: int | None) -> None:
        if conversation_id is not None:
            self._own(conversation_id)
        self.state = replace(self.state, conversation_id=conversation_id, title=None)

    @property
    def conversation_title(self) -> str | None:
        """The open conversation's title, None until it has one."""
        return self.engine.title_of(self.state)

    @conversation_title.setter
    def conversation_title(self, title: str | None) -> None:
        self.state = replace(self.state, title=title)

    def get_current_conversation_title(self) -> str | None:
        """Return the open conversation's title, None until it has one."""
        return self.conversation_title

    def new_conversation(self) -> None:
        """Leave the open conversation; the next question opens another."""
        self.state = replace(self.state, conversation_id=None, title=None)
        self.message_clipboard = None
        self.write_log_context()

    def switch_to_conversation(self, conversation_id: int) -> None:
        """Open a conversation, with the settings of its last message.

        Raises:
            UnknownConversation: when it does not exist or is another user's.
        """
        try:
            self.state, _messages = self.engine.open_conversation(self.state, conversation_id)
        except NotFound as error:
            raise UnknownConversation("Conversation", conversation_id) from error
        self.write_log_context()

    def load_conversation(self, conversation_id: int) -> None:
        """Open a conversation; see `switch_to_conversation`."""
        self.switch_to_conversation(conversation_id)

    def load_default_conversation(self) -> None:
        """Open the conversation that the configuration names.

        Raises:
            NotFound: when it does not exist or is another user's.
        """
        wanted = self.config.get("backend_options.default_conversation_id")
        if wanted is not None:
            self.switch_to_conversation(wanted)

    # All conversations

    @answers
    def get_history(self, limit: int = 20, offset: int = 0, user_id: int | None = None) -> Answer:
        """List conversations; `(True, {id: row}, message)`, newest first, hidden ones too."""
        user_id = user_id or (self.state.user.id if self.state.user else None)
        if user_id is None:
            raise LweError("Nobody is logged in, so there is no history. Load a user first.")
        rows = self.engine.store.history(user_id, limit, offset)
        found = {row.id: conversation_dict(row) for row in rows}
        return True, found, "Conversations retrieved successfully."

    @answers
    def get_conversation(self, id: int | None = None) -> Answer:
        """Read a conversation; `(True, {"conversation": row, "messages": [...]}, message)`."""
        wanted = id or self.state.conversation_id
        if wanted is None:
            return False, None, "No current conversation"
        try:
            row = self._own(wanted)
        except NotFound:
            return False, None, NOT_FOUND
        found = {
            "conversation": conversation_dict(row),
            "messages": self.engine.store.raw_messages(wanted),
        }
        return True, found, "Messages retrieved successfully"

    def conversation_data_to_messages(self, conversation_data: dict[str, Any]) -> Any:
        """Return the messages of what `get_conversation` has answered."""
        return conversation_data["messages"]

    def retrieve_old_messages(
        self, conversation_id: int | None = None, target_id: int | None = None
    ) -> list[dict[str, Any]]:
        """Return the stored messages of a conversation, the open one by default.

        Args:
            target_id: the last message to return; all without it.

        Raises:
            UnknownConversation: when it does not exist or is another user's.
        """
        wanted = conversation_id or self.state.conversation_id
        if wanted is None:
            return []
        try:
            self._own(wanted)
        except NotFound as error:
            raise UnknownConversation("Conversation", wanted) from error
        found = self.engine.store.raw_messages(wanted)
        return [m for m in found if target_id is None or m["id"] <= target_id]

    @answers
    def set_title(self, title: str, conversation_id: int | None = None) -> Answer:
        """Rename a conversation, the open one by default."""
        wanted = conversation_id or self.state.conversation_id
        if wanted is None:
            return False, None, NO_ID
        try:
            self._own(wanted)
        except NotFound:
            return False, None, NOT_FOUND
        self.engine.store.rename(wanted, title)
        if wanted == self.state.conversation_id:
            self.state = replace(self.state, title=title)
        store = self.engine.store
        renamed = row_of(ConversationRow, store.raw_row("conversation", wanted), store)
        return True, renamed, "Conversation title updated successfully."

    @answers
    def delete_conversation(self, conversation_id: int | None = None) -> Answer:
        """Delete a conversation, the open one by default, which is left then."""
        wanted = conversation_id or self.state.conversation_id
        if wanted is None:
            return False, None, NO_ID
        try:
            self._own(wanted)
        except NotFound:
            return False, None, NOT_FOUND
        self.engine.store.delete_conversation(wanted)
        if wanted == self.state.conversation_id:
            self.new_conversation()
        return True, None, "Conversation deleted successfully."

    def _own(self, conversation_id: int) -> Conversation:
        user_id = self.state.user.id if self.state.user else None
        return self.engine.store.conversation(conversation_id, user_id)


def conversation_dict(row: Conversation) -> dict[str, Any]:
    """Return a conversation as the seed's row dictionary."""
    return {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "created_time": row.created,
        "updated_time": row.updated,
        "hidden": row.hidden,
    }
