"""Prints what the harness measured beside what the app may cost.

    python ratios.py RESULTS

A ratio is ours to the floor's in the same run; machines differ, ratios much less.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

FLOOR, OURS = "floor", "lwe-tui"


class Measure(NamedTuple):
    """One line: where the number is, and how large the ratio, or the number itself, may be."""

    label: str
    scenario: str
    case: str
    metric: str
    ratio: float | None = None
    limit: float | None = None


MEASURES = (
    Measure("start: ready, ms", "coldstart", "start", "ready_ms", ratio=1.15),
    Measure("start: a typed word is visible, ms", "coldstart", "start", "echo_ms", ratio=1.15),
    Measure("start: CPU, s", "coldstart", "start", "cpu_s", ratio=1.15),
    Measure("memory when settled, MB", "coldstart", "start", "settled_pss_mb", ratio=1.25),
    Measure("idle CPU, %", "coldstart", "start", "idle_cpu_pct", ratio=1.0),
    Measure("first token on the screen, ms", "stream", "ttft", "ttft_ms", limit=50),
    Measure("stream 500 tokens, CPU s", "stream", "md-500t-0r", "cpu_s"),
    Measure("stream 2,000 tokens, CPU s", "stream", "md-2000t-0r", "cpu_s", ratio=0.12),
    Measure("stream 8,000 tokens, CPU s", "stream", "md-8000t-0r", "cpu_s", ratio=0.04),
    Measure("growth of CPU with length", "stream", "md-growth", "cpu_exponent", limit=1.05),
    Measure("key echo at 100 tok/s, p50 ms", "stream", "echo-100r", "echo_p50_ms"),
    Measure("key echo at 100 tok/s, p99 ms", "stream", "echo-100r", "echo_p99_ms", ratio=0.4),
    Measure("key echo at 1,000 tok/s, p99 ms", "stream", "echo-fast", "echo_p99_ms"),
    Measure("open 10 messages, ms", "history", "10msgs", "open_ms"),
    Measure("open 2,000 messages, ms", "history", "2000msgs", "open_ms"),
    Measure("open 2,000 messages, CPU s", "history", "2000msgs", "cpu_s"),
    Measure("open 2,000 messages, peak MB", "history", "2000msgs", "peak_mb", limit=90),
    Measure("resize with 2,000 messages, ms", "history", "2000msgs", "resize_ms"),
    Measure("list of 100, ms", "convlist", "100rows", "list_ms"),
    Measure("list of 10,000, ms", "convlist", "10000rows", "list_ms"),
    Measure("list of 10,000, five wheel notches, CPU ms", "convlist", "10000rows", "scroll_cpu_ms"),
    Measure("list of 10,000, search, ms", "convlist", "10000rows", "search_ms"),
)
GROWTHS = (
    ("2,000 messages to 10", "history", "2000msgs", "10msgs", "open_ms", 1.2),
    ("10,000 rows to 100", "convlist", "10000rows", "100rows", "list_ms", 1.2),
)
"""Ours to ours: the longer may cost so much more than the shorter."""


def read(folder: Path) -> dict[str, Any]:
    """Return what every scenario left."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


def number(
    results: dict[str, Any], who: str, scenario: str, case: str, metric: str
) -> float | None:
    """Return a median, or None when it was not measured."""
    found = results.get(scenario, {}).get(who, {}).get(case, {}).get(metric)
    return found.get("median") if isinstance(found, dict) else found


def why_not(results: dict[str, Any], who: str, scenario: str, case: str) -> str:
    """Return why there is no number, in a few words."""
    failed = results.get(scenario, {}).get(who, {}).get(case, {}).get("failed", "")
    return failed.split("\n")[0][:40] if failed else "–"


def row(results: dict[str, Any], measure: Measure) -> list[str] | None:
    """Return the cells of a line, or None when the scenario was not run."""
    if measure.scenario not in results:
        return None
    where = (measure.scenario, measure.case)
    floor = number(results, FLOOR, *where, measure.metric)
    ours = number(results, OURS, *where, measure.metric)
    cells = [
        f"{value:.3g}" if value is not None else why_not(results, who, *where)
        for who, value in ((FLOOR, floor), (OURS, ours))
    ]
    ratio = ours / floor if ours is not None and floor else None
    return [
        measure.label,
        *cells,
        f"{ratio:.2f}×" if ratio is not None else "",
        *verdict(measure, ours, ratio),
    ]


def verdict(measure: Measure, ours: float | None, ratio: float | None) -> list[str]:
    """Return the budget and whether it is kept."""
    if measure.ratio is not None:
        return [f"≤ {measure.ratio:g}×", kept(ratio, measure.ratio)]
    if measure.limit is not None:
        return [f"≤ {measure.limit:g}", kept(ours, measure.limit)]
    return ["", ""]


def kept(value: float | None, budget: float) -> str:
    """Say in a word whether a budget is kept."""
    if value is None:
        return ""
    return "ok" if value <= budget else "OVER"


def growth_row(results: dict[str, Any], growth: tuple[str, str, str, str, str, float]) -> list[str]:
    """Return the cells of a line that compares us with ourselves."""
    label, scenario, long, short, metric, budget = growth
    cells = [label]
    ratios = []
    for who in (FLOOR, OURS):
        longer = number(results, who, scenario, long, metric)
        shorter = number(results, who, scenario, short, metric)
        ratios.append(longer / shorter if longer is not None and shorter else None)
        cells.append(f"{ratios[-1]:.2f}×" if ratios[-1] is not None else "–")
    return [*cells, "", f"≤ {budget:g}×", kept(ratios[-1], budget)]


def table(results: dict[str, Any]) -> str:
    """Return everything as a Markdown table."""
    lines = [["", FLOOR, OURS, "ratio", "budget", ""], ["---", "--:", "--:", "--:", "--:", "---"]]
    lines += [cells for measure in MEASURES if (cells := row(results, measure))]
    lines += [growth_row(results, growth) for growth in GROWTHS if growth[1] in results]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if column in (0, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        + " |"
        for cells in lines
    )


if __name__ == "__main__":
    sys.stdout.write(table(read(Path(sys.argv[1]))) + "\n")
