"""Values are shown on stdout or kept in a file, which nobody else can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe import debug


def test_values_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    debug.console({"b": 1, "a": 2}, "x")
    assert capsys.readouterr().out == "{'a': 2, 'b': 1}\n'x'\n"


def test_values_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "debug.log"
    monkeypatch.setattr(debug, "LOG_FILE", str(path))
    assert not path.exists()
    debug.file([1], 2)
    debug.pf.pprint("three")
    assert path.read_text() == "[1]\n2\n'three'\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_to_another_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    monkeypatch.setattr(debug, "LOG_FILE", str(tmp_path / "link"))
    with pytest.raises(OSError):
        debug.file(1)
    assert (tmp_path / "other").read_text() == "mine"
