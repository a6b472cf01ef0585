"""What Escape does: always one step closer to where the open conversation is written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lwe_tui.sidebar.side_list import SideList

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions


def escape(screen: Actions) -> None:
    """Take the first step that there is something for."""
    if not any(step(screen) for step in STEPS):
        screen.sides.go_to(screen.chat.at_hand)


def _end_filter(screen: Actions) -> bool:
    filtering = [w for w in screen.query(".-filtering") if isinstance(w, SideList)]
    for side in filtering:
        side.action_end_filter()
    return bool(filtering)


def _close_overlay(screen: Actions) -> bool:
    is_open = screen.sides.overlay_open
    if is_open:
        screen.back_to_composer()
    return is_open


def _go_to_decision(screen: Actions) -> bool:
    waits = bool(screen.chat.approvals.decision)
    if waits:
        screen.sides.go_to(screen.chat.at_hand)  # There, Escape says no.
    return waits


def _stop(screen: Actions) -> bool:
    is_coming = screen.chat.live is not None
    screen.chat.stop()
    return is_coming


def _clear_selection(screen: Actions) -> bool:
    is_selected = bool(screen.get_selected_text())
    screen.clear_selection()
    return is_selected


def _leave_edit(screen: Actions) -> bool:
    return screen.focused is screen.chat.composer and screen.chat.edits.leave()


STEPS: tuple[Callable[[Actions], bool], ...] = (
    _end_filter,
    _close_overlay,
    _go_to_decision,
    lambda screen: screen.reader.end_find(),
    lambda screen: screen.chat.questions.take_back(),
    _stop,
    lambda screen: screen.failing.leave(),
    _clear_selection,
    _leave_edit,
)
"""In their order; each says whether it has done anything."""
