"""What was told in this session, newest last: narrowed by typing, copied with a key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from lwe_tui.faults import Happening
from lwe_tui.messages import CopyWanted
from lwe_tui.modals.narrow import Narrow
from lwe_tui.widgets.virtual_list import Row, VirtualList


class Log(Narrow):
    """Answers with the number of the happening that is to be read.

    Args:
        happenings: oldest first.
        files: where more is written.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        Binding("ctrl+y", "copy", "Copy all of it", priority=True),
    ]

    def __init__(self, happenings: Sequence[Happening], files: Sequence[str]) -> None:
        super().__init__("Log: type to filter")
        self._happenings, self._files = list(happenings), files
        self._found: list[int] = []

    async def find(self, needle: str) -> tuple[int, Sequence[Row]]:
        words = needle.lower().split()
        self._found = [
            number
            for number, one in enumerate(self._happenings)
            if all(word in f"{one.level} {one.source} {one.text}".lower() for word in words)
        ]
        return len(self._found), [self._row(number) for number in self._found]

    async def fetch(self, needle: str, offset: int, limit: int) -> Sequence[Row]:
        return [self._row(number) for number in self._found[offset : offset + limit]]

    def _row(self, number: int) -> Row:
        one = self._happenings[number]
        return Row(str(number), f"{one.when:%H:%M:%S} {one.level:<7} {one.text}", one.source)

    async def _show(self, needle: str) -> None:
        await super()._show(needle)
        self.query_one(VirtualList).action_cursor_end()
        about = f"{len(self._found):,} found. Enter reads one, ctrl+y copies all. "
        self._say(about + "Files: " + ", ".join(self._files))

    def action_copy(self) -> None:
        """Copy what is found, a line each."""
        found = [self._happenings[number] for number in self._found]
        lines = [f"{one.when:%H:%M:%S} {one.level} {one.source} {one.text}" for one in found]
        self.app.post_message(CopyWanted("\n".join(lines)))
