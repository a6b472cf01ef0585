"""What happens when a turn that went another way has said nothing: the old way is there again."""

from __future__ import annotations

from lwe.storage import attachments, drafts, tails
from lwe.storage.database import Database
from lwe.storage.rows import Row


def take_back(database: Database, row: Row) -> bool:
    """Undo the fork of a turn; a question that was made for it becomes a draft again.

    Nothing is undone when there is something that the turn has not said: another program's.

    Args:
        row: the turn's row of the journal.

    Returns:
        Whether everything is as it was before the turn; not when the question has no answer.
    """
    if row["fork_back"] is None:
        return False
    place, question_id = (row["conversation_id"], row["fork_after"]), row["question_id"]
    later = database.rows("SELECT id FROM message WHERE conversation_id = ? AND id > ?", place)
    ids = {found["id"] for found in later}
    if ids - {question_id}:
        return False
    words = attachments.of_message(database, question_id) if question_id in ids else None
    if not tails.take_back(database, *place, row["fork_back"]):
        return False
    if words is None:
        return _is_answered(database, row["conversation_id"], question_id)
    owner = database.row("SELECT user_id FROM conversation WHERE id = ?", place[:1])
    assert owner is not None
    drafts.append(database, owner["user_id"], row["conversation_id"], *words)
    return True


def _is_answered(database: Database, conversation_id: int, question_id: int) -> bool:
    found = database.row(
        "SELECT role FROM message WHERE conversation_id = ? AND id > ? ORDER BY id LIMIT 1",
        (conversation_id, question_id),
    )
    return found is not None and found["role"] in ("assistant", "tool")
