"""Tools in files of the user: found in ordered folders, imported once until they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lwe.config.config import Config
from lwe.errors import NotFound, ToolError
from lwe.plugin.load import class_name, load
from lwe.shelf import Shelf
from lwe.tools.convert import arguments
from lwe.tools.schema import cleanup_tool_definition
from lwe.tools.tool import config_file

SYSTEM_TOOLS = Path(__file__).parent.parent / "shipped" / "tools"
SUFFIX = ".py"

_Stamp = tuple[tuple[str, int, int], ...]


class Runnable(Protocol):
    """What a tool's class has to offer; `Tool` does."""

    def set_name(self, name: str) -> None:
        """Take the tool's name."""

    def set_filepath(self, filepath: str) -> None:
        """Take the tool's file."""

    def get_config(self) -> dict[str, Any]:
        """Describe the tool."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work."""


@dataclass(frozen=True, slots=True)
class BrokenTool:
    """A file that cannot be used, and why."""

    name: str
    path: str
    reason: str


@dataclass(slots=True)
class _Loaded:
    """What was found in a file; read again when the stamp differs."""

    stamp: _Stamp
    kind: type[Runnable] | None = None
    definition: dict[str, Any] | None = None
    fault: ToolError | None = None


class ToolFiles:
    """The tools of a profile's folders and those that came with the program.

    Args:
        config: names the folders, and is handed to the tools.
        additional: more tools, names to files; a file of that name in a folder wins.
    """

    def __init__(self, config: Config, additional: Mapping[str, str] | None = None) -> None:
        folders = config.directories("tools")
        self._shelf = Shelf((SYSTEM_TOOLS, *folders), SYSTEM_TOOLS, folders[-1], SUFFIX)
        self._config, self._additional = config, dict(additional or {})
        self._loaded: dict[tuple[str, Path], _Loaded] = {}

    def paths(self) -> dict[str, Path]:
        """Return the tools' files by name; names with a leading underscore are no tools."""
        found = {name: Path(path) for name, path in self._additional.items()}
        for file, path in self._shelf.files().items():
            if not file.startswith("_"):
                found[file.removesuffix(SUFFIX)] = path
        return found

    def has(self, name: str) -> bool:
        """Say whether there is a file for this tool, be it broken."""
        return name in self.paths()

    def path(self, name: str) -> Path:
        """Return a tool's file.

        Raises:
            NotFound: when there is none.
        """
        paths = self.paths()
        if name not in paths:
            raise NotFound("Tool", name, paths)
        return paths[name]

    def broken(self) -> list[BrokenTool]:
        """Return the files that cannot be used; every file is read for that."""
        found = []
        for name, path in sorted(self.paths().items()):
            try:
                self.describe(name)
            except ToolError as error:
                found.append(BrokenTool(name, str(path), str(error)))
        return found

    def tool(self, name: str) -> Runnable:
        """Make a tool; each call has one of its own, as they may run side by side.

        Raises:
            NotFound: when there is none of this name.
            ToolError: when its file is broken.
        """
        return self.made(name, self.path(name))

    def made(self, name: str, path: Path) -> Runnable:
        """Make a tool of a file that need not lie in a folder.

        Raises:
            ToolError: when the file is broken.
        """
        return self._made(name, path, self._load(name, path))

    def describe(self, name: str) -> dict[str, Any]:
        """Return a tool's definition: name, description, parameters.

        Raises:
            NotFound: when there is none of this name.
            ToolError: when its file or its configuration is broken.
        """
        path = self.path(name)
        loaded = self._load(name, path)
        if loaded.definition is None:
            loaded.definition = _definition(name, self._made(name, path, loaded))
        return dict(loaded.definition)

    def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Run a tool and return what it returns; what it raises is raised.

        Raises:
            NotFound: when there is none of this name.
            ToolError: when it is broken or does not accept the arguments.
        """
        tool = self.tool(name)
        return tool(**arguments(name, tool.__call__, args))

    def is_system(self, path: str | Path) -> bool:
        """Say whether a file came with the program."""
        return self._shelf.is_system(Path(path))

    def _load(self, name: str, path: Path) -> _Loaded:
        stamp = _stamp(path)
        loaded = self._loaded.get((name, path))
        if loaded is None or loaded.stamp != stamp:
            # Other threads see it when it is whole.
            loaded = self._loaded[name, path] = _read(stamp, name, path)
        return loaded

    def _made(self, name: str, path: Path, loaded: _Loaded) -> Runnable:
        if loaded.kind is None:
            raise ToolError(str(loaded.fault)) from loaded.fault
        try:
            tool = loaded.kind(config=self._config)  # type: ignore[call-arg] # as the seed does
            tool.set_name(name)
            tool.set_filepath(str(path))
        except (Exception, SystemExit) as error:  # a user's code
            raise ToolError(f"The tool '{name}' cannot be made: {_told(error)} ({path})") from error
        return tool


def _definition(name: str, tool: Runnable) -> dict[str, Any]:
    try:
        content = tool.get_config()
    except ToolError:
        raise
    except (Exception, SystemExit) as error:  # a user's code
        raise ToolError(f"The tool '{name}' cannot be described: {_told(error)}") from error
    if not isinstance(content, Mapping) or not isinstance(content.get("parameters", {}), Mapping):
        raise ToolError(
            f"The tool '{name}' cannot be described: its configuration has to be a mapping,"
            " whose 'parameters' are a JSON schema."
        )
    return cleanup_tool_definition(content)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _stamp(path: Path) -> _Stamp:
    stamps = []
    for file in (path, config_file(path)):
        try:
            stat = file.stat()
        except OSError:
            stamps.append((str(file), 0, -1))
        else:
            stamps.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(stamps)


def _read(stamp: _Stamp, name: str, path: Path) -> _Loaded:
    try:
        return _Loaded(stamp, _imported(name, path))
    except ToolError as error:
        return _Loaded(stamp, fault=error)


def _imported(name: str, path: Path) -> type[Runnable]:
    try:
        module = load(path)
    except (Exception, SystemExit) as error:  # a user's code
        raise ToolError(f"The tool '{name}' cannot be imported: {_told(error)} ({path})") from error
    kind = getattr(module, class_name(name), None)
    if not isinstance(kind, type):
        raise ToolError(
            f"The tool '{name}' cannot be used: {path} has no class {class_name(name)}."
        )
    return kind
