"""A question that only a person can answer, in the composer's place; the transcript stays."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static, TextArea

from lwe.domain import ToolCall
from lwe_tui import keys
from lwe_tui.chat.live import View
from lwe_tui.permits import GRACE_SECONDS
from lwe_tui.render.clean import clean, clean_line

SHOWN_AT_FIRST = 20_000
"""Characters of the arguments that are laid out before somebody wants to change them."""
LEAST_ROWS = 3
DECIDING = (
    "y run it   c in this conversation   a always   e change arguments   n or Esc no   N never"
)
CHANGING = "Esc ends changing; then y runs it with these arguments"
Verdict = Literal["once", "conversation", "always", "no", "never"]


@dataclass(eq=False, slots=True)
class Approval:
    """A model's wish to run a tool, waiting for a person.

    Attributes:
        view: the conversation in which it was asked.
        about: what the tool says of itself.
        answer: set to the verdict and the call, whose arguments may be others then.
    """

    view: View
    call: ToolCall
    about: str = ""
    answer: asyncio.Future[tuple[Verdict, ToolCall]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Decision(Vertical):
    """Shows one call of a tool with its arguments, which can be changed before it runs.

    Args:
        keep: takes a key that was meant for the composer.
    """

    BINDINGS = keys.bindings(keys.DECISION)

    def __init__(self, keep: Callable[[events.Key], None]) -> None:
        super().__init__(id="decision")
        self.approval: Approval | None = None
        self._keep = keep
        self._quiet_since = 0.0
        self._written = self._loaded = ""

    def compose(self) -> ComposeResult:
        if not self.children:  # Alone, nobody has mounted them.
            yield from self.parts()

    @staticmethod
    def parts() -> list[Widget]:
        """Make what it holds, to be mounted with it: at once, so that a key can go there."""
        return [
            Static("", classes="title", markup=False),
            Static("", classes="about", markup=False),
            TextArea("", read_only=True, show_line_numbers=False, compact=True, id="arguments"),
            Static("", classes="problem", markup=False),
            Static(DECIDING, classes="label", markup=False),
        ]

    @property
    def arguments(self) -> TextArea:
        """The arguments as JSON."""
        return self.query_one(TextArea)

    @property
    def _in_grace(self) -> bool:
        return time.monotonic() - self._quiet_since < GRACE_SECONDS

    def show(self, approval: Approval | None) -> None:
        """Show another call; None closes."""
        if approval is self.approval:
            return
        self.approval = approval
        self.display = approval is not None
        if approval is None:
            return
        self.begin_grace()
        self._fit()
        name = clean_line(approval.call.name)
        self._write(".title", f"The model wants to run {name}")
        self._write(".about", clean(approval.about).strip())
        self._written = written(approval.call.args)
        rest = len(self._written) - SHOWN_AT_FIRST
        more = f"{rest:,} more characters; e shows all of them." if rest > 0 else ""
        self._load(self._written[:SHOWN_AT_FIRST], more)
        self._change(False)

    def begin_grace(self) -> None:
        """Let no key decide for a moment."""
        self._quiet_since = time.monotonic()

    def _load(self, text: str, more: str = "") -> None:
        self.arguments.load_text(text)
        self._loaded = text
        self._write(".problem", more)

    def _write(self, part: str, text: str) -> None:
        shown = self.query_one(part, Static)
        shown.update(text)
        shown.display = bool(text)

    def _change(self, changing: bool) -> None:
        self.arguments.read_only = not changing
        self._write(".label", CHANGING if changing else DECIDING)

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Leave room for the keys, and for the transcript."""
        self.arguments.styles.max_height = max(LEAST_ROWS, self.app.size.height // 4)

    def on_key(self, event: events.Key) -> None:
        """Let no letter decide that was meant for the composer, nor get lost."""
        if not self.arguments.read_only:
            return
        if self._in_grace and event.key != "escape":
            event.stop()
            event.prevent_default()
            if event.is_printable:
                self._keep(event)
                self.begin_grace()
        elif event.is_printable and event.key not in self._bindings.key_to_bindings:
            event.stop()

    # What a person decides

    def action_decide(self, verdict: Verdict) -> None:
        approval = self.approval
        if approval is None or self._in_grace or approval.answer.done():
            return
        if verdict in ("no", "never"):
            approval.answer.set_result((verdict, approval.call))
        elif (call := self._call(approval.call)) is not None:
            approval.answer.set_result((verdict, call))

    def _call(self, call: ToolCall) -> ToolCall | None:
        """Return the call with the arguments as they are now; None when they are wrong."""
        if self.arguments.text == self._loaded:
            return call
        try:
            arguments = json.loads(self.arguments.text or "{}")
        except (ValueError, RecursionError) as error:
            self._write(".problem", f"The arguments are no JSON: {error}. e changes them.")
            return None
        if not isinstance(arguments, dict):
            self._write(".problem", "The arguments have to be an object: {…}. e changes them.")
            return None
        return replace(call, args=arguments)

    def action_edit(self) -> None:
        """Let the arguments be changed; Escape ends that."""
        if self._in_grace:
            return
        if self._loaded != self._written:
            self._load(self._written)
        self._change(True)
        self.screen.set_focus(self.arguments)

    def action_leave(self) -> None:
        """End changing the arguments, or say no."""
        if self.arguments.read_only:
            self.action_decide("no")
            return
        self._change(False)
        self._write(".problem", "")
        if self.approval is not None:
            self._call(self.approval.call)  # It says at once what is wrong.


def written(arguments: Mapping[str, Any]) -> str:
    """Write arguments as JSON in which nothing is invisible, and which reads as the same again."""
    text = json.dumps(dict(arguments), ensure_ascii=False, indent=2, default=str)
    return re.sub(r"[^\x20-\x7e\n]", _visible, text)


def _visible(found: re.Match[str]) -> str:
    character = found[0]
    return character if clean(character) == character else json.dumps(character)[1:-1]
