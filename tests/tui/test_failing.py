"""Every kind of failure says what, why and what to do, and the key that it names does that."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from lwe.errors import ProviderError
from lwe_tui.app import LweApp
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.reading import Reading
from lwe_tui.chat.transcript import Transcript
from lwe_tui.main import failing
from lwe_tui.modals.choice import Choice
from lwe_tui.modals.form import Form
from lwe_tui.modals.log import Log
from lwe_tui.room import apart
from lwe_tui.session import Session
from lwe_tui.widgets.line_input import LineInput
from tests.lwe.loopback import STALL, Loopback, Reply, chat_chunk, chat_stream, error, loopback
from tests.tui.driving import Driver, Scripted, running

KEY = "sk-secret-1234567890"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running_server:
        yield running_server


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the environment alone, and let seconds pass quickly."""
    monkeypatch.setattr(failing, "TICK_SECONDS", 0.05)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def preset_file(home: Path) -> Path:
    return home / ".config" / "llm-workflow-engine" / "presets" / "real.yaml"


@asynccontextmanager
async def asking(home: Path, url: str, **values: Any) -> AsyncIterator[Driver]:
    """Run the app with a preset of a server."""
    file = preset_file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    given = {"model_name": "m", "openai_api_base": url, "max_retries": 0, **values}
    lines = "".join(f"  {name}: {value}\n" for name, value in given.items())
    file.write_text(
        f"metadata:\n  name: real\n  provider: chat_openai_compat\nmodel_customizations:\n{lines}"
    )
    async with running(home, default="real") as driver:
        yield driver


def notice(driver: Driver) -> str:
    line = driver.screen.query_one(NoticeLine)
    return f"{line.text}\n{line.standing}"


async def fail(driver: Driver) -> None:
    await driver.ask("important words")
    await driver.until(lambda: driver.screen.failing.current)
    await driver.settle()


async def fill(driver: Driver, value: str) -> None:
    """Write into the only line of the form that is open, and send it."""
    await driver.until(lambda: isinstance(driver.app.screen, Form))
    form = driver.app.screen
    await driver.until(lambda: form.query(LineInput))
    form.query_one(LineInput).value = value
    await driver.pilot.press("enter")
    await driver.until(lambda: driver.app.screen is not form)


def shown(app: App[None]) -> str:
    """Return what the screen to read says."""
    assert isinstance(app.screen, Reading)
    return "\n".join(entry.text for entry in app.screen.query_one(Transcript).entries)


# What is told

