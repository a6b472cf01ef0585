"""Puts names, sentences and files from outside into Markdown, so that they stay what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

HERE = "🟢"
"""Stands beside what is in use, as in the seed."""
_SPECIAL = re.compile(
    r"([\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)|^[#>+-](?=\s|>|$))"
)
"""What Markdown would read as more than a letter; an underscore inside of a word is one."""
_FENCE = re.compile(r"`{3,}")


def plain(text: object) -> str:
    """Return a text as one line of Markdown that shows exactly its words."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def fenced(text: str, language: str = "") -> str:
    """Return a text as a block of code, whatever it holds."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def as_yaml(value: Any) -> str:
    """Return a value as a block of YAML."""
    import yaml

    text = yaml.safe_dump(value, default_flow_style=False, allow_unicode=True, width=4096)
    return fenced(text.removesuffix("...\n"), "yaml")


def described(name: str, description: object = "", here: bool = False) -> str:
    """Return an item of a list: a name, what it is, and whether it is in use."""
    text = f"* **{plain(name)}**"
    if description:
        text += f": {plain(description)}"
    return f"{text} {HERE}" if here else text


def section(title: str, items: Iterable[str], empty: str) -> str:
    """Return a headed list, or a sentence when there is nothing in it."""
    return f"## {title}\n\n" + ("\n".join(items) or empty)


def matching(items: Mapping[str, str], wanted: str) -> dict[str, str]:
    """Return the names and descriptions with a text in them, whatever its case."""
    text = wanted.casefold()
    return {name: about for name, about in items.items() if text in f"{name} {about}".casefold()}
