"""Keeps what only a programmer can use of a fault in a file; the user gets a sentence."""

from __future__ import annotations

import traceback
from datetime import datetime

from lwe_tui.places import cache_folder


def report(error: BaseException) -> str:
    """Write a traceback, without the values of variables, and return a sentence for the user."""
    path = cache_folder() / "faults.log"
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
