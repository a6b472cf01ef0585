"""The list of templates."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from lwe_tui.messages import TemplateChosen
from lwe_tui.render.clean import clean
from lwe_tui.widgets.virtual_list import Row, VirtualList


class TemplateList(Vertical):
    """Shows every template and what the one under the cursor is for; Enter runs it."""

    templates: reactive[tuple[tuple[str, str], ...]] = reactive((), init=False)
    """Names and descriptions."""

    def __init__(self) -> None:
        super().__init__(id="templates")

    def compose(self) -> ComposeResult:
        if not self.children:  # Alone, nobody has mounted them.
            yield from self.parts()

    @staticmethod
    def parts() -> list[Widget]:
        """Make what it holds, to be mounted with it: at once, so that a key can go there."""
        return [
            Static("Templates", classes="title", markup=False),
            VirtualList(id="template-rows"),
            Static("", classes="about", markup=False),
        ]

    def watch_templates(self) -> None:
        self.query_one(VirtualList).set_rows(
            [Row(key=name, text=name) for name, _ in self.templates]
        )

    @on(VirtualList.Moved)
    def _describe(self, event: VirtualList.Moved) -> None:
        event.stop()
        about = dict(self.templates).get(event.key, "")
        self.query_one(".about", Static).update(clean(about))

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(TemplateChosen(event.key))
