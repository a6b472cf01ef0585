"""What the parts of the store have in common: the database under them."""

from __future__ import annotations

from lwe.errors import NotFound
from lwe.storage.database import Database

LARGEST_ID = 2**63 - 1
"""The greatest number that SQLite can have for a row."""


class Part:
    """Tells some of the store's stories.

    Args:
        database: where they happen.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def _check_place(self, user_id: int, conversation_id: int | None) -> None:
        """Raise `NotFound` unless there is such a conversation of the user, or such a user."""
        if conversation_id is None:
            if self._database.row("SELECT 1 FROM user WHERE id = ?", (user_id,)) is None:
                raise NotFound("User", user_id)
            return
        found = self._database.row(
            "SELECT 1 FROM conversation WHERE id = ? AND user_id = ?", (conversation_id, user_id)
        )
        if found is None:
            raise NotFound("Conversation", conversation_id)
