"""The list of templates."""

from __future__ import annotations

from textual import on
from textual.reactive import reactive

from lwe_tui import keys
from lwe_tui.sidebar.side_list import SideList
from lwe_tui.widgets.virtual_list import Row, VirtualList


class TemplateList(SideList):
    """Shows every template and what the one under the cursor is for; Enter runs it."""

    BINDINGS = keys.bindings((*keys.SIDE_LIST, *keys.TEMPLATES))
    templates: reactive[tuple[tuple[str, str], ...]] = reactive((), init=False)
    """Names and descriptions."""

    def __init__(self) -> None:
        super().__init__("Templates", id="templates")

    def watch_templates(self) -> None:
        self.show([Row(key=name, text=name) for name, _ in self.templates])

    def describe(self, name: str) -> str:
        return dict(self.templates).get(name, "")

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(self.Wanted("templates", "run", event.key))
