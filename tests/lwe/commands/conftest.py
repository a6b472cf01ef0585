"""What the tests of the commands share: a backend that asks a script, and a user who answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.commands import Commands, Outcome
from lwe.commands.outcome import Confirm, EditFile, EditText, Form
from lwe.commands.settle import settle
from lwe.core.config import Config
from lwe.domain import Conversation, User


@dataclass
class Answers:
    """A user who has decided in advance.

    Attributes:
        yes: the answer to every question.
        values: what is typed into forms; None leaves them.
        text: what is written instead of a text, or into a file; None leaves both as they are.
    """

    yes: bool = True
    values: Mapping[str, str] | None = field(default_factory=dict)
    text: str | None = None
    shown: list[str] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)

    def show(self, text: str) -> None:
        self.shown.append(text)

    def confirm(self, need: Confirm) -> bool:
        self.asked.append(need)
        return self.yes

    def fill(self, need: Form) -> Mapping[str, str] | None:
        self.asked.append(need)
        given = {each.name: each.value for each in need.fields}
        return None if self.values is None else {**given, **self.values}

    def edit_text(self, need: EditText) -> str | None:
        self.asked.append(need)
        return need.text if self.text is None else self.text

    def edit_file(self, need: EditFile) -> None:
        self.asked.append(need)
        if self.text is not None:
            need.path.write_text(self.text, "utf-8")


class Typed:
    """Types commands and answers what they ask."""

    def __init__(self, backend: ApiBackend) -> None:
        self.bot, self.commands, self.user = backend, Commands(backend), Answers()

    def __call__(self, line: str) -> Outcome:
        return settle(self.commands, self.commands.run(line), self.user)

    def offered(self, text: str) -> list[str]:
        return [each.text for each in self.commands.complete(text)]

    def conversation(self, title: str | None, question: str = "Hello") -> Conversation:
        """Store a conversation of two messages."""
        store, state = self.bot.engine.store, self.bot.state
        assert state.user is not None
        from lwe.domain import Message

        opened = store.begin_turn(
            state.user.id, None, [Message("user", question)], state.origin, title
        )
        store.commit_turn(opened.journal_id, Message("assistant", "Hi."))
        return store.conversation(opened.conversation_id)


@pytest.fixture
def config() -> Config:
    """A profile that asks the provider of tests."""
    config = Config(profile="test")
    config.set("model.default_preset", "test")
    return config


@pytest.fixture
def bot(config: Config) -> Iterator[ApiBackend]:
    bot = ApiBackend(config)
    yield bot
    bot.wait_for_titles(10)


@pytest.fixture
def typed(bot: ApiBackend, ann: User) -> Typed:
    """Type commands as somebody who is logged in."""
    return Typed(bot)


@pytest.fixture
def folder(config: Config) -> Path:
    """The profile's folder."""
    return Path(config.config_profile_dir)
