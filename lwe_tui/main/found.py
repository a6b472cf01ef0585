"""Goes to what was found in conversations, and from there to the next place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lwe_tui.chat.live import View

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions
    from lwe_tui.search.pane import SearchPane


class Found:
    """Shows places where words were found.

    Args:
        screen: opens conversations.
    """

    def __init__(self, screen: Actions) -> None:
        self._screen = screen

    def open(self, found: str | None, pane: SearchPane) -> None:
        """Open a conversation, or the place in it where words were found; None for neither."""
        if found is None:
            return
        conversation_id, _, message_id = found.partition(":")
        self._screen.switching.open(int(conversation_id))
        if not message_id:
            self._screen.back_to_composer()
            return
        self._screen.sides.close_overlays()
        self._screen.sides.go_to(self._screen.chat.transcript)
        view = self._screen.chat.view
        self._screen.start_only_task("found", self._go_to, view, int(message_id), pane.words)

    async def _go_to(self, view: View, message_id: int, words: tuple[str, ...]) -> None:
        chat = self._screen.chat
        await view.loaded.wait()
        if view is chat.view and view.refusal is None:
            chat.transcript.light(words)
            chat.transcript.go_to(f"message-{message_id}", words)
