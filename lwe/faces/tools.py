"""The seed's `ToolManager` and `ToolCache`: tuples and exceptions of its kind, over a toolbox."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.errors import LweError, NotFound
from lwe.faces.door import Answer
from lwe.tools.files import SYSTEM_TOOLS, Runnable
from lwe.tools.langchain import is_langchain
from lwe.tools.schema import cleanup_tool_definition, resolved
from lwe.tools.toolbox import Toolbox

LOGGER = logging.getLogger("lwe.tools")


class ToolManager:
    """Finds, describes and runs tools.

    Args:
        config: names the folders; the default profile's without it.
        additional_tools: more tools, names to files.

    Attributes:
        tools: names to files, after `load_tools`.
    """

    def __init__(
        self,
        config: Config | None = None,
        additional_tools: dict[str, str] | None = None,
        *,
        toolbox: Toolbox | None = None,
    ) -> None:
        self.config = config or Config()
        self.additional_tools = additional_tools or {}
        self.toolbox = toolbox or Toolbox(self.config, self.additional_tools)
        self.tools: dict[str, str] = {}
        self.user_tool_dirs = [str(folder) for folder in self.config.directories("tools")]
        self.system_tool_dirs = [str(SYSTEM_TOOLS)]
        self.all_tool_dirs = self.system_tool_dirs + self.user_tool_dirs
        self.make_user_tool_dirs()

    def make_user_tool_dirs(self) -> None:
        """Make the user's folders that are missing."""
        for folder in self.user_tool_dirs:
            Path(folder).mkdir(parents=True, exist_ok=True)

    def load_tools(self) -> Answer:
        """Find all tool files; `(True, {name: path}, message)`."""
        self.tools = {name: str(path) for name, path in self.toolbox.files.paths().items()}
        return True, self.tools, "Successfully loaded tools"

    def load_tool(self, tool_name: str) -> Answer:
        """Find a tool's file; `(True, path, message)`."""
        try:
            path = self.toolbox.files.path(tool_name)
        except NotFound:
            return False, None, _missing(tool_name)
        message = f"Successfully loaded tool file {tool_name} from directory: {path.parent}"
        return True, str(path), message

    def get_tool(self, tool_name: str) -> Answer:
        """Make a tool; `(True, tool, message)`.

        Raises:
            RuntimeError: when its file is broken.
        """
        if not self.toolbox.files.has(tool_name):
            return False, tool_name, _missing(tool_name)
        tool = self.setup_tool_instance(tool_name)
        return True, tool, f"Tool {tool_name!r} retrieved successfully"

    def setup_tool_instance(self, tool_name: str, tool_path: str | None = None) -> Runnable:
        """Make a tool of a file, the one that its name means without one.

        Raises:
            RuntimeError: when the file is broken.
        """
        try:
            if tool_path is None:
                return self.toolbox.files.tool(tool_name)
            return self.toolbox.files.made(tool_name, Path(tool_path))
        except LweError as error:
            raise _as_the_seed(f"Error creating tool instance for {tool_name}", error) from error

    def get_tool_config(self, tool_name: str) -> dict[str, Any]:
        """Return a tool's definition.

        Raises:
            RuntimeError: when there is none, or it is broken.
        """
        if is_langchain(tool_name):
            return self.get_langchain_tool_spec(tool_name)
        try:
            return self.toolbox.describe(tool_name)
        except LweError as error:
            raise _as_the_seed(f"Failed to load configuration for {tool_name}", error) from error

    def run_tool(self, tool_name: str, input_data: str | Mapping[str, Any]) -> Answer:
        """Run a tool with arguments as a mapping or as JSON; `(True, its value, message)`.

        Raises:
            RuntimeError: when langchain has no such tool.
        """
        try:
            args = _arguments(input_data)
            if is_langchain(tool_name):
                return self.run_langchain_tool(tool_name, args)
            value = self.toolbox.call(tool_name, args)
        except NotFound:
            return False, tool_name, _missing(tool_name)
        except (LweError, ValueError) as error:
            reason = error.__cause__ or error
            message = f"Error: Exception occurred while executing {tool_name}: {reason}"
            LOGGER.error(message)
            return False, None, message
        return True, value, f"Tool {tool_name!r} executed successfully"

    def is_langchain_tool(self, tool_name: str) -> bool:
        """Say whether a name means a tool of langchain."""
        return is_langchain(tool_name)

    def get_langchain_tool(self, tool_name: str) -> Any:
        """Make a tool of langchain, None when that is not possible."""
        try:
            return self.toolbox.langchain.tool(tool_name)
        except LweError as error:
            LOGGER.warning("Could not load Langchain tool: %s: %s", tool_name, error)
            return None

    def get_langchain_tool_spec(self, tool_name: str) -> dict[str, Any]:
        """Return the definition of a tool of langchain.

        Raises:
            RuntimeError: when there is none.
        """
        try:
            return self.toolbox.langchain.describe(tool_name)
        except LweError as error:
            raise _as_the_seed(f"Langchain tool {tool_name} not found", error) from error

    def run_langchain_tool(self, tool_name: str, input_data: Mapping[str, Any]) -> Answer:
        """Run a tool of langchain; `(True, its value, message)`.

        Raises:
            RuntimeError: when there is none.
        """
        tool = self.get_langchain_tool(tool_name)
        if tool is None:
            raise RuntimeError(f"Langchain tool {tool_name} not found")
        try:
            value = tool.run(dict(input_data))
        except Exception as error:  # noqa: BLE001 - another package's code
            message = f"Error: Exception occurred while running langchain tool {tool_name}: {error}"
            LOGGER.error(message)
            return False, None, message
        return (
            True,
            value,
            f"Langchain tool {tool_name} executed successfully, output data: {value}",
        )

    def cleanup_tool_definition(self, tool: Mapping[str, Any]) -> dict[str, Any]:
        """Return a definition whose parameters refer to nothing outside themselves."""
        return cleanup_tool_definition(tool)

    def dereference_tool_schema(self, schema: Any, defs: Mapping[str, Any]) -> Any:
        """Return a part of a schema with definitions put where they are referred to."""
        return resolved(schema, defs)

    def is_system_tool(self, filepath: str) -> bool:
        """Say whether a file came with the program."""
        return self.toolbox.files.is_system(filepath)


