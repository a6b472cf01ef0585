"""Tells whether the process that began something is still there."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import lru_cache
from pathlib import Path

SEPARATOR = "|"


def this_process() -> str:
    """Return what identifies this process: machine, id and start time."""
    return _described(os.getpid())


@lru_cache(maxsize=8)
def _described(pid: int) -> str:
    return SEPARATOR.join((_machine(), str(pid), start_time(pid)))


def is_alive(owner: str) -> bool | None:
    """Say whether a process is still there; None when it ran where nothing can be seen.

    Args:
        owner: what `this_process` returned there.
    """
    machine, _, rest = owner.partition(SEPARATOR)
    pid, _, started = rest.partition(SEPARATOR)
    here = _machine()
    if _has_restarted(machine, here):
        return False
    if machine != here or not pid.isdigit():
        return None
    if platform.system() == "Windows" and int(pid) != os.getpid():
        return None  # Nothing in the standard library tells when another process began.
    now = start_time(int(pid))
    return bool(now) and now == started


def _has_restarted(machine: str, here: str) -> bool:
    then, now = machine.split(","), here.split(",")
    return len(then) == len(now) and bool(now[1]) and then[:2] == now[:2] and then[2] != now[2]


@lru_cache(maxsize=1)
def _machine() -> str:
    """Name the machine, its last start, and the process namespace: pids are its own."""
    return ",".join(
        (
            platform.node().replace(",", " ").replace(SEPARATOR, " "),
            _read("/etc/machine-id"),
            _read("/proc/sys/kernel/random/boot_id"),
            _namespace(),
        )
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""  # not Linux: the name has to do


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def start_time(pid: int) -> str:
    """Return when a process started, in the system's own terms; empty when it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name of the program may hold anything but ends at the last parenthesis.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    if platform.system() == "Windows":
        return "unknown"
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
