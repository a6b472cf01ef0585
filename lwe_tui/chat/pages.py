"""What is stored of a conversation, as it is shown."""

from __future__ import annotations

from lwe.state import State
from lwe_tui.chat.live import Live, View, entry_of
from lwe_tui.render.blocks import Entry
from lwe_tui.session import Page


def entries_of(page: Page, live: Live | None = None) -> list[Entry]:
    """Make entries of what was read, without what only models are told.

    Args:
        live: the turn that is being answered; it stands for what is stored of it.
    """
    messages = [message for message in page.messages if message.role != "system"]
    if live and live.question_id is not None:
        messages = [m for m in messages if (m.id or 0) < live.question_id]
    entries = [entry_of(message, page.timings.get(message.id or -1)) for message in messages]
    return entries + ([live.question_entry(), live.answer_entry()] if live else [])


def failed_in(page: Page, view: View, state: State) -> Live | None:
    """Return the last question when nothing answered it."""
    last = page.messages[-1] if page.messages else None
    if last is None or last.role != "user" or last.mark is None:
        return None
    return Live(view, state, last.text, question_id=last.id, begun=True)
