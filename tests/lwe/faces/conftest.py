"""Fixtures of the faces' tests: one database under all managers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwe.backends.api.conversation import ConversationManager
from lwe.backends.api.message import MessageManager
from lwe.backends.api.orm import Orm
from lwe.backends.api.user import UserManager
from lwe.config.config import Config


@pytest.fixture
def orm() -> Iterator[Orm]:
    """Open a database in memory."""
    config = Config()
    config.set("database", "sqlite:///:memory:")
    opened = Orm(config)
    yield opened
    opened.store.close()


@pytest.fixture
def users(orm: Orm) -> UserManager:
    """Manage its users."""
    return UserManager(orm.config, orm)


@pytest.fixture
def conversations(orm: Orm) -> ConversationManager:
    """Manage its conversations."""
    return ConversationManager(orm.config, orm)


@pytest.fixture
def messages(orm: Orm) -> MessageManager:
    """Manage its messages."""
    return MessageManager(orm.config, orm)


@pytest.fixture
def ann(users: UserManager) -> int:
    """Add somebody."""
    added = users.register("Ann", "Ann@X.org", "secret")[1]
    assert added is not None
    return int(added.id)


@pytest.fixture
def talk(conversations: ConversationManager, ann: int) -> int:
    """Add an empty conversation of that somebody's."""
    return int(conversations.add_conversation(ann, "Bridges")[1].id)
