"""Workflows: playbooks found in folders, checked, copied, deleted, their arguments read."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.config.paths import reason
from lwe.errors import NotFound, WorkflowError
from lwe.shelf import Shelf, copy_file

SYSTEM_WORKFLOWS = Path(__file__).parent.parent / "shipped" / "workflows"
SUFFIXES = (".yaml", ".yml")


class Workflows:
    """All workflows of a profile.

    Args:
        config: names the folders.
    """

    def __init__(self, config: Config) -> None:
        folders = config.directories("workflows")
        self._shelf = Shelf((SYSTEM_WORKFLOWS, *folders), SYSTEM_WORKFLOWS, folders[-1])

    def files(self) -> dict[str, Path]:
        """Return the files by the workflows' names; the user's win, later folders first."""
        files = self._shelf.files().items()
        # Of `a.yaml` and `a.yml` the later folder's wins, so the order of the shelf has to stay.
        ranked = sorted(files, key=lambda item: self._rank(item[1]))
        return {Path(name).stem: path for name, path in ranked if path.suffix in SUFFIXES}

    def _rank(self, path: Path) -> int:
        return self._shelf.folders.index(path.parent)

    def names(self) -> list[str]:
        """Return the names, sorted."""
        return sorted(self.files())

    def path(self, name: str) -> Path:
        """Return a workflow's file.

        Raises:
            NotFound: when there is no such workflow.
        """
        files = self.files()
        if name not in files:
            raise NotFound("Workflow", name, files)
        return files[name]

    def load(self, name: str) -> Any:
        """Return what a workflow's file says.

        Raises:
            NotFound: when there is no such workflow.
            WorkflowError: when it cannot be read.
        """
        import yaml

        path = self.path(name)
        try:
            return yaml.safe_load(path.read_text("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            reason = getattr(error, "problem", None) or str(error)
            raise WorkflowError(f"The workflow {path}{line}: {reason}") from error

    def check(self, name: str) -> list[dict[str, Any]]:
        """Return the plays of a workflow that can be run.

        Raises:
            NotFound: when there is no such workflow.
            WorkflowError: when it cannot be read, or its first play has nothing to do.
        """
        plays = self.load(name)
        if not isinstance(plays, list) or not plays or not isinstance(plays[0], dict):
            raise _answering(plays, f"Workflow '{name}' has invalid format")
        if not _does_something(plays[0]):
            reason = "has no tasks, are you trying to run an 'include' file?"
            raise _answering(plays, f"Workflow '{name}' {reason}")
        return plays

    def copy(self, old: str, new: str) -> tuple[Path, Path]:
        """Copy a workflow, beside itself or from the program's into the user's folder.

        Returns:
            The file and its copy.

        Raises:
            NotFound: when there is no such workflow.
            ConfigError: when the new name is none or is taken, or the copy cannot be written.
        """
        source = self.path(old)
        folder = self._shelf.home if self._shelf.is_system(source) else source.parent
        file = new if new.endswith(SUFFIXES) else f"{new}{SUFFIXES[0]}"
        target = Shelf((folder,), SYSTEM_WORKFLOWS, folder).place(file)
        copy_file(source, target)
        return source, target

    def delete(self, name: str) -> Path:
        """Remove a workflow of the user.

        Raises:
            NotFound: when there is no such workflow.
            WorkflowError: when it came with the program, or cannot be removed.
        """
        path = self.path(name)
        if self._shelf.is_system(path):
            raise WorkflowError(f"The workflow '{name}' came with the program and stays.")
        try:
            path.unlink()
        except OSError as error:
            raise WorkflowError(f"{path} cannot be deleted: {reason(error)}") from error
        return path


def parse_arguments(text: str) -> dict[str, str]:
    """Read a workflow's variables from `a=1 b='two words'`.

    Raises:
        WorkflowError: when a part has no `=`, or a quotation mark has no partner.
    """
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise WorkflowError(f"The arguments {text} cannot be read: {error}.") from error
    values = {}
    for part in parts:
        key, separator, value = part.partition("=")
        if not separator or not key:
            raise WorkflowError(f"'{part}' is no argument. Write name=value, quoted with spaces.")
        values[key] = value
    return values


def _does_something(play: dict[str, Any]) -> bool:
    imported = any(key.endswith("import_playbook") for key in play)
    return imported or any(key in play for key in ("tasks", "roles", "pre_tasks", "post_tasks"))


def _answering(answer: object, sentence: str) -> WorkflowError:
    error = WorkflowError(sentence)
    error.answer = answer
    return error
