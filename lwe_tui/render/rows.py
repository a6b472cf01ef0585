"""Domain values as rows of lists."""

from __future__ import annotations

from datetime import datetime

from lwe.domain import Conversation
from lwe_tui.widgets.virtual_list import Row, RowClass

UNTITLED = "Untitled"
_MARKS = {"busy": "…", "news": "●"}
_AGES = ((86400 * 365, "y"), (86400 * 30, "mo"), (86400, "d"), (3600, "h"), (60, "m"))


def conversation_row(conversation: Conversation, style_class: RowClass = "") -> Row:
    """Make a row of a conversation: its title, and its age or what is going on in it."""
    mark = _MARKS.get(style_class, "")
    return Row(
        key=str(conversation.id),
        text=conversation.title or conversation.opening or UNTITLED,
        right=mark or age(conversation.updated, datetime.now()),
        style_class=style_class,
        right_yields=not mark,
    )


def age(then: datetime, now: datetime) -> str:
    """Say how long ago something was, in a few characters."""
    seconds = max(0.0, (now - then).total_seconds())
    for size, unit in _AGES:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"
