"""Where the classes of plugins come from, and in what words it is told when they do not come."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lwe.errors import LweError
from lwe.plugin.base import PluginError
from lwe.plugin.load import class_name, load

GROUP = "lwe_plugins"
DISTRIBUTION_PREFIX = "lwe-plugin-"
BUILT_IN = Path(__file__).parent.parent / "plugins"


def find_class(name: str, folders: Iterable[Path], again: bool = False) -> Any:
    """Import a plugin's class: the user's file, the library's own, or an installed package's.

    Args:
        name: the plugin's name.
        folders: where the user's files are; the first that has it wins.
        again: run the user's file even if it has not changed.

    Raises:
        PluginError: when nothing of this name is there.
        Exception: whatever the imported code raises.
    """
    for folder in folders:
        if (file := folder / f"{name}.py").is_file():
            return _class_in(load(file, again), name, str(file))
    if (BUILT_IN / f"{name}.py").is_file():
        return built_in_class(name)
    for entry in _entry_points():
        if name == _packaged_name(entry):
            return entry.load()
    raise PluginError(
        f"There is no {name}.py in {', '.join(map(str, folders)) or 'any folder'}, and no "
        f"installed package {DISTRIBUTION_PREFIX}{name.replace('_', '-')}. "
        "Remove it from plugins.enabled, or install it."
    )


def built_in_class(name: str) -> Any:
    """Import the class of a plugin that comes with the library."""
    return _class_in(importlib.import_module(f"lwe.plugins.{name}"), name, f"lwe.plugins.{name}")


def _class_in(module: Any, name: str, where: str) -> Any:
    found = getattr(module, class_name(name), None)
    if found is None:
        raise PluginError(f"{where} has no class {class_name(name)}.")
    return found


def packaged_names() -> list[str]:
    """Return the names of the plugins that installed packages bring."""
    return [_packaged_name(entry) for entry in _entry_points()]


def _entry_points() -> Iterable[Any]:
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _packaged_name(entry: Any) -> str:
    distribution = entry.dist.name if entry.dist is not None else entry.name
    # Installers take these spellings for one name.
    plain = re.sub(r"[-_.]+", "-", str(distribution)).lower()
    return plain.removeprefix(DISTRIBUTION_PREFIX).replace("-", "_")


def reason_of(error: BaseException) -> str:
    """Say in a sentence why a plugin's code failed."""
    if isinstance(error, LweError):
        return str(error)
    missing = str(getattr(error, "name", "") or "") if isinstance(error, ImportError) else ""
    if missing.startswith("langchain"):
        return (
            f"It needs {missing}, and this program works without LangChain. Use the provider "
            "chat_openai_compat, or one of those that come with the program."
        )
    if missing and isinstance(error, ModuleNotFoundError):
        return f"It needs the Python package {missing}, which is not installed."
    where = error.filename if isinstance(error, SyntaxError) else ""
    at = f" ({where}, line {error.lineno})" if isinstance(error, SyntaxError) and where else ""
    return f"{type(error).__name__}: {getattr(error, 'msg', None) or error}{at}."
