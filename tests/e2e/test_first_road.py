"""A conversation from the first start to the next day, in the real program."""

from __future__ import annotations

import re
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error

pytestmark = pytest.mark.e2e

READY = "Ask anything"


def stored(home: Path) -> list[tuple[str, str]]:
    """Return the roles and texts that the database holds."""
    file = home / ".local/share/llm-workflow-engine/profiles/default/storage.db"
    connection = sqlite3.connect(file)
    try:
        return connection.execute("SELECT role, message FROM message ORDER BY id").fetchall()
    finally:
        connection.close()


def marks(home: Path) -> list[str]:
    """Return the marks that messages have."""
    file = home / ".local/share/llm-workflow-engine/profiles/default/storage.db"
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT kind FROM tui_mark")]
    finally:
        connection.close()


def test_ask_switch_quit_and_find_it_again(
    start: Start, profile: Path, server: Loopback, home: Path
) -> None:
    server.replies = [Reply(parts=chat_stream("A **bold** ", "answer."))]
    app = start()
    app.wait(READY)
    app.press("What is it?", "enter")
    app.wait("A bold answer.")
    app.press("alt+2")
    app.wait("beta · model-beta")
    server.replies = [Reply(parts=chat_stream("Second.")), Reply(parts=chat_stream("Second."))]
    app.press("And now?", "enter")
    app.wait("Second.")
    assert [body["model"] for body in server.asked if body["stream"]] == [
        "model-alpha",
        "model-beta",
    ]
    app.press("ctrl+q")
    assert app.wait_end() == 0

    again = start()
    again.wait(READY)
    again.wait(lambda text: "now" in text or "1m" in text)
    again.press("ctrl+s")
    time.sleep(0.3)
    again.press("enter")
    again.wait("A bold answer.")
    again.wait("Second.")
    again.press("ctrl+q")
    assert again.wait_end() == 0
    assert [role for role, _ in stored(home)] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]


def test_escape_stops_a_stalled_answer_and_keeps_it(
    start: Start, profile: Path, server: Loopback, home: Path
) -> None:
    server.replies = [Reply(parts=[chat_chunk("only the beginning"), STALL])]
    app = start()
    app.wait(READY)
    app.press("Go", "enter")
    app.wait("only the beginning")
    app.press("escape")
    app.wait("Stopped.", 2)
    assert server.left.wait(30)
    app.press("ctrl+q")
    assert app.wait_end() == 0
    assert stored(home)[-1] == ("assistant", "only the beginning")
    assert marks(home) == ["stopped"]


def test_alt_arrow_of_old_terminals_does_not_stop(
    start: Start, profile: Path, server: Loopback
) -> None:
    server.replies = [Reply(parts=[chat_chunk("still coming"), STALL])]
    app = start()
    app.wait(READY)
    app.press("Go", "enter")
    app.wait("still coming")
    app.press("\x1b\x1b[A")
    assert not server.left.wait(1)
    assert "Stopped." not in app.text


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_dying_program_keeps_the_answer_so_far(
    start: Start, profile: Path, server: Loopback, home: Path, number: int
) -> None:
    server.replies = [Reply(parts=[chat_chunk("what was said"), STALL])]
    app = start()
    app.wait(READY)
    app.press("Go", "enter")
    app.wait("what was said")
    time.sleep(1.2)
    app.kill(number)
    app.wait_end()

    again = start()
    again.wait(READY)
    again.wait(lambda text: " Go " in text)
    again.press("ctrl+s")
    time.sleep(0.3)
    again.press("enter")
    again.wait("what was said")
    assert stored(home)[-1] == ("assistant", "what was said")
    assert marks(home) == ["cut" if number == signal.SIGKILL else "stopped"]


def test_a_second_instance_takes_nothing_for_a_crash(
    start: Start, profile: Path, server: Loopback, home: Path
) -> None:
    server.replies = [Reply(parts=[chat_chunk("first instance"), STALL])]
    app = start()
    app.wait(READY)
    app.press("Go", "enter")
    app.wait("first instance")
    time.sleep(1.2)
    other = start()
    other.wait(READY)
    other.wait(" Go ")
    assert marks(home) == []
    assert [role for role, _ in stored(home)] == ["system", "user"]
    other.press("ctrl+q")
    other.wait_end()
    app.press("escape")
    app.wait("Stopped.")


def test_a_failure_shows_its_reason_and_can_be_retried(
    start: Start, profile: Path, server: Loopback, home: Path
) -> None:
    server.replies = [error(401, "Incorrect API key provided")]
    app = start()
    app.wait(READY)
    app.press("Important words", "enter")
    app.wait("Incorrect API key provided")
    assert "Important words" in app.text
    server.replies = [Reply(parts=chat_stream("Better now."))]
    app.press("f5")
    app.wait("Better now.")
    app.press("ctrl+q")
    app.wait_end()
    assert [row for row in stored(home) if row[0] != "system"] == [
        ("user", "Important words"),
        ("assistant", "Better now."),
    ]
    assert marks(home) == []


def test_alt_enter_breaks_the_line(start: Start, profile: Path, server: Loopback) -> None:
    app = start()
    app.wait(READY)
    app.press("one", "alt+enter", "two")
    app.wait(lambda text: bool(re.search(r"one[^\n]*\n[^\n]*two", text)))
    app.press("enter")
    app.wait("Hello!")
    assert server.asked[0]["messages"][-1]["content"] == "one\ntwo"


def test_two_conversations_answer_at_once(start: Start, profile: Path, server: Loopback) -> None:
    server.replies = [
        Reply(parts=[chat_chunk("first goes on"), STALL]),
        Reply(parts=chat_stream("second is done")),
    ]
    app = start()
    app.wait(READY)
    app.press("One", "enter")
    app.wait("first goes on")
    app.press("ctrl+n")
    app.wait_gone("first goes on")
    app.press("Two", "enter")
    app.wait("second is done")
    assert not server.left.is_set()


def test_every_size_down_to_20_by_5_is_survived(start: Start, profile: Path) -> None:
    app = start()
    app.wait(READY)
    app.press("Hello", "enter")
    app.wait("Hello!")
    for size in ((80, 24), (60, 20), (41, 12), (20, 5), (200, 60), (20, 5), (120, 40)):
        app.resize(*size)
        time.sleep(0.2)
    app.wait("Hello!")
    app.press("ctrl+q")
    assert app.wait_end() == 0


def test_a_megabyte_can_be_pasted_and_sent(start: Start, profile: Path, server: Loopback) -> None:
    text = "\n".join(f"line {n} " + "x" * 90 for n in range(10_000))
    app = start()
    app.wait(READY)
    app.paste(text)
    app.wait("[pasted 10,000 lines]", 30)
    app.press("enter")
    app.wait("The message is longer than", 30)
    app.press("ctrl+q")
    assert app.wait_end() == 0


def test_a_paste_with_escapes_in_it_is_one_paste(
    start: Start, profile: Path, server: Loopback
) -> None:
    app = start()
    app.wait(READY)
    app.paste("one\rtwo \x1b[31mred\x1b[0m three\rfour x\x11 y")
    app.wait(lambda text: "two red three" in text and "four x y" in text)
    assert server.asked == []
    app.press("enter")
    app.wait("Hello!")
    assert server.asked[0]["messages"][-1]["content"] == "one\ntwo red three\nfour x y"
