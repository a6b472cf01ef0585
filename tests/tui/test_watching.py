"""What others change in files is noticed once, and cheaply."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lwe_tui import watching
from lwe_tui.watching import Changes, Place, Watch, Watcher


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    write(tmp_path / "presets/old.yaml")
    write(tmp_path / "templates/deep/er/old.md")
    write(tmp_path / "config.yaml")
    return Watch(
        {
            "presets": [Place(tmp_path / "presets", (".yaml",)), Place(tmp_path / "not-there")],
            "templates": [Place(tmp_path / "templates", nested=True)],
            "config": [Place(tmp_path / "config.yaml")],
        }
    )


def test_nothing_is_no_change(watch: Watch) -> None:
    assert watch.changes() == {}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("presets/new.yaml", "presets"),
        ("presets/old.yaml", "presets"),
        ("templates/deep/er/old.md", "templates"),
        ("templates/new/new.md", "templates"),
        ("config.yaml", "config"),
        ("not-there/first", "presets"),
    ],
)
def test_a_change_is_told_once_with_its_file(
    watch: Watch, tmp_path: Path, path: str, kind: str
) -> None:
    changed = write(tmp_path / path, "longer")
    assert watch.changes() == {kind: {changed}}
    assert watch.changes() == {}


def test_a_file_that_goes_is_a_change(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").unlink()
    assert watch.changes() == {"config": {tmp_path / "config.yaml"}}


def test_the_same_size_at_another_time_is_a_change(watch: Watch, tmp_path: Path) -> None:
    os.utime(tmp_path / "config.yaml", ns=(1, 1))
    assert watch.changes().keys() == {"config"}


@pytest.mark.parametrize("name", [".old.yaml.swp", "notes.txt", "__pycache__/x.yaml", "sub/x.yaml"])
def test_what_nobody_means_is_no_change(watch: Watch, tmp_path: Path, name: str) -> None:
    write(tmp_path / "presets" / name)
    assert watch.changes() == {}


def test_a_folder_without_end_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_FILES", 3)
    for number in range(9):
        write(tmp_path / f"{number}.md")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert Watch({"templates": [Place(tmp_path, nested=True)]}).changes() == {}


class Scripted(Watch):
    """Finds what a test says, then stops the watcher."""

    def __init__(self, found: list[dict[str, frozenset[Path]]]) -> None:
        super().__init__({})
        self.found, self.stop = found, lambda: None

    stop: Callable[[], None]

    def changes(self) -> dict[str, frozenset[Path]]:
        if not self.found:
            self.stop()
            return {}
        return self.found.pop(0)


def test_what_follows_at_once_is_the_same_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(watching, "SHARE", 0)
    monkeypatch.setattr(watching, "QUIET_SECONDS", 0)
    one, two = frozenset([Path("one")]), frozenset([Path("two")])
    watch = Scripted([{}, {"a": one}, {"a": two, "b": one}, {}, {"c": two}])
    told: list[Changes] = []
    watcher = Watcher(watch, told.append)
    watch.stop = watcher.stop
    watcher.run()
    assert told == [{"a": one | two, "b": one}, {"c": two}]
