"""Typed keys are kept in a private file and come back as environment variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lwe.config import secrets
from lwe.errors import ConfigError

NAME = "LWE_TEST_KEY"


@pytest.fixture(autouse=True)
def without_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "")
    monkeypatch.delenv(NAME)


def test_a_kept_key_is_there_now_and_later(tmp_path: Path) -> None:
    file = secrets.keep(tmp_path, NAME, " sk-1 \n")
    assert os.environ[NAME] == "sk-1"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [secrets.FILE]
    del os.environ[NAME]
    secrets.load(tmp_path)
    assert os.environ[NAME] == "sk-1"


def test_another_key_replaces_the_first_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / secrets.FILE).write_text(f"# mine\nOTHER=x\n{NAME}=old\n")
    assert secrets.keep(tmp_path, NAME, "new").read_text() == f"# mine\nOTHER=x\n{NAME}=new\n"


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.keep(tmp_path, NAME, "kept")
    monkeypatch.setenv(NAME, "set")
    secrets.load(tmp_path)
    assert os.environ[NAME] == "set"


def test_a_key_in_two_lines_stays_one_line(tmp_path: Path) -> None:
    file = secrets.keep(tmp_path, NAME, "sk-1\nOTHER=x")
    assert file.read_text().splitlines() == [f"{NAME}=sk-1OTHER=x"]


def test_no_file_is_fine(tmp_path: Path) -> None:
    secrets.load(tmp_path)
    assert NAME not in os.environ


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / secrets.FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=secrets.FILE):
        secrets.load(tmp_path)
