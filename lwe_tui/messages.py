"""Messages that travel between panes, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

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
class TemplateChosen(Message):
    """A template was chosen to run."""

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
