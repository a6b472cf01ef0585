"""The helpers that the seed's plugins and tools import, under their names; some of them print."""

from __future__ import annotations

import functools
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlparse

from lwe.config.paths import expand
from lwe.core import constants as constants
from lwe.core.ansible_doc import ansible_doc_to_markdown, get_ansible_module_doc
from lwe.core.chat_form import (
    conversation_from_messages,
    extract_preset_configuration_from_request_overrides,
    get_preset_name,
    transform_messages_to_chat_messages,
)
from lwe.core.error import NoInputError as NoInputError
from lwe.core.shell_words import (
    command_with_leader,
    dash_to_underscore,
    float_range_to_completions,
    get_class_method,
    introspect_command_actions,
    introspect_commands,
    list_to_completion_hash,
    parse_conversation_ids,
    parse_shell_input,
    underscore_to_dash,
    validate_float,
    validate_int,
    validate_str,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "NoneAttrs",
    "ansible_doc_to_markdown",
    "clean_directory",
    "command_with_leader",
    "confirm",
    "conversation_from_messages",
    "create_file",
    "current_datetime",
    "dash_to_underscore",
    "dict_to_pretty_json",
    "extract_preset_configuration_from_request_overrides",
    "filepath_replacements",
    "float_range_to_completions",
    "get_ansible_module_doc",
    "get_class_method",
    "get_environment_variable",
    "get_environment_variable_list",
    "get_file_directory",
    "get_package_root",
    "get_preset_name",
    "introspect_command_actions",
    "introspect_commands",
    "is_valid_url",
    "is_windows",
    "list_to_completion_hash",
    "list_to_markdown_list",
    "merge_dicts",
    "output_response",
    "parse_conversation_ids",
    "parse_shell_input",
    "paste_from_clipboard",
    "print_markdown",
    "print_status_message",
    "remove_and_create_dir",
    "remove_prefix",
    "snake_to_class",
    "split_on_delimiter",
    "transform_messages_to_chat_messages",
    "underscore_to_dash",
    "validate_float",
    "validate_int",
    "validate_str",
    "write_temp_file",
]

is_windows = platform.system() == "Windows"

