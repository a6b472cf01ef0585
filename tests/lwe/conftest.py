"""What the tests of the library's door share: a server in OpenAI's place, and a backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwe import ApiBackend
from lwe.domain import User
from tests.lwe.loopback import Loopback, loopback


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Run a server in OpenAI's place, as somebody does who sets the two variables."""
    with loopback() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        yield running


@pytest.fixture
def bot() -> Iterator[ApiBackend]:
    """A backend as a script has it: nobody is logged in."""
    bot = ApiBackend()
    yield bot
    bot.wait_for_titles(10)


@pytest.fixture
def ann(bot: ApiBackend) -> User:
    """Log somebody in, so that what is said is stored."""
    user = bot.engine.store.add_user("ann")
    bot.set_current_user(user)
    return user
