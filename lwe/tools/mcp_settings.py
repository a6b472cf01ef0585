"""Reads which MCP servers a profile names and how each is reached; pure but for the environment."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.errors import ToolError

TIMEOUT = 30.0
SEPARATOR = "__"
_LONGEST_NAME = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How a server is reached: a program to start, or an address.

    Attributes:
        command: the program, empty for a server with an address.
        env: variables given to the program beside the few that every program needs.
        cwd: the folder that the program starts in; the current one without it.
        url: the address, empty for a program.
        headers: sent with every request to the address.
    """

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def reached(self) -> str:
        """The command line or the address."""
        return self.url or shlex.join((self.command, *self.args))


def offered_name(server: str, tool: str) -> str:
    """Return the name under which a model is told of a server's tool."""
    return _NOT_IN_NAMES.sub("_", f"{server}{SEPARATOR}{tool}")[:_LONGEST_NAME]


def server_names(config: Config) -> list[str]:
    """Return the names of the servers below `mcp.servers`."""
    servers = config.get("mcp.servers")
    return [str(name) for name in servers] if isinstance(servers, Mapping) else []


def timeout(config: Config) -> float:
    """Return for how many seconds a server may take to start or to answer.

    Raises:
        ToolError: when `mcp.timeout` is no positive number.
    """
    value = config.get("mcp.timeout")
    if value is None:
        return TIMEOUT
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ToolError(f"mcp.timeout is {value!r}. Set it to a number of seconds.")
    return float(value)


def server_settings(config: Config, name: str) -> ServerSettings:
    """Return how a server is reached.

    Raises:
        ToolError: when its settings are incomplete, or name a variable that is not set.
    """
    found = config.get(["mcp", "servers", name])
    if not isinstance(found, Mapping):
        raise ToolError(f"mcp.servers.{name} has to be a mapping with 'command' or 'url'.")
    command, url = found.get("command"), found.get("url")
    if bool(command) == bool(url):
        raise ToolError(f"mcp.servers.{name} needs either 'command' or 'url'.")
    args = found.get("args") or []
    if not isinstance(args, list):
        raise ToolError(f"mcp.servers.{name}.args has to be a list.")
    folder = found.get("cwd")
    return ServerSettings(
        name=name,
        command=str(Path(str(command)).expanduser()) if command else "",
        args=tuple(str(arg) for arg in args),
        env=_texts(name, "env", found.get("env")),
        cwd=str(Path(str(folder)).expanduser()) if folder else "",
        url=str(url or ""),
        headers=_texts(name, "headers", found.get("headers")),
    )


def fingerprint(config: Config, name: str) -> str:
    """Return what differs when a server would be reached in another way.

    Headers do not count, nor the values of variables: a new key makes no other server.
    """
    found = config.get(["mcp", "servers", name])
    settings = dict(found) if isinstance(found, Mapping) else {}
    settings.pop("headers", None)
    written = json.dumps([name, settings], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def _texts(server: str, key: str, found: Any) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ToolError(f"mcp.servers.{server}.{key} has to be a mapping of names to texts.")
    return {str(name): _expanded(server, key, str(value)) for name, value in found.items()}


def _expanded(server: str, key: str, text: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in os.environ:
            raise ToolError(
                f"mcp.servers.{server}.{key} uses ${name}, which is not set."
                f" Set the variable {name} before the start."
            )
        return os.environ[name]

    return _VARIABLE.sub(value, text)
