"""One private event loop in a daemon thread, and the MCP servers that are open on it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, TypeVar

from lwe.errors import NotFound, ToolError
from lwe.tools.mcp_link import Link
from lwe.tools.mcp_process import kill_all, new_loop
from lwe.tools.mcp_settings import ServerSettings

if TYPE_CHECKING:
    from mcp.types import Tool as ServerTool

_REMEMBERED = 60.0
_CLOSED = "The MCP servers were closed before one could answer."
_T = TypeVar("_T")


class ServerLoop:
    """Talks to servers for callers that wait; several threads may call at once."""

    def __init__(self) -> None:
        self._loop = new_loop()
        self._links: dict[str, Link] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._hung: dict[str, tuple[ServerSettings, float, ToolError]] = {}
        self._unready: list[Link] = []
        self._guard, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="lwe-mcp", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def listed(
        self, settings: ServerSettings, seconds: float, name: str = ""
    ) -> dict[str, ServerTool]:
        """Return a server's tools by the names that a model is told.

        Args:
            settings: how the server is reached.
            seconds: the limit of each step.
            name: the tool that is sought; the server is asked anew when it is not known.

        Raises:
            ToolError: when the server cannot be reached.
        """
        return self._wait(self._listed(settings, seconds, name))

    def call(
        self, settings: ServerSettings, seconds: float, name: str, args: Mapping[str, Any]
    ) -> Any:
        """Run a tool of a server.

        Raises:
            NotFound: when the server has no such tool.
            ToolError: when the server cannot be reached, or says that it failed.
        """
        return self._wait(self._call(settings, seconds, name, args))

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something on the loop and wait for it; each step in it has a time limit."""
        with self._guard:
            if self._closed:
                work.close()
                raise ToolError(_CLOSED)
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError as error:
            raise ToolError(_CLOSED) from error
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End the servers, the loop and the thread."""
        with self._guard:  # Whoever comes later would wait for a loop that has ended.
            self._closed = True
        try:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        except BaseException:  # Whoever interrupts that wants to go now.
            self.kill()
            raise
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def kill(self) -> None:
        """End at once all programs that were started for servers."""
        kill_all(link.groups for link in (*self._links.values(), *self._unready))

    async def _listed(
        self, settings: ServerSettings, seconds: float, name: str
    ) -> dict[str, ServerTool]:
        link = await self._link(settings, seconds)
        return await link.listed(name)

    async def _call(
        self, settings: ServerSettings, seconds: float, name: str, args: Mapping[str, Any]
    ) -> Any:
        link = await self._link(settings, seconds)
        found = await link.listed(name)
        if name not in found:
            raise NotFound("Tool", name, found)
        return await link.call(found[name], args)

    async def _link(self, settings: ServerSettings, seconds: float) -> Link:
        async with self._locks.setdefault(settings.name, asyncio.Lock()):
            link = self._links.get(settings.name)
            if link and link.alive and link.settings == settings:
                link.seconds = seconds
                return link
            if link:
                self._links.pop(settings.name)
                await link.close()
            return await self._opened(settings, seconds)

    async def _opened(self, settings: ServerSettings, seconds: float) -> Link:
        self._refuse_hung(settings)
        link = Link(settings, seconds)
        self._unready = [*(unready for unready in self._unready if not unready.left), link]
        try:
            await link.open()
        except ToolError as error:
            if isinstance(error.__cause__, TimeoutError):
                until = time.monotonic() + _REMEMBERED
                self._hung[settings.name] = (settings, until, error)
            raise
        self._unready.remove(link)
        self._links[settings.name] = link
        return link

    def _refuse_hung(self, settings: ServerSettings) -> None:
        """Say at once what took long to find out: else every question would wait for it again."""
        known = self._hung.get(settings.name)
        if known and known[0] == settings and time.monotonic() < known[1]:
            raise ToolError(str(known[2])) from known[2]

    async def _end(self) -> None:
        links = [*self._links.values(), *self._unready]
        await asyncio.gather(*(link.close() for link in links))
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
