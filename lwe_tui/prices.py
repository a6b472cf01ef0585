"""What answers cost, where the user has said what tokens cost; nothing is known otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lwe.domain import Origin
from lwe.errors import LweError

if TYPE_CHECKING:
    from lwe.engine import Engine

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens."""

    input: float = 0.0
    output: float = 0.0

    def of(self, input_tokens: int | None, output_tokens: int | None) -> float | None:
        """Return what tokens cost; None when nobody counted them."""
        if input_tokens is None or output_tokens is None:
            return None
        return (input_tokens * self.input + output_tokens * self.output) / MILLION


def prices(engine: Engine, origins: Iterable[Origin]) -> dict[Origin, Prices]:
    """Return the prices of those that have some: the preset's `prices`, else the model's.

    Args:
        engine: the library; so this is only called inside the room.
    """
    found = {}
    for origin in set(origins):
        made = _prices(_in_preset(engine, origin.preset)) or _prices(_in_config(engine, origin))
        if made:
            found[origin] = made
    return found


def _in_preset(engine: Engine, name: str) -> object:
    try:
        return engine.presets.get(name).metadata.get("prices") if name else None
    except LweError:
        return None  # The preset may have been deleted since.


def _in_config(engine: Engine, origin: Origin) -> object:
    known = engine.config.get("prices")
    # The names of models have dots in them, so they are no path into the configuration.
    return known.get(origin.model) if isinstance(known, Mapping) else None


def _prices(given: object) -> Prices | None:
    if not isinstance(given, Mapping):
        return None
    try:
        return Prices(float(given.get("input", 0)), float(given.get("output", 0)))
    except (TypeError, ValueError):
        return None  # Something else stands there; no cost is better than a wrong one.


def written(dollars: float) -> str:
    """Write an amount with as many digits as say something."""
    return f"${dollars:.2f}" if dollars >= 1 else f"${dollars:.4f}"
