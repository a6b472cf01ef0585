"""Teaches Textual what terminals send: alt with digits or enter, pastes with escapes, the mouse.

Without the kitty keyboard protocol, and inside tmux, alt+1 arrives as ESC 1. Textual reads that
as the character which the same keys type on one vendor's keyboards ("¡"), and ESC CR, which is
alt+enter there and shift+enter in many set-ups, as a plain enter, which would send. An ESC inside
a bracketed paste ends the paste for it, so that the rest would be pressed key by key.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from textual import _ansi_sequences, events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
_HARMLESS = (("\x1b[", "\x9b"), ("\x1b]", "\x9d"), ("\x1b", ""))
"""One-character forms of what begins a sequence; cleaning knows them, the parser does not act."""


class _Named(NamedTuple):
    """Has what the parser reads of an entry."""

    value: str


class Pastes:
    """Makes pasted escapes harmless in what a terminal sends, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._inside = False
        self._held = ""
        self._tail = ""

    def feed(self, data: str) -> str:
        """Return what can be handed on now."""
        data, self._held, made = self._held + data, "", ""
        while data:
            part, data = self._paste(data) if self._inside else self._typed(data)
            made += part
        return made

    def _typed(self, data: str) -> tuple[str, str]:
        """Take what comes before a paste, and the beginning of one, which may come in pieces."""
        seen = self._tail + data
        at = seen.find(PASTE_BEGIN)
        if at < 0:
            self._tail = seen[1 - len(PASTE_BEGIN) :]
            return data, ""
        end = at + len(PASTE_BEGIN) - len(self._tail)
        self._inside, self._tail = True, ""
        return data[:end], data[end:]

    def _paste(self, data: str) -> tuple[str, str]:
        pasted, found, rest = data.partition(PASTE_END)
        if not found:
            pasted, self._held = _split(pasted)
        self._inside = not found
        return _harmless(pasted) + found, rest


def _split(text: str) -> tuple[str, str]:
    """Cut off what may be the beginning of a paste's end."""
    for size in range(len(PASTE_END) - 1, 0, -1):
        if text.endswith(PASTE_END[:size]):
            return text[:-size], text[-size:]
    return text, ""


def _harmless(text: str) -> str:
    for escape, instead in _HARMLESS:
        text = text.replace(escape, instead)
    return text


class _Parser(XTermParser):
    """Textual's parser behind `Pastes`."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pastes = Pastes()

    def feed(self, data: str) -> Iterable[Message]:
        handed_on = self._pastes.feed(data)
        # An empty text would mean the end of all input.
        return super().feed(handed_on) if handed_on or not data else ()


def mend_key_sequences() -> None:
    """Change Textual's tables; to be called before the app starts, harmless when repeated."""
    table = cast(dict[str, Any], _ansi_sequences.ANSI_SEQUENCES_KEYS)
    # Without an entry the parser would wait for more, and take two quick presses for typed text.
    for digit in "0123456789":
        table[f"\x1b{digit}"] = (_Named(f"alt+{digit}"),)
    table["\x1b\r"] = (_Named("alt+enter"),)


def mend_pastes() -> None:
    """Let the terminal's driver read through `Pastes`; to be called before the app starts."""
    try:
        from textual.drivers import linux_driver
    except ImportError:  # Windows: its console sends no brackets
        return
    linux_driver.XTermParser = _Parser  # type: ignore[attr-defined]  # what it reads through


MOUSE_VARIABLE = "LWE_TUI_MOUSE"
ON, SCROLL, OFF = MOUSE_MODES = ("on", "scroll", "off")
_WHEEL = (
    events.MouseScrollDown,
    events.MouseScrollUp,
    events.MouseScrollLeft,
    events.MouseScrollRight,
)


class Mouse:
    """What the mouse may do: everything, only scroll, or nothing, so that the terminal has it.

    Args:
        configured: what is known of the configuration; the variable wins over it.
    """

    def __init__(self, configured: str = "") -> None:
        self.mode = ON
        self._choose(configured)

    @property
    def wanted(self) -> bool:
        """Whether the terminal is to tell of the mouse at all."""
        return self.mode != OFF

    def _choose(self, configured: str) -> None:
        given = os.environ.get(MOUSE_VARIABLE, "").lower()
        self.mode = next((m for m in (given, configured) if m in MOUSE_MODES), ON)

    def use(self, configured: str, driver: Driver | None) -> None:
        """Change it while the app runs.

        Args:
            driver: writes to the terminal; None before there is one.
        """
        before = self.wanted
        self._choose(configured)
        if before != self.wanted and driver is not None:
            _report(driver, self.wanted)

    def drops(self, event: events.Event) -> bool:
        """Say whether nobody is to hear of an event."""
        if self.mode == ON or not isinstance(event, events.MouseEvent):
            return False
        return self.mode == OFF or not isinstance(event, _WHEEL)


def _report(driver: Driver, wanted: bool) -> None:
    """Ask the terminal for reports, or for none; Textual only does so at its start and end."""
    change = "_enable_mouse_support" if wanted else "_disable_mouse_support"
    driver._mouse = True  # Both do nothing without it.
    getattr(driver, change, lambda: None)()  # A driver without a terminal has neither.
    driver._mouse = wanted
