"""The row of presets that one key away."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.reactive import reactive
from textual.widgets import Static

from lwe.state import State
from lwe_tui.keys import SLOTS
from lwe_tui.render.clean import clean_line

AROUND = 4
"""Cells of a slot beside its name: the number, a blank after it, two between slots."""
SHORTEST = 4
MOST_OF_ACTIVE = 18


class SlotBar(Static):
    """Names the presets of the slots; the active one stands out, `*` when it was changed."""

    state: reactive[State] = reactive(State, init=False)
    slots: reactive[tuple[str, ...]] = reactive((), init=False)

    def __init__(self) -> None:
        super().__init__("", id="slots", markup=False)
        self._ends: list[int] = []
        """The column after each slot, for the mouse."""

    def watch_state(self) -> None:
        self._draw()

    def watch_slots(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        hit = [n for n, end in enumerate(self._ends, 1) if offset and offset.x < end]
        if hit and event.chain == 1:
            await self.run_action(f"screen.slot({hit[0]})")

    def _draw(self) -> None:
        line = Text(no_wrap=True, overflow="ellipsis")
        self._ends = []
        names = [clean_line(name) for name in self.slots[:SLOTS]]
        room = self._room([name for name in names if name != self.state.preset])
        for number, (slot, name) in enumerate(zip(self.slots, names, strict=False), 1):
            active = slot == self.state.preset
            written = _shortened(Text(name), MOST_OF_ACTIVE if active else room)
            if active and self.state.changed:
                written.append("*")
            line.append("  " if number > 1 else "")
            label = f"{number % 10} {written.plain}".rstrip()
            line.append(label, "bold reverse" if active else "")
            self._ends.append(line.cell_len)
        self.update(line)

    def _room(self, names: list[str]) -> int:
        """Return how long a name may be, so that all slots are in sight; 0 leaves the numbers."""
        active = cell_len(self.state.preset) if self.state.preset in self.slots else 0
        active = min(active, MOST_OF_ACTIVE)
        width = self.content_size.width + 2 - AROUND * min(len(self.slots), SLOTS) - active
        longest = max(map(cell_len, names), default=0)
        while longest and sum(min(cell_len(name), longest) for name in names) > width:
            longest -= 1
        return longest if longest >= SHORTEST else 0


def _shortened(name: Text, room: int) -> Text:
    if not room:
        return Text()
    name.truncate(room, overflow="ellipsis")
    return name
