"""Domain values as rows of lists."""

from __future__ import annotations

from datetime import datetime

from lwe.domain import Conversation, Hit, Trashed
from lwe_tui.widgets.virtual_list import Row, RowClass

UNTITLED = "Untitled"
HIDDEN = "hidden"
_MARKS = {"busy": "…", "news": "●", "waiting": "?"}
_AGES = ((86400 * 365, "y"), (86400 * 30, "mo"), (86400, "d"), (3600, "h"), (60, "m"))
BEFORE_HIT = 20
"""Characters of a snippet that stand before what was found, where it is long."""
UNCUT = 40
"""A hit that ends so early is in sight in any case."""


def conversation_row(
    conversation: Conversation, style_class: RowClass = "", marked: bool | None = None
) -> Row:
    """Make a row of a conversation: its title, and its age or what is going on in it.

    Args:
        marked: whether it is one of several that something is done with; None where nothing can
            be marked.
    """
    mark = _MARKS.get(style_class, HIDDEN if conversation.hidden else "")
    return Row(
        key=str(conversation.id),
        text=conversation.title or conversation.opening or UNTITLED,
        right=mark or age(conversation.updated, datetime.now()),
        style_class=style_class or ("quiet" if conversation.hidden else ""),
        right_yields=not mark,
        lead="" if marked is None else "✓ " if marked else "  ",
    )


def hit_row(hit: Hit) -> Row:
    """Make a row of a message in which something was found; what was found is lit."""
    text, spans = hit.snippet, hit.spans
    if spans and spans[0][1] > UNCUT:
        cut = max(0, spans[0][0] - BEFORE_HIT)
        text = "…" + text[cut:]
        spans = tuple((start - cut + 1, stop - cut + 1) for start, stop in spans)
    return Row(
        key=f"{hit.conversation_id}:{hit.message_id}",
        text=text,
        right=age(hit.created, datetime.now()) if hit.created else "",
        lead="  ",
        spans=spans,
    )


def trashed_row(trashed: Trashed) -> Row:
    """Make a row of what was deleted at once."""
    title = (trashed.titles[0] if trashed.titles else "") or UNTITLED
    others = len(trashed.titles) - 1
    if trashed.kind == "message":
        title = f"A message of: {title}"
    elif others > 0:
        title = f"{title} and {others:,} other{'' if others == 1 else 's'}"
    return Row(str(trashed.batch_id), title, age(trashed.deleted, datetime.now()))


def age(then: datetime, now: datetime) -> str:
    """Say how long ago something was, in a few characters."""
    seconds = max(0.0, (now - then).total_seconds())
    for size, unit in _AGES:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"
