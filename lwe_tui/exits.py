"""The exit codes of `lwe-tui`, the same whichever door was taken."""

from __future__ import annotations

OK = 0
FAILED = 1
USAGE = 2
CONFIGURATION = 3
INTERRUPTED = 130
