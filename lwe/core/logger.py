"""The seed's import path of `Logger`."""

from __future__ import annotations

import logging
from typing import Any


class Logger:
    """Gives the logger of a name, below the library's own, which writes where `debug.log` says."""

    def __new__(cls, name: str, config: Any = None) -> logging.Logger:  # type: ignore[misc]
        """Return the logger; the configuration is that of the library."""
        return logging.getLogger(f"lwe.{name}")
