"""Every error that a caller of the library may meet; `str(error)` is a sentence for the user.

```
LweError
├── ConfigError       a configuration file, key or folder
├── NoLangChain       an object of LangChain or SQLAlchemy that only the seed has
├── NotFound          a preset, template, provider, user or conversation that is not there
├── PresetError       a preset file that cannot be used
├── TemplateError     a template that cannot be read or rendered
├── ToolError         a tool that cannot be loaded or run
├── ProviderError     the model's side: authentication, limits, network, broken replies
├── PluginError       a plugin that cannot be used; in `lwe.plugin`
├── WorkflowError     a playbook that cannot be run, or failed
└── StorageError      the database
```
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

ProviderFault = Literal[
    "auth",
    "quota",
    "rate_limit",
    "too_long",
    "connection",
    "timeout",
    "refused",
    "filtered",
    "no_model",
    "not_found",
    "bad_reply",
    "server",
    "other",
]
"""`not_found` is the address, `no_model` the model; `filtered` is about what was said, `refused`
about the parameters; after `rate_limit` waiting helps, after `quota` it does not."""


class LweError(Exception):
    """A failure whose text a user may read.

    Attributes:
        answer: the second element of the seed's `(success, response, message)` tuple, mostly None.
    """

    answer: object = None

    @property
    def message(self) -> str:
        """The third element of that tuple."""
        return str(self)


class ConfigError(LweError):
    """A configuration file, key or folder cannot be used.

    Attributes:
        file: the file that has to be corrected; empty when it is not one file's fault.
    """

    file: str = ""


_ANSWERED_BY_NAME = ("Preset", "Template")
"""Kinds of things whose name the seed answers in the tuple's second place."""


class NotFound(LweError):
    """Something named by the user does not exist.

    Args:
        what: the kind of thing, for example "Preset".
        name: what was asked for.
        known: names that exist; close ones are offered.
    """

    def __init__(self, what: str, name: object, known: Iterable[str] = ()) -> None:
        self.what, self.name = what, name
        self.close = difflib.get_close_matches(str(name), list(known), n=3)
        hint = f" Did you mean {' or '.join(self.close)}?" if self.close else ""
        super().__init__(f"{what} '{name}' not found.{hint}")
        self.answer = name if what in _ANSWERED_BY_NAME else None

    @property
    def message(self) -> str:
        """The sentence as the seed writes it: its scripts may compare it."""
        return str(self) if self.close else str(self).removesuffix(".")


class NoLangChain(LweError, AttributeError):
    """Something that is an object of LangChain or SQLAlchemy in the seed, and is not there.

    An `AttributeError` as well, so that `hasattr` and `getattr` say what is true.
    """


class PresetError(LweError):
    """A preset cannot be used; the sentence names it and the reason."""


class NothingToOverride(PresetError):
    """A request overrides the active preset, and there is none."""

    answer = (None, None, False)

    def __init__(self) -> None:
        super().__init__("No active preset to override. Name one with 'preset'.")

    @property
    def message(self) -> str:
        """The seed's sentence, word for word."""
        return "No active preset to override"


class TemplateError(LweError):
    """A template cannot be read or rendered; the sentence names it and the reason."""


class ToolError(LweError):
    """A tool cannot be loaded or run; the sentence names it and the reason."""


class NotAllowed(ToolError):
    """An MCP server that a person has to allow first, or has refused.

    Args:
        server: its name.
        reached: the command line or the address.
        fingerprint: differs when it would be reached in another way.
        program: whether a program would be started for it.
        refused: whether a person has said no already.
    """

    def __init__(
        self, server: str, reached: str, fingerprint: str, program: bool, refused: bool
    ) -> None:
        self.server, self.reached, self.fingerprint = server, reached, fingerprint
        self.program, self.refused = program, refused
        what = "was refused" if refused else "has not been allowed yet"
        super().__init__(
            f"The MCP server '{server}' {what}. Enter on it in the list of tools asks again."
        )


class WorkflowError(LweError):
    """A playbook cannot be run, or failed; the sentence names it and the reason."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a server did, for whoever wants to know it exactly; without keys.

    Attributes:
        url: where the request went at last.
        status: as in HTTP; None when no reply came.
        raw: what was said, word for word.
    """

    url: str = ""
    status: int | None = None
    raw: str = ""


NO_DETAILS = Details()


class ProviderError(LweError):
    """The model could not answer.

    Args:
        message: what happened and why.
        kind: what sort of failure it is, so that a screen can offer the fitting remedy.
        remedy: what the user can do now; appended to the message.
        retry_after: seconds after which the server asked to be tried again.
        details: what the server did exactly.
    """

    def __init__(
        self,
        message: str,
        kind: ProviderFault = "other",
        remedy: str = "",
        retry_after: float | None = None,
        details: Details = NO_DETAILS,
    ) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.kind, self.remedy, self.retry_after = kind, remedy, retry_after
        self.details = details


class StorageError(LweError):
    """The database cannot be read or written."""
