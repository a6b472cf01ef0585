"""The last row: the keys one needs, and what will be asked with."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Static

from lwe.state import State
from lwe_tui import keys
from lwe_tui.messages import AnswerReady
from lwe_tui.render.clean import clean_line
from lwe_tui.session import Session

BAR = 4
HINTED = {
    "main.leader": "leader",
    "main.search": "search",
    "app.palette": "palette",
    "main.help": "help",
}
"""The keys that lead to all others."""


class StatusBar(Horizontal):
    """Hints on the left; user, preset, model and how full the context is on the right."""

    state: reactive[State] = reactive(State, init=False)
    gauge: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Tokens that the next question would submit, estimated, and the limit."""
    label: reactive[str] = reactive("", init=False)
    cost: reactive[float] = reactive(0.0, init=False)
    """Dollars that this run has cost, as far as prices are known."""

    def compose(self) -> ComposeResult:
        yield Static(_hints(), id="hints", markup=False)
        yield Static("", id="asked-with", markup=False)

    def show_hints(self) -> None:
        """Name the keys as they are now."""
        self.query_one("#hints", Static).update(_hints())

    def watch_state(self) -> None:
        self._draw()

    def watch_gauge(self) -> None:
        self._draw()

    def watch_label(self) -> None:
        self._draw()

    def watch_cost(self) -> None:
        self._draw()

    async def add_cost(self, event: AnswerReady, session: Session) -> None:
        """Add what an answer has cost, if its price is known."""
        from lwe_tui.context import cost

        found = await cost(session, event.provider, event.model, event.tokens)
        if found is not None:
            self.cost += found

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        state, (used, limit) = self.state, self.gauge
        parts = [state.preset + ("*" if state.changed else ""), state.model, self.label]
        if limit:
            parts.append(f"ctx {_bar(used, limit)} {_short(used)}/{_short(limit)}")
        if self.cost:
            parts.append(f"${self.cost:.4f}")
        if state.user:
            parts.append(state.user.username)
        line = Text(clean_line(" · ".join(part for part in parts if part)), no_wrap=True)
        line.overflow = "ellipsis"
        self.query_one("#asked-with", Static).update(line)


def _bar(used: int, limit: int) -> str:
    """Draw how full it is; what is full looks full, and what is not does not."""
    full = BAR if used >= limit else min(BAR - 1, -(-used * BAR // limit))
    return "▓" * full + "░" * (BAR - full)


def _short(tokens: int) -> str:
    if tokens < 1000:
        return str(tokens)
    return f"{tokens / 1000:.1f}k" if tokens < 10_000 else f"{tokens // 1000}k"


def _hints() -> str:
    known = keys.everything()
    shown = [(known[name].shown.split(", ")[0], what) for name, what in HINTED.items()]
    return "  ".join(f"{_short_key(key)} {what}" for key, what in shown if key)


def _short_key(key: str) -> str:
    return f"^{key[5:].upper()}" if key.startswith("ctrl+") and len(key) == 6 else key
