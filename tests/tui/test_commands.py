"""Slash commands from the composer: completed, run, shown, and put back when they fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe_tui import editing, keys
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.reading import Reading
from lwe_tui.chat.suggestions import Suggestions
from lwe_tui.commands import as_line, as_words
from lwe_tui.modals.confirm import Confirm
from lwe_tui.modals.form import Form
from lwe_tui.modals.help import PROSE, Help
from lwe_tui.modals.key_tester import KeyTester
from lwe_tui.modals.palette import Palette
from lwe_tui.modals.working import Working
from tests.tui.driving import Driver, running

PLUGIN = """
from lwe.core.plugin import Plugin

class Loud(Plugin):
    def default_config(self):
        return {}

    def setup(self):
        pass

    def get_shell_completions(self, _base):
        return {}

    def command_shout(self, arg):
        "Say it louder."
        return True, arg, f"Heard: {arg.upper()}!"
"""


async def give(driver: Driver, line: str) -> None:
    """Type a command and run it, whatever is suggested meanwhile."""
    driver.screen.chat.composer.put(line)
    await driver.settle()
    if driver.screen.query_one(Suggestions).is_open:
        await driver.press("escape")
    await driver.press("enter")


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


def written(driver: Driver) -> str:
    return driver.screen.chat.composer.text


def suggested(driver: Driver) -> list[str]:
    shown = driver.screen.query_one(Suggestions)
    return [row.text for n in range(shown.count) if (row := shown.row(n))]


def read(driver: Driver) -> str:
    """Return the text that is shown to be read."""
    assert isinstance(driver.app.screen, Reading)
    return driver.app.screen._entry.text


# Typing


async def test_a_command_completes_as_it_is_typed(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("/pre")
        await driver.settle()
        assert suggested(driver)[:2] == ["/preset", "/presets"]
        await driver.press("enter")
        assert written(driver) == "/preset " and "load" in suggested(driver)
        await driver.write("load be")
        await driver.settle()
        assert suggested(driver) == ["beta"]
        await driver.press("enter", "enter")
        assert driver.screen.state.preset == "beta" and written(driver) == ""
        assert driver.provider.asked == []


async def test_enter_runs_a_command_that_may_end_there(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("/mod")
        await driver.press("tab")
        assert suggested(driver)[:2] == ["", "model_name"]
        await driver.press("enter")
        assert "model_name: model" in read(driver)


async def test_what_fails_is_written_again_with_the_reason(home: Path) -> None:
    async with running(home) as driver:
        for line, reason in (("/swich 1", "/switch"), ("/preset load gone", "gone")):
            await give(driver, line)
            assert written(driver) == line and reason in notice(driver)
            driver.screen.chat.composer.put("")


async def test_a_question_typed_after_a_command_is_asked_as_it_says(home: Path) -> None:
    async with running(home) as driver:
        await driver.write("/preset load beta")
        await driver.settle()
        driver.send("enter", *"hello", "enter")
        await driver.settle()
        assert driver.provider.asked[0].customizations["model_name"] == "other"


async def test_what_was_given_can_be_called_back(home: Path) -> None:
    async with running(home) as driver:
        await give(driver, "/system-message Be kind.")
        assert driver.screen.state.system_message == "Be kind."
        await driver.press("up")
        assert written(driver) == "/system-message Be kind."


# What comes of it


async def test_short_words_are_a_notice_and_long_ones_are_read(home: Path) -> None:
    async with running(home) as driver:
        await give(driver, "/max-submission-tokens 500")
        assert notice(driver) == "Max submission tokens: 500"
        assert driver.screen.state.max_submission_tokens == 500
        await give(driver, "/presets")
        assert "alpha" in read(driver) and "beta" in read(driver)
        await driver.press("escape")
        assert driver.app.screen is driver.screen


async def test_a_title_is_shown_at_once(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("hello")
        await give(driver, "/title Words & [more]")
        assert driver.screen.state.title == "Words & [more]"
        await give(driver, "/title")
        assert notice(driver) == "Title: Words & [more]"


async def test_conversations_are_begun_opened_and_deleted(home: Path) -> None:
    async with running(home) as driver:
        await driver.ask("first")
        first = driver.screen.state.conversation_id
        await give(driver, "/new")
        assert driver.screen.state.conversation_id is None
        await give(driver, "/switch 1")
        assert driver.screen.state.conversation_id == first and "first" in driver.rows()
        await give(driver, "/delete")
        assert isinstance(driver.app.screen, Confirm)
        await driver.press("n")
        assert driver.screen.state.conversation_id == first
        await give(driver, "/delete")
        await driver.press("y")
        assert driver.screen.state.conversation_id is None
        assert driver.stored() == [] and "first" not in driver.rows()


async def test_a_template_is_filled_in_and_asked(home: Path) -> None:
    folder = home / ".config/llm-workflow-engine/profiles/default/templates"
    folder.mkdir(parents=True)
    (folder / "about.md").write_text("About {{ thing }}.", "utf-8")
    async with running(home) as driver:
        await give(driver, "/template prompt-run about.md")
        assert isinstance(driver.app.screen, Form)
        await driver.write("cats")
        await driver.press("enter")
        assert driver.provider.asked[0].messages[-1].text == "About cats."


async def test_a_question_is_written_in_place(home: Path) -> None:
    async with running(home) as driver:
        await give(driver, "/read once")
        assert written(driver) == "once" and "alt+enter" in notice(driver)
        await driver.press("enter")
        assert driver.provider.asked[0].messages[-1].text == "once"


async def test_files_and_texts_are_edited(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    async def edit_file(_app: object, path: Path) -> None:
        seen.append(path)
        path.write_text("metadata: [")  # noqa: ASYNC240 - small

    async def edit_text(_app: object, _text: str, _suffix: str = "md") -> str:
        return "from the editor"

    monkeypatch.setattr(editing, "edit_file", edit_file)
    monkeypatch.setattr(editing, "edit_text", edit_text)
    async with running(home) as driver:
        await give(driver, "/editor")
        assert driver.provider.asked[0].messages[-1].text == "from the editor"
        await give(driver, "/preset edit alpha")
        assert seen[0].name == "alpha.yaml"
        assert "alpha" in notice(driver) and written(driver) == "/preset edit alpha"


async def test_another_configuration_leaves_the_conversation_open(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def edit_file(_app: object, path: Path) -> None:
        path.write_text("model: {default_preset: beta}\n")  # noqa: ASYNC240 - small

    monkeypatch.setattr(editing, "edit_file", edit_file)
    async with running(home) as driver:
        await driver.ask("hello")
        here, engine = driver.screen.state.conversation_id, driver.app.session.engine
        await give(driver, "/config edit")
        assert notice(driver) == "The configuration was read again."
        assert driver.app.session.engine is not engine
        assert driver.screen.state.conversation_id == here and "hello" in driver.rows()


async def test_whole_answers_and_pieces(home: Path) -> None:
    async with running(home) as driver:
        await give(driver, "/stream")
        assert "whole" in notice(driver) and not driver.app.session.turns.stream
        await give(driver, "/stream")
        assert driver.app.session.turns.stream


async def test_work_that_is_left_does_not_hold_the_screen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    release = threading.Event()
    async with running(home) as driver:
        providers = driver.app.session.engine.providers
        monkeypatch.setattr(providers, "reload", lambda _name: release.wait(30))
        driver.screen.chat.composer.put("/plugin reload provider_scripted")
        await driver.press("escape")
        driver.send("enter")
        await driver.until(lambda: isinstance(driver.app.screen, Working))
        driver.send("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        release.set()
        await driver.settle()
        assert "nobody waits" in notice(driver)


async def test_a_workflow_that_cannot_run_says_why(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / ".config/llm-workflow-engine/profiles/default/workflows"
    folder.mkdir(parents=True)
    (folder / "play.yaml").write_text("- hosts: localhost\n  tasks: []\n", "utf-8")

    async with running(home) as driver:
        from lwe.errors import WorkflowError
        from lwe.workflows.runner import Run

        def lines(_run: Run):  # type: ignore[no-untyped-def]
            yield "PLAY [localhost]"
            raise WorkflowError("The workflow play failed.")

        monkeypatch.setattr(Run, "lines", lines)
        await give(driver, "/workflow run play a=1")
        assert read(driver) == "PLAY [localhost]"
        await driver.press("escape")
        assert written(driver) == "/workflow run play a=1"
        assert notice(driver) == "The workflow play failed."


async def test_what_is_said_goes_into_the_log(home: Path, tmp_path: Path) -> None:
    async with running(home) as driver:
        await give(driver, f"/log {tmp_path}/chat.log")
        await driver.ask("hello there")
        here = driver.screen.state.conversation_id
        said = (tmp_path / "chat.log").read_text("utf-8")
        assert "USER:\n\nhello there" in said and "ASSISTANT:\n\nAn answer." in said
        assert f"## context {here}" in said


async def test_a_plugin_brings_its_command(home: Path) -> None:
    folder = home / ".config/llm-workflow-engine/profiles/default/plugins"
    folder.mkdir(parents=True)
    (folder / "loud.py").write_text(PLUGIN, "utf-8")

    def enable(made: object) -> None:
        made.config.set("plugins.enabled", ["loud"])  # type: ignore[attr-defined]
        made.engine.plugins.begin()  # type: ignore[attr-defined]

    async with running(home, before=enable) as driver:
        await give(driver, "/shout hey")
        assert notice(driver) == "Heard: HEY!"


# What only the screen has


async def test_keys_have_commands_too(home: Path) -> None:
    async with running(home) as driver:
        await give(driver, "/keys")
        assert isinstance(driver.app.screen, KeyTester)
        await driver.press("escape", "escape")
        before = driver.app.theme
        await give(driver, "/theme textual-light")
        assert driver.app.theme == "textual-light" != before
        await give(driver, "/theme nothing")
        assert written(driver) == "/theme nothing"
        driver.screen.chat.composer.put("")
        await give(driver, "/help save-preset")
        assert "ctrl+l P" in read(driver)


async def test_the_palette_runs_commands_and_writes_those_that_need_more(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+p")
        assert isinstance(driver.app.screen, Palette)
        await driver.write("/max-submission")
        await driver.press("enter")
        assert notice(driver).startswith("Max submission tokens")
        await driver.press("ctrl+p")
        await driver.write("/preset load")
        await driver.press("enter")
        assert written(driver) == "/preset load "
        await driver.press("ctrl+p")
        await driver.write("/system-message")
        await driver.press("enter", "escape")
        assert written(driver) == "/preset load "


async def test_the_palette_has_presets_and_themes(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+p")
        await driver.write("preset: beta")
        await driver.press("enter")
        assert driver.screen.state.preset == "beta"


# Help and the leader


async def test_help_begins_with_what_has_the_focus(home: Path) -> None:
    async with running(home) as driver:
        for go, scope in (("escape", "Composer"), ("f2", "Presets"), ("f3", "Templates")):
            await driver.press(go, "f1")
            assert isinstance(driver.app.screen, Help)
            titles = [str(s.content).strip() for s in driver.app.screen.query(".scope")]
            assert titles[0] in (scope, "Lists") and scope in titles[:2]
            assert set(titles) == set(keys.SCOPES)
            await driver.press("escape")


def test_every_scope_has_a_paragraph() -> None:
    assert [scope for scope in keys.SCOPES if not PROSE.get(scope)] == []


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 12)])
async def test_the_leader_lists_everything_on_pages(home: Path, size: tuple[int, int]) -> None:
    async with running(home, size=size) as driver:
        from lwe_tui.main.leader import LeaderStrip

        strip = driver.screen.query_one(LeaderStrip)
        await driver.press("ctrl+l")
        seen, pages = "", 0
        while pages < 30:
            shown = str(strip.content)
            assert strip.size.height >= shown.count("\n") + 1 and strip.size.height < size[1] * 0.7
            assert max(map(len, shown.splitlines())) <= strip.size.width
            if f"\n{shown}" in seen:
                break
            seen, pages = f"{seen}\n{shown}", pages + 1
            await driver.press("pagedown")
        shown_words = seen.replace("…", "")
        for key in keys.after_leader().values():
            if key not in (*keys.SLOT_KEYS, *keys.SEND_KEYS):
                assert key.label[:18] in shown_words
        assert strip.is_open
        await driver.press("question_mark")
        assert isinstance(driver.app.screen, Help)


# Words


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("The preset a\\_b is in use.", "The preset a_b is in use."),
        ("* Title: \\*x\\*", "Title: *x*"),
        ("**name** `code`", "name code"),
        ("## Presets\n\n* one", ""),
        ("x" * 200, ""),
    ],
)
def test_what_fits_into_a_line(markdown: str, line: str) -> None:
    assert as_line(markdown) == line


def test_fences_and_headings_are_left_out_of_small_screens() -> None:
    assert as_words("## Template x\n\n```jinja\nHi # {{ y }}\n```") == "Template x\n\nHi # {{ y }}"
