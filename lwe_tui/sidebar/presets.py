"""The list of presets with their slots."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from lwe.domain import Preset
from lwe.state import State
from lwe_tui.keys import SLOTS
from lwe_tui.messages import PresetChosen
from lwe_tui.widgets.virtual_list import Row, VirtualList


class PresetList(Vertical):
    """Shows every preset; Enter uses one in the open conversation."""

    state: reactive[State] = reactive(State, init=False)
    presets: reactive[tuple[Preset, ...]] = reactive((), init=False)

    def __init__(self) -> None:
        super().__init__(id="presets")

    def compose(self) -> ComposeResult:
        if not self.children:  # Alone, nobody has mounted them.
            yield from self.parts()

    @staticmethod
    def parts() -> list[Widget]:
        """Make what it holds, to be mounted with it: at once, so that a key can go there."""
        return [Static("Presets", classes="title", markup=False), VirtualList(id="preset-rows")]

    def watch_presets(self) -> None:
        self._draw()

    def watch_state(self, old: State, new: State) -> None:
        if (old.preset, old.changed) != (new.preset, new.changed):
            self._draw()

    def _draw(self) -> None:
        rows = []
        for number, preset in enumerate(self.presets, 1):
            active = preset.name == self.state.preset
            rows.append(
                Row(
                    key=preset.name,
                    text=preset.name + ("*" if active and self.state.changed else ""),
                    right=str(number % 10) if number <= SLOTS else "",
                    style_class="active" if active else "",
                )
            )
        self.query_one(VirtualList).set_rows(rows)

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(PresetChosen(event.key))
