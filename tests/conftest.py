"""Every test in a home of its own, without a network but loopback, with a fixed zone."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import constants

# The snapshot plugin has imported Textual by now: the environment would be read too late.
constants.TEXTUAL_ANIMATIONS = "none"
constants.FILTERS = ""
constants.COLOR_SYSTEM = "truecolor"
for _name in ("NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(_name, None)

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_UNWANTED = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "OPENAI_ORG_ID",
    "LWE_CONFIG_DIR",
    "LWE_DATA_DIR",
    "LWE_CONFIG_PROFILE",
    "LWE_TEMPLATE_DIR",
    "LWE_PRESET_DIR",
    "LWE_PLUGIN_DIR",
    "LWE_WORKFLOW_DIR",
    "LWE_TOOL_DIR",
    "LWE_CACHE_DIR",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "TMUX",
    "VISUAL",
    "LWE_EDITOR",
)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home folder with nothing in it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("EDITOR", "true")  # No test may wait for a person's editor.
    for name in _UNWANTED:
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tell times in one zone everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection to the outside an error."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """Close what a test has left open: handlers belong to the process."""
    yield
    if "lwe.config.logs" in sys.modules:
        logs = sys.modules["lwe.config.logs"]
        logs.close_console()
        logs.close_log()
