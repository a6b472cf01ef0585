"""Tools that langchain brings: named with a prefix, imported when one is really used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from lwe.errors import NotFound, ToolError

PREFIX = "Langchain-"
_MODULES = ("langchain_community.tools", "langchain.tools")


def is_langchain(name: str) -> bool:
    """Say whether a tool's name has the prefix, in any case."""
    return name.lower().startswith(PREFIX.lower())


def bare(name: str) -> str:
    """Return the name of the class in langchain."""
    return name[len(PREFIX) :] if is_langchain(name) else name


class LangchainTools:
    """The tools of the installed langchain packages, made of their class names."""

    def has(self, name: str) -> bool:
        """Say whether a name means a tool of langchain, be it installed or not."""
        return is_langchain(name)

    def names(self) -> list[str]:
        """Return the tools that the installed packages have, under their prefixed names.

        Which of them can be made of their names alone is known when one is used.
        """
        found: set[str] = set()
        for module in filter(None, map(_optional, _MODULES)):
            listed = getattr(module, "__all__", ())
            found |= {f"{PREFIX}{name}" for name in listed if not name.startswith("Base")}
        return sorted(found)

    def tool(self, name: str) -> Any:
        """Make a tool of langchain.

        Raises:
            NotFound: when langchain has no such tool.
            ToolError: when the package is missing, or the tool needs more than its name.
        """
        modules = [found for module in _MODULES if (found := _optional(module))]
        if not modules:
            raise ToolError(
                f"The tool '{name}' needs langchain. Install it: pip install langchain-community"
            )
        for module in modules:
            kind = _of(module, name)
            if isinstance(kind, type):
                return _made(name, kind)
        raise NotFound("Langchain tool", name)

    def describe(self, name: str) -> dict[str, Any]:
        """Return a tool's definition under its prefixed name.

        Raises:
            NotFound: when langchain has no such tool.
            ToolError: when a package is missing, or the tool cannot be made or described.
        """
        tool = self.tool(name)
        try:
            calling = importlib.import_module("langchain_core.utils.function_calling")
            found = dict(calling.convert_to_openai_function(tool))
        except Exception as error:  # another package's code
            raise ToolError(f"The tool '{name}' cannot be described: {error}") from error
        return {**found, "name": name}

    def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Run a tool and return what it returns; what it raises is raised.

        Raises:
            NotFound: when langchain has no such tool.
            ToolError: when the package is missing, or the tool cannot be made.
        """
        return self.tool(name).run(dict(args))


def _optional(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:  # It is optional: who asks is told what to install.
        return None


def _of(module: ModuleType, name: str) -> object:
    try:
        return getattr(module, bare(name), None)
    except Exception as error:  # langchain imports a tool when it is looked up
        raise ToolError(f"The tool '{name}' cannot be imported: {error}") from error


def _made(name: str, kind: type) -> Any:
    try:
        return kind()
    except Exception as error:  # another package's code
        raise ToolError(f"The tool '{name}' cannot be made: {error}") from error
