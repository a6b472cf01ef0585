"""Terminals of all kinds and sizes: the program starts, works and leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.lwe.loopback import Loopback

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("term", ["dumb", "linux", "xterm-256color"])
def test_every_terminal_gets_an_answer(
    start: Start, profile: Path, server: Loopback, term: str
) -> None:
    app = start(environment={"TERM": term})
    app.wait("Ask anything")
    app.press("Hi", "enter")
    app.wait("Hello!")
    app.press("ctrl+q")
    assert app.wait_end() == 0


def test_the_smallest_window_takes_a_question_and_says_what_it_needs(
    start: Start, profile: Path, server: Loopback
) -> None:
    app = start(size=(20, 5))
    app.wait("larger")
    app.resize(100, 30)
    app.wait("Ask anything")
    app.press("Hi", "enter")
    app.wait("Hello!")
    app.resize(20, 5)
    app.wait("larger")
    app.press("ctrl+q")
    assert app.wait_end() == 0
