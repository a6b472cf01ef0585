"""What is written and not sent, with what is attached to it: kept in the room, never lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lwe.domain import Attachment
from lwe.errors import LweError, NotFound
from lwe.state import State
from lwe_tui.room import Room

if TYPE_CHECKING:
    from lwe.storage.store import Store


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that are not sent yet, and what their tokens stand for."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()


NO_DRAFT = Draft()


class Drafts:
    """Keeps drafts.

    Args:
        room: where the database is written.
        store: returns the database; only called inside the room.
        tell: shows a sentence to the user; callable from any thread.
    """

    def __init__(self, room: Room, store: Callable[[], Store], tell: Callable[[str], None]) -> None:
        self._room, self._store, self._tell = room, store, tell
        self._unsaved: dict[tuple[int, int | None], Draft] = {}

    def read(self, user_id: int, conversation_id: int | None) -> Draft:
        """Return a draft; only called inside the room."""
        unsaved = self._unsaved.get((user_id, conversation_id))
        if unsaved is not None:
            return unsaved
        store = self._store()
        text = store.draft(user_id, conversation_id)
        return Draft(text, store.draft_attachments(user_id, conversation_id) if text else ())

    def save(self, state: State, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Keep words that are not sent yet; does not wait."""
        user, conversation_id = state.user, state.conversation_id
        if user is None:
            return
        draft = Draft(text, tuple(attachments))

        def save() -> None:
            self._unsaved.pop((user.id, conversation_id), None)
            try:
                self._store().save_draft(user.id, conversation_id, text, draft.attachments)
            except NotFound:
                return  # The conversation is gone, and its draft with it.
            except LweError as error:
                self._unsaved[user.id, conversation_id] = draft
                self._tell(f"What you are writing could not be stored yet. {error}")

        self._room.enter(save)

    def add(self, state: State, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Give words back to a conversation that is not open; does not wait."""
        user, conversation_id = state.user, state.conversation_id
        if user is None:
            return

        def add() -> None:
            try:
                append(self._store(), user.id, conversation_id, text, attachments)
            except LweError as error:
                self._tell(f"These words could not be kept: {text[:200]!r}. {error}")

        self._room.enter(add)


def append(
    store: Store,
    user_id: int,
    conversation_id: int | None,
    text: str,
    attachments: Sequence[Attachment] = (),
) -> None:
    """Keep words below a draft; only called inside the room.

    Raises:
        NotFound: when the conversation is not there any more.
    """
    if not attachments:
        store.append_draft(user_id, conversation_id, text)
        return
    words = store.draft(user_id, conversation_id)
    held = store.draft_attachments(user_id, conversation_id)
    joined = "\n\n".join(part for part in (words, text) if part)
    store.save_draft(user_id, conversation_id, joined, (*held, *attachments))
