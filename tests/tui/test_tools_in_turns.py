"""Tools in the app: a person approves them; what they do is seen and stored; none is waited for."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.domain import ToolCall
from lwe.events import ToolRequested
from lwe.turn.flow import NOT_AWAITED, NOT_RUN
from lwe_tui import editing
from lwe_tui.chat import decision
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.transcript import Transcript
from lwe_tui.modals import consent
from lwe_tui.modals.consent import Consent
from lwe_tui.permits import CHANGED, REFUSED
from lwe_tui.room import apart
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.sidebar.tools import ToolList
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


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "GRACE_SECONDS", 0)
    monkeypatch.setattr(consent, "GRACE_SECONDS", 0)


def unasked(made: ApiBackend) -> None:
    made.engine.config.set("tools.policy", "always")


def shown(driver: Driver) -> str:
    """Return the arguments of the decision that is wanted, empty without one."""
    found = driver.screen.chat.approvals.decision
    return found.arguments.text if found else ""


def policies(driver: Driver) -> dict[str, str]:
    found: dict[str, str] = driver.store.tool_policies(driver.screen.state.conversation_id)
    return found


async def test_calls_and_results_are_seen_and_stored(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling", before=unasked) as driver:
        driver.provider.scripts = [["I roll.", *calling(6, 0)], ["It is six."]]
        await driver.ask("roll")
        seen = driver.rows()
        for words in ("I roll.", "▸ dice(sides: 6) · ok", "▸ dice(sides: 0) · failed", "is six."):
            assert words in seen
        assert '"total": 6' not in seen
        await driver.press("alt+up", "space")
        for words in ("▾ dice(sides: 6) · ok", '"sides": 6', '"total": 6', "▾ dice(sides: 0)"):
            assert words in driver.rows()
        roles = [role for role, _, _ in driver.stored()]
        assert roles == ["user", "assistant", "assistant", "tool", "tool", "assistant"]
        assert results(driver)[0] == {"total": 6}
        await driver.press("ctrl+n", "ctrl+s", "enter")
        assert "It is six." in driver.rows()
        assert "▸ dice(sides: 6) · ok" in driver.rows()
        assert "▸ dice(sides: 0) · failed" in driver.rows()


async def test_escape_does_not_wait_for_a_tool(home: Path) -> None:
    go = offer(home)
    async with running(home, default="rolling", before=unasked) as driver:
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
    async with running(home, default="rolling", before=unasked) as driver:
        driver.provider.scripts = [calling(99)]
        await driver.write("roll")
        driver.send("enter")
        await driver.until(lambda: bool(driver.provider.asked))
        await driver.pilot.pause(0.1)
        driver.send("ctrl+q")
        await driver.pilot.pause(0.2)
    assert time.monotonic() - started < 30
    go.touch()
    async with running(home, default="rolling", before=unasked) as driver:
        assert results(driver) == [NOT_AWAITED]


async def test_a_huge_result_freezes_nothing(home: Path) -> None:
    offer(home)
    folder = home / FOLDER / "tools"
    text = TOOL.format(go="x").replace('return {"total": sides}', 'return "x" * 2_000_000')
    (folder / "dice.py").write_text(text)
    async with running(home, default="rolling", before=unasked) as driver:
        driver.provider.scripts = [calling(6)]
        await driver.ask("roll")
        assert "What the tools gave back is longer than" in driver.rows()
        assert len(str(results(driver)[0])) == 2_000_000


# A person decides


async def roll(driver: Driver, *sides: int) -> None:
    driver.provider.scripts = [calling(*sides), ["Done."]]
    await driver.ask("roll")


@pytest.mark.parametrize(
    ("key", "result", "kept"),
    [
        ("y", {"total": 6}, None),
        ("c", {"total": 6}, "conversation"),
        ("a", {"total": 6}, "always"),
        ("n", {"error": REFUSED}, None),
        ("escape", {"error": REFUSED}, None),
        ("N", {"error": REFUSED}, "never"),
    ],
)
async def test_each_key_decides(home: Path, key: str, result: object, kept: str | None) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        assert '"sides": 6' in shown(driver)
        assert not driver.screen.chat.composer.display
        await driver.press(key)
        assert results(driver) == [result]
        assert policies(driver).get("dice") == kept
        assert driver.screen.focused is driver.screen.chat.composer
        assert driver.stored()[-1][1] == "Done."
        failed = [m.tool_result for m in driver.provider.asked[-1].messages if m.tool_result]
        assert [found.failed for found in failed] == ["error" in str(result)]
        await roll(driver, 5)
        assert bool(shown(driver)) == (kept is None)
        await driver.press("n")
        assert len(results(driver)) == 2


async def test_a_decision_for_this_conversation_counts_only_there(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        await driver.press("c")
        await driver.press("ctrl+n")
        await roll(driver, 4)
        assert '"sides": 4' in shown(driver)
        await driver.press("n")


async def test_changed_arguments_reach_the_tool_and_the_model_is_told(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        await driver.press("e")
        driver.screen.chat.approvals.decision.arguments.load_text('{"sides": 20}')  # type: ignore[union-attr]
        await driver.press("escape", "y")
        told = {"note": CHANGED, "arguments": {"sides": 20}, "result": {"total": 20}}
        assert results(driver) == [told]


async def test_arguments_that_are_no_json_do_not_run(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        for text, problem in (("{sides", "are no JSON"), ("[6]", "have to be an object")):
            await driver.press("e")
            wanted = driver.screen.chat.approvals.decision
            assert wanted is not None
            wanted.arguments.load_text(text)
            await driver.press("escape", "y")
            assert problem in str(wanted.query_one(".problem").render())  # type: ignore[attr-defined]
            assert shown(driver) == text
        await driver.press("n")
        assert results(driver) == [{"error": REFUSED}]


async def test_letters_change_the_arguments_instead_of_deciding(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        await driver.press("e", "y", "n")
        assert shown(driver).startswith("yn{")
        await driver.press("backspace", "backspace", "escape", "y")
        assert results(driver) == [{"total": 6}]


async def test_no_key_decides_at_first_and_no_letter_is_lost(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    monkeypatch.setattr(decision, "GRACE_SECONDS", 1000)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        await driver.press("a", "n", "y", "escape", "enter", "N")
        assert '"sides": 6' in shown(driver)
        monkeypatch.setattr(decision, "GRACE_SECONDS", 0)
        await driver.press("x", "y")
        assert results(driver) == [{"total": 6}]
        assert driver.screen.chat.composer.text == "anyN"


async def test_what_was_written_stays_and_the_transcript_scrolls(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        driver.provider.scripts = [["\n\n".join(f"row {n}" for n in range(99)), *calling(6)]]
        driver.send(*"roll", "enter", *"next")
        await driver.settle()
        assert shown(driver)
        await driver.press("ctrl+home")
        assert "row 1" in driver.rows()
        assert "row 98" not in driver.rows()
        await driver.press("y")
        assert driver.screen.chat.composer.text == "next"
        assert driver.screen.chat.composer.display


async def test_several_calls_are_decided_one_after_another(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6, 5, 4)
        seen = []
        for key in "yny":
            seen.append(json.loads(shown(driver))["sides"])
            await driver.press(key)
        assert seen == [6, 5, 4]
        assert results(driver) == [{"total": 6}, {"error": REFUSED}, {"total": 4}]


async def test_a_conversation_that_is_not_open_waits(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        here = driver.screen.state.conversation_id
        await driver.press("ctrl+n")
        assert not shown(driver)
        assert driver.screen.chat.composer.display
        await driver.press("y")
        assert driver.screen.chat.composer.text == "y"
        assert driver.screen.query_one(ConversationList).waiting == {here}
        await driver.press("ctrl+s", "enter")
        assert '"sides": 6' in shown(driver)
        await driver.press("y")
        assert results(driver) == [{"total": 6}]
        assert driver.screen.query_one(ConversationList).waiting == frozenset()


async def test_reading_while_a_decision_waits(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        await driver.press("ctrl+l", "k")
        assert driver.screen.focused is driver.screen.chat.transcript
        await driver.press("escape")
        assert driver.screen.focused is driver.screen.chat.at_hand
        assert shown(driver)
        await driver.press("escape")
        assert results(driver) == [{"error": REFUSED}]


async def test_stopping_takes_the_decision_away(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        driver.screen.chat.stop()
        await driver.settle()
        assert not shown(driver)
        assert not driver.screen.chat.approvals.waiting
        assert driver.screen.chat.composer.display
        assert results(driver) == [NOT_RUN]
        assert driver.stored()[-1][2] == "stopped"


@pytest.mark.parametrize("quits", [True, False])
async def test_quitting_while_a_decision_waits(home: Path, quits: bool) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await roll(driver, 6)
        approvals = driver.screen.chat.approvals
        if quits:
            driver.send("ctrl+q")
            await driver.until(lambda: not approvals.waiting)
    async with running(home, default="rolling") as driver:
        assert results(driver) == [NOT_RUN]


def test_arguments_are_shown_as_they_are() -> None:
    text = decision.written({"a": "x\u202ey\x1b[1m", "b": "ä\n"})
    assert "\\u202e" in text
    assert "\\u001b" in text
    assert "ä" in text
    assert json.loads(text) == {"a": "x\u202ey\x1b[1m", "b": "ä\n"}


# The list of tools


def listed(driver: Driver) -> dict[str, tuple[str, str]]:
    found = driver.screen.query_one(ToolList)
    rows = [found.rows.row(number) for number in range(found.rows.count)]
    return {row.key: (row.text, row.right) for row in rows if row}


async def to_tool(driver: Driver, name: str) -> None:
    await driver.press("ctrl+l", "h")
    await driver.until(lambda: name in listed(driver))
    await driver.press(*["home"], *["down"] * list(listed(driver)).index(name))


async def test_enter_offers_a_tool_in_this_conversation_and_it_stays(home: Path) -> None:
    offer(home)
    async with running(home) as driver:
        await driver.ask("hello")
        await to_tool(driver, "dice")
        assert listed(driver)["dice"] == ("  dice", "ask")
        await driver.press("enter")
        assert listed(driver)["dice"][0] == "✓ dice"
        await driver.press("escape")
        await driver.ask("again")
        assert [tool.name for tool in driver.provider.asked[-1].tools] == ["dice"]
        await driver.press("alt+1")
        assert listed(driver)["dice"][0] == "✓ dice"
    async with running(home) as driver:
        assert listed(driver)["dice"][0] == "  dice"
        await driver.press("ctrl+s", "enter")
        assert listed(driver)["dice"][0] == "✓ dice"
        await to_tool(driver, "dice")
        await driver.press("enter", "escape")
        await driver.ask("more")
        assert not driver.provider.asked[-1].tools


async def test_what_is_switched_before_the_first_question_is_kept(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await to_tool(driver, "dice")
        await driver.press("enter")
        await driver.until(lambda: listed(driver)["dice"][0] == "  dice")
        await driver.press("escape")
        await driver.ask("hello")
        assert not driver.provider.asked[-1].tools
    async with running(home, default="rolling") as driver:
        await driver.until(lambda: listed(driver).get("dice", " ")[0] == "✓ dice")
        await driver.press("ctrl+s", "enter")
        await driver.until(lambda: listed(driver)["dice"][0] == "  dice")


async def test_policies_and_schema_in_the_list(home: Path) -> None:
    offer(home)
    async with running(home, default="rolling") as driver:
        await to_tool(driver, "dice")
        assert str(driver.screen.query_one("#tools .about").render()) == "Rolls."  # type: ignore[attr-defined]
        await driver.press("P")
        await driver.write("Never")
        await driver.press("enter")
        assert listed(driver)["dice"] == ("✓ dice", "never")
        await driver.press("s")
        assert '"sides"' in driver.app.screen.query_one("#reading", Transcript).entries[0].text
        await driver.press("escape", "escape")
        await roll(driver, 6)
        assert results(driver) == [{"error": REFUSED}]


async def test_the_file_of_a_tool_opens_in_the_editor(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(home)
    opened: list[Path] = []

    async def edit(_app: object, path: Path) -> None:
        opened.append(path)
        await apart(path.write_text, "nonsense(")

    monkeypatch.setattr(editing, "edit_file", edit)
    async with running(home, default="rolling") as driver:
        await to_tool(driver, "test_tool")
        await driver.press("E")
        assert "came with the program" in driver.screen.query_one(NoticeLine).text
        await to_tool(driver, "dice")
        await driver.press("E")
        assert opened == [home / FOLDER / "tools" / "dice.py"]
        assert "cannot be imported" in driver.screen.query_one(NoticeLine).text


async def test_what_is_offered_is_listed_whatever_it_is(home: Path) -> None:
    offer(home)
    (home / FOLDER / "presets" / "rolling.yaml").write_text(
        "metadata: {name: rolling, provider: scripted}\n"
        "model_customizations: {model_name: model, tools: [gone, my_probe__add, 'off__*']}\n"
    )
    servers = {"my probe": {"command": "nothing"}, "off": {"command": "nothing"}}

    def serve_nothing(made: ApiBackend) -> None:
        made.engine.config.set("mcp.servers", servers)

    async with running(home, default="rolling", before=serve_nothing) as driver:
        found = listed(driver)
        assert found["gone"] == ("✓ gone", "gone")
        assert found["my_probe__add"] == ("✓ my_probe__add", "ask")
        assert found["mcp:off"] == ("✓ off (server)", "start")
        assert found["mcp:my probe"] == ("  my probe (server)", "start")


# Servers


def serve(made: ApiBackend, *more: str) -> None:
    server = str(Path(__file__).parents[1] / "lwe" / "tools" / "mcp_server.py")
    made.engine.config.set("tools.policy", "always")
    made.engine.config.set(
        "mcp.servers", {"probe": {"command": sys.executable, "args": [server, *more]}}
    )


def offer_server(home: Path) -> None:
    (home / FOLDER / "presets").mkdir(parents=True, exist_ok=True)
    (home / FOLDER / "presets" / "rolling.yaml").write_text(
        "metadata: {name: rolling, provider: scripted}\n"
        "model_customizations: {model_name: model, tools: [mcp:probe]}\n"
    )


def asks(driver: Driver) -> bool:
    return isinstance(driver.app.screen, Consent)


async def test_a_server_starts_after_consent_which_is_remembered(home: Path) -> None:
    pytest.importorskip("mcp")
    offer_server(home)
    async with running(home, default="rolling", before=serve) as driver:
        await driver.ask("hello")
        assert asks(driver)
        assert not driver.provider.asked
        await driver.press("enter")
        assert asks(driver)
        await driver.press("y")
        assert any(t.name.startswith("probe__") for t in driver.provider.asked[-1].tools)
        await driver.ask("again")
        assert len(driver.provider.asked) == 2
    async with running(home, default="rolling", before=serve) as driver:
        await driver.ask("hello")
        assert driver.provider.asked
    async with running(home, default="rolling", before=lambda made: serve(made, "x")) as driver:
        await driver.ask("hello")
        assert asks(driver)
        await driver.press("n")


async def test_a_refused_server_brings_no_tools_and_may_be_asked_again(home: Path) -> None:
    pytest.importorskip("mcp")
    offer_server(home)
    async with running(home, default="rolling", before=serve) as driver:
        await driver.ask("hello")
        await driver.press("escape")
        assert not driver.provider.asked[-1].tools
        assert "was refused" in driver.screen.query_one(NoticeLine).text
        await driver.ask("again")
        assert len(driver.provider.asked) == 2
        await to_tool(driver, "mcp:probe")
        await driver.press("enter")
        assert asks(driver)
        await driver.press("y")
        assert "✓" in next(text for key, (text, _) in listed(driver).items() if "probe__" in key)


async def test_quitting_while_a_consent_is_asked(home: Path) -> None:
    offer_server(home)
    async with running(home, default="rolling", before=serve) as driver:
        await driver.ask("hello")
        driver.send("ctrl+q")
        await driver.pilot.pause(0.1)
    async with running(home, default="rolling", before=serve) as driver:
        assert driver.stored() == []
