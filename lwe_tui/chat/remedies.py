"""What each kind of failure is called in a line, and which key mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lwe.errors import ConfigError, LweError, ProviderError, ProviderFault, StorageError
from lwe_tui import keys

Deed = Literal["key", "url", "model", "limit", "parameters", "preset", "wait", "file", ""]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps against a failure.

    Attributes:
        headline: what happened, in a few words.
        deed: what is done; empty when only trying again may help.
        label: what the key does, to be read after the key.
    """

    headline: str
    deed: Deed = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it is remembered.

    Attributes:
        noted: whether the question is stored and can be asked again.
    """

    error: LweError
    noted: bool = True


_ANOTHER_PRESET: tuple[Deed, str] = ("preset", "chooses another preset")
_WAIT: tuple[Deed, str] = ("wait", "waits and asks again")
_REMEDIES: dict[ProviderFault, Remedy] = {
    "auth": Remedy("The key was refused.", "key", "enters another key"),
    "quota": Remedy("The account's credit is used up.", *_ANOTHER_PRESET),
    "rate_limit": Remedy("Too many requests.", *_WAIT),
    "too_long": Remedy("Too long for the model.", "limit", "changes how much is submitted"),
    "connection": Remedy("No connection.", "url", "changes the base URL"),
    "timeout": Remedy("No answer in time.", *_WAIT),
    "refused": Remedy("The request was refused.", "parameters", "changes the parameters"),
    "filtered": Remedy("A content filter refused it.", *_ANOTHER_PRESET),
    "no_model": Remedy("There is no such model.", "model", "chooses another model"),
    "not_found": Remedy("Nothing answers at this URL.", "url", "changes the base URL"),
    "bad_reply": Remedy("The reply cannot be used.", *_ANOTHER_PRESET),
    "server": Remedy("The server failed.", *_WAIT),
    "other": Remedy("The question failed."),
}
WAITS: dict[ProviderFault, float] = {"rate_limit": 20.0, "server": 5.0, "timeout": 5.0}
"""Seconds to wait where the server does not say."""


def remedy_for(error: LweError) -> Remedy:
    """Return what helps."""
    if isinstance(error, ProviderError):
        return _REMEDIES.get(error.kind, _REMEDIES["other"])  # A plugin may say anything.
    if isinstance(error, ConfigError) and error.file:
        return Remedy("The configuration cannot be read.", "file", "opens it in your editor")
    if isinstance(error, StorageError):
        return Remedy("The database did not take it.")
    return Remedy("The question failed.")


def keys_for(error: LweError, again: bool = True) -> str:
    """Name the keys that help.

    Args:
        again: whether there is a stored question that can be asked again.
    """
    remedy = remedy_for(error)
    named = [f"{keys.named('main.mend')} {remedy.label}"] if remedy.label else []
    if again:
        named += [
            f"{keys.named('main.retry')} asks again",
            f"{keys.named('turns.again_with')} with another preset",
            f"{keys.named('turns.edit')} edits it",
        ]
    return " · ".join([*named, f"{keys.named('main.failure')} shows all of it"])
