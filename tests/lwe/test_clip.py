"""The clipboard is read with whatever tool works here, and never waited for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe import clip
from lwe.errors import TemplateError


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any tool."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    return folder


def install(tools: Path, name: str, script: str) -> None:
    path = tools / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_a_tool_the_sentence_names_some() -> None:
    with pytest.raises(TemplateError, match="Install wl-clipboard, xclip or xsel, or use tmux"):
        clip.read()


def test_the_first_tool_that_works_is_used(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tools, "xclip", "exit 1")
    install(tools, "xsel", 'echo "from xsel"')
    install(tools, "tmux", 'echo "from tmux"')
    monkeypatch.setenv("TMUX", "socket")
    assert clip.read() == "from tmux\n"
    monkeypatch.setenv("DISPLAY", ":0")
    assert clip.read() == "from xsel\n"


def test_bytes_that_are_no_text_are_shown_as_such(tools: Path) -> None:
    install(tools, "pbpaste", r"printf 'a\377b'")
    assert clip.read() == "a\ufffdb"


def test_a_tool_that_hangs_is_passed_over(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "TIME_LIMIT", 0.02)
    install(tools, "pbpaste", "read -r line < /dev/null; exec /bin/sleep 5")
    with pytest.raises(TemplateError):
        clip.read()
