"""What is done with parts of the conversation: copied, opened, piped, followed; and finding."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lwe.errors import LweError
from lwe_tui import editing
from lwe_tui.chat.copy_menu import CopyMenu, Piece
from lwe_tui.chat.finding import FindBar
from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import CopyWanted
from lwe_tui.render import parts
from lwe_tui.render.parts import Span
from lwe_tui.room import apart, aside

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

PIPE_SECONDS = 60.0
MOST_OUTPUT = 1_000_000
CODES = 9
"""Pieces of code that have a number in the menu; the others are chosen with the arrows."""


class Reader:
    """Does what the block cursor and the line for finding are for.

    Args:
        screen: shows the conversation.
    """

    def __init__(self, screen: Actions) -> None:
        self._screen = screen

    @property
    def _transcript(self) -> Transcript:
        return self._screen.chat.transcript

    def leave(self) -> None:
        """End finding, and write on."""
        self.end_find()
        self._screen.sides.go_to(self._screen.chat.at_hand)

    # Finding

    async def find(self) -> None:
        """Ask what is to be found in the open conversation."""
        chat = self._screen.chat
        if not chat.query(FindBar):
            await chat.mount(FindBar(chat.transcript), before=chat.query_one("#more"))
        chat.query_one(FindBar).begin()

    def end_find(self) -> bool:
        """End finding; False when nothing was looked for."""
        bar = next((bar for bar in self._screen.query(FindBar) if bar.display), None)
        was_on = bar is not None or self._transcript.hits.is_on
        if bar is not None:
            bar.close()
        elif was_on:
            self._transcript.light()
        return was_on

    def show_hits(self, event: Transcript.HitsChanged) -> None:
        """Say how much is found."""
        for bar in self._screen.query(FindBar):
            bar.show(event)

    # Parts

    async def perform(self, event: Transcript.PartWanted) -> None:
        """Do something with a part.

        Raises:
            LweError: when it cannot be done.
        """
        if event.link:
            await self._follow([event.link])
            return
        span = parts.span(self._transcript.document, event.part)
        if span is None:
            return
        text = parts.source(self._transcript.document, span)
        match event.deed:
            case "copy":
                await self._copy(span, text)
            case "open":
                await self._open(span, text)
            case "pipe":
                await self._pipe(text)
            case _:
                await self._follow(list(parts.links(self._transcript.document, span)))

    async def _copy(self, span: Span, text: str) -> None:
        pieces = list(self._pieces(span, text))
        chosen = await self._screen.app.push_screen_wait(CopyMenu(pieces))
        if chosen is None:
            return
        if chosen.is_quote:
            composer = self._screen.chat.composer
            self._transcript.cursor.end()
            self._screen.sides.go_to(composer)
            composer.insert(chosen.text)
        else:
            self._screen.post_message(CopyWanted(chosen.text))

    def _pieces(self, span: Span, text: str) -> Iterator[Piece]:
        document = self._transcript.document
        view = document.views[span.entry]
        if span.first:
            yield Piece("y", "This block", text)
        yield Piece("m", "The message, as Markdown", view.entry.text)
        for number, code in enumerate(parts.codes(document, span), 1):
            lines = code.text.count("\n") + 1
            label = f"Code {number}: {code.language or 'no language'}, {lines:,} lines"
            yield Piece(str(number) if number <= CODES else "", label, code.text)
        for number, table in enumerate(parts.tables(document, span)):
            yield Piece("" if number else "t", "A table, as CSV", table)
        quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        yield Piece("q", "Quote it in the composer", f"{quoted}\n\n", is_quote=True)

    async def _open(self, span: Span, text: str) -> None:
        from lwe.core import util

        codes = parts.codes(self._transcript.document, span) if span.first else []
        language = next((code.language for code in codes if code.text == text), "")
        suffix = language if language.isalnum() else "md"
        path = Path(await apart(util.write_temp_file, text, suffix))
        try:
            if pager := os.environ.get("PAGER"):
                await editing.run(self._screen.app, [*shlex.split(pager), str(path)])
            else:
                await editing.edit_file(self._screen.app, path)
        except ValueError as error:
            raise LweError(f"PAGER cannot be read as a command: {error}.") from error
        finally:
            aside(path.unlink, missing_ok=True)

    async def _pipe(self, text: str) -> None:
        from lwe_tui.chat.reading import Reading
        from lwe_tui.modals.form import Field, Form

        form = Form(
            "Pipe through a command",
            [Field("command", "Command")],
            "It gets the text of the block, and what it writes is shown.",
        )
        answer = await self._screen.app.push_screen_wait(form)
        command = answer["command"].strip() if answer else ""
        if command:
            output = await _piped(command, text)
            await self._screen.app.push_screen_wait(Reading(command, output, plain=True))

    async def _follow(self, links: list[str]) -> None:
        if not links:
            self._screen.show_notice("There is no link in this block.", "info")
            return
        link = links[0]
        if len(links) > 1:
            from lwe_tui.modals.choice import Choice
            from lwe_tui.widgets.virtual_list import Row

            rows = [Row(link, link) for link in links]
            answer = await self._screen.app.push_screen_wait(Choice(rows, "Follow which link?"))
            if answer is None:
                return
            link = answer
        if _has_browser():
            aside(webbrowser.open, link)
            self._screen.show_notice(f"Opening {link}", "info")
        else:  # A browser for terminals would write over the conversation.
            self._screen.post_message(CopyWanted(link))


def _has_browser() -> bool:
    """Say whether a browser can be opened beside the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _piped(command: str, text: str) -> str:
    """Run a command in the shell and return what it wrote.

    Raises:
        LweError: when it cannot be run, or does not end.
    """
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_shell(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise LweError(f"'{command}' cannot be started: {error.strerror}.") from error
    try:
        given = text.encode("utf-8", "replace")
        written, _ = await asyncio.wait_for(process.communicate(given), PIPE_SECONDS)
    except TimeoutError as error:
        raise LweError(
            f"'{command}' was stopped: it did not end within {PIPE_SECONDS:.0f} seconds."
        ) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
    output = written[:MOST_OUTPUT].decode("utf-8", "replace")
    ended = f"\n(ended with code {process.returncode})" if process.returncode else ""
    return (output or "(no output)") + ended
