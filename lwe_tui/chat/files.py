"""Files that can be attached: found as they are typed, read when they are chosen."""

from __future__ import annotations

import mimetypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from lwe.domain import Attachment
from lwe.errors import LweError

MOST_FILES = 20_000
MOST_SHOWN = 50
LARGEST_TEXT, LARGEST_IMAGE = 1_000_000, 20_000_000
"""Bytes. More text than this fits into no model, and no API takes a larger image."""
GIT_SECONDS = 3.0
SKIPPED = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))
_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
"""How files of these types begin, whatever they are called."""


def listed(folder: Path) -> list[str]:
    """List the files below a folder, without those that git ignores; at most `MOST_FILES`."""
    found = _tracked(folder)
    if found is None:
        found = []
        for path in _walked(folder):
            found.append(path)
            if len(found) == MOST_FILES:
                break
    return found[:MOST_FILES]


def _tracked(folder: Path) -> list[str] | None:
    command = ["git", "-C", str(folder), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None  # No git here, or too large for it: the folders are walked instead.
    if done.returncode:
        return None
    names = os.fsdecode(done.stdout).split("\0")
    return sorted({name for name in names if name})


def _walked(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in SKIPPED
        )
        for name in sorted(names):
            if not name.startswith("."):
                yield str((Path(parent) / name).relative_to(folder))


def in_folder(fragment: str) -> list[str]:
    """List what a path that begins with `/`, `~` or `.` may become; folders end with `/`."""
    before, slash, _ = fragment.rpartition("/")
    if not slash:
        return ["~/"] if fragment == "~" else []
    try:
        entries = sorted(os.scandir(Path(before or "/").expanduser()), key=lambda e: e.name)
    except OSError:
        return []  # There is no such folder, at least not yet.
    return [f"{before}/{entry.name}{'/' if entry.is_dir() else ''}" for entry in entries]


def matching(names: Sequence[str], fragment: str) -> list[str]:
    """Return the names that have the letters of a fragment in their order, the best first."""
    if not fragment:
        return sorted(names, key=lambda name: (name.count("/"), name))[:MOST_SHOWN]
    wanted = fragment.casefold()
    scored = [(_distance(name.casefold(), wanted), name) for name in names]
    hits = sorted((score, len(name), name) for score, name in scored if score is not None)
    return [name for _, _, name in hits[:MOST_SHOWN]]


def _distance(name: str, wanted: str) -> int | None:
    """Rate a name, the lower the better; None when the letters are not in it."""
    base = name.rpartition("/")[2]
    for rate, place in enumerate((base.startswith(wanted), wanted in base, wanted in name)):
        if place:
            return rate
    at, gaps = -1, 3
    for letter in wanted:
        found = name.find(letter, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1 if at >= 0 else 0
        at = found
    return gaps


def read(path: Path, name: str = "") -> Attachment:
    """Read a file that is to go with a question.

    Args:
        path: where it is.
        name: how it is called; the path's last part otherwise.

    Raises:
        LweError: when it cannot be read, is too large, or is neither text nor an image.
    """
    name, path = name or path.name, path.expanduser()
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise LweError(f"{name} is no file that can be attached.")
        if size > LARGEST_IMAGE:
            raise LweError(f"{name} is too large to be attached: {size / 1e6:,.0f} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise LweError(f"{name} cannot be attached: {error.strerror}.") from error
    if image := _image_type(data):
        return Attachment(name, image, data)
    if b"\0" in data[:8192]:
        raise LweError(f"{name} cannot be attached: it is neither text nor a picture.")
    if size > LARGEST_TEXT:
        raise LweError(f"{name} is too large to be attached: {size / 1e6:,.1f} MB of text.")
    kind = mimetypes.guess_type(name)[0] or ""
    media_type = kind if kind.startswith("text/") else "text/plain"
    return Attachment(name, media_type, text=data.decode("utf-8", "replace"))


def _image_type(data: bytes) -> str:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _IMAGES.items() if data.startswith(start)), "")
