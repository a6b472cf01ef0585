"""What is half written or half answered is there at the next start, whatever ends the program."""

from __future__ import annotations

import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.test_first_road import READY, stored
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk

pytestmark = pytest.mark.e2e

DEATHS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]
DRAFT = "half of a question"


def drafts(home: Path) -> list[str]:
    """Return the drafts that the database holds."""
    file = home / ".local/share/llm-workflow-engine/profiles/default/storage.db"
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT text FROM tui_draft")]
    finally:
        connection.close()


def until_drafted(home: Path) -> None:
    """Wait until a draft is stored; it is written a second after the last key."""
    deadline = time.monotonic() + 20
    while DRAFT not in drafts(home):
        assert time.monotonic() < deadline, "the draft was never stored"
        time.sleep(0.05)


@pytest.mark.parametrize("number", DEATHS)
def test_a_half_typed_question_is_there_again(
    start: Start, profile: Path, home: Path, number: int
) -> None:
    app = start()
    app.wait("alpha · model-alpha")
    app.press(DRAFT)
    app.wait(DRAFT)
    if number == signal.SIGKILL:
        until_drafted(home)  # The others are told, and store it at once.
    app.kill(number)
    app.wait_end()
    assert start().wait(DRAFT)


@pytest.mark.parametrize("number", DEATHS)
def test_words_typed_while_an_answer_streams_are_there_with_it(
    start: Start, profile: Path, server: Loopback, home: Path, number: int
) -> None:
    server.replies = [Reply(parts=[chat_chunk("what was said"), STALL])]
    app = start()
    app.wait(READY)
    app.press("Go", "enter")
    app.wait("what was said")
    app.press(DRAFT)
    until_drafted(home)
    app.kill(number)
    app.wait_end()

    again = start()
    again.wait("alpha · model-alpha")
    again.press("ctrl+r")
    again.wait(lambda text: "Go" in text)
    again.press("enter")
    again.wait("what was said")
    again.wait(DRAFT)
    assert stored(home)[-1] == ("assistant", "what was said")
