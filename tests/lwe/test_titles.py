"""Titles keep nobody waiting, and leave no traceback in a terminal."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from lwe import ApiBackend, titles
from lwe.domain import ModelRequest, User
from lwe.events import ReplyEvent
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop


class Titling(FakeLlm):
    """Waits with a title until it is stopped, or has a fault of its own."""

    fault = False

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        if "title" in request.messages[0].text:
            if self.fault:
                raise RuntimeError("a fault")
            woken = threading.Event()
            with stop.waking(woken.set):
                woken.wait(30)
        yield from super().stream(request, stop)


@pytest.fixture
def titling(bot: ApiBackend, ann: User) -> Titling:
    provider = Titling()
    bot.engine.providers.add(provider)
    bot.set_provider("fake_llm")
    return provider


def test_ctrl_c_at_the_end_of_a_program_gives_a_title_up(
    bot: ApiBackend, titling: Titling, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.ask("one")
    (thread,) = titles._running
    assert thread.daemon  # Python itself would wait for it, and show a traceback.

    def interrupted(_timeout: float | None = None) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(thread, "join", interrupted)
        titles._wait_at_the_end()
    bot.wait_for_titles(10)
    assert not titles._running
    assert bot.conversation_title is None


def test_a_fault_of_a_provider_makes_no_noise(
    bot: ApiBackend, titling: Titling, capfd: pytest.CaptureFixture[str]
) -> None:
    titling.fault = True
    assert bot.ask("one")[0]
    titles._wait_at_the_end()
    assert bot.conversation_title is None
    assert capfd.readouterr() == ("", "")
