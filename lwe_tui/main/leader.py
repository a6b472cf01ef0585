"""The strip that lists what may follow the leader key."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from lwe_tui import keys

COLUMN = 28
"""Cells that an entry needs at least, so that its words can be read."""
GAPS = 4
"""Cells before and after a label."""
LARGEST_PART = 2
"""The strip covers one part in so many of the window, and the chat stays in sight."""
LEAST_ROWS = 3
PAGES = {"pagedown": 1, "down": 1, "tab": 1, "pageup": -1, "up": -1, "shift+tab": -1}


class LeaderStrip(Static):
    """Takes what follows the leader; any other key closes it.

    The screen hands it the key: a change of focus would come after a key that is pressed quickly.
    """

    class Closed(Message):
        """The strip is not needed any more; `action` is what to do, empty for nothing."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__("", id="leader", markup=False)
        self._typed = ""
        self._page = 0

    def open(self) -> None:
        """Show the strip and take the next key."""
        self._typed, self._page = "", 0
        self.add_class("-open")
        self.update(self._list())

    @property
    def is_open(self) -> bool:
        """Whether the next key is the strip's."""
        return self.has_class("-open")

    def on_resize(self) -> None:
        if self.is_open and not self._typed:
            self.update(self._list())

    def _list(self) -> Text:
        """Lay out a page: column after column, in the order of the keys."""
        entries = _entries()
        width, height = self.app.size.width - 2, self.app.size.height
        rows = max(LEAST_ROWS, height // LARGEST_PART - 2)
        columns = max(1, width // (max(len(key) + len(label) for key, label in entries) + GAPS))
        if columns * rows < len(entries):  # Shortened labels rather than another page.
            columns = max(1, width // COLUMN)
        pages = -(-len(entries) // (rows * columns))
        rows = min(rows, -(-len(entries) // columns))
        self._page %= pages
        shown = entries[self._page * rows * columns :][: rows * columns]
        lines = [Text.assemble(*_row(shown[row::rows], width // columns)) for row in range(rows)]
        if pages > 1:
            lines.append(Text(f"{self._page + 1}/{pages}  PageDown: more", "dim"))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)

    def take(self, event: events.Key) -> None:
        """Close, and tell what the key does; or wait for the key that has to follow it."""
        if event.key in PAGES and not self._typed:
            self._page += PAGES[event.key]
            self.update(self._list())
            return
        table = keys.after_leader()
        typed = self._typed + (event.character or "")
        if len(typed) == 1 and typed not in table and any(k.startswith(typed) for k in table):
            self._typed = typed
            self.update(f"{typed} and then 1…0: send this one with the preset in that slot")
            return
        key = table.get(event.key) if not self._typed else None
        key = key or table.get(typed)
        self.remove_class("-open")
        self.post_message(self.Closed(key.action if key else ""))


def _entries() -> list[tuple[str, str]]:
    """Return what may follow, and what it does."""
    entries = [
        (keys.written_leader(key), key.label)
        for key in keys.after_leader().values()
        if key not in (*keys.SLOT_KEYS, *keys.SEND_KEYS)
    ]
    return [*entries, ("1…0", "Preset in that slot"), ("s 1…0", "Send this one with that slot")]


def _row(entries: list[tuple[str, str]], width: int) -> list[str | tuple[str, str]]:
    made: list[str | tuple[str, str]] = []
    for key, label in entries:
        key = f"{key}  "
        room = width - cell_len(key)
        made += [(key, "bold"), _shortened(label, room - 1).ljust(room)]
    return made


def _shortened(text: str, width: int) -> str:
    """Cut a label, none of which has wide characters."""
    return text if len(text) <= width else f"{text[: width - 1]}…"
