"""Finds keys among a preset's parameters: they are used when they are there, and never written."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

_SECRET = re.compile(
    r"(?:^|[_-])(?:apikey|(?<!cache_)key|secret|token|passw(?:or)?d|passphrase|authorization"
    r"|credentials?)$",
    re.I,
)
_NO_SECRETS = frozenset(
    [
        "-",
        "x",
        "none",
        "null",
        "empty",
        "dummy",
        "no-key",
        "not-needed",
        "sk-no-key-required",
        "ollama",
        "lm-studio",
    ]
)
"""What stands for a key where a server wants none; without it OpenAI's would be sent there."""
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def without_secrets(
    parameters: Mapping[str, Any], private: Collection[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters that may be written, and the names of those that may not.

    Args:
        parameters: what a preset holds for its provider.
        private: names that the provider itself calls private.
    """
    kept: dict[str, Any] = {}
    left: list[str] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            kept[name], inner = without_secrets(value)
            left += [f"{name}.{each}" for each in inner]
        elif _is_secret(str(name), value, private):
            left.append(str(name))
        else:
            kept[name] = value
    return kept, left


def advice(names: Sequence[str]) -> str:
    """Say that parameters were not written, and where they belong; empty without any."""
    if not names:
        return ""
    were = "was" if len(names) == 1 else "were"
    return (
        f"{', '.join(names)} {were} not written, because others may read a preset. Keep a key in "
        "keys.env of the profile or in an environment variable, and name it in api_key_env_var."
    )


def exposed(path: str, parameters: Mapping[str, Any], private: Collection[str] = ()) -> str:
    """Say that a preset's file shows a key to others; empty when it does not.

    Args:
        path: the file; empty for a preset without one.
        parameters: what it holds for its provider.
        private: names that the provider itself calls private.
    """
    names = without_secrets(parameters, private)[1]
    if not names or not path or not _others_may_read(Path(path)):
        return ""
    return (
        f"Others on this machine can read {', '.join(names)} in {path}. Move a key to keys.env of "
        f"the profile and name it in api_key_env_var, or protect the file: chmod 600 {path}"
    )


def _is_secret(name: str, value: Any, private: Collection[str]) -> bool:
    if not isinstance(value, str) or value.strip().lower() in {"", *_NO_SECRETS}:
        return False
    # An organization says who somebody is and opens nothing.
    named = name in private and not name.endswith("organization")
    return named or bool(_SECRET.search(name))


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:  # It is gone, and so is what others could read.
        return False
