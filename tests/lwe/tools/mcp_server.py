"""A real MCP server with a few tools, over stdio or, with a port, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel


class Street(BaseModel):
    """A street."""

    name: str


server = MCPServer("probe", log_level="CRITICAL")


@server.tool()
def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


@server.tool(structured_output=False)
def say(text: str) -> str:
    """Say something."""
    return text


@server.tool(name="home.of")
def home(street: Street) -> dict[str, str]:
    """Tell where somebody lives."""
    return {"street": street.name, "token": os.environ.get("TOKEN", ""), "folder": str(Path.cwd())}


@server.tool()
def fail() -> str:
    """Fail."""
    raise ToolError("no more tea")


@server.tool()
def process() -> int:
    """Tell the number of this process."""
    return os.getpid()


@server.tool()
def die() -> str:
    """End without an answer."""
    sys.stderr.write("out of memory\n")
    sys.stderr.flush()
    os._exit(3)


@server.tool()
async def hang() -> str:
    """Never answer."""
    await asyncio.sleep(3600)
    return ""


if __name__ == "__main__":
    logging.disable()
    if len(sys.argv) > 1:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        if os.environ.get("STUBBORN"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.run()
        if os.environ.get("STUBBORN"):
            time.sleep(3600)
