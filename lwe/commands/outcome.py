"""What a command leads to: words to show, and at most one thing that only a screen can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lwe.state import State

Kind = Literal["conversations", "presets", "templates", "workflows", "users", "plugins"]
"""A list that a screen may be showing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command, or of one of its steps.

    Attributes:
        text: Markdown to show, empty for nothing. Text from outside in it is escaped or fenced.
        effect: what is left to whoever runs the commands.
        changed: the lists that are different now.
        ok: whether it is good news; only plugins answer bad news this way, all else raises.
    """

    text: str = ""
    effect: Effect | None = None
    changed: tuple[Kind, ...] = ()
    ok: bool = True


# What is done by whoever runs the commands


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the model, in the open conversation.

    Attributes:
        overrides: the seed's `request_overrides`, for `Overrides.of`.
    """

    text: str
    overrides: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """Put a text into the clipboard."""

    text: str


@dataclass(frozen=True, slots=True)
class RunWorkflow:
    """Run a playbook with these variables, for example with `lwe.workflows.runner.Run`."""

    name: str
    path: Path
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stream:
    """Show answers as they come, or only when they are whole."""

    on: bool


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave the program."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Do something that only the program around the commands has; its own commands lead to it.

    Attributes:
        action: the program's name for it.
    """

    action: str


# What is done already, and is to be shown


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """Another conversation is open; None for a new one."""

    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The next question is asked differently, or the open conversation has another title."""

    state: State


@dataclass(frozen=True, slots=True)
class StartedOver:
    """Somebody else asks, or the profile was read again: everything is to be shown anew."""

    state: State


# What has to be asked or waited for; `then` goes through `Commands.resume`


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask yes or no; without a yes nothing more happens.

    Attributes:
        question: one sentence.
        details: what it is about, one line each.
        action: the verb of the yes.
    """

    question: str
    then: Callable[[], Outcome]
    details: tuple[str, ...] = ()
    action: str = "Delete"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        value: what stands in it at first.
        secret: whether it is hidden while it is typed.
        required: whether it may not stay empty.
        choices: pairs of a value and what is shown for it; empty for free text.
        lines: whether the text may have several lines.
    """

    name: str
    label: str
    value: str = ""
    secret: bool = False
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Ask for several values; leaving the form ends the command.

    Attributes:
        then: gets the values by the fields' names.
        intro: what to show above, as Markdown.
    """

    title: str
    fields: tuple[Field, ...]
    then: Callable[[Mapping[str, str]], Outcome]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class EditText:
    """Let the user write a text; an empty one ends the command.

    Attributes:
        text: what it begins with.
        inline: whether it is typed in place, over several lines, instead of in the editor.
        suffix: the ending of the editor's file.
    """

    text: str
    then: Callable[[str], Outcome]
    inline: bool = False
    suffix: str = "md"


@dataclass(frozen=True, slots=True)
class EditFile:
    """Open a file in the user's editor, and go on when it is closed."""

    path: Path
    then: Callable[[], Outcome]


@dataclass(frozen=True, slots=True)
class Work:
    """Do what may wait for a server, beside the thread of the backend, and go on after it.

    Attributes:
        label: what is being done, while it is.
        work: does it; raises an `LweError` when it cannot be done.
    """

    label: str
    work: Callable[[], object]
    then: Callable[[], Outcome]


Need = Confirm | Form | EditText | EditFile | Work
Effect = (
    Ask
    | Copy
    | RunWorkflow
    | Stream
    | Quit
    | Perform
    | OpenConversation
    | StateChanged
    | StartedOver
    | Need
)
