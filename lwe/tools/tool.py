"""`Tool`: what a user subclasses so that a model may call it."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.errors import ToolError
from lwe.tools.schema import definition


class BadToolConfig(ToolError, ValueError):
    """The configuration beside a tool's file cannot be used."""


class Tool(ABC):
    """A function that a model may call, in a file named after it.

    The file `roll_dice.py` holds the class `RollDice`; its `__call__` does the work, and its
    annotations and docstring tell the model what it takes.

    Args:
        config: the profile's configuration; the default profile's without it.

    Attributes:
        config: the configuration.
        log: where the tool may write what happened. The app keeps what it prints in a file of its
            own, and the command line shows it on stderr.
        name: the tool's name, set when it is loaded.
        filepath: the tool's file, set when it is loaded.
    """

    name: str = ""
    filepath: str = ""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.log = logging.getLogger(f"lwe.tools.{type(self).__name__}")

    def set_name(self, name: str) -> None:
        """Set the tool's name."""
        self.name = name

    def set_filepath(self, filepath: str) -> None:
        """Set the tool's file."""
        self.filepath = filepath

    def get_config(self) -> dict[str, Any]:
        """Return what a model is told: name, description, parameters as a JSON schema.

        The file `<tool>.config.yaml` beside the tool is taken before the signature.

        Raises:
            ToolError: when that file cannot be read, or a parameter has no type.
        """
        beside = config_file(Path(self.filepath))
        if self.filepath and beside.is_file():
            return _read(self.name, beside)
        return definition(self.name, self.__call__)

    # This sentence is what a model is told of a tool without a docstring.
    @abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call self as a function."""


def config_file(filepath: Path) -> Path:
    """Return where the configuration of a tool's file may lie."""
    return filepath.with_suffix(".config.yaml")


def _read(name: str, path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise BadToolConfig(
            f"Failed to load configuration file for {name}: {path}{line}: {reason}"
        ) from error
    if not isinstance(content, dict):
        raise BadToolConfig(f"Failed to load configuration file for {name}: {path} is no mapping.")
    return content
