"""Named files in folders: the later folder wins, nothing is written outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.errors import ConfigError
from lwe.shelf import Shelf, write


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for folder in ("system", "user"):
        (tmp_path / folder / "sub").mkdir(parents=True)
    system, user = tmp_path / "system", tmp_path / "user"
    return Shelf((system, user), system, user, ".yaml")


def nested(shelf: Shelf) -> Shelf:
    return Shelf(shelf.folders, shelf.system, shelf.home, nested=True)


def test_the_later_folder_wins(shelf: Shelf) -> None:
    for folder in shelf.folders:
        (folder / "a.yaml").write_text("x")
    (shelf.system / "b.yaml").write_text("x")
    assert shelf.files() == {"a.yaml": shelf.home / "a.yaml", "b.yaml": shelf.system / "b.yaml"}
    assert not shelf.is_system(shelf.files()["a.yaml"])
    assert shelf.is_system(shelf.files()["b.yaml"])


def test_other_suffixes_hidden_files_and_sub_folders_do_not_count(shelf: Shelf) -> None:
    for name in ("a.yml", ".b.yaml", "sub/c.yaml", ".d.yaml.123"):
        (shelf.home / name).write_text("x")
    assert shelf.files() == {}
    assert list(nested(shelf).files()) == ["a.yml", "sub/c.yaml"]


def test_missing_folders_are_empty(tmp_path: Path) -> None:
    assert Shelf((tmp_path / "none",), tmp_path, tmp_path).files() == {}


def test_the_stamp_differs_after_every_change(shelf: Shelf) -> None:
    stamps = [shelf.stamp()]
    for act in (
        lambda: (shelf.home / "a.yaml").write_text("x"),
        lambda: (shelf.home / "a.yaml").write_text("longer"),
        lambda: (shelf.home / "a.yaml").unlink(),
        lambda: (shelf.system / "a.yaml").write_text("longer"),
    ):
        act()
        stamps.append(shelf.stamp())
    assert len(set(stamps)) == 4
    assert stamps[0] == stamps[3]


@pytest.mark.parametrize("name", ["../a.yaml", "/etc/a.yaml", "sub/a.yaml", "", ".."])
def test_names_that_leave_the_folder_are_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a file name"):
        shelf.place(name)


def test_new_files_go_home(shelf: Shelf) -> None:
    assert shelf.place("new.yaml") == shelf.home / "new.yaml"
    assert nested(shelf).place("sub/new.md") == shelf.home / "sub/new.md"


def test_a_written_file_is_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write(path, "one")
    path.chmod(0o600)
    write(path, "zwei ü")
    assert path.read_text("utf-8") == "zwei ü"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_what_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        write(tmp_path / "a", "text")
    with pytest.raises(ConfigError, match="cannot be written"):
        write(Path("/proc/nowhere/a"), "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
