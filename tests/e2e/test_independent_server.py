"""The real program against llmock, a server that nobody here wrote: its faults and dialects."""

from __future__ import annotations

from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock

from tests.e2e.conftest import Start
from tests.e2e.terminal import Terminal
from tests.e2e.test_first_road import READY, marks, stored

pytestmark = pytest.mark.e2e

TEXT = "one two three four five six seven eight"


@pytest.fixture(params=["chat", "responses"])
def app(request: pytest.FixtureRequest, start: Start, home: Path, llmock: LLMock) -> Terminal:
    """Start the program with the server as its only endpoint, over one of the two APIs."""
    folder = home / ".config" / "llm-workflow-engine" / "presets"
    folder.mkdir(parents=True)
    (folder / "mock.yaml").write_text(
        "metadata: {name: mock, provider: chat_openai}\n"
        "model_customizations: {model_name: gpt-4o, max_retries: 0, "
        f"use_responses_api: {str(request.param == 'responses').lower()}}}\n"
    )
    terminal = start("--preset", "mock", environment=llmock.env())
    terminal.wait(READY)
    return terminal


def quit_after(app: Terminal, seen: str) -> None:
    app.wait(seen)
    app.press("ctrl+q")
    assert app.wait_end() == 0


def test_an_answer_streams_in(app: Terminal, llmock: LLMock, home: Path) -> None:
    llmock.reply(TEXT, times=None)
    app.press("count", "enter")
    quit_after(app, TEXT)
    assert stored(home)[-1] == ("assistant", TEXT)
    assert marks(home) == []


def test_a_lost_connection_keeps_the_words_and_says_so(
    app: Terminal, llmock: LLMock, home: Path
) -> None:
    llmock.reply(TEXT).disconnect(after_chunks=6)
    app.press("count", "enter")
    quit_after(app, "one")
    assert stored(home)[-1][0] == "assistant"
    assert TEXT.startswith(stored(home)[-1][1].strip())
    assert marks(home) == ["cut"]


def test_a_stalled_answer_is_stopped_by_escape(app: Terminal, llmock: LLMock, home: Path) -> None:
    llmock.reply(TEXT).stall(after_chunks=6, seconds=60)
    app.press("count", "enter")
    app.wait("one")
    app.press("escape")
    quit_after(app, "Stopped.")
    assert marks(home) == ["stopped"]
    assert not llmock.last_request.completed


@pytest.mark.parametrize(
    ("status", "seen"),
    [(401, "Check the API key"), (404, "model"), (429, "Wait a little"), (500, "Retry")],
)
def test_a_refusal_is_a_sentence_and_the_words_stay(
    app: Terminal, llmock: LLMock, home: Path, status: int, seen: str
) -> None:
    llmock.fail(status).reply(TEXT, times=None)
    app.press("important words", "enter")
    app.wait(lambda text: "F5" in text and "again" in text)
    assert seen in " ".join(app.text.split())
    app.press("f5")
    quit_after(app, TEXT)
    assert [row for row in stored(home) if row[0] != "system"] == [
        ("user", "important words"),
        ("assistant", TEXT),
    ]
