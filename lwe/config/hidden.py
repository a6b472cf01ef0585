"""Hides what must not stand where others may read it: keys, passwords, tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "(hidden)"
_SECRET = re.compile(
    r"(?:key|secret|passw(?:or)?d|passphrase|token|authorization|credentials?|cookie)s?$"
    r"|(?<!max_submission_)tokens$",
    re.I,
)
_ALL_SECRET = ("env", "headers")
"""What an MCP server is started or called with: nobody knows which of it is a key."""
_VALUE_IN_URL = re.compile(r"((?<=[?&])[^=&\s]+=)[^&\s]+")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")


def without_secrets(value: Any, key: str = "") -> Any:
    """Hide what must not stand on a screen that others see."""
    if isinstance(value, Mapping):
        hidden = key in _ALL_SECRET
        return {
            name: HIDDEN if hidden else without_secrets(inner, str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner, key) for inner in value]
    if not isinstance(value, str):
        return value
    if value and _SECRET.search(key):
        return HIDDEN
    return _VALUE_IN_URL.sub(r"\1***", _PASSWORD_IN_URL.sub(r"\1:***@", value))
