"""What the tests of the library's door share."""

from __future__ import annotations

from lwe import ApiBackend
from lwe.domain import Message

NOT_STORED = "No current user, conversation not saved"
STORED = "Conversation updated with new messages"


def stored() -> list[Message]:
    """Return what a fresh look at the database finds in the newest conversation."""
    store = ApiBackend().engine.store
    (user,) = store.users()
    newest = store.history(user.id)[0]
    return store.messages(newest.id)
