"""Keeps what only a programmer can use of a fault in a file, and what happened in the memory."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lwe_tui.places import cache_folder

REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was told in this session."""

    when: datetime
    level: str
    source: str
    text: str


class Memory(logging.Handler):
    """Remembers the last notices, and what the program logs while it is listened to."""

    def __init__(self) -> None:
        super().__init__()
        self.happenings: deque[Happening] = deque(maxlen=REMEMBERED)

    def note(self, level: str, source: str, text: str) -> None:
        """Remember something."""
        self.happenings.append(Happening(datetime.now(), level, source, text))

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and (error := record.exc_info[1]):
            text = f"{text}: {error!r}"
        self.note(record.levelname.lower(), record.name, text)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Remember what the program logs meanwhile."""
        log = logging.getLogger("lwe")
        log.addHandler(self)
        try:
            yield
        finally:
            log.removeHandler(self)


def log_file() -> Path:
    """Return the file that `report` writes."""
    return cache_folder() / "faults.log"


def report(error: BaseException) -> str:
    """Write a traceback, without the values of variables, and return a sentence for the user."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now().isoformat(timespec='seconds')}\n")
            file.writelines(traceback.format_exception(error))
        where = f"What happened is written to {path}."
    except OSError as problem:
        where = f"What happened could not be written to {path}: {problem}."
    return (
        f"lwe-tui ended because of a fault of its own ({type(error).__name__}). "
        f"What was said is stored; start it again. {where}"
    )
