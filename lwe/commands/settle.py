"""Runs a command to its end where whoever asks the user may wait for the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from lwe.commands.outcome import Confirm, EditFile, EditText, Form, Need, Outcome, Work
from lwe.commands.registry import Commands

UNCHANGED = Outcome("Nothing was changed.")


class Host(Protocol):
    """Shows things to the user and asks, waiting for the answer."""

    def show(self, text: str) -> None:
        """Show Markdown."""

    def confirm(self, need: Confirm) -> bool:
        """Ask yes or no."""

    def fill(self, need: Form) -> Mapping[str, str] | None:
        """Return every field's value by its name; None when the user leaves."""

    def edit_text(self, need: EditText) -> str | None:
        """Return what the user has written; None when the user leaves."""

    def edit_file(self, need: EditFile) -> None:
        """Open the file in the editor and wait until it is closed."""


def settle(commands: Commands, outcome: Outcome, host: Host) -> Outcome:
    """Ask what a command has to know, step by step, showing the words of each step.

    Returns:
        The last outcome, whose text is shown already; its effect, if any, is no `Need`.

    Raises:
        LweError: when a step cannot be done.
    """
    while True:
        if outcome.text:
            host.show(outcome.text)
        effect = outcome.effect
        if not isinstance(effect, Confirm | Form | EditText | EditFile | Work):
            return outcome
        step = _asked(effect, host)
        outcome = UNCHANGED if step is None else commands.resume(step)


def _asked(need: Need, host: Host) -> Callable[[], Outcome] | None:
    """Return the next step; None when the user does not want it."""
    match need:
        case Confirm(then=go_on):
            return go_on if host.confirm(need) else None
        case Form(then=fill_in):
            values = host.fill(need)
            return None if values is None else lambda: fill_in(values)
        case EditText(then=use):
            text = host.edit_text(need)
            return lambda: use(text) if text and text.strip() else UNCHANGED
        case EditFile(then=read_again):
            host.edit_file(need)
            return read_again
        case Work(work=work, then=go_on):
            host.show(need.label)
            work()
            return go_on