_CONTROL = {code: None for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
"""What could move the cursor or change the terminal when a text from elsewhere is printed."""


class Folders(Protocol):
    """What `filepath_replacements` reads of a configuration."""

    config_dir: str
    data_dir: str
    profile: str


class NoneAttrs:
    """An object whose every attribute is None until it is set."""

    def __getattr__(self, _name: str) -> Any:
        return None


# ------------------------------------------------------------------------------------ printing


def __getattr__(name: str) -> Any:
    if name == "console":
        return _console()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _console() -> Console:
    from rich.console import Console

    return Console()


def print_status_message(success: object, message: object, style: str | None = None) -> None:
    """Print a message and an empty line.

    The message is taken as it stands: brackets in it are no markup.

    Args:
        success: whether it is good news, which chooses green or red.
        message: text, an error, or a value to be shown.
        style: a style of Rich instead.
    """
    shown = _clean(str(message)) if isinstance(message, str | BaseException) else message
    style = style or ("bold green" if success else "bold red")
    _console().print(shown, style=style, markup=False, emoji=False)
    _console().line()


def print_markdown(output: str | dict[str, Any], style: str | None = None) -> None:
    """Print Markdown, or a dict as JSON, and an empty line."""
    from rich.markdown import Markdown

    text = dict_to_pretty_json(output) if isinstance(output, dict) else output
    _console().print(Markdown(_clean(text) if isinstance(text, str) else text), style=style)
    _console().line()


def output_response(response: Any) -> None:
    """Print what a command returned: a status line for a tuple of three, else Markdown."""
    if isinstance(response, tuple) and response:
        success, _value, message = response
        print_status_message(success, message)
    elif response:
        print_markdown(response)


def confirm(question: str) -> bool:
    """Ask a question at the terminal; without a terminal the answer is no."""
    try:
        return input(f"{_clean(question)} (y/n): ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _clean(text: str) -> str:
    return text.translate(_CONTROL)


# ---------------------------------------------------------------------------- values and texts


def merge_dicts(dict1: dict[Any, Any], dict2: dict[Any, Any]) -> dict[Any, Any]:
    """Merge the second dict into the first, dicts inside too, and return the first."""
    for key, value in dict2.items():
        if isinstance(dict1.get(key), dict) and isinstance(value, dict):
            merge_dicts(dict1[key], value)
        else:
            dict1[key] = value
    return dict1


def dict_to_pretty_json(dict_obj: object) -> str:
    """Return a value as a Markdown block of JSON."""
    return f"```json\n{json.dumps(dict_obj, indent=4)}\n```"


def list_to_markdown_list(list_obj: Iterable[object], indent: int = 2) -> str:
    """Return values as a bulleted list, indented."""
    return "\n".join(f"{' ' * indent}* {value}" for value in list_obj)


def split_on_delimiter(string: str, delimiter: str = ",") -> list[str]:
    """Return the parts of a text without the spaces around them."""
    return [part.strip() for part in string.split(delimiter)]


def remove_prefix(text: str, prefix: str) -> str:
    """Return a text without a beginning, whatever its case."""
    return re.sub(f"^{re.escape(prefix)}", "", text, count=1, flags=re.IGNORECASE)


def snake_to_class(string: str) -> str:
    """Return the name of the class that a file of this name holds: `snake_case`, `SnakeCase`."""
    return "".join(word.title() for word in string.split("_"))


def is_valid_url(url: Any) -> bool:
    """Say whether a text is a URL with a scheme and a host."""
    try:
        parsed = urlparse(url)
    except ValueError:
        return False
    return bool(parsed.scheme and parsed.netloc)


def current_datetime() -> datetime:
    """Return the local time, without a zone, as the database keeps it."""
    return datetime.now()


def paste_from_clipboard() -> str:
    """Return the clipboard's text.

    Raises:
        TemplateError: when no tool can read it.
    """
    from lwe import clip

    return clip.read()


# ----------------------------------------------------------------------- files and environment


def get_environment_variable(name: str, default: Any = None) -> Any:
    """Return the environment variable `LWE_<NAME>`."""
    return os.environ.get(f"LWE_{name.upper()}", default)


def get_environment_variable_list(name: str) -> list[str] | None:
    """Return the parts of `LWE_<NAME>` between colons; None when it is empty or not set."""
    value = get_environment_variable(name)
    return split_on_delimiter(value, ":") if value else None


def filepath_replacements(filepath: str, config: Folders) -> str:
    """Replace `$HOME`, `$CONFIG_DIR`, `$DATA_DIR` and `$PROFILE` in a path."""
    tokens = {
        "$HOME": str(Path.home()),
        "$CONFIG_DIR": config.config_dir,
        "$DATA_DIR": config.data_dir,
        "$PROFILE": config.profile,
    }
    return expand(filepath, tokens)


def get_package_root(obj: object) -> str:
    """Return the folder of the top package in which an object's class is defined."""
    package = sys.modules[type(obj).__module__.partition(".")[0]]
    file = package.__file__
    if file is None:
        raise AttributeError(f"package {package.__name__!r} has no file")
    return str(Path(file).absolute().parent)


def get_file_directory() -> str:
    """Return the folder of the file from which this is called."""
    return str(Path(sys._getframe(1).f_code.co_filename).absolute().parent)


def write_temp_file(
    input_data: str = "",
    suffix: str | None = None,
    prefix: str | None = None,
    dir: str | None = None,
) -> str:
    """Write a new temporary file that only its owner may read, and return its path.

    Args:
        input_data: what it holds.
        suffix: the end of its name, without the dot.
        prefix: the beginning of its name.
        dir: the folder; the system's for temporary files without it.
    """
    ending = f".{suffix.removeprefix('.')}" if suffix else None
    descriptor, path = tempfile.mkstemp(suffix=ending, prefix=prefix, dir=dir)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(input_data)
    except BaseException:
        with suppress(OSError):  # The reason is told already.
            Path(path).unlink()
        raise
    return path


def create_file(directory: str, filename: str, content: str | None = None) -> str:
    """Write a file, empty without content, and return its path."""
    path = Path(directory, filename)
    path.write_text(content or "", "utf-8")
    return str(path)


def remove_and_create_dir(directory_path: str) -> None:
    """Make a folder that is empty, whatever was in it."""
    if Path(directory_path).exists():
        shutil.rmtree(directory_path)
    Path(directory_path).mkdir(parents=True)


def clean_directory(directory: str) -> None:
    """Remove the files of a folder; hidden ones stay, a folder in it is an error."""
    folder = Path(directory)
    for path in folder.iterdir() if folder.is_dir() else ():
        if not path.name.startswith("."):
            path.unlink()
