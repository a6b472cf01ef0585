"""The table of OpenAI's models that comes with the library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def openai_models() -> Mapping[str, int]:
    """Return the known models and how many tokens may be submitted to each."""
    import yaml

    text = (Path(__file__).parent / "models.yaml").read_text("utf-8")
    table: dict[int, str] = yaml.safe_load(text)
    return {name: limit for limit, names in table.items() for name in names.split()}
