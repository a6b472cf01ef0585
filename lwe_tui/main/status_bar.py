"""The last row: the keys one needs, and what will be asked with."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Static

from lwe.state import State
from lwe_tui.render.clean import clean_line

HINTS = "^L leader  ^R search  ^P palette  F1 help"


class StatusBar(Horizontal):
    """Hints on the left; user, preset, model and how full the context is on the right."""

    state: reactive[State] = reactive(State, init=False)
    gauge: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Tokens that the next question would submit, estimated, and the limit."""
    label: reactive[str] = reactive("", init=False)

    def compose(self) -> ComposeResult:
        yield Static(HINTS, id="hints", markup=False)
        yield Static("", id="asked-with", markup=False)

    def watch_state(self) -> None:
        self._draw()

    def watch_gauge(self) -> None:
        self._draw()

    def watch_label(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        state, (used, limit) = self.state, self.gauge
        parts = [state.preset + ("*" if state.changed else ""), state.model, self.label]
        if limit:
            parts.append(f"ctx ~{_short(used)}/{_short(limit)}")
        if state.user:
            parts.append(state.user.username)
        line = Text(clean_line(" · ".join(part for part in parts if part)), no_wrap=True)
        line.overflow = "ellipsis"
        self.query_one("#asked-with", Static).update(line)


def _short(tokens: int) -> str:
    if tokens < 1000:
        return str(tokens)
    return f"{tokens / 1000:.1f}k" if tokens < 10_000 else f"{tokens // 1000}k"
