"""What others change in files is taken up while the app runs; what is broken changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe_tui import watching
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.widgets.virtual_list import VirtualList
from tests.tui.driving import Driver, running

THEME = "primary: '#7aa2f7'\nforeground: '#ffffff'\nbackground: '#000000'\ndark: true\n"
HOW = "metadata: {{name: alpha, provider: scripted}}\nmodel_customizations: {{model_name: {}}}\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often: nobody waits in a test."""
    monkeypatch.setattr(watching, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(watching, "SHARE", 0)
    monkeypatch.setattr(watching, "QUIET_SECONDS", 0.01)


@pytest.fixture
def config(home: Path) -> Path:
    return home / ".config/llm-workflow-engine"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def notice(driver: Driver) -> str:
    return driver.screen.query_one(NoticeLine).text


async def told(driver: Driver, words: str) -> None:
    """Wait until a notice has these words in it."""
    try:
        await driver.until(lambda: words in notice(driver), 5)
    except TimeoutError:
        pytest.fail(f"{words!r} is not in {notice(driver)!r}")
    await driver.settle()


def names(driver: Driver, kind: type[PresetList] | type[TemplateList]) -> list[str]:
    rows = driver.screen.query_one(kind).query_one(VirtualList)
    return [row.text for n in range(rows.count) if (row := rows.row(n))]


async def test_the_active_preset_is_used_as_its_file_says_now(home: Path, config: Path) -> None:
    async with running(home) as driver:
        write(config / "presets/alpha.yaml", HOW.format("other"))
        await told(driver, "used as it is now")
        assert (driver.screen.state.model, driver.screen.state.changed) == ("other", False)
        await driver.ask("with it")
        assert driver.provider.asked[0].model == "other"


async def test_what_was_changed_here_stays_when_the_file_changes(home: Path, config: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "o")
        await driver.write("other")
        await driver.press("enter")
        write(config / "presets/alpha.yaml", HOW.format("model") + "# longer\n")
        write(
            config / "presets/alpha.yaml", HOW.format("model").replace("}\n", ", temperature: 1}\n")
        )
        await told(driver, "(*) stays in force")
        assert (driver.screen.state.model, driver.screen.state.changed) == ("other", True)


async def test_a_broken_edit_is_told_and_the_old_preset_goes_on(home: Path, config: Path) -> None:
    async with running(home) as driver:
        slots = [preset.name for preset in driver.screen.presets]
        write(config / "presets/beta.yaml", "metadata: {name: beta}\nmodel: [\n")
        await told(driver, "beta.yaml, line 3")
        assert [preset.name for preset in driver.screen.presets] == slots
        await driver.press("alt+2")
        assert (driver.screen.state.preset, driver.screen.state.model) == ("beta", "other")
        write(config / "presets/beta.yaml", HOW.format("model").replace("alpha", "beta"))
        await told(driver, "used as it is now")
        assert driver.screen.state.model == "model"


async def test_files_that_come_and_go_are_listed(home: Path, config: Path) -> None:
    async with running(home) as driver:
        write(config / "presets/gamma.yaml", HOW.format("model"))
        write(config / "templates/new.md", "---\ndescription: fresh\n---\nHello.\n")
        await driver.until(lambda: "gamma" in names(driver, PresetList))
        await driver.until(lambda: "new.md" in names(driver, TemplateList))
        (config / "presets/alpha.yaml").unlink()
        await told(driver, "alpha is gone")
        assert "alpha" not in names(driver, PresetList)
        assert driver.screen.state.preset == "alpha"


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("templates/bad.md", "one\n{{ two\n", "line 2"),
        ("workflows/bad.yaml", "- hosts: all\n  tasks: [\n", "line 3"),
        ("tools/bad.py", "one = 1\ndef two(:\n", "bad.py, line 2"),
        ("plugins/bad.py", "one = 1\ndef two(:\n", "bad.py, line 2"),
        ("themes/bad.yaml", "primary: '#123456'\nmood: gloomy\n", "bad.yaml, line 2"),
        ("profiles/default/config.yaml", "model:\n  default_preset: [\n", "line 3"),
        ("profiles/default/config.yaml", "tools: {max_rounds: many}\n", "tools.max_rounds"),
    ],
)
async def test_a_broken_edit_is_told_with_its_place(
    home: Path, config: Path, file: str, text: str, where: str
) -> None:
    async with running(home) as driver:
        write(config / file, text)
        await told(driver, where)


