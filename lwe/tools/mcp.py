"""Tools of MCP servers as plain calls: servers start when first used and end with the program.

The servers are talked to by one private event loop in a daemon thread, so that neither a screen
nor a script has to have one.
"""

from __future__ import annotations

import atexit
import importlib.util
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lwe.config.config import Config
from lwe.errors import NotAllowed, NotFound, ToolError
from lwe.tools.mcp_settings import (
    SEPARATOR,
    ServerSettings,
    fingerprint,
    offered_name,
    server_names,
    server_settings,
    timeout,
)
from lwe.tools.schema import dereferenced

if TYPE_CHECKING:
    from lwe.tools.mcp_loop import ServerLoop

Gate = Callable[[str], bool | None]
"""Says of a server, by its fingerprint, whether it may be used; None when nobody was asked yet."""
_ALL_PREFIX, _ALL_SUFFIX = "mcp:", f"{SEPARATOR}*"


class McpServers:
    """The servers below `mcp.servers` in the configuration, and their tools.

    Args:
        config: names the servers; read at each use, so that changed settings hold at once.

    Attributes:
        gate: asked before a server is used; without it all may be.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self.gate: Gate | None = None
        self._guard = threading.Lock()
        self._running: ServerLoop | None = None
        self._ending: ServerLoop | None = None

    def names(self) -> list[str]:
        """Return the servers' names."""
        return server_names(self._config)

    def server_of(self, name: str) -> str:
        """Return the server whose tool a name like `server__tool` means, empty when none's."""
        fitting = [server for server in self.names() if name.startswith(offered_name(server, ""))]
        return max(fitting, key=len, default="")

    def has(self, name: str) -> bool:
        """Say whether a name means a tool of a configured server, be it reachable or not."""
        return bool(self.server_of(name))

    def whole(self, entry: str) -> str | None:
        """Return the server of which `mcp:server` or `server__*` means all tools, else None."""
        if entry.startswith(_ALL_PREFIX):
            return entry.removeprefix(_ALL_PREFIX)
        return entry.removesuffix(_ALL_SUFFIX) if entry.endswith(_ALL_SUFFIX) else None

    def tools(self, server: str) -> list[str]:
        """Return the names of all tools of a server, which is started for it.

        Raises:
            NotFound: when no server of this name is configured.
            NotAllowed: when the gate does not let it be used.
            ToolError: when it cannot be reached.
        """
        loop, settings, seconds = self._reach(server)
        return list(loop.listed(settings, seconds))

    def describe(self, name: str) -> dict[str, Any]:
        """Return a tool's definition: name, description, parameters.

        Raises:
            NotFound: when the server has no such tool.
            ToolError: when the server cannot be reached.
        """
        loop, settings, seconds = self._reach(self.server_of(name))
        found = loop.listed(settings, seconds, name)
        if name not in found:
            raise NotFound("Tool", name, found)
        tool = found[name]
        return {
            "name": name,
            "description": tool.description or "",
            "parameters": dereferenced(tool.input_schema),
        }

    def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Run a tool and return its result.

        Raises:
            NotFound: when the server has no such tool.
            ToolError: when the server cannot be reached, or says that it failed.
        """
        loop, settings, seconds = self._reach(self.server_of(name))
        return loop.call(settings, seconds, name, args)

    def close(self) -> None:
        """End all servers that were started; a later use starts them again.

        Whoever closes again while that is under way insists: what still runs is killed.
        """
        with self._guard:
            running, self._running = self._running, None
            if running is None:
                if self._ending is not None:
                    self._ending.kill()
                return
            self._ending = running
        atexit.unregister(self.close)
        try:
            running.close()
        finally:
            self._ending = None

    def _reach(self, server: str) -> tuple[ServerLoop, ServerSettings, float]:
        if server not in self.names():
            raise NotFound("MCP server", server, self.names())
        settings, seconds = server_settings(self._config, server), timeout(self._config)
        self._check(settings)
        return self._started(), settings, seconds

    def _check(self, settings: ServerSettings) -> None:
        if self.gate is None:
            return
        known = fingerprint(self._config, settings.name)
        answer = self.gate(known)
        if not answer:
            program, refused = bool(settings.command), answer is False
            raise NotAllowed(settings.name, settings.reached, known, program, refused)

    def _started(self) -> ServerLoop:
        if importlib.util.find_spec("mcp") is None:
            raise ToolError("MCP servers need a package. Install it: pip install 'lwe-tui[mcp]'")
        from lwe.tools.mcp_loop import ServerLoop

        with self._guard:
            if self._running is None:
                self._running = ServerLoop()
                atexit.register(self.close)
            return self._running
