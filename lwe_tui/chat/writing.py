"""What happens while somebody writes: suggestions, attached files, the editor."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from lwe.domain import Attachment
from lwe.errors import LweError
from lwe_tui import editing
from lwe_tui.chat import files
from lwe_tui.chat.answers import Pane
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.suggestions import Suggestion, Suggestions
from lwe_tui.messages import Noticed
from lwe_tui.room import apart

Completer = Callable[[str], Awaitable[Sequence[Suggestion]]]
"""Says what a line that begins with a slash may become."""
MENTION = re.compile(r"(?:^|\s)@(\S*)$")
LISTING_SECONDS = 30.0
"""How old a list of files may be."""


async def no_commands(_line: str) -> Sequence[Suggestion]:
    """Suggest nothing: there are no commands."""
    return ()


class Writing:
    """Helps whoever writes in the composer of a pane.

    Args:
        pane: holds the composer.

    Attributes:
        complete: completes commands.
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self.complete: Completer = no_commands
        self._listed: list[str] = []
        self._listed_at = float("-inf")

    @property
    def _composer(self) -> Composer:
        return self._pane.composer

    @property
    def _suggestions(self) -> Suggestions:
        """The list, brought when it is first needed: the first frame does without."""
        if found := self._pane.query(Suggestions):
            return found.first()
        made = Suggestions()
        self._pane.mount(made, before="#slots")
        return made

    @property
    def _is_suggesting(self) -> bool:
        return any(found.is_open for found in self._pane.query(Suggestions))

    # Suggestions

    def written(self, event: Composer.Written) -> None:
        """Suggest what the word before the cursor may become."""
        mention = MENTION.search(event.line)
        is_command = event.first and event.line.startswith("/") and not event.line.startswith("//")
        if mention:
            self._pane.start_only_task("suggest", self._suggest_files, event.line, mention[1])
        elif is_command:
            self._pane.start_only_task("suggest", self._suggest_commands, event.line)
        else:
            self.close()

    async def _suggest_files(self, line: str, fragment: str) -> None:
        start = len(line) - len(fragment) - 1
        if fragment.startswith(("/", "~", "./", "../")):
            names = [n for n in await apart(files.in_folder, fragment) if n.startswith(fragment)]
            names = names[: files.MOST_SHOWN]
        else:
            names = await apart(files.matching, await self._files(), fragment)
        found = [
            Suggestion(f"@{name}", start=start, goes_on=True)
            if name.endswith("/")
            else Suggestion(name, start=start, path=name)
            for name in names
        ]
        self._show(line, found)

    async def _files(self) -> list[str]:
        now = self._pane.app._loop.time() if self._pane.app._loop else 0.0
        if now - self._listed_at > LISTING_SECONDS:
            self._listed = await apart(files.listed, Path.cwd())
            self._listed_at = now
        return self._listed

    async def _suggest_commands(self, line: str) -> None:
        self._show(line, await self.complete(line))

    def _show(self, line: str, found: Sequence[Suggestion]) -> None:
        row, column = self._composer.cursor_location
        if self._composer.document.get_line(row)[:column] != line:
            return  # More was written meanwhile, and is being looked up.
        self._suggestions.show(found)
        self._composer.suggested(self._suggestions.chosen)

    def steer(self, movement: str) -> None:
        """Move the cursor of the list, or close it."""
        names = {"up": "up", "down": "down", "pageup": "page_up", "pagedown": "page_down"}
        if movement not in names:
            self.close()
            return
        getattr(self._suggestions, f"action_cursor_{names[movement]}")()
        self._composer.suggested(self._suggestions.chosen)

    def close(self) -> None:
        """Suggest nothing any more."""
        if self._is_suggesting:
            self._suggestions.show(())
            self._composer.suggested(None)

    def accept(self) -> None:
        """Take what was clicked."""
        self._composer.suggested(self._suggestions.chosen)
        self._composer.accept()

    # Files and the editor

    def attach(self, event: Composer.AttachWanted) -> None:
        """Read a file and put its token where it was named."""
        self._pane.start_task("attach", self._attach, event)

    async def _attach(self, event: Composer.AttachWanted) -> None:
        attachment: Attachment | None = None
        try:
            attachment = await apart(files.read, Path(event.path))
        except LweError as error:
            self._pane.post_message(Noticed(str(error), "error"))
        finally:
            self._composer.attach(attachment, event.start, event.end)

    def edit(self) -> None:
        """Change what is written in the user's editor."""
        self._pane.start_only_task("editor", self._edit)

    async def _edit(self) -> None:
        composer = self._composer
        written = composer.text
        edited = await editing.edit_text(self._pane.app, written)
        if edited != written:
            composer.put(edited)
        composer.focus()
