"""Imports users' files: each as it is now, once, whole or not at all, under its own name."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

_LOCKS: dict[str, threading.RLock] = {}


def load(path: Path, again: bool = False) -> ModuleType:
    """Import a file, which need not lie where Python looks; threads that come at once share it.

    Data classes, pydantic and pickle look a module up by its name, so it stands among the loaded
    ones. The name is the same in each run, and no other file has it.

    Args:
        path: the file.
        again: run it even if it has not changed since it was imported.

    Raises:
        OSError: when the file cannot be read.
        ImportError: when Python does not take it.
        BaseException: whatever the file's code raises; an earlier import of it then stays.
    """
    name = module_name(path)
    with _LOCKS.setdefault(name, threading.RLock()):
        before = sys.modules.get(name)
        loader = _Loader(name, str(path.absolute()))
        if before is not None and not again and _source_of(before) == loader.source:
            return before
        return _run(loader, before)


def module_name(path: Path) -> str:
    """Return the name that a file has among the loaded modules."""
    place = path.absolute()
    stem = "".join(letter if letter.isalnum() else "_" for letter in path.stem)
    return f"lwe_file_{stem}_{sha256(os.fsencode(place)).hexdigest()[:16]}"


def class_name(name: str) -> str:
    """Return the name of the class in a file: `RollDice` for `roll_dice`."""
    return "".join(part.title() for part in name.split("_"))


class _Loader(SourceFileLoader):
    """Compiles a file as it is now, and leaves no byte code in the user's folder.

    The compiled file that Python would keep there is known by whole seconds only, so an edit
    right after a run would not be seen.
    """

    def __init__(self, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self.source = self.get_data(path)

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled source."""
        return self.source_to_code(self.source, self.path)


def _source_of(module: ModuleType) -> bytes | None:
    loader = getattr(module, "__loader__", None)
    return loader.source if isinstance(loader, _Loader) else None


def _run(loader: _Loader, before: ModuleType | None) -> ModuleType:
    spec = importlib.util.spec_from_loader(loader.name, loader)
    if spec is None:
        raise ImportError(f"{loader.path} is no Python file.", path=loader.path)
    module = sys.modules[loader.name] = importlib.util.module_from_spec(spec)
    try:
        loader.exec_module(module)
    except BaseException:
        if before is None:
            sys.modules.pop(loader.name, None)
        else:
            sys.modules[loader.name] = before
        raise
    return module
