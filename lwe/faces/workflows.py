"""`WorkflowManager`: the seed's answering object over `lwe.workflows`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lwe.config.config import Config
from lwe.config.paths import made
from lwe.errors import WorkflowError
from lwe.faces.door import Answer, answers
from lwe.workflows import runner
from lwe.workflows.workflow import SYSTEM_WORKFLOWS, Workflows, parse_arguments


def _ignored(_line: str) -> None:
    """Take a line of output that nobody wants."""


class WorkflowManager:
    """Finds, runs, copies and deletes workflows.

    Args:
        config: names the folders; the default profile's without one.
        workflows: the part that does the work, so that several may share one.
        tell: gets each line that a running workflow prints; nothing is printed without it.

    Attributes:
        workflows: the files by the workflows' names, when they were last loaded.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        workflows: Workflows | None = None,
        tell: Callable[[str], None] = _ignored,
    ) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.workflows")
        self.tell = tell
        self.user_workflow_dirs = [str(folder) for folder in self.config.directories("workflows")]
        self.system_workflow_dirs = [str(SYSTEM_WORKFLOWS)]
        self.all_workflow_dirs = self.system_workflow_dirs + self.user_workflow_dirs
        self._part = workflows or Workflows(self.config)
        self.make_user_workflow_dirs()
        self.workflows: dict[str, str] = {}
        self.load_workflows()

    def make_user_workflow_dirs(self) -> None:
        """Make the user's folders that are not there.

        Raises:
            ConfigError: when one cannot be made.
        """
        for folder in self.user_workflow_dirs:
            made(Path(folder))

    def get_workflow_dir(self) -> str:
        """Return the folder of what playbooks run with."""
        return str(runner.ANSIBLE_CONFIG.parent)

    def get_workflow_environment_config(self) -> dict[str, dict[str, str]]:
        """Return what Ansible needs: how each variable is set, and to what."""
        needed = {
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_CONFIG": str(runner.ANSIBLE_CONFIG),
        }
        return {name: {"op": "add-if-empty", "default": value} for name, value in needed.items()}

    def set_workflow_environment(self) -> None:
        """Set in this process what Ansible needs, where the user has set nothing."""
        for name, how in self.get_workflow_environment_config().items():
            os.environ[name] = os.environ.get(name) or how["default"]

    def is_system_workflow(self, filepath: str | Path) -> bool:
        """Say whether a file came with the program."""
        return Path(filepath).is_relative_to(SYSTEM_WORKFLOWS)

    @answers
    def load_workflows(self) -> Answer:
        """Look again which workflows there are; `(True, files by name, message)`."""
        self.workflows = {name: str(path) for name, path in self._part.files().items()}
        return True, self.workflows, "Workflows successfully loaded"

    def ensure_workflow(self, workflow_name: str) -> Answer:
        """Find a workflow; `(True, path, message)`."""
        if not workflow_name:
            return False, None, "No workflow name specified"
        if workflow_name not in self.workflows:
            self.load_workflows()
        if workflow_name not in self.workflows:
            return False, workflow_name, f"Workflow '{workflow_name}' not found"
        return True, self.workflows[workflow_name], f"Workflow {workflow_name} exists"

    @answers
    def load_workflow(self, workflow_name: str) -> Answer:
        """Read a workflow; `(True, plays, message)`."""
        found, answer, message = self.ensure_workflow(workflow_name)
        if not found:
            return False, answer, message
        plays = self._part.load(workflow_name)
        return True, plays, f"Workflow {workflow_name} successfully loaded"

    @answers
    def ensure_runnable_workflow(self, workflow_name: str) -> Answer:
        """Check that a workflow's first play has something to do; `(True, plays, message)`."""
        found, answer, message = self.ensure_workflow(workflow_name)
        if not found:
            return False, answer, message
        plays = self._part.check(workflow_name)
        return True, plays, f"Workflow '{workflow_name}' has a valid play with tasks"

    def parse_workflow_args(self, args_string: str) -> str:
        """Quote a workflow's variables as Ansible reads them.

        Raises:
            ValueError: when a part has no `=`.
        """
        try:
            values = parse_arguments(args_string)
        except WorkflowError as error:
            raise ValueError(str(error)) from error
        quoted = {key: value.replace("'", "\\'") for key, value in values.items()}
        return " ".join(f"{key}='{value}'" for key, value in quoted.items())

    @answers
    def run(self, workflow_name: str, workflow_args: str = "") -> Answer:
        """Run a workflow and wait for its end; `(True, None, message)`."""
        runnable, _plays, message = self.ensure_runnable_workflow(workflow_name)
        if not runnable:
            return False, workflow_name, message
        values = parse_arguments(workflow_args or "")
        try:
            runner.run(Path(self.workflows[workflow_name]), values, self.config, self.tell)
        except WorkflowError as error:
            return False, None, f"Error running workflow {workflow_name}: {error}"
        return True, None, f"Workflow {workflow_name} completed"

    @answers
    def copy_workflow(self, old_name: str, new_name: str) -> Answer:
        """Copy a workflow, a system one into the user's folder; `(True, new path, message)`."""
        found, answer, message = self.ensure_workflow(old_name)
        if not found:
            return False, answer, message
        old, new = self._part.copy(old_name, new_name)
        self.load_workflows()
        return True, str(new), f"Copied workflow {old} to {new}"

    @answers
    def delete_workflow(self, workflow_name: str, workflow_dir: str | Path | None = None) -> Answer:
        """Remove a workflow of the user; `(True, name, message)`.

        As in the seed, the workflow's own folder counts, whatever `workflow_dir` says.
        """
        found, answer, message = self.ensure_workflow(workflow_name)
        if not found:
            return False, answer, message
        path = self._part.delete(workflow_name)
        self.load_workflows()
        return True, workflow_name, f"Successfully deleted workflow '{workflow_name}' from '{path}'"
