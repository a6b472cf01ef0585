"""Fixtures of the tests that drive the real program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.lwe.loopback import Loopback, loopback

Start = Callable[..., Terminal]


@pytest.fixture
def server() -> Iterator[Loopback]:
    """Run a scripted server on loopback."""
    with loopback() as running:
        yield running


@pytest.fixture
def profile(home: Path, server: Loopback) -> Path:
    """Write a profile whose two presets talk to the loopback server."""
    folder = home / ".config" / "llm-workflow-engine" / "profiles" / "default"
    (folder / "presets").mkdir(parents=True)
    (folder / "config.yaml").write_text("model:\n  default_preset: alpha\n")
    for name in ("alpha", "beta"):
        (folder / "presets" / f"{name}.yaml").write_text(
            f"metadata:\n  name: {name}\n  provider: chat_openai_compat\n"
            f"model_customizations:\n  model_name: model-{name}\n"
            f"  openai_api_base: {server.url}\n  openai_api_key: none\n  max_retries: 0\n"
        )
    return folder


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start the program, as often as a test likes, and end what still runs after it."""
    running: list[Terminal] = []

    def begin(*arguments: str, **settings: object) -> Terminal:
        terminal = Terminal(home, *arguments, **settings)  # type: ignore[arg-type]  # passed on
        running.append(terminal)
        return terminal

    yield begin
    for terminal in running:
        terminal.close()
