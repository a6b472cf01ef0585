"""Tools that are switched on or off for one conversation, beside those of its preset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lwe.state import State

SETTING = "tools"
"""The conversation's setting that holds them: names, and whether each is offered."""


def offered(state: State) -> list[str]:
    """Return what is offered: tools' names, and entries that mean all tools of a server."""
    listed = state.customizations.get("tools") or ()
    if isinstance(listed, str) or not isinstance(listed, Iterable):
        return []  # What is wrong with it is said when something is asked.
    return [name for name in listed if isinstance(name, str)]


def offering(state: State, names: Iterable[str]) -> State:
    """Return the state that offers these tools."""
    names = list(dict.fromkeys(names))
    if names == offered(state):
        return state
    others = {key: value for key, value in state.customizations.items() if key != "tools"}
    customizations = {**others, "tools": names} if names else others
    return replace(
        state, customizations=customizations, changed=state.changed or bool(state.preset)
    )


def between(before: Iterable[str], after: Iterable[str]) -> dict[str, bool]:
    """Return what has to be switched to come from some tools to others."""
    before, after = list(before), list(after)
    gone = {name: False for name in before if name not in after}
    return gone | {name: True for name in after if name not in before}


def switched(state: State, switches: object) -> State:
    """Return the state with its tools switched, as the conversation's setting says."""
    if not isinstance(switches, Mapping):
        return state
    names = [name for name in offered(state) if switches.get(name, True)]
    return offering(state, [*names, *(str(name) for name, on in switches.items() if on)])
