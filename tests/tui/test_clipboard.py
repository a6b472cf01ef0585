"""Copying takes every road there is and never claims one that it did not take."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lwe_tui import clipboard

Install = Callable[..., Path]


class Terminal:
    """Remembers what it was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def osc_52(self) -> str:
        head, tail = "\x1b]52;c;", "\x07"
        (sent,) = self.sent
        assert sent.startswith(head)
        assert sent.endswith(tail)
        return base64.b64decode(sent[len(head) : -len(tail)]).decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("TMUX", "WAYLAND_DISPLAY", "DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    return Terminal()


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put tools on the PATH, and nothing else; each writes what it got into a file."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(name: str, then: str = "exit 0") -> Path:
        got = tmp_path / f"{name}.got"
        script = folder / name
        script.write_text(
            f'#!/bin/sh\necho "$0 $*" >"{got}.args"\n/bin/cat >"{got}"\n{then}\n', "utf-8"
        )
        script.chmod(0o755)
        return got

    return install


async def test_inside_tmux_the_buffer_comes_first(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    got = tool("tmux")
    assert await clipboard.copy("grüße\n", terminal.sent.append) == "tmux buffer + OSC 52"
    assert got.read_text("utf-8") == "grüße\n"
    assert "load-buffer -w -" in got.with_suffix(".got.args").read_text("utf-8")
    assert terminal.osc_52 == "grüße\n"


async def test_an_old_tmux_gets_its_buffer_too(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    got = tool("tmux", 'case "$2" in -w) exit 1;; esac')
    assert await clipboard.copy("text", terminal.sent.append) == "tmux buffer + OSC 52"
    assert got.read_text("utf-8") == "text"


async def test_tmux_is_left_alone_outside_of_it(terminal: Terminal, tool: Install) -> None:
    got = tool("tmux")
    await clipboard.copy("text", terminal.sent.append)
    assert not got.exists()


@pytest.mark.parametrize(
    ("variable", "name"),
    [("WAYLAND_DISPLAY", "wl-copy"), ("DISPLAY", "xclip"), ("DISPLAY", "xsel")],
)
async def test_on_a_desktop_its_tool_is_used(
    terminal: Terminal,
    tool: Install,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    name: str,
) -> None:
    monkeypatch.setenv(variable, ":0")
    got = tool(name)
    assert await clipboard.copy("日本", terminal.sent.append) == f"OSC 52 + {name}"
    assert got.read_text("utf-8") == "日本"
    assert terminal.osc_52 == "日本"


async def test_a_tool_that_fails_gives_way_to_the_next(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    tool("xclip", "exit 1")
    got = tool("xsel")
    assert await clipboard.copy("text", terminal.sent.append) == "OSC 52 + xsel"
    assert got.read_text("utf-8") == "text"


async def test_a_tool_without_a_display_is_not_tried(terminal: Terminal, tool: Install) -> None:
    got = tool("xclip")
    assert "xclip" not in await clipboard.copy("text", terminal.sent.append)
    assert not got.exists()


async def test_windows_gets_what_it_can_read(terminal: Terminal, tool: Install) -> None:
    got = tool("clip.exe")
    assert await clipboard.copy("é日", terminal.sent.append) == "OSC 52 + clip.exe"
    assert got.read_bytes().decode("utf-16-le") == "é日"


async def test_over_ssh_no_clipboard_of_a_far_machine_is_filled(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    got = tool("pbcopy")
    assert "pbcopy" not in await clipboard.copy("text", terminal.sent.append)
    assert not got.exists()


async def test_a_tool_that_hangs_is_given_up(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "TIME_LIMIT", 0.1)
    monkeypatch.setenv("DISPLAY", ":0")
    tool("xclip", "exec /bin/sleep 20")
    start = time.monotonic()
    assert "xclip" not in await clipboard.copy("text", terminal.sent.append)
    assert time.monotonic() - start < 15


async def test_a_tool_that_does_not_read_is_no_trouble(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    tool("xclip")
    (Path(tool("xsel")).parent / "bin" / "xclip").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    assert await clipboard.copy("x" * 1_000_000, terminal.sent.append) == "OSC 52 + xsel"


async def test_when_nothing_is_sure_a_file_keeps_the_text(
    terminal: Terminal, tool: Install, home: Path
) -> None:
    said = await clipboard.copy("text\nwith \udcff in it", terminal.sent.append)
    assert said == "OSC 52 (unconfirmed) + ~/.cache/lwe-tui/copied.txt"
    kept = home / ".cache" / "lwe-tui" / "copied.txt"
    assert kept.read_text("utf-8") == "text\nwith ? in it"
    assert kept.stat().st_mode & 0o777 == 0o600
    terminal.sent.clear()
    await clipboard.copy("short", terminal.sent.append)
    assert kept.read_text("utf-8") == "short"


async def test_when_even_the_file_fails_it_says_no_more_than_it_did(
    terminal: Terminal, tool: Install, home: Path
) -> None:
    (home / ".cache").write_text("in the way", "utf-8")
    assert await clipboard.copy("text", terminal.sent.append) == "OSC 52 (unconfirmed)"
    assert terminal.osc_52 == "text"


async def test_tmux_that_cannot_be_reached_is_not_claimed(
    terminal: Terminal, tool: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    tool("tmux", "exit 1")
    assert "tmux" not in await clipboard.copy("text", terminal.sent.append)