CUT = [chat_chunk("half"), b'data: {"error": {"message": "It broke", "code": 500}}\n\n']
KINDS = {
    "key": (error(401, "Incorrect API key"), "answered 401", "F6 enters another key"),
    "url": (error(404, "Not Found"), "/v1/chat/completions answered 404", "changes the base URL"),
    "page": (
        Reply(parts=[b"<html>x</html>"], content_type="text/html"),
        "answered with a web page",
        "F6 changes the base URL",
    ),
    "model": (
        error(404, "The model `m` does not exist"),
        "does not exist",
        "F6 chooses another model",
    ),
    "limit": (error(429, "Slow down", **{"retry-after": "30"}), "Slow down", "30 s to wait"),
    "long": (
        error(400, "maximum context length is 8192 tokens, you sent 9000"),
        "you sent 9000",
        "F6 changes how much is submitted",
    ),
    "credit": (error(402, "No credit"), "answered 402", "F6 chooses another preset"),
    "filter": (error(400, "content_filter"), "in other words", "F6 chooses another preset"),
    "odd": (error(400, "top_p is odd"), "top_p is odd", "F6 changes the parameters"),
    "server": (error(503, "Overloaded"), "answered 503", "s to wait"),
    "inside": (Reply(parts=CUT[1:]), "The server reported an error: It broke", "s to wait"),
    "json": (Reply(parts=[b"data: {broken\n\n"]), "not JSON", "F6 chooses another preset"),
    "silent": (Reply(parts=chat_stream()), "answered nothing", "F6 chooses another preset"),
    "unfinished": (Reply(), "before it was complete", "F6 changes the base URL"),
    "withheld": (
        Reply(parts=[chat_chunk(finish="content_filter")]),
        "content filter withheld",
        "F6 chooses another preset",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_failure_says_what_why_and_which_key(
    home: Path, server: Loopback, kind: str
) -> None:
    reply, reason, key = KINDS[kind]
    server.replies = [reply]
    async with asking(home, server.url, openai_api_key=KEY) as driver:
        await fail(driver)
        rows = " ".join(driver.rows().split())
        assert reason in rows
        assert "important words" in rows
        assert key in notice(driver)
        assert KEY not in rows + notice(driver)
        assert driver.stored()[0] == ("user", "important words", "failed")
        server.replies = [Reply(parts=chat_stream("better"))]
        await driver.press("f5")
        await driver.until(lambda: "better" in driver.rows())
        assert notice(driver) == "\n"


async def test_a_server_that_is_not_there_is_named(home: Path) -> None:
    async with asking(home, "http://127.0.0.1:9/v1", openai_api_key="none") as driver:
        await fail(driver)
        rows = " ".join(driver.rows().split())
        assert "Nothing listens at 127.0.0.1:9" in rows
        assert "F6 changes the base URL" in notice(driver)


async def test_an_answer_that_breaks_off_keeps_its_words(home: Path, server: Loopback) -> None:
    server.replies = [Reply(parts=CUT)]
    async with asking(home, server.url, openai_api_key="none") as driver:
        await fail(driver)
        assert "half" in driver.rows()
        assert driver.stored()[-1] == ("assistant", "half", "cut")
        assert "The server failed." in notice(driver)


async def test_a_stalled_answer_says_how_long_nothing_came(home: Path, server: Loopback) -> None:
    server.replies = [Reply(parts=[chat_chunk("half"), STALL])]
    async with asking(home, server.url, openai_api_key="none", request_timeout=0.05) as driver:
        await fail(driver)
        assert "nothing came for 0.05 s" in " ".join(driver.rows().split())


# What the key does


async def test_another_key_is_tested_kept_and_used(home: Path, server: Loopback) -> None:
    server.key, server.models = KEY, ("m",)
    async with asking(home, server.url, openai_api_key="sk-wrong-1234567") as driver:
        await fail(driver)
        driver.send("f6")
        await fill(driver, "sk-wrong-again-123")
        await driver.until(lambda: driver.app.screen.query(".problem"))
        assert "Incorrect API key" in str(driver.app.screen.query_one(".problem").render())
        await fill(driver, KEY)
        await driver.until(lambda: "Hello!" in driver.rows())
        await driver.settle()
        variable = f"LWE_KEY_{server.url.partition('://')[2]}".replace(".", "_").replace(":", "_")
        variable = variable.replace("/", "_").upper()
        assert os.environ.pop(variable) == KEY
        profile = home / ".config/llm-workflow-engine/profiles/default"
        assert f"{variable}={KEY}" in (profile / "keys.env").read_text()
        assert f"api_key_env_var: {variable}" in preset_file(home).read_text()
        assert KEY not in preset_file(home).read_text()


async def test_another_url_is_tried_with_what_is_left_out_most(
    home: Path, server: Loopback
) -> None:
    server.models = ("m",)
    root = server.url.removesuffix("/v1")
    server.replies = [error(404, "Not Found")]
    async with asking(home, f"{root}/wrong", openai_api_key="none") as driver:
        await fail(driver)
        driver.send("f6")
        await driver.until(lambda: isinstance(driver.app.screen, Form))
        await driver.pilot.pause()
        texts = " ".join(str(part.render()) for part in driver.app.screen.query("Static"))
        assert f"{root}/wrong/chat/completions" in texts
        await fill(driver, root)
        await driver.until(lambda: driver.app.screen.query(".problem"))
        await driver.until(lambda: driver.app.screen.query(LineInput))
        assert driver.app.screen.query_one(LineInput).value == server.url
        await fill(driver, server.url)
        await driver.until(lambda: "Hello!" in driver.rows())
        await driver.settle()
        assert f"openai_api_base: {server.url}\n" in preset_file(home).read_text()


async def test_another_model_is_chosen_of_those_that_are_listed(
    home: Path, server: Loopback
) -> None:
    server.models, server.replies = ("one", "two"), [error(404, "The model `m` does not exist")]
    async with asking(home, server.url, openai_api_key="none") as driver:
        await fail(driver)
        driver.send("f6")
        await driver.until(lambda: isinstance(driver.app.screen, Choice))
        driver.send(*"two")
        await driver.settle()
        driver.send("enter")
        await driver.until(lambda: "Hello!" in driver.rows())
        await driver.settle()
        assert server.asked[-1]["model"] == "two"


async def test_a_limit_is_waited_for_only_when_the_key_was_pressed(home: Path) -> None:
    async with running(home) as driver:
        limit = ProviderError("Slow down.", "rate_limit", retry_after=0.02)
        driver.provider.scripts = [[limit]]
        await fail(driver)
        await driver.until(lambda: "F6 waits and asks again · F5 asks again" in notice(driver))
        assert len(driver.provider.asked) == 1
        driver.provider.scripts = [[ProviderError("Still.", "rate_limit", retry_after=0.3)], ["ok"]]
        await driver.press("f5")
        await driver.until(lambda: "to wait" in notice(driver))
        driver.send("f6")
        await driver.until(lambda: "Asking again in 1 s" in notice(driver))
        await driver.until(lambda: "ok" in driver.rows())
        await driver.settle()
        assert len(driver.provider.asked) == 3


async def test_escape_leaves_the_waiting(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[ProviderError("Slow.", "rate_limit", retry_after=60)]]
        await fail(driver)
        await driver.press("f6")
        assert "Esc leaves it" in notice(driver)
        await driver.press("escape")
        assert "to wait" in notice(driver)


async def test_what_went_wrong_can_be_read_and_copied_without_the_key(
    home: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []

    async def copy(text: str, _write: object) -> str:
        copied.append(text)
        return "here"

    monkeypatch.setattr("lwe_tui.clipboard.copy", copy)
    server.replies = [error(401, f"Wrong: {KEY}", **{"x-request-id": "r-77"})]
    async with asking(home, server.url, openai_api_key=KEY) as driver:
        await fail(driver)
        driver.send("ctrl+l", "F")
        await driver.until(lambda: isinstance(driver.app.screen, Reading))
        await driver.settle()
        text = shown(driver.app)
        assert "x-request-id: r-77" in text
        assert "HTTP 401" in text
        assert KEY not in text
        driver.send("y")
        await driver.until(lambda: copied)
        assert copied == [text]


async def test_failures_belong_to_their_conversations(home: Path) -> None:
    async with running(home) as driver:
        driver.provider.scripts = [[ProviderError("No such key.", "auth")]]
        await fail(driver)
        await driver.press("ctrl+n")
        assert driver.screen.failing.current is None
        assert notice(driver) == "\n"
        await driver.press("f6")
        assert "Nothing went wrong here." in notice(driver)


# The log


async def test_the_log_has_notices_and_what_the_program_logged(home: Path) -> None:
    import logging

    async with running(home) as driver:
        driver.screen.show_notice("An early notice", "info")
        logging.getLogger("lwe.tests").warning("something %s", "odd")
        driver.send("f12")
        await driver.until(lambda: isinstance(driver.app.screen, Log))
        await driver.settle()
        log = driver.app.screen
        assert isinstance(log, Log)
        rows = [row.text for row in await log.fetch("", 0, 100)]
        assert rows[-1].endswith("warning something odd")
        assert any("An early notice" in row for row in rows)
        driver.send(*"early")
        await driver.settle()
        assert len(await log.fetch("", 0, 100)) == 1
        driver.send("enter")
        await driver.until(lambda: isinstance(driver.app.screen, Reading))
        await driver.settle()
        assert shown(driver.app) == "An early notice"


async def test_a_long_notice_leaves_room_and_names_the_log(home: Path) -> None:
    async with running(home, size=(60, 20)) as driver:
        line = driver.screen.query_one(NoticeLine)
        line.stand("F6 does something")
        driver.screen.show_notice("word " * 400, "error")
        await driver.settle()
        assert line.size.height <= 6
        drawn = str(line.render())
        assert "F12 shows all" in drawn
        assert drawn.endswith("F6 does something")


# What breaks on this machine


async def test_a_broken_configuration_is_opened_and_read_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / ".config/llm-workflow-engine/profiles/default/config.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("model:\n  default_preset: [unclosed\n")
    edited: list[Path] = []

    async def edit_file(_app: object, path: Path) -> None:
        edited.append(path)
        await apart(path.write_text, "model: {}\n")

    monkeypatch.setattr("lwe_tui.editing.edit_file", edit_file)
    app = LweApp(Session())
    async with app.run_test(size=(120, 36)) as pilot:
        driver = Driver(app, pilot, Scripted())
        await driver.until(lambda: driver.screen.chat.refusal)
        rows = " ".join(driver.rows().split())
        assert "cannot be read: line 3: " in rows
        assert "F6 opens the file in your editor" in rows
        await driver.press("f6")
        await driver.until(lambda: driver.screen.chat.refusal is None)
        await driver.settle()
        assert edited == [file]
    app.session.close()


async def test_a_locked_database_keeps_the_words(home: Path) -> None:
    async with running(home) as driver:
        driver.store._database._database.execute_sql("PRAGMA busy_timeout = 20")
        other = sqlite3.connect(driver.store._database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            await fail(driver)
            assert "Another program is writing the database" in notice(driver)
            assert driver.screen.chat.composer.text == "important words"
        finally:
            other.execute("ROLLBACK")
            other.close()
        await driver.press("enter")
        assert driver.stored()[-1] == ("assistant", "An answer.", "")


async def test_a_full_disk_keeps_the_words(home: Path) -> None:
    async with running(home) as driver:
        pages = driver.store._database.rows("PRAGMA page_count")[0]["page_count"]
        driver.store._database._database.execute_sql(f"PRAGMA max_page_count = {pages}")
        text = "x" * 30_000
        driver.screen.chat.composer.put(text)
        await driver.press("enter")
        await driver.until(lambda: driver.screen.failing.current)
        assert "The disk is full" in notice(driver)
        assert driver.screen.chat.composer.text == text
