"""Lends the terminal to the user's editor, while everything else goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from textual.app import App

from lwe.errors import LweError
from lwe_tui.room import apart, aside

TERMINAL = "/dev/tty"


async def edit_text(app: App[Any], text: str, suffix: str = "md") -> str:
    """Let the user change a text in the editor, and return it.

    Args:
        suffix: the ending of the temporary file's name, for the editor's colours.

    Raises:
        LweError: when the editor cannot be started, or ended with an error.
    """
    from lwe.core import util

    path = Path(await apart(util.write_temp_file, text, suffix))
    try:
        await edit_file(app, path)
        edited = await apart(path.read_text, "utf-8")
    except UnicodeDecodeError as error:
        raise LweError("What the editor has written is no UTF-8. Nothing was changed.") from error
    finally:
        aside(path.unlink, missing_ok=True)
    # Editors end a file with a line end that nobody has written.
    return edited.removesuffix("\n") if not text.endswith("\n") else edited


async def edit_file(app: App[Any], path: Path) -> None:
    """Open a file in the editor and wait until it is closed; answers go on coming meanwhile.

    Raises:
        LweError: when the editor cannot be started, or ended with an error.
    """
    from lwe.core.editor import discover_editor

    await run(app, [*discover_editor(), str(path)])


async def run(app: App[Any], command: list[str]) -> None:
    """Run a program that takes the whole terminal.

    Raises:
        LweError: when it cannot be started, or ended with an error.
    """
    with _lent(app) as terminal:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=terminal, stdout=terminal, stderr=terminal
            )
        except OSError as error:
            raise LweError(
                f"'{command[0]}' cannot be started: {error.strerror}. Set EDITOR or PAGER."
            ) from error
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.terminate()
            raise
    if code:
        raise LweError(f"'{command[0]}' ended with code {code}. Nothing was changed.")


@contextmanager
def _lent(app: App[Any]) -> Iterator[IO[Any] | None]:
    """Leave the terminal to somebody else, and draw nothing on it."""
    with ExitStack() as stack:
        terminal: IO[Any] | None = None
        if not app.is_headless:
            stack.enter_context(app.suspend())
            stack.enter_context(app.batch_update())
            # Our own output may have been led elsewhere; the terminal itself is still there.
            with suppress(OSError):
                descriptor = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
                terminal = stack.enter_context(os.fdopen(descriptor, "rb+", buffering=0))
        yield terminal
    if not app.is_headless:
        app.refresh(layout=True)
