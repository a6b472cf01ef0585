"""The strip that lists what may follow the leader key."""

from __future__ import annotations

from rich.table import Table
from textual import events
from textual.message import Message
from textual.widgets import Static

from lwe_tui import keys

COLUMN = 28


class LeaderStrip(Static):
    """Takes one key after the leader; any other key closes it.

    The screen hands it the key: a change of focus would come after a key that is pressed quickly.
    """

    class Closed(Message):
        """The strip is not needed any more; `action` is what to do, empty for nothing."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__("", id="leader", markup=False)

    def open(self) -> None:
        """Show the strip and take the next key."""
        self.add_class("-open")
        self.update(self._list())

    @property
    def is_open(self) -> bool:
        """Whether the next key is the strip's."""
        return self.has_class("-open")

    def _list(self) -> Table:
        columns = max(1, self.app.size.width // COLUMN)
        grid = Table.grid(*["" for _ in range(columns)], padding=(0, 2))
        entries = [
            f"{keys.written_leader(key)}  {key.label}"
            for key in keys.after_leader().values()
            if key not in keys.SLOT_KEYS
        ]
        entries.append("1…0  Preset in that slot")
        for start in range(0, len(entries), columns):
            grid.add_row(*entries[start : start + columns])
        return grid

    def take(self, event: events.Key) -> None:
        """Close, and tell what the key does."""
        key = keys.after_leader().get(event.key) or keys.after_leader().get(event.character or "")
        self.remove_class("-open")
        self.post_message(self.Closed(key.action if key else ""))
