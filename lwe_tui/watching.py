"""Notices files that others change, by looking at their times and sizes now and then.

Looking needs no package and works over a network and in a container, where the system's own
notices do not; a thousand files cost a few milliseconds.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE_SECONDS = 1.5
SHARE = 150
"""Looking that took a while is followed by a pause of so many whiles at least."""
QUIET_SECONDS = 0.1
"""An editor writes a file in several steps: a change counts when so long nothing follows it."""
PATIENCE = 20
"""How often that is waited for; whoever writes all the time is not waited for any longer."""
MOST_FILES = 5_000
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or a file that is looked at; it need not be there.

    Attributes:
        suffixes: what names in the folder end with; nothing takes every file.
        nested: whether sub-folders count.
    """

    path: Path
    suffixes: tuple[str, ...] = ()
    nested: bool = False


Seen = dict[str, tuple[int, int]]
Changes = Mapping[str, frozenset[Path]]
"""Files that were added, changed or removed, by what they are for."""


class Watch:
    """Remembers what was there; `changes` tells what is different.

    Args:
        places: what to look at, by what it is for.
    """

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._places = {kind: tuple(of_kind) for kind, of_kind in places.items()}
        self._seen = self._look()

    def _look(self) -> dict[str, Seen]:
        return {kind: _seen(places) for kind, places in self._places.items()}

    def changes(self) -> dict[str, frozenset[Path]]:
        """Return what has changed since the last call."""
        before, self._seen = self._seen, self._look()
        found = {}
        for kind, now in self._seen.items():
            if now != before[kind]:
                different = now.items() ^ before[kind].items()
                found[kind] = frozenset(Path(path) for path, _ in different)
        return found


class Watcher:
    """Looks at files in a thread of its own until it is stopped.

    Args:
        watch: what it looks at.
        tell: called in that thread when something has changed and is quiet again.
    """

    def __init__(self, watch: Watch, tell: Callable[[Changes], object]) -> None:
        self._watch, self._tell = watch, tell
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the thread, soon; does not wait for it."""
        self._stopped.set()

    def run(self) -> None:
        """Look again and again; belongs into a thread."""
        pause = PAUSE_SECONDS
        while not self._stopped.wait(pause):
            began = time.thread_time()
            found = self._watch.changes()
            pause = max(PAUSE_SECONDS, SHARE * (time.thread_time() - began))
            if found:
                self._tell(self._settled(found))

    def _settled(self, found: Changes) -> Changes:
        """Wait until nothing follows the changes, and return them with what did."""
        for _ in range(PATIENCE):
            if self._stopped.wait(QUIET_SECONDS):
                return found
            more = self._watch.changes()
            if not more:
                return found
            kinds = found.keys() | more.keys()
            nothing: frozenset[Path] = frozenset()
            found = {kind: found.get(kind, nothing) | more.get(kind, nothing) for kind in kinds}
        return found


def _seen(places: Sequence[Place]) -> Seen:
    seen: Seen = {}
    for place in places:
        for path, stat in _files(place):
            seen[path] = stat.st_mtime_ns, stat.st_size
            if len(seen) >= MOST_FILES:
                return seen
    return seen


def _files(place: Place) -> Iterator[tuple[str, os.stat_result]]:
    try:
        if place.path.is_dir():
            yield from _inside(str(place.path), place, DEEPEST if place.nested else 0)
        else:
            yield str(place.path), place.path.stat()
    except OSError:
        return  # It is not there, or not any more; when it comes, that is a change.


def _inside(folder: str, place: Place, deeper: int) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        # The files of swaps and of versions, and what Python compiles, are nobody's edits.
        shown = [e for e in entries if not e.name.startswith((".", "__pycache__"))]
    for entry in shown:
        try:
            if entry.is_dir(follow_symlinks=False):
                if deeper:
                    yield from _inside(entry.path, place, deeper - 1)
            elif not place.suffixes or entry.name.endswith(place.suffixes):
                yield entry.path, entry.stat()
        except OSError:
            continue  # It went while it was looked at.
