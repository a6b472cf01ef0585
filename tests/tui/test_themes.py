"""Every shipped theme can be read by human eyes, and a broken theme file costs only itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from lwe_tui import themes

READABLE = 4.5
"""The least contrast of text: WCAG 2.2, success criterion 1.4.3, level AA."""
TEXT = ("foreground", "primary", "secondary", "accent", "warning", "error")
GROUNDS = ("background", "surface", "panel")
FAINTEST = 0.6
"""The least opacity of foreground that a style sheet uses; looked for below."""

GOOD = "primary: '#7aa2f7'\nforeground: '#ffffff'\nbackground: '#000000'\ndark: true\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "themes"
    made.mkdir()
    return made


def shipped() -> list[Theme]:
    return themes.load(Path(__file__).parents[2] / "themes").themes


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


def test_there_is_a_dark_and_a_light_theme() -> None:
    assert {theme.dark for theme in shipped()} == {True, False}
    assert themes.DEFAULT in {theme.name for theme in shipped()}


@pytest.mark.parametrize("theme", shipped(), ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    faint = {
        f"{text} on {ground}": round(contrast(colors[text], colors[ground]), 2)
        for text in TEXT
        for ground in GROUNDS
        if contrast(colors[text], colors[ground]) < READABLE
    }
    assert faint == {}


@pytest.mark.parametrize("theme", shipped(), ids=lambda theme: theme.name)
def test_quiet_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    quiet = colors["foreground"].with_alpha(FAINTEST)
    assert {g for g in GROUNDS if contrast(quiet, colors[g]) < READABLE} == set()


@pytest.mark.parametrize("theme", shipped(), ids=lambda theme: theme.name)
def test_the_row_under_the_cursor_can_be_read(theme: Theme) -> None:
    colors = variables(theme)
    cursor = colors["block-cursor-background"]
    assert contrast(colors["block-cursor-foreground"], cursor) >= READABLE
    for ground in ("background", "surface"):  # Where lists stand.
        without_focus = colors[ground] + colors["foreground"].with_alpha(0.08)
        for name in ("foreground", "primary", "secondary", "accent"):
            assert contrast(colors[name], without_focus) >= READABLE, f"{name} on {ground}"


@pytest.mark.parametrize("theme", shipped(), ids=lambda theme: theme.name)
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
    look = themes.load(folder)
    assert [theme.name for theme in look.themes] == ["good"]
    assert len(look.problems) == 1
    assert "bad.yaml" in look.problems[0]
    assert themes.load(folder).problems == look.problems, "from the cache too"


def test_a_file_that_cannot_be_read_as_text_is_reported(folder: Path) -> None:
    (folder / "bad.yaml").write_bytes(b"\xff\xfe\x00primary")
    assert len(themes.load(folder).problems) == 1


def test_a_chosen_theme_is_remembered(folder: Path) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    assert themes.load(folder).chosen == themes.DEFAULT
    themes.remember("good")
    assert themes.load(folder).chosen == "good"


def test_a_theme_of_textual_can_be_remembered(folder: Path) -> None:
    themes.remember("textual-dark")
    assert themes.load(folder).chosen == "textual-dark"


def test_a_chosen_theme_that_is_gone_is_forgotten(folder: Path) -> None:
    themes.remember("gone")
    assert themes.load(folder).chosen == themes.DEFAULT


def test_a_start_without_changes_reads_no_yaml(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    themes.load(folder)
    monkeypatch.setattr(themes, "_read_files", lambda paths: pytest.fail("read again"))
    assert [theme.name for theme in themes.load(folder).themes] == ["good"]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    path = folder / "good.yaml"
    path.write_text(GOOD, "utf-8")
    themes.load(folder)
    path.write_text(GOOD.replace("#7aa2f7", "#ff0000"), "utf-8")
    assert themes.load(folder).themes[0].primary == "#ff0000"


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", '{"stamp": 1}', '{"chosen": []}'],
)
def test_a_broken_cache_is_no_cache(folder: Path, content: str) -> None:
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    cache = Path.home() / ".cache" / "lwe-tui" / "look.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(content, "utf-8")
    assert [theme.name for theme in themes.load(folder).themes] == ["good"]


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
    themes.load(folder)
    cache = Path.home() / ".cache" / "lwe-tui" / "look.json"
    cache.write_text(json.dumps({**json.loads(cache.read_text("utf-8")), **damage}), "utf-8")
    assert [theme.name for theme in themes.load(folder).themes] == ["good"]


def test_a_home_that_takes_nothing_is_no_trouble(folder: Path, home: Path) -> None:
    (home / ".cache").write_text("a file where the folder should be", "utf-8")
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    themes.remember("good")
    look = themes.load(folder)
    assert (look.problems, look.chosen) == ([], themes.DEFAULT)
    assert [theme.name for theme in look.themes] == ["good"]