class ToolCache:
    """The tools that one request offers.

    Args:
        config: the profile's configuration.
        tool_manager: where tools come from.
        customizations: a preset's, with `tools`, a list of names.

    Attributes:
        tools: the names, in the order in which they were added.

    Raises:
        ValueError: when one of the preset's tools does not exist.
    """

    def __init__(
        self,
        config: Config | None,
        tool_manager: ToolManager,
        customizations: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config or tool_manager.config
        self.tool_manager = tool_manager
        self.customizations = customizations or {}
        self.tool_manager.load_tools()
        self.tools: list[str] = []
        self.add_customizations_tools()

    def add_customizations_tools(self) -> None:
        """Add the tools that the preset lists; what is no text is left out.

        Raises:
            ValueError: when one does not exist.
        """
        for entry in self.customizations.get("tools") or ():
            if isinstance(entry, str):
                self.add(entry)

    def add(self, tool_name: str, raise_on_missing: bool = True) -> bool:
        """Add a tool once; False when it does not exist.

        Raises:
            ValueError: when it does not exist and `raise_on_missing` is set.
        """
        names = self._meant(tool_name)
        if names is None:
            if raise_on_missing:
                kind = "Langchain tool" if is_langchain(tool_name) else "Tool"
                raise ValueError(f"{kind} {tool_name} not found")
            return False
        self.tools += [name for name in names if name not in self.tools]
        return True

    def add_message_tools(self, messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Add the tools that messages name, and return the messages without missing tools.

        Of a message with several calls those of missing tools are taken out.
        """
        kept = (self._with_existing(message) for message in messages)
        return [message for message in kept if message is not None]

    def _with_existing(self, message: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if message["message_type"] == "tool_response":
            return message if self._exists(message["message_metadata"]["name"]) else None
        if message["message_type"] != "tool_call":
            return message
        calls = [call for call in message["message"] if self._exists(call["name"])]
        if len(calls) == len(message["message"]):
            return message
        return {**message, "message": calls} if calls else None

    def _exists(self, tool_name: str) -> bool:
        if self.add(tool_name, raise_on_missing=False):
            return True
        LOGGER.warning("Tool %s not found in tool list, filtered message out", tool_name)
        return False

    def _meant(self, tool_name: str) -> list[str] | None:
        if tool_name in self.tool_manager.tools:
            return [tool_name]
        if is_langchain(tool_name):
            return [tool_name] if self.tool_manager.get_langchain_tool(tool_name) else None
        try:
            return [spec.name for spec in self.tool_manager.toolbox.specs([tool_name])]
        except LweError as error:
            LOGGER.warning("%s", error)
            return None


def _as_the_seed(sentence: str, error: LweError) -> RuntimeError:
    """Return the seed's exception; the reason stands in its notes, which a traceback shows."""
    failure = RuntimeError(sentence)
    failure.add_note(str(error))
    return failure


def _missing(tool_name: str) -> str:
    return f"Tool {tool_name} not found"


def _arguments(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
    args = json.loads(given, strict=False) if isinstance(given, str) else given
    if not isinstance(args, Mapping):
        raise ValueError("the arguments have to be a mapping of names to values")
    return args