async def test_a_plugin_is_loaded_again(home: Path, config: Path) -> None:
    code = (
        "from lwe.core.plugin import Plugin\n\n\nclass Mine(Plugin):\n"
        "    NUMBER = {}\n\n    def setup(self):\n        pass\n\n"
        "    def default_config(self):\n        return {{}}\n"
    )
    write(config / "plugins/mine.py", code.format(1))
    write(config / "profiles/default/config.yaml", "plugins: {enabled: [echo, examples, mine]}\n")

    def enable(backend: object) -> None:
        backend.config.set("plugins.enabled", ["mine"])  # type: ignore[attr-defined]

    async with running(home, before=enable) as driver:
        plugins = driver.app.session.engine.plugins
        assert plugins.get("mine").NUMBER == 1
        write(config / "plugins/mine.py", code.format(2) + "\n# longer\n")
        await told(driver, "mine was loaded again")
        assert plugins.get("mine").NUMBER == 2


async def test_a_theme_is_worn_as_its_file_says_now(home: Path, config: Path) -> None:
    write(config / "themes/mine.yaml", THEME)
    async with running(home) as driver:
        driver.app.dressing.choose("mine")
        write(config / "themes/mine.yaml", THEME.replace("#000000", "#00000f"))
        await told(driver, "theme was read again")
        assert driver.app.current_theme.background == "#00000f"
        assert driver.screen.styles.background.hex == "#00000F"
        write(config / "themes/mine.yaml", "primary: [")
        await told(driver, "mine.yaml, line 1")
        assert driver.app.current_theme.background == "#00000f"
        (config / "themes/mine.yaml").unlink()
        write(config / "themes/more.yaml", THEME)
        await driver.until(lambda: "more" in driver.app.dressing.names())
        assert driver.app.theme == "mine", "until another is chosen"


async def test_the_configuration_is_taken_up_as_far_as_it_can_be(home: Path, config: Path) -> None:
    async with running(home) as driver:
        write(
            config / "profiles/default/config.yaml",
            "database: sqlite:////tmp/other.db\nmodel: {system_message: {short: Be brief.}}\n",
        )
        await told(driver, "After the next start: database")
        assert "From now on: model.system_message" in notice(driver)
        engine = driver.app.session.engine
        assert engine.states.system_message("short") == "Be brief."
        assert "other.db" not in engine.config.get("database")
        write(config / "profiles/default/config.yaml", "model: {default_preset: beta}\n")
        await told(driver, "model.default_preset")
        assert driver.screen.presets[0].name == "beta"
        assert engine.states.system_message("short") == "short"


async def test_the_mouse_follows_the_configuration(home: Path, config: Path) -> None:
    async with running(home) as driver:
        assert driver.app.mouse.mode == "on"
        write(config / "profiles/default/config.yaml", "tui: {mouse: off}\n")
        await driver.until(lambda: driver.app.mouse.mode == "off")
        write(config / "profiles/default/config.yaml", "tui: {mouse: scroll}\n")
        await driver.until(lambda: driver.app.mouse.mode == "scroll")


async def test_a_kind_that_somebody_else_cares_for_is_handed_on(home: Path, config: Path) -> None:
    seen: list[Path] = []

    async def take(paths: object) -> tuple[()]:
        seen.extend(paths)  # type: ignore[call-overload]
        return ()

    async with running(home) as driver:
        driver.screen.refreshing.takers["keymap"] = take
        write(config / "keymap.yaml", "main.search: f7\n")
        await driver.until(lambda: seen == [config / "keymap.yaml"])


async def test_nobody_looks_any_more_at_the_end(home: Path) -> None:
    async with running(home) as driver:
        watcher = driver.screen.refreshing._watcher
        assert watcher is not None
    assert watcher._stopped.is_set()
