"""What is stored of a conversation, as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lwe.domain import Message, Variants
from lwe.state import State
from lwe_tui.chat.live import Live, Question, View, entry_of, take_result
from lwe_tui.page import Page
from lwe_tui.render.blocks import Entry


def entries_of(page: Page, live: Live | None = None) -> list[Entry]:
    """Make entries of what was read, without what only models are told.

    Args:
        live: the turn that is being answered; it stands for what is stored of it.
    """
    messages = [message for message in page.messages if message.role != "system"]
    if live and live.first_id is not None:
        messages = [m for m in messages if (m.id or 0) < live.first_id]
    entries: list[Entry] = []
    for message in messages:
        if message.role != "tool" or not take_result(entries, message):
            entries.append(_entry(page, message))
    mark_variants(entries, page.variants)
    return entries + (live.entries() if live else [])


def mark_variants(
    entries: Sequence[Entry],
    variants: Mapping[int, Variants],
    ids: Mapping[str, int] = MappingProxyType({}),
) -> list[Entry]:
    """Write on entries which of several ways to go on they are; returns those that changed.

    Args:
        ids: what entries are stored as whose keys do not say it.
    """
    changed = []
    for entry in entries:
        found = variants.get(ids.get(entry.key) or stored_id(entry.key) or 0)
        written = f"‹{found.number}/{found.count}›" if found else ""
        if entry.variant != written:
            entry.variant = written
            changed.append(entry)
    return changed


def stored_id(key: str) -> int | None:
    """Return the id of the message that an entry shows, None when its key does not say it."""
    kind, _, number = key.partition("-")
    return int(number) if kind == "message" and number.isdigit() else None


def _entry(page: Page, message: Message) -> Entry:
    known = message.id or -1
    timing, prices = page.timings.get(known), page.prices.get(message.origin)
    cost = prices.of(timing.input_tokens, timing.output_tokens) if prices and timing else None
    return entry_of(message, timing, cost=cost, attached=page.attachments.get(known, ()))


def failed_in(page: Page, view: View, state: State) -> Live | None:
    """Return the last question when nothing answered it."""
    last = page.messages[-1] if page.messages else None
    if last is None or last.role != "user" or last.mark is None:
        return None
    return Live(view, state, Question(last.text), question_id=last.id, begun=True)
