"""One MCP server that is running or reached: opened, listed, called, ended; on its event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from lwe.errors import LweError, ToolError
from lwe.tools.mcp_process import GRACE, Groups
from lwe.tools.mcp_settings import ServerSettings, offered_name

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult
    from mcp.types import Tool as ServerTool

LOGGER = logging.getLogger("lwe.tools.mcp")
# Without any handler Python would print the client library's warnings to the terminal.
for _name in ("mcp", "client"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
_KEPT_LINES = 5
_ENDING = 10.0
_CONNECTING = 30.0
_LISTENING = 0.5


class Link:
    """The connection to one server.

    Args:
        settings: how it is reached.
        seconds: how long it may take to start, and to answer each time.

    Attributes:
        seconds: the limit of the next step; it may be changed.
        tools: the server's tools by the name that a model is told.
        groups: the processes that were started for it.
    """

    def __init__(self, settings: ServerSettings, seconds: float) -> None:
        self.settings, self.seconds = settings, seconds
        self.tools: dict[str, ServerTool] = {}
        self.groups = Groups()
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._stop, self._ended = asyncio.Event(), asyncio.Event()
        self._silent = asyncio.Event()
        self._silent.set()
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None
        self._stale = False

    @property
    def alive(self) -> bool:
        """Whether the server can still be asked."""
        return self._task is not None and not self._task.done() and not self._ended.is_set()

    @property
    def left(self) -> bool:
        """Whether nothing of it is left that would have to be ended."""
        return self._task is None or self._task.done()

    async def open(self) -> None:
        """Start or reach the server and list its tools.

        Raises:
            ToolError: when it does not start or answer in time.
        """
        # A task of its own: what the client library enters has to be left by the same task.
        self._task = asyncio.create_task(self._serve())
        try:
            async with asyncio.timeout(self.seconds):
                await asyncio.shield(self._ready)
        except TimeoutError as error:
            self._give_up()
            raise ToolError(self._sentence(f"did not start within {self.seconds:g} s")) from error
        except asyncio.CancelledError:
            self._give_up()
            raise

    async def close(self) -> None:
        """Leave the server; a program that was started for it ends, whatever it does."""
        self._stop.set()
        if self._task is None:
            return
        if not self._ready.done():
            self._give_up()
        # The client library would be more patient than somebody who quits.
        for insist in (self.groups.terminate, self.groups.kill):
            ended, _ = await asyncio.wait({self._task}, timeout=GRACE)
            if ended:
                return
            insist()
        await asyncio.wait({self._task}, timeout=_ENDING)

    def _give_up(self) -> None:
        # Once only: a second cancelling would cut the ending of the program short.
        if self._task and not self._task.cancelling():
            self._task.cancel()

    async def listed(self, name: str = "") -> dict[str, ServerTool]:
        """Return the tools, asked for anew when they changed or the named one is not among them.

        Raises:
            ToolError: when the server does not answer.
        """
        if self._stale or (name and name not in self.tools):
            client = await self._ready
            await self._answer(self._list(client))
        return self.tools

    async def call(self, tool: ServerTool, args: Mapping[str, Any]) -> Any:
        """Run a tool of the server.

        Returns:
            The structured result, else the text of the result.

        Raises:
            ToolError: when the server does not answer, or says that it failed.
        """
        client = await self._ready
        return _value(tool.name, await self._answer(client.call_tool(tool.name, dict(args))))

    async def _answer(self, asked: Any) -> Any:
        try:
            async with asyncio.timeout(self.seconds):
                return await asked
        except TimeoutError as error:
            raise ToolError(self._sentence(f"did not answer within {self.seconds:g} s")) from error
        except Exception as error:
            # Whatever a server does wrong arrives here, in the classes of several packages.
            if self._ended.is_set():
                await self._last_words()
            raise ToolError(self._sentence(f"could not answer: {_reason(error)}")) from error

    async def _serve(self) -> None:
        from mcp import Client

        self.groups.collect()
        try:
            transport = _watched(self._transport(), self._ended)
            async with Client(transport, message_handler=self._noted) as client:
                await self._list(client)
                self._ready.set_result(client)
                await self._until_over()
        except Exception as error:  # noqa: BLE001 - told to who waits, else to the log
            await self._last_words()
            self._failed(error)
        finally:
            self._ended.set()
            if not self._ready.done():
                self._ready.cancel()
            await self.groups.sweep()

    async def _until_over(self) -> None:
        """Wait until it is not wanted any more, or has ended of its own accord."""
        waiting = [asyncio.create_task(event.wait()) for event in (self._stop, self._ended)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _transport(self) -> AbstractAsyncContextManager[Any]:
        if self.settings.url:
            return _http(self.settings, self._hear)
        loop = asyncio.get_running_loop()
        self._silent.clear()
        silent = partial(loop.call_soon_threadsafe, self._silent.set)
        return _program(self.settings, self._hear, silent)

    async def _last_words(self) -> None:
        """Wait until all is heard that a program said before it ended."""
        with suppress(TimeoutError):  # What it started may still hold its stderr.
            async with asyncio.timeout(_LISTENING):
                await self._silent.wait()

    def _failed(self, error: Exception) -> None:
        if self._ready.done():
            LOGGER.warning(self._sentence(f"ended badly: {_reason(error)}"))
            return
        failure = ToolError(self._sentence(f"could not be started: {_reason(error)}"))
        failure.__cause__ = error
        self._ready.set_exception(failure)
        self._ready.exception()  # Who waited may have given up: then nobody reads it.

    async def _list(self, client: Client) -> None:
        found: dict[str, ServerTool] = {}
        cursor: str | None = None
        while True:
            page = await client.list_tools(cursor=cursor, cache_mode="refresh")
            found |= {offered_name(self.settings.name, tool.name): tool for tool in page.tools}
            cursor = page.next_cursor
            if not cursor:
                break
        self.tools, self._stale = found, False

    async def _noted(self, message: object) -> None:
        from mcp.types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self._stale = True

    def _hear(self, line: str) -> None:
        LOGGER.debug("%s: %s", self.settings.name, line)
        if line not in self._said:
            self._said.append(line)

    def _sentence(self, what: str) -> str:
        said = f" It said: {' / '.join(self._said)}" if self._said else ""
        return f"The MCP server '{self.settings.name}' {what}.{said}"


@asynccontextmanager
async def _http(settings: ServerSettings, hear: Callable[[str], None]) -> AsyncGenerator[Any, None]:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async def note(response: httpx2.Response) -> None:
        if response.is_error:  # The client library says only that there was an error.
            hear(f"HTTP {response.status_code} {response.reason_phrase}")

    client = httpx2.AsyncClient(
        headers=dict(settings.headers),
        # Reading has no limit: a stream of a server may be silent, and each call has its own.
        timeout=httpx2.Timeout(_CONNECTING, read=None),
        event_hooks={"response": [note]},
    )
    async with client, streamable_http_client(settings.url, http_client=client) as streams:
        yield streams


@asynccontextmanager
async def _program(
    settings: ServerSettings, hear: Callable[[str], None], silent: Callable[[], object]
) -> AsyncGenerator[Any, None]:
    from mcp import StdioServerParameters, stdio_client

    parameters = StdioServerParameters(
        command=settings.command,
        args=list(settings.args),
        env=dict(settings.env),
        cwd=settings.cwd or None,
    )
    with _listener(hear, silent) as ear:
        async with stdio_client(parameters, errlog=ear) as streams:
            ear.close()  # The program has its own, with which the listener ends.
            yield streams


def _listener(hear: Callable[[str], None], silent: Callable[[], object]) -> TextIO:
    """Return a file for what a program writes to stderr, which would else reach the terminal."""
    read, write = os.pipe()

    def listen() -> None:
        with open(read, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 - a number
            for line in lines:
                if line.strip():
                    hear(line.strip())
        with suppress(RuntimeError):  # The loop may have ended, and nobody waits.
            silent()

    threading.Thread(target=listen, name="lwe-mcp-stderr", daemon=True).start()
    return open(write, "w", encoding="utf-8")  # noqa: PTH123 - a number; the caller closes


@asynccontextmanager
async def _watched(
    transport: AbstractAsyncContextManager[Any], ended: asyncio.Event
) -> AsyncGenerator[Any, None]:
    async with transport as (read, write):
        yield _Watched(read, ended), write


class _Watched:
    """A stream of messages that tells when it ended.

    The client library says so only when it is asked next; by then a question would be lost that a
    fresh server could have answered.
    """

    def __init__(self, stream: Any, ended: asyncio.Event) -> None:
        self._stream, self._ended = stream, ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> _Watched:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except BaseException:
            self._ended.set()
            raise

    async def __aenter__(self) -> _Watched:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *failure: Any) -> Any:
        return await self._stream.__aexit__(*failure)


def _reason(error: BaseException) -> str:
    """Return what a failure says, the innermost of a group's."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, LweError):
        return str(error)
    return str(error).rstrip(".") or type(error).__name__


def _value(tool: str, result: CallToolResult) -> Any:
    text = "\n".join(_text(part) for part in result.content)
    if result.is_error:
        raise ToolError(text or f"The tool '{tool}' failed without saying why.")
    return text if result.structured_content is None else result.structured_content


def _text(part: Any) -> str:
    if part.type == "text":
        return str(part.text)
    inner = getattr(part, "resource", part)
    if isinstance(text := getattr(inner, "text", None), str):
        return text
    named = getattr(inner, "uri", None) or getattr(inner, "mime_type", None) or ""
    return f"[{part.type} {named}]"
