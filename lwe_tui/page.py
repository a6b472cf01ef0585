"""A part of a conversation as it is read for the screen: messages, and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lwe.domain import Message, Origin, Stored, Variants
from lwe.state import State
from lwe_tui.drafts import NO_DRAFT, Draft
from lwe_tui.prices import Prices, prices

if TYPE_CHECKING:
    from lwe.engine import Engine
    from lwe.storage.store import Timing

PLACE = "place"
"""The setting of a conversation that holds where its reader was."""
Place = tuple[int, int, int]
"""A message's id, a block of its words, a row of the block."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a conversation, as it is opened or further up.

    Attributes:
        more: whether there may be messages before these.
        variants: which of several ways to go on is shown, by its first message's id.
        place: where the reader was; None for the end.
        prices: what tokens cost, for those that answered and have prices.
        attachments: what goes with messages, by their ids.
    """

    state: State
    messages: list[Message] = field(default_factory=list)
    timings: dict[int, Timing] = field(default_factory=dict)
    draft: Draft = NO_DRAFT
    more: bool = False
    variants: dict[int, Variants] = field(default_factory=dict)
    place: Place | None = None
    prices: dict[Origin, Prices] = field(default_factory=dict)
    attachments: dict[int, list[Stored]] = field(default_factory=dict)


def page_of(engine: Engine, state: State, messages: list[Message], most: int) -> Page:
    """Read what belongs to messages; only called inside the room.

    Args:
        state: in their conversation.
        most: how many were asked for.
    """
    here, store = state.conversation_id or 0, engine.store
    timings: dict[int, Timing] = {}
    if messages:
        timings = store.timings(here, messages[0].id or 0, messages[-1].id or 0)
    return Page(
        state,
        messages,
        timings,
        more=len(messages) == most,
        variants=store.variants(here),
        prices=prices(engine, (m.origin for m in messages if m.role == "assistant")),
        attachments=store.attachments(here),
    )


def place_of(value: object) -> Place | None:
    """Read a stored place; whatever is no place is none."""
    match value:
        case [int(message_id), int(block), int(row)]:
            return message_id, block, row
    return None
