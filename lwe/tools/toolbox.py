"""The tools of a profile under one roof: files, langchain, MCP servers; named, described, run."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from lwe.config.config import Config
from lwe.domain import ToolCall, ToolResult, ToolSpec
from lwe.errors import LweError, NotAllowed, NotFound, ToolError
from lwe.tools.files import BrokenTool, ToolFiles
from lwe.tools.langchain import LangchainTools
from lwe.tools.mcp import McpServers

LOGGER = logging.getLogger("lwe.tools")
NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}


class Source(Protocol):
    """Where tools come from."""

    def has(self, name: str) -> bool:
        """Say whether a name means a tool from here."""

    def describe(self, name: str) -> dict[str, Any]:
        """Return a tool's definition."""

    def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Run a tool."""


class Toolbox:
    """Everything that a model may call.

    Args:
        config: names the folders, and the MCP servers below `mcp.servers`.
        additional: more tools, names to files; a file of that name in a folder wins.

    Attributes:
        files: the tools that are files.
        langchain: the tools named `Langchain-…`.
        servers: the tools named `server__tool`.
    """

    def __init__(self, config: Config, additional: Mapping[str, str] | None = None) -> None:
        self.files = ToolFiles(config, additional)
        self.langchain, self.servers = LangchainTools(), McpServers(config)
        self._sources: tuple[Source, ...] = (self.files, self.langchain, self.servers)

    @property
    def broken(self) -> list[BrokenTool]:
        """The tool files that cannot be used, each with its reason."""
        return self.files.broken()

    def names(self) -> list[str]:
        """Return the names of the tools that are files, sorted, the broken ones too.

        What a server offers is told by `servers.tools`: to ask is to start it.
        """
        return sorted(self.files.paths())

    def describe(self, name: str) -> dict[str, Any]:
        """Return a tool's definition: name, description, parameters as a JSON schema.

        Raises:
            NotFound: when there is no such tool.
            ToolError: when it cannot be loaded or reached.
        """
        return self._source(name).describe(name)

    def spec(self, name: str) -> ToolSpec:
        """Return what a model is told of a tool, under the name that `run` knows.

        Raises:
            NotFound: when there is no such tool.
            ToolError: when it cannot be loaded or reached.
        """
        found = self.describe(name)
        description, parameters = found.get("description"), found.get("parameters")
        return ToolSpec(name, str(description or ""), dict(parameters or NO_PARAMETERS))

    def specs(self, names: Iterable[object]) -> tuple[ToolSpec, ...]:
        """Return what a model is told of several tools, each once.

        Args:
            names: tools; `mcp:server` and `server__*` mean all of a server's tools. What is no
                text is left out, as in the seed, and so are the tools of a refused server.

        Raises:
            NotAllowed: when somebody has to allow a server first.
            NotFound: when there is no such tool or server.
            ToolError: when one cannot be loaded or reached.
        """
        found: dict[str, ToolSpec] = {}
        for entry in names:
            try:
                for name in self._meant(entry) if isinstance(entry, str) else ():
                    found.setdefault(name, self.spec(name))
            except NotAllowed as error:
                if not error.refused:
                    raise
                LOGGER.info("%s is left out: %s", entry, error)
        return tuple(found.values())

    def bound(self, customizations: Mapping[str, Any]) -> tuple[ToolSpec, ...]:
        """Return the tools that a preset's `tools` list names.

        Raises:
            NotFound: when there is no such tool or server.
            ToolError: when one cannot be loaded or reached, or `tools` is no list.
        """
        listed = customizations.get("tools") or ()
        if isinstance(listed, str) or not isinstance(listed, Iterable):
            raise ToolError(f"'tools' is {listed!r}. It has to be a list of tools' names.")
        return self.specs(listed)

    def existing(self, names: Iterable[str]) -> tuple[ToolSpec, ...]:
        """Return those of the tools that there still are and that can be used.

        A conversation's history may name tools that are gone.

        Raises:
            NotAllowed: when somebody has to allow a server first.
        """
        found: dict[str, ToolSpec] = {}
        for name in names:
            try:
                found.setdefault(name, self.spec(name))
            except LweError as error:
                if isinstance(error, NotAllowed) and not error.refused:
                    raise
                LOGGER.warning("The tool '%s' of the history is left out: %s", name, error)
        return tuple(found.values())

    def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Run a tool and return what it returns.

        Raises:
            NotFound: when there is no such tool.
            ToolError: when it cannot be loaded, does not accept the arguments, or failed.
        """
        source = self._source(name)
        try:
            # What it prints is not caught: sys.stdout is the whole process's, so catching it in
            # one thread would take the lines of all others. A screen draws past sys.stdout.
            return source.call(name, args)
        except LweError:
            raise
        except (Exception, SystemExit) as error:  # a user's code
            LOGGER.debug("The tool '%s' failed.", name, exc_info=error)
            reason = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise ToolError(f"The tool '{name}' failed: {reason}") from error

    def run(self, call: ToolCall) -> ToolResult:
        """Run what a model wants; whatever goes wrong is a failed result that says why.

        What JSON does not know is put into words: models and data classes as mappings, other
        things as their text.
        """
        try:
            return ToolResult(call.name, as_json(self.call(call.name, call.args)), call.id)
        except LweError as error:
            return ToolResult(call.name, {"error": str(error)}, call.id, failed=True)

    def close(self) -> None:
        """End the programs that were started for tools."""
        self.servers.close()

    def _meant(self, entry: str) -> list[str]:
        server = None if self.files.has(entry) else self.servers.whole(entry)
        return [entry] if server is None else self.servers.tools(server)

    def _source(self, name: str) -> Source:
        for source in self._sources:
            if source.has(name):
                return source
        raise NotFound("Tool", name, self.names())


def as_json(value: Any) -> Any:
    """Return a value as JSON knows it, unchanged when it does already."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        pass
    else:
        return value
    try:
        return json.loads(json.dumps(value, default=_plain, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _plain(value: Any) -> Any:
    if callable(dump := getattr(value, "model_dump", None)):
        return dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return sorted(value, key=str) if isinstance(value, set | frozenset) else str(value)
