"""What a person has to allow before it happens: that a tool runs, that a server is started."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lwe.domain import ToolCall, ToolResult
from lwe.errors import LweError, NotAllowed
from lwe_tui.room import apart

if TYPE_CHECKING:
    from lwe.engine import Opened

T = TypeVar("T")
LOG = logging.getLogger("lwe.permits")
GRACE_SECONDS = 0.5
"""So long no key decides: what is being typed was meant for the composer."""
REFUSED = "The user did not allow this call. Do without it, or ask the user what to do instead."
CHANGED = "The user changed the arguments before the tool was run."


@dataclass(frozen=True, slots=True)
class Wish:
    """A model's wish to run a tool.

    Attributes:
        conversation_id: where it was asked; None when nothing is stored.
        about: what the tool says of itself.
    """

    conversation_id: int | None
    call: ToolCall
    about: str = ""


Approve = Callable[[Wish], Awaitable[ToolCall | None]]
"""Returns the call that may run, perhaps with other arguments; None when none may."""
Consent = Callable[[NotAllowed], Awaitable[object]]
"""Asks a person whether a server may be used; the answer is what the gate says afterwards."""


async def perform(opened: Opened, call: ToolCall, approve: Approve | None) -> ToolResult:
    """Run a tool in a thread of its own, as far as it is approved; the result says the truth.

    Args:
        opened: the turn in which it was called.
        approve: without it every call is run.
    """
    allowed: ToolCall | None = call
    if approve is not None:
        conversation_id = opened.stored.conversation_id if opened.stored else None
        specs = [spec for spec in opened.turn.request.tools if spec.name == call.name]
        about = specs[0].description if specs else ""
        opened.turn.begun(None)  # Whoever ends the turn meanwhile is told the truth.
        allowed = await approve(Wish(conversation_id, call, about))
        opened.turn.begun(call)
    if allowed is None:
        return ToolResult(call.name, {"error": REFUSED}, call.id, failed=True)
    result = await apart(opened.run, allowed)  # It may take as long as it likes.
    if dict(allowed.args) == dict(call.args):
        return result
    # Else the model would take it for the result of what it has asked for.
    value = {"note": CHANGED, "arguments": dict(allowed.args), "result": result.value}
    return ToolResult(result.name, value, result.id, result.failed)


async def look(find: Callable[[], T], consent: Consent | None) -> T:
    """Look for tools in a thread of its own; whoever has to allow a server is asked.

    Raises:
        LweError: when a tool cannot be found.
    """
    while True:
        try:
            return await apart(find)
        except NotAllowed as unasked:
            if consent is None or unasked.refused:
                raise
            await consent(unasked)


class Consents:
    """Remembers which servers a profile may use; a refusal counts until the program ends.

    Args:
        file: keeps what was allowed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._allowed: dict[str, str] | None = None
        self._refused: set[str] = set()

    def says(self, fingerprint: str) -> bool | None:
        """Say whether a server may be used; None when nobody was asked yet."""
        if fingerprint in self._refused:
            return False
        return True if fingerprint in self._known() else None

    def allow(self, fingerprint: str, shown: str) -> None:
        """Let a server be used from now on.

        Args:
            shown: what a person has agreed to.

        Raises:
            LweError: when that could not be written; it counts until the program ends.
        """
        self._refused.discard(fingerprint)
        known = self._allowed = {**self._known(), fingerprint: shown}
        beside = self._file.with_suffix(".new")
        try:
            beside.write_text(json.dumps(known, indent=2, ensure_ascii=False), "utf-8")
            beside.replace(self._file)
        except OSError as error:
            raise LweError(
                f"{self._file} cannot be written: {error.strerror}. You will be asked again."
            ) from error

    def refuse(self, fingerprint: str) -> None:
        """Let a server not be used until somebody is asked again."""
        self._refused.add(fingerprint)

    def forget_refusals(self) -> None:
        """Let a person be asked again."""
        self._refused.clear()

    def _known(self) -> dict[str, str]:
        if self._allowed is None:
            self._allowed = {}
            with suppress(FileNotFoundError):
                try:
                    found = json.loads(self._file.read_text("utf-8"))
                    self._allowed = {str(key): str(found[key]) for key in dict(found)}
                except (ValueError, TypeError) as error:  # Whoever is asked again loses nothing.
                    LOG.warning("%s is not understood: %s", self._file, error)
        return self._allowed
