"""Tools in the app: what they do is seen and stored; Escape and ctrl+q do not wait for them."""

from __future__ import annotations

import time
from pathlib import Path

from lwe.domain import ToolCall
from lwe.events import ToolRequested
from lwe.turn.flow import NOT_AWAITED, NOT_RUN
from tests.tui.driving import Driver, running

FOLDER = Path(".config") / "llm-workflow-engine"
TOOL = '''
import time
from pathlib import Path

from lwe.core.tool import Tool


class Dice(Tool):
    def __call__(self, sides: int) -> dict:
        """Rolls."""
        if sides == 0:
            raise ValueError("no sides")
        while sides == 99 and not Path({go!r}).exists():
            time.sleep(0.01)
        return {{"total": sides}}
'''


def offer(home: Path) -> Path:
    """Write the tool and a preset with it; returns the file that ends its long run."""
    go = home / "go"
    (home / FOLDER / "tools").mkdir(parents=True)
    (home / FOLDER / "tools" / "dice.py").write_text(TOOL.format(go=str(go)))
    (home / FOLDER / "presets").mkdir(parents=True, exist_ok=True)
    (home / FOLDER / "presets" / "rolling.yaml").write_text(
        "metadata: {name: rolling, provider: scripted}\n"
        "model_customizations: {model_name: model, tools: [dice]}\n"
    )
    return go


def calling(*sides: int) -> list[ToolRequested]:
    return [ToolRequested(ToolCall("dice", {"sides": n}, f"c{n}")) for n in sides]


def results(driver: Driver) -> list[object]:
    user = driver.screen.state.user
    assert user is not None
    messages = driver.store.messages(driver.store.conversations(user.id, 1, 0)[0].id)
    return [m.tool_result.value for m in messages if m.tool_result]


async def test_calls_and_results_are_seen_and_stored(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [["I roll.", *calling(6, 0)], ["It is six."]]
        await driver.ask("roll")
        seen = driver.rows()
        for words in ("I roll.", "Calls dice", '"sides": 6', '"total": 6', "no sides", "is six."):
            assert words in seen
        roles = [role for role, _, _ in driver.stored()]
        assert roles == ["user", "assistant", "assistant", "tool", "tool", "assistant"]
        assert results(driver)[0] == {"total": 6}
        await driver.press("ctrl+n", "ctrl+s", "enter")
        assert "It is six." in driver.rows()
        assert "Tool dice" in driver.rows()


async def test_escape_does_not_wait_for_a_tool(home: Path) -> None:
    go = offer(home)
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [calling(99, 6)]
        await driver.write("roll")
        driver.send("enter")
        await driver.until(lambda: bool(driver.provider.asked))
        await driver.pilot.pause(0.1)
        driver.send("escape")
        await driver.settle()
        go.touch()
        assert results(driver) == [NOT_AWAITED, NOT_RUN]
        assert driver.stored()[-1][2] == "stopped"
        await driver.ask("next")
        assert driver.provider.asked[-1].messages[-1].text == "next"
        assert driver.stored()[-1][1] == "An answer."


async def test_quitting_does_not_wait_for_a_tool(home: Path) -> None:
    go = offer(home)
    started = time.monotonic()
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [calling(99)]
        await driver.write("roll")
        driver.send("enter")
        await driver.until(lambda: bool(driver.provider.asked))
        await driver.pilot.pause(0.1)
        driver.send("ctrl+q")
        await driver.pilot.pause(0.2)
    assert time.monotonic() - started < 30
    go.touch()
    async with running(home, default="rolling") as driver:
        assert results(driver) == [NOT_AWAITED]


async def test_a_huge_result_freezes_nothing(home: Path) -> None:
    offer(home)
    folder = home / FOLDER / "tools"
    text = TOOL.format(go="x").replace('return {"total": sides}', 'return "x" * 2_000_000')
    (folder / "dice.py").write_text(text)
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [calling(6)]
        await driver.ask("roll")
        assert "What the tools gave back is longer than" in driver.rows()
        assert len(str(results(driver)[0])) == 2_000_000
