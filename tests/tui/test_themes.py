"""Every shipped theme can be read by human eyes, and a broken theme file costs only itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from lwe_tui import theme_files, themes
from tests.tui.driving import running

READABLE = 4.5
"""The least contrast of text: WCAG 2.2, success criterion 1.4.3, level AA."""
TEXT = ("foreground", "primary", "secondary", "accent", "warning", "error")
GROUNDS = ("background", "surface", "panel")
FAINTEST = 0.6
"""The least opacity of foreground that a style sheet uses; looked for below."""

GOOD = "primary: '#7aa2f7'\nforeground: '#ffffff'\nbackground: '#000000'\ndark: true\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the shipped folder, which is always read."""
    made = tmp_path / "themes"
    made.mkdir()
    monkeypatch.setattr(themes, "themes_folder", lambda: made)
    return made


def shipped() -> list[Theme]:
    return themes.load().themes


def luminance(color: Color) -> float:
    """WCAG 2.2, relative luminance."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(text: Color, ground: Color) -> float:
    """WCAG 2.2, contrast ratio; what shines through is mixed first."""
    light, dark = sorted((luminance(ground + text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def variables(theme: Theme) -> dict[str, Color]:
    """Return the colours that a style sheet sees."""
    found = {}
    for name, value in theme.to_color_system().generate().items():
        if value.startswith("#"):
            found[name] = Color.parse(value)
    return found


def test_there_is_something_for_every_eye() -> None:
    made = with_colours()
    assert len(made) >= 8
    assert sum(theme.dark for theme in made) >= 3
    assert sum(not theme.dark for theme in made) >= 3
    assert {"lwe-colourblind", "lwe-contrast", "lwe-terminal"} <= {t.name for t in shipped()}
    assert themes.DEFAULT in {theme.name for theme in shipped()}


def with_colours() -> list[Theme]:
    """Return the themes that have colours of their own; the terminal's are its owner's choice."""
    return [theme for theme in shipped() if not theme.ansi]


@pytest.mark.parametrize("theme", with_colours(), ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    faint = {
        f"{text} on {ground}": round(contrast(colors[text], colors[ground]), 2)
        for text in TEXT
        for ground in GROUNDS
        if contrast(colors[text], colors[ground]) < READABLE
    }
    assert faint == {}


@pytest.mark.parametrize("theme", with_colours(), ids=lambda theme: theme.name)
def test_quiet_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    quiet = colors["foreground"].with_alpha(FAINTEST)
    assert {g for g in GROUNDS if contrast(quiet, colors[g]) < READABLE} == set()


@pytest.mark.parametrize("theme", with_colours(), ids=lambda theme: theme.name)
def test_the_row_under_the_cursor_can_be_read(theme: Theme) -> None:
    colors = variables(theme)
    cursor = colors["block-cursor-background"]
    assert contrast(colors["block-cursor-foreground"], cursor) >= READABLE
    for ground in ("background", "surface"):  # Where lists stand.
        without_focus = colors[ground] + colors["foreground"].with_alpha(0.08)
        for name in ("foreground", "primary", "secondary", "accent"):
            assert contrast(colors[name], without_focus) >= READABLE, f"{name} on {ground}"


@pytest.mark.parametrize("theme", with_colours(), ids=lambda theme: theme.name)
def test_selected_text_in_an_input_can_be_read(theme: Theme) -> None:
    colors = variables(theme)
    assert contrast(colors["foreground"], colors["input-selection-background"]) >= READABLE


def test_no_style_sheet_is_fainter_than_what_is_tested() -> None:
    package = Path(themes.__file__).parent
    sheets = [*package.rglob("*.tcss"), *(package / "widgets").glob("*.py")]
    used = [
        int(percent)
        for sheet in sheets
        for percent in re.findall(r"(?<![-\w])color: \$foreground (\d+)%", sheet.read_text("utf-8"))
    ]
    assert used
    assert min(used) >= FAINTEST * 100


def test_no_style_sheet_names_a_colour() -> None:
    package = Path(themes.__file__).parent
    sheets = [*package.rglob("*.tcss"), *(package / "widgets").glob("*.py")]
    literal = re.compile(r"(?:color|background|border[a-z-]*):[^;\n]*(?:#[0-9a-fA-F]{3}|rgb|hsl)")
    assert [s.name for s in sheets if literal.search(s.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "broken",
    [
        "primary: '#7aa2f7'\nmood: gloomy\n",
        "primary: 'no colour'\n",
        "primary: [\n",
        "just words\n",
        "",
        "- a\n- list\n",
        "primary: 7\n",
        "primary: '#7aa2f7'\nname: other\n",
    ],
)
def test_a_broken_file_is_reported_and_costs_only_itself(folder: Path, broken: str) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    (folder / "bad.yaml").write_text(broken, "utf-8")
    look = themes.load()
    assert [theme.name for theme in look.themes] == ["good"]
    assert len(look.problems) == 1
    assert "bad.yaml" in look.problems[0]
    assert themes.load().problems == look.problems, "from the cache too"


@pytest.mark.parametrize(
    ("broken", "line", "field"),
    [
        ("# mine\nprimary: '#7aa2f7'\nmood: gloomy\n", 3, "'mood'"),
        ("primary: '#7aa2f7'\naccent: no colour\n", 2, "'accent'"),
        ("dark: true\nprimary: #7aa2f7\n", 2, "'primary'"),
        ("primary: '#7aa2f7'\ndark: 'yes'\n", 2, "'dark'"),
        ("primary: '#7aa2f7'\ntext_alpha: much\n", 2, "'text_alpha'"),
        ("primary: '#7aa2f7'\nvariables:\n  block-cursor-background: nothing\n", 3, "block-cursor"),
        ("primary: '#7aa2f7'\nvariables:\n  link-style: loud\n", 3, "link-style"),
        ("primary: '#7aa2f7'\nvariables:\n  link-style: 7\n", 3, "link-style"),
        ("primary: '#7aa2f7'\n- a\n", 2, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_field(
    folder: Path, broken: str, line: int, field: str
) -> None:
    (folder / "bad.yaml").write_text(broken, "utf-8")
    (problem,) = themes.load().problems
    assert f"bad.yaml, line {line} " in problem
    assert field in problem


def test_a_theme_of_the_user_stands_beside_the_shipped_and_wins(
    folder: Path, tmp_path: Path
) -> None:
    everybody, profile = tmp_path / "everybody", tmp_path / "profile"
    for place, names in ((folder, "abc"), (everybody, "bcd"), (profile, "ce")):
        place.mkdir(exist_ok=True)
        for name in names:
            (place / f"{name}.yaml").touch()
    for place, colour in ((folder, "#000001"), (everybody, "#000002"), (profile, "#000003")):
        for path in place.iterdir():
            path.write_text(GOOD.replace("#7aa2f7", colour), "utf-8")
    look = themes.load([everybody, profile])
    assert {theme.name: theme.primary[-1] for theme in look.themes} == {
        **{"a": "1", "b": "2", "c": "3"},
        **{"d": "2", "e": "3"},
    }


def test_a_broken_theme_of_the_user_leaves_the_shipped_one(folder: Path, tmp_path: Path) -> None:
    (folder / "a.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "a.yaml").write_text("primary: [", "utf-8")
    look = themes.load([tmp_path])
    assert ([theme.name for theme in look.themes], len(look.problems)) == (["a"], 1)


def test_a_file_that_cannot_be_read_as_text_is_reported(folder: Path) -> None:
    (folder / "bad.yaml").write_bytes(b"\xff\xfe\x00primary")
    assert len(themes.load().problems) == 1


def test_a_chosen_theme_is_remembered(folder: Path) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    assert themes.load().chosen == ""
    themes.remember("good")
    assert themes.load().chosen == "good"


def test_a_theme_of_textual_can_be_remembered(folder: Path) -> None:
    themes.remember("textual-dark")
    assert themes.load().chosen == "textual-dark"


def test_a_chosen_theme_that_is_gone_is_forgotten(folder: Path) -> None:
    themes.remember("gone")
    assert themes.load().chosen == ""


def test_a_start_without_changes_reads_no_yaml(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    themes.load()
    monkeypatch.setattr(theme_files, "read", lambda paths: pytest.fail("read again"))
    assert [theme.name for theme in themes.load().themes] == ["good"]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    path = folder / "good.yaml"
    path.write_text(GOOD, "utf-8")
    themes.load()
    path.write_text(GOOD.replace("#7aa2f7", "#ff0000"), "utf-8")
    assert themes.load().themes[0].primary == "#ff0000"


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", '{"stamp": 1}', '{"chosen": []}'],
)
def test_a_broken_cache_is_no_cache(folder: Path, content: str) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    cache = Path.home() / ".cache" / "lwe-tui" / "look.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(content, "utf-8")
    assert [theme.name for theme in themes.load().themes] == ["good"]


@pytest.mark.parametrize(
    "damage",
    [
        {"fields": {"good": {"gone": 1}}},
        {"fields": 1},
        {"fields": {"good": 2}},
        {"problems": None},
    ],
)
def test_a_cache_that_does_not_fit_is_no_cache(folder: Path, damage: dict[str, object]) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    themes.load()
    cache = Path.home() / ".cache" / "lwe-tui" / "look.json"
    cache.write_text(json.dumps({**json.loads(cache.read_text("utf-8")), **damage}), "utf-8")
    assert [theme.name for theme in themes.load().themes] == ["good"]


def test_a_home_that_takes_nothing_is_no_trouble(folder: Path, home: Path) -> None:
    (home / ".cache").write_text("a file where the folder should be", "utf-8")
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    themes.remember("good")
    look = themes.load()
    assert (look.problems, look.chosen) == ([], "")
    assert [theme.name for theme in look.themes] == ["good"]


# In the app


async def test_a_theme_is_tried_by_moving_and_escape_goes_back(home: Path) -> None:
    async with running(home) as driver:
        await driver.press("ctrl+l", "L", "down")
        await driver.until(lambda: driver.app.theme != themes.DEFAULT)
        tried = driver.app.theme
        await driver.press("down", "escape")
        assert driver.app.theme == themes.DEFAULT
        assert themes.load().chosen == ""
        await driver.press("ctrl+l", "L", "down", "enter")
        assert (driver.app.theme, themes.load().chosen) == (tried, tried)


async def test_a_theme_of_the_profile_is_in_the_palette(home: Path) -> None:
    folder = home / ".config/llm-workflow-engine/profiles/default/themes"
    folder.mkdir(parents=True)
    (folder / "sunny.yaml").write_text(GOOD, "utf-8")
    async with running(home) as driver:
        await driver.press("ctrl+p")
        await driver.write("theme: sunny")
        await driver.press("enter")
        assert driver.app.theme == "sunny"


async def test_without_colours_only_the_text_tells(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(home) as driver:
        await driver.press("f2", "down")
        strips = driver.app.screen._compositor.render_strips()
        styles = [s.style for strip in strips for s in strip if s.style]
        shown = [f for f in driver.app._filters if type(f).__name__ == "NoColor"]
        assert (driver.app.theme, len(shown)) == (themes.FEW_COLOURS, 1)
        assert {"bold underline", "bold reverse"} <= {
            " ".join(n for n in ("bold", "underline", "reverse") if getattr(style, n))
            for style in styles
        }


async def test_an_empty_variable_takes_no_colour_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with running(home) as driver:
        assert (driver.app.theme, driver.app.no_color) == (themes.DEFAULT, False)


async def test_sixteen_colours_are_the_terminals_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "standard")
    async with running(home) as driver:
        assert driver.app.theme == themes.FEW_COLOURS
