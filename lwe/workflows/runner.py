"""Runs a playbook as a child in a process group of its own; its output comes line by line."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from lwe.config.config import Config
from lwe.config.paths import VARIABLES
from lwe.errors import WorkflowError

PROGRAM = "ansible-playbook"
ANSIBLE_CONFIG = Path(__file__).parent / "ansible" / "ansible.cfg"
PATIENCE = 5.0
"""Seconds that a group has to end after it was asked to."""
MOST_REASON_LINES = 15
_FAULT = re.compile(r"^(?:fatal|failed): \[|^(?:ERROR!|\[ERROR\])")
_HEADLINE = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*)\] \*+$")
_NEXT = re.compile(r"^(?:TASK|PLAY|RUNNING HANDLER)\b.* \*+$")


class Run:
    """One run of a playbook.

    Args:
        path: the playbook.
        values: its variables.
        config: names the profile that its modules shall use.
    """

    def __init__(self, path: Path, values: Mapping[str, str], config: Config) -> None:
        self._path, self._values, self._config = path, dict(values), config
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def lines(self) -> Generator[str, None, None]:
        """Run it and yield its output, without line ends; closing the iterator ends the run.

        Raises:
            WorkflowError: when it cannot be started, failed, or was stopped.
        """
        reason = _Reason()
        process = self._start()
        try:
            for line in process.stdout or ():
                line = line.rstrip("\r\n")
                reason.note(line)
                yield line
            code = process.wait()
        finally:
            end_group(process)
            if process.stdout:
                process.stdout.close()
        if self._stopped:
            raise WorkflowError(f"The workflow {self._path.stem} was stopped.")
        if code:
            raise WorkflowError(f"The workflow {self._path.stem} failed{reason.told(code)}")

    def stop(self) -> None:
        """End the run with everything it started; callable from any thread."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None:
            end_group(process)

    def _start(self) -> subprocess.Popen[str]:
        command = [_program(), str(self._path)]
        if self._values:
            # As JSON a value stays the text that it is, whatever characters it has.
            command += ["--extra-vars", json.dumps(self._values)]
        with self._lock:
            if self._stopped:
                raise WorkflowError(f"The workflow {self._path.stem} was stopped.")
            try:
                self._process = subprocess.Popen(
                    command,
                    env=environment(self._config),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
            except OSError as error:
                raise WorkflowError(f"{PROGRAM} cannot be started: {error}.") from error
            return self._process


def run(path: Path, values: Mapping[str, str], config: Config, tell: Callable[[str], None]) -> None:
    """Run a playbook and hand each line of its output to a callback.

    Args:
        path: the playbook.
        values: its variables.
        config: names the profile that its modules shall use.
        tell: gets the lines, in the caller's thread.

    Raises:
        WorkflowError: when it cannot be started, or failed.
    """
    with closing(Run(path, values, config).lines()) as lines:
        for line in lines:
            tell(line)


def environment(config: Config) -> dict[str, str]:
    """Return what a playbook runs with: ours where the user has set nothing, and the profile."""
    found = dict(os.environ)
    ours = {"ANSIBLE_CONFIG": str(ANSIBLE_CONFIG), "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    for name, value in ours.items():
        found[name] = found.get(name) or value
    found["LWE_CONFIG_DIR"] = config.config_dir
    found["LWE_DATA_DIR"] = config.data_dir
    found["LWE_CONFIG_PROFILE"] = config.profile
    for kind, name in VARIABLES.items():
        if getattr(config.args, f"{kind}_dir", None):
            found[name] = os.pathsep.join(str(path) for path in config.directories(kind))
    return found


def end_group(process: subprocess.Popen[str]) -> None:
    """End a process with everything in its group: asked first, then killed."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):  # It has ended meanwhile.
        try:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # what did not listen, or was left behind
    process.wait()


def _program() -> str:
    beside = str(Path(sys.executable).parent)
    found = shutil.which(PROGRAM) or shutil.which(PROGRAM, path=beside)
    if found is None:
        raise WorkflowError(
            f"Workflows need {PROGRAM}, which is not installed: pip install ansible-core"
        )
    return found


class _Reason:
    """Keeps, of a playbook's output, what may tell why it failed."""

    def __init__(self) -> None:
        self._task = self._failed_task = ""
        self._fault: list[str] = []
        self._last: list[str] = []
        self._open = False

    def note(self, line: str) -> None:
        """Look at a line of the output."""
        if line.strip():
            self._last = [*self._last, line][-5:]
        if headline := _HEADLINE.match(line):
            self._task = headline[1]
        if _FAULT.match(line):
            self._fault, self._failed_task, self._open = [], self._task, True
        elif _NEXT.match(line):
            self._open = False
        if self._open and line.strip():
            self._fault = [*self._fault, line][:MOST_REASON_LINES]

    def told(self, code: int) -> str:
        """Return the end of the sentence."""
        where = f" in the task '{self._failed_task}'" if self._failed_task else ""
        lines = "\n".join(self._fault or self._last)
        how = f" (signal {-code})" if code < 0 else f" (exit code {code})"
        return f"{where}{how}:\n{lines}" if lines else f"{where}{how} and said nothing."
