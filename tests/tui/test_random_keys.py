"""Keys that nobody meant, at every size: nothing crashes."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from lwe_tui import keys
from lwe_tui.app import LweApp
from lwe_tui.main.screen import MainScreen
from tests.tui.driving import running

SIZES = ((120, 40), (80, 24), (60, 20), (40, 12), (20, 5))
COUNT = int(os.environ.get("LWE_RANDOM_KEYS", "400"))
"""Keys at each size: 2,000 in all."""
OTHERS = [
    *"abcxyz[]{}/\\'\"",
    *("up", "down", "left", "right", "home", "end", "tab", "shift+tab", "space", "delete"),
    *("backspace", "enter", "enter", "escape", "ctrl+c", "ctrl+z", "ctrl+y", "ctrl+a", "ctrl+k"),
    *("ctrl+w", "ctrl+u", "alt+up", "alt+down", "shift+up", "shift+down", "f6", "f7", "f12", "é"),
]
OURS = [key for known in (*keys.APP, *keys.MAIN, *keys.SLOT_KEYS) for key in known.keys.split(",")]


@pytest.mark.parametrize("size", SIZES)
async def test_random_keys_crash_nothing(
    size: tuple[int, int], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stay(self: LweApp) -> None:
        """Quit nothing: the keys go on."""

    monkeypatch.setattr(LweApp, "action_quit", stay)
    monkeypatch.setattr("lwe_tui.discovery.OPENAI_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("lwe.providers.local_model.problem", lambda: "Not here.")
    faults: list[BaseException] = []
    monkeypatch.setattr(MainScreen, "on_task_failed", lambda _self, e: faults.append(e.error))
    dice = random.Random(f"{size}")
    pressed: list[str] = []
    async with running(home, size=size) as driver:
        driver.provider.scripts = [["**some** words\n\n```py\nx\n```\n"] for _ in range(COUNT)]
        for _ in range(COUNT // 20):
            batch = [key for key in dice.choices(OURS + OTHERS, k=20) if key]
            pressed += batch
            driver.send(*batch)
            await driver.pilot.pause()
            if dice.random() < 0.1:
                width, height = dice.choice(SIZES)
                await driver.pilot.resize_terminal(width, height)
        assert driver.app._exception is None, pressed
        assert faults == [], pressed
