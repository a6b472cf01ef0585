"""Messages that travel between panes, in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from lwe.domain import Attachment
from lwe.events import Level
from lwe.state import State


@dataclass
class ConversationOpened(Message):
    """A conversation was chosen in a list."""

    conversation_id: int


@dataclass
class PresetChosen(Message):
    """A preset was chosen for this conversation."""

    name: str


@dataclass
class AskWith(Message):
    """The open conversation is to be asked with these settings from now on.

    Attributes:
        state: only what says how to ask is taken of it, not who or where.
    """

    state: State


@dataclass
class TurnsChanged(Message):
    """A turn began or ended somewhere.

    Attributes:
        busy: conversations that are being answered.
        news: conversations with an answer that nobody has seen.
    """

    busy: frozenset[int]
    news: frozenset[int]


@dataclass
class DecisionsWanted(Message):
    """Other calls of tools wait for a decision.

    Attributes:
        waiting: conversations in which one waits.
    """

    waiting: frozenset[int]


@dataclass
class TitleMade(Message):
    """A conversation has got its title."""

    conversation_id: int
    title: str


@dataclass
class Noticed(Message):
    """There is something to tell the user, in one line."""

    text: str
    level: Level = "info"


@dataclass
class CopyWanted(Message):
    """A text is to be copied to wherever the user can paste it from."""

    text: str


@dataclass
class BlockCommand(Message):
    """Something is to be done with a message of the open conversation.

    Attributes:
        command: its name, as in `Turning`.
        entry_key: the message's key in the transcript; empty for the last one that it fits.
    """

    command: str
    entry_key: str = ""


@dataclass
class AnswerReady(Message):
    """An answer has come to its end.

    Attributes:
        conversation_id: where.
        seconds: how long it took.
        here: whether its conversation is the open one.
        model: who answered.
        tokens: of what was sent and of what came; None where nobody counted.
    """

    conversation_id: int | None
    seconds: float
    here: bool
    provider: str
    model: str
    tokens: tuple[int | None, int | None] = (None, None)


@dataclass
class CommandGiven(Message):
    """A command was written.

    Attributes:
        line: the command with its arguments.
        written: as it stood in the composer.
        attachments: what it refers to.
    """

    line: str
    written: str
    attachments: tuple[Attachment, ...] = ()


@dataclass
class ChangedOutside(Message):
    """Somebody else has changed files.

    Attributes:
        changes: the files, by what they are for.
    """

    changes: Mapping[str, frozenset[Path]]


class FilesChanged(Message):
    """Presets or templates are other ones now."""
