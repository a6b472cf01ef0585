"""The list of presets, in the order of their slots."""

from __future__ import annotations

from textual import on
from textual.reactive import reactive

from lwe.domain import Preset
from lwe.state import State
from lwe_tui import keys
from lwe_tui.keys import SLOTS
from lwe_tui.messages import Noticed, PresetChosen
from lwe_tui.sidebar.side_list import SideList
from lwe_tui.widgets.virtual_list import Row, VirtualList


class PresetList(SideList):
    """Shows every preset; Enter uses one in the open conversation."""

    BINDINGS = keys.bindings((*keys.SIDE_LIST, *keys.PRESETS))
    state: reactive[State] = reactive(State, init=False)
    presets: reactive[tuple[Preset, ...]] = reactive((), init=False)
    broken: reactive[tuple[tuple[str, str], ...]] = reactive((), init=False)
    """Names of files that cannot be used, and why."""

    def __init__(self) -> None:
        super().__init__("Presets", id="presets")

    def watch_presets(self) -> None:
        self._draw()

    def watch_broken(self) -> None:
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
        shown = {preset.name for preset in self.presets}  # Some go on as they were.
        broken = [name for name, _ in self.broken if name not in shown]
        self.show(rows + [Row(name, name, "broken", "news") for name in broken])

    def describe(self, name: str) -> str:
        if reason := dict(self.broken).get(name):
            return f"Cannot be used: {reason}"
        found = next((p for p in self.presets if p.name == name), None)
        return str(found.metadata.get("description") or "") if found else ""

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        if event.key in dict(self.broken) and event.key not in {p.name for p in self.presets}:
            sentence = f"{self.describe(event.key)} E opens the file."
            self.post_message(Noticed(sentence, "error"))
        else:
            self.post_message(PresetChosen(event.key))
