"""Keeps the embedded model's process: starts it on first use and after a death, ends it with us."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import site
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lwe.errors import ProviderError
from lwe.providers import local_model
from lwe.providers.local_child import Job

MODEL = "smollm2-135m"
CONTEXT = 4096
"""It was trained for twice as much, which an ordinary processor reads for a minute."""
COMMAND = (sys.executable, "-P", "-m", "lwe.providers.local_child")
START_SECONDS = 120.0
END_SECONDS = 2.0
DOUBT_SECONDS = 0.5
LOOPBACK = "127.0.0.1"
LONGEST_SOCKET_PATH = 100
"""Bytes; systems take between 103 and 107."""
_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)
_KILLED = (-9, 137)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the embedded model answers.

    Attributes:
        base_url: the API's root.
        uds: path of the UNIX socket, None where it listens on loopback.
    """

    base_url: str
    api_key: str
    uds: str | None


class LocalEngine:
    """The embedded model's process, as far as it is needed.

    Args:
        command: runs the process.
        patience: seconds that it may take to load the model.
    """

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = START_SECONDS) -> None:
        self._command, self._patience = command, patience
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._doubt_seconds = 0.0

    @property
    def pid(self) -> int | None:
        """The running process, also one that is just starting; None when there is none."""
        child = self._child
        return child.process.pid if child and child.process.poll() is None else None

    def address(self) -> Address:
        """Return where the model answers; starts the process when none runs. Blocking.

        Raises:
            ProviderError: when it does not start; the sentence names the remedy.
        """
        with self._lock:
            doubt, self._doubt_seconds = self._doubt_seconds, 0.0
            if self._child and self._child.survives(doubt):
                return self._child.address
            self.close()
            weights = _weights()
            self._child = _Child(self._command, weights)
            try:
                self._child.greet(self._patience)
            except BaseException:
                self.close()
                raise
            return self._child.address

    def doubt(self) -> None:
        """Take note that a connection was lost: a process that dies is not gone at once."""
        self._doubt_seconds = DOUBT_SECONDS

    def close(self) -> None:
        """End the process, also one that is just starting; a later `address` starts another."""
        if child := self._child:
            child.end()


_shared = LocalEngine()
atexit.register(_shared.close)


def shared() -> LocalEngine:
    """Return the one engine of this program."""
    return _shared


class _Child:
    """One process and its folder.

    Args:
        command: runs it.
        weights: what it serves.
    """

    def __init__(self, command: Sequence[str], weights: Path) -> None:
        self._owner = os.getpid()
        self._is_ended = False
        self.folder = _private_folder()
        self.log = self.folder / "log"
        self.log.touch(mode=0o600)
        listen = _listen(self.folder)
        self._uds = listen if listen != LOOPBACK else None
        self._job = _job(self.folder, listen, weights)
        self.address = Address("http://local/v1", self._job.api_key, self._uds)
        self.process = self._spawn(command)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        try:
            with self.log.open("ab") as log:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    bufsize=0,
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C is meant for us alone.
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise ProviderError(
                f"The embedded model's process cannot be started: {error.strerror or error}."
            ) from error

    def survives(self, seconds: float) -> bool:
        """Say whether it can still be reached after so many seconds; at once when it cannot."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return self._uds is None or Path(self._uds).exists()
        return False

    def greet(self, patience: float) -> None:
        """Tell it its job and wait until it listens.

        Raises:
            ProviderError: when it ends before, or takes too long.
        """
        assert self.process.stdin and self.process.stdout  # Both are pipes.
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        watch = threading.Timer(patience, give_up)
        watch.daemon = True
        watch.start()
        try:
            with suppress(OSError, ValueError):  # Its end is seen, and explained, below.
                self.process.stdin.write(json.dumps(asdict(self._job)).encode() + b"\n")
            line = self.process.stdout.readline()
            if not line:
                raise self._failure(late.is_set())
        finally:
            watch.cancel()
        if self._uds is None:
            url = json.loads(line)["url"]
            self.address = Address(f"{url}/v1", self._job.api_key, None)

    def _failure(self, is_late: bool) -> ProviderError:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        if self._is_ended:
            return ProviderError("The embedded model was ended while it started.")
        said = " ".join(local_model.last_lines(self.log))
        return explained(self.process.returncode, said, is_late)

    def end(self) -> None:
        """Let it end, or end it; may be called twice, and from any thread."""
        if os.getpid() != self._owner:  # A fork of ours: the process is not its child.
            return
        self._is_ended = True
        assert self.process.stdin and self.process.stdout
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def explained(code: int | None, said: str, is_late: bool = False) -> ProviderError:
    """Say why the process did not start.

    Args:
        code: its exit code, negative for a signal.
        said: the last lines of its log.
        is_late: whether it was given up.
    """
    if is_late:
        return ProviderError(
            "The embedded model took too long to load.",
            "timeout",
            "Retry when the machine is less busy.",
        )
    if code in _ILLEGAL_INSTRUCTION:
        return ProviderError(local_model.no_processor(["AVX2"]))
    if code in _KILLED:
        return ProviderError(
            "The embedded model was killed while it loaded, probably for want of memory.",
            remedy="It needs 300 MB: close something, then retry.",
        )
    if local_model.OPENMP in said:
        return ProviderError(local_model.NO_OPENMP)
    if f"No module named '{local_model.ENGINE}'" in said:
        return ProviderError(
            "The embedded model's engine is not installed.",
            remedy=f"Type: {local_model.INSTALL_ENGINE}",
        )
    return ProviderError(
        f"The embedded model did not start (exit code {code}): {said or 'it said nothing'}",
        remedy="Type lwe-tui local status to see what is wrong.",
    )


def _weights() -> Path:
    if problem := local_model.problem():
        raise ProviderError(problem)
    if weights := local_model.find():
        return weights
    raise ProviderError(
        "The embedded model's weights are not here.",
        "not_found",
        f"Type: {local_model.INSTALL_WEIGHTS}",
    )


def _job(folder: Path, listen: str, weights: Path) -> Job:
    # Threads that wait spin: with as many as there are cores, one busy neighbour costs a factor
    # of ten. Prompts are read in long steps, which suffer less.
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return Job(
        folder=str(folder),
        listen=listen,
        api_key=secrets.token_urlsafe(24),
        weights=str(weights),
        alias=MODEL,
        context=CONTEXT,
        threads=max(1, cores // 2),
        prompt_threads=cores,
    )


def _private_folder() -> Path:
    """Make a folder that only this user can open, where nobody cleans up if possible."""
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        with suppress(OSError):  # It may be another user's, after `su`.
            return Path(tempfile.mkdtemp(prefix="lwe-", dir=runtime))
    return Path(tempfile.mkdtemp(prefix="lwe-"))


def _listen(folder: Path) -> str:
    path = str(folder / "s.sock")
    if os.name == "posix" and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return LOOPBACK


def _environment() -> dict[str, str]:
    environment = {**os.environ, "GOMP_SPINCOUNT": "0"}
    root = str(Path(__file__).parents[2])
    if root not in [*site.getsitepackages(), site.getusersitepackages()]:
        # A checkout, or a folder that only this program put on its path.
        paths = [root, environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment
