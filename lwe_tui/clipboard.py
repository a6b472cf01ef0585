"""Copies text by every road that may reach the user's clipboard, and says which it took.

Inside tmux a bare OSC 52 does not arrive with tmux's defaults, so its buffer is loaded first;
over SSH no local tool helps, so the terminal is asked; on a desktop the local tool is surest.
A terminal never says whether it took an OSC 52: when nothing else worked, a file keeps the text.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from lwe_tui.places import cache_folder

TIME_LIMIT = 2.0
_TMUX = (("tmux", "load-buffer", "-w", "-"), ("tmux", "load-buffer", "-"))
"""The first, since tmux 3.2, hands the text on to the terminal outside too."""
_TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)
_TOOLS_OF_THE_DESK = (("pbcopy",), ("clip.exe",))
_SSH = ("SSH_CONNECTION", "SSH_TTY")


async def copy(text: str, write: Callable[[str], None]) -> str:
    """Copy a text.

    Args:
        text: what to copy.
        write: sends characters to the terminal.

    Returns:
        The roads taken, for a notice: for example "tmux buffer + OSC 52".
    """
    data = text.encode("utf-8", "replace")
    in_tmux = bool(os.environ.get("TMUX")) and await _first_that_takes(_TMUX, data)
    write(f"\x1b]52;c;{base64.b64encode(data).decode()}\x07")
    tool = await _first_that_takes(_local_tools(), data)
    if in_tmux or tool:
        taken = ["tmux buffer" if in_tmux else "", "OSC 52", tool]
    else:
        taken = ["OSC 52 (unconfirmed)", _keep(data)]
    return " + ".join(road for road in taken if road)


def _local_tools() -> list[tuple[str, ...]]:
    tools = [command for variable, command in _TOOLS if os.environ.get(variable)]
    if not any(os.environ.get(variable) for variable in _SSH):
        tools += _TOOLS_OF_THE_DESK  # Elsewhere they fill the clipboard of a far machine.
    return [command for command in tools if shutil.which(command[0])]


async def _first_that_takes(commands: Sequence[tuple[str, ...]], data: bytes) -> str:
    for command in commands:
        if await _feed(command, data):
            return command[0]
    return ""


async def _feed(command: tuple[str, ...], data: bytes) -> bool:
    if command[0] == "clip.exe":
        # It takes anything else for the machine's old code page.
        data = data.decode("utf-8").encode("utf-16-le")
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(TIME_LIMIT):
            await process.communicate(data)
    except TimeoutError:
        process.kill()
        await process.wait()
    return process.returncode == 0


def _keep(data: bytes) -> str:
    """Write a text where only its owner can read it; return the file as people write it."""
    path = cache_folder() / "copied.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    except OSError:
        return ""
    home = f"{Path.home()}{os.sep}"
    return f"~{os.sep}{str(path).removeprefix(home)}" if str(path).startswith(home) else str(path)
