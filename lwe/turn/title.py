"""Asks a model for a conversation's title, and makes a title of what it answers; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lwe.domain import Message, ModelRequest

SYSTEM = "You write titles of three to five words. You answer with the title alone."
EXCERPT = 1500
LONGEST = 80
MAX_TOKENS = 200
"""Room for a title after what a reasoning model thinks; it also ends a model that rambles."""
PATIENCE = 30.0
"""Seconds of silence that a title is worth."""
_THOUGHTS = re.compile(r"<think>.*?(</think>|\Z)", re.S)
_NOT_FOR_TITLES = ("tools", "tool_choice", "max_tokens", "responses")


def request_for(
    question: str, customizations: Mapping[str, Any], parameters: frozenset[str]
) -> ModelRequest:
    """Build the request for a title.

    Args:
        question: the first thing the user said.
        customizations: the conversation's own parameters.
        parameters: the names that the provider takes.
    """
    kept = {key: value for key, value in customizations.items() if key not in _NOT_FOR_TITLES}
    if isinstance(more := kept.get("model_kwargs"), Mapping):
        kept["model_kwargs"] = {k: v for k, v in more.items() if k != "response_format"}
    timeout = kept.get("request_timeout")
    bounds = {
        "max_tokens": MAX_TOKENS,
        "request_timeout": min(PATIENCE, timeout) if isinstance(timeout, int | float) else PATIENCE,
        "max_retries": 0,
    }
    kept |= {name: value for name, value in bounds.items() if name in parameters}
    text = f"Write a title for this content:\n\n{question[:EXCERPT]}"
    return ModelRequest((Message("system", SYSTEM), Message("user", text)), kept, stream=False)


def clean(answer: str) -> str:
    """Make one short line of an answer; empty when nothing usable was said."""
    said = _THOUGHTS.sub("", answer)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not lines:
        return ""
    printable = "".join(c if c.isprintable() else " " for c in lines[0])
    line = " ".join(printable.split()).removeprefix("Title:")
    line = line.lstrip("\"'*#“` ").rstrip("\"'*”`. ")
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
