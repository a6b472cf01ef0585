"""Well-known endpoints that speak chat completions, each a line of data.

A conversation is stored with the provider's full name, for example `provider_groq`. The seed
does not know that name; it falls back to its default there, as for every provider it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = "provider_"


@dataclass(frozen=True, slots=True)
class Place:
    """One endpoint.

    Attributes:
        label: what people call it.
        key: the environment variable that holds the API key; empty where none is needed.
    """

    name: str
    label: str
    base_url: str
    key: str = ""

    @property
    def needs_key(self) -> bool:
        """Whether it answers nobody without a key."""
        return bool(self.key)


@cache
def places() -> Mapping[str, Place]:
    """Return the endpoints by their providers' full names."""
    import yaml

    text = (Path(__file__).parent / "catalogue.yaml").read_text("utf-8")
    table: dict[str, dict[str, str]] = yaml.safe_load(text)
    return {f"{PREFIX}{name}": Place(f"{PREFIX}{name}", **row) for name, row in table.items()}
