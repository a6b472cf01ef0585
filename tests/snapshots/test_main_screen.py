"""How the main screen looks: empty, streaming, finished, failed; at two sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from lwe.errors import ProviderError
from lwe_tui.app import LweApp
from lwe_tui.session import Session
from tests.tui.driving import Driver, Piece, Scripted, backend

SIZES = ((120, 36), (80, 24))
ANSWER = """\
Every value has **one owner**; when the owner goes out of scope, the value is *dropped*.

1. Moving transfers ownership.
2. Borrowing lends it: `&T` or `&mut T`.

```rust
fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() > b.len() { a } else { b }
}
```

| kind | syntax | how many |
|------|:------:|---------:|
| shared | `&T` | any |
| exclusive | `&mut T` | 1 |
"""

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop what blinks, counts or tells the time."""
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(TextArea, "cursor_blink", False)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    noon = datetime(2026, 3, 4, 12, 0)
    monkeypatch.setattr("lwe_tui.chat.live.clock", lambda _when: f"{noon:%H:%M}")
    monkeypatch.setattr("lwe_tui.chat.live.footer", lambda *_: "0.4 s to first · 84 tok/s")
    monkeypatch.setattr("lwe_tui.render.rows.age", lambda *_: "now")
    monkeypatch.setattr("lwe_tui.chat.notice.INFO_SECONDS", 600.0)


async def nothing(_driver: Driver) -> None:
    """Leave the screen as it starts."""


async def asking(driver: Driver) -> None:
    """Ask, and wait until no more comes."""
    await driver.ask("How does ownership work?")
    await driver.until(lambda: len(driver.screen.chat.transcript.entries) >= 1)
    await driver.settle()
    await driver.pilot.pause(0.1)


def compared(
    snap_compare: Compare,
    home: Path,
    size: tuple[int, int],
    script: list[Piece],
    act: Callable[[Driver], Awaitable[None]],
) -> bool:
    provider = Scripted()
    provider.scripts = [script]
    app = LweApp(Session(backend=backend(home, provider)))
    app.theme = "lwe-dark"

    async def before(pilot: Pilot[Any]) -> None:
        driver = Driver(app, pilot, provider)
        await driver.settle()
        await act(driver)

    return snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_empty(snap_compare: Compare, home: Path, size: tuple[int, int]) -> None:
    assert compared(snap_compare, home, size, [], nothing)


@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_streaming(snap_compare: Compare, home: Path, size: tuple[int, int]) -> None:
    half = ANSWER[: len(ANSWER) // 2]
    assert compared(snap_compare, home, size, [half, asyncio.Event()], asking)


@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_finished(snap_compare: Compare, home: Path, size: tuple[int, int]) -> None:
    assert compared(snap_compare, home, size, [ANSWER], asking)


@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_failed(snap_compare: Compare, home: Path, size: tuple[int, int]) -> None:
    refused = ProviderError("https://api.example.org answered 401: wrong key.", "auth", "Check it.")
    assert compared(snap_compare, home, size, [refused], asking)
