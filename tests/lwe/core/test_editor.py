"""The editor is the one that the user chose, and a text comes back as it was left."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

import pytest

from lwe.core import editor
from lwe.errors import ConfigError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LWE_EDITOR", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def types(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a line of shell the editor; the file is its first argument."""
    monkeypatch.setenv("EDITOR", f"/bin/sh -c {shlex.quote(script)} editor")


def test_the_first_of_three_variables_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = []
    for name in ("EDITOR", "VISUAL", "LWE_EDITOR"):
        monkeypatch.setenv(name, f"{name.lower()} --wait")
        chosen.append(editor.discover_editor()[0])
    assert chosen == ["editor", "visual", "lwe_editor"]
    assert editor.get_environment_editor("x") == "lwe_editor --wait"


def test_an_empty_variable_chooses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWE_EDITOR", "")
    monkeypatch.setenv("EDITOR", " ")
    assert editor.get_environment_editor("nano") == "nano"


@pytest.mark.parametrize(
    ("system", "default"), [("Linux", "vi"), ("Darwin", "vim"), ("Windows", "notepad")]
)
def test_each_platform_has_a_default(
    monkeypatch: pytest.MonkeyPatch, system: str, default: str
) -> None:
    monkeypatch.setattr(editor, "SYSTEM", system)
    assert editor.discover_editor() == [default]


def test_the_command_is_split_like_a_shell_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vim -c 'set noswapfile'")
    assert editor.discover_editor() == ["vim", "-c", "set noswapfile"]


def test_quotes_that_do_not_match_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "vim 'x")
    with pytest.raises(RuntimeError, match=r"Invalid editor command format .* Correct"):
        editor.discover_editor()


def test_a_file_is_edited_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    types('echo two >> "$1"', monkeypatch)
    file = tmp_path / "with space.txt"
    file.write_text("one\n")
    editor.file_editor(str(file))
    assert file.read_text() == "one\ntwo\n"


def test_a_text_is_edited_and_nothing_is_left(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    types('echo "${1##*.}" >> "$1"', monkeypatch)
    assert editor.pipe_editor("é\n", suffix="md") == "é\nmd\n"
    assert editor.pipe_editor(input_data="").startswith("/")
    assert list(temporary.iterdir()) == []


def test_an_editor_that_is_not_there_is_a_sentence(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere/vim")
    with pytest.raises(ConfigError, match=r"'/nowhere/vim' cannot be started: .* Set EDITOR"):
        editor.pipe_editor("x")
    assert list(temporary.iterdir()) == []


def test_an_editor_that_replaces_the_file_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    types('echo new > "$1.new"; mv "$1.new" "$1"', monkeypatch)
    assert editor.pipe_editor("old") == "new\n"
