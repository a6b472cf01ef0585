"""A user's file is imported as it is, once, whole or not at all."""

from __future__ import annotations

import pickle
import sys
import threading
import typing
from pathlib import Path
from typing import Any

import pytest

from lwe.plugin.load import class_name, load, module_name

MODELS = """
from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

class Inner(BaseModel):
    n: int

class Outer(BaseModel):
    inner: Inner

@dataclass
class Pair:
    left: Inner
    right: Inner | None = None
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "odd.py"


def test_annotations_that_are_text_models_and_pickles_work(file: Path) -> None:
    file.write_text(MODELS)
    module: Any = load(file)
    assert module.Outer.model_validate({"inner": {"n": 1}}).inner == module.Inner(n=1)
    assert typing.get_type_hints(module.Pair)["left"] is module.Inner
    pair = module.Pair(module.Inner(n=1))
    assert pickle.loads(pickle.dumps(pair)) == pair


def test_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    found = []
    for folder in ("one", "two"):
        path = tmp_path / folder / "json.py"
        path.parent.mkdir()
        path.write_text(f"where = {folder!r}")
        found.append(load(path))
    assert [module.where for module in found] == ["one", "two"]
    assert [sys.modules[module.__name__] for module in found] == found
    assert "json" not in [module.__name__ for module in found]
    assert sys.modules["json"].__name__ == "json"


def test_a_file_is_run_once_until_it_changes_or_is_wanted_again(file: Path) -> None:
    file.write_text("class Odd: pass")
    first = load(file)
    assert load(file) is first
    assert load(file, again=True) is not first
    file.write_text("class Even: pass")
    assert not hasattr(load(file), "Odd")
    assert [path.name for path in file.parent.iterdir()] == ["odd.py"]


@pytest.mark.parametrize("source", ["x = 1\nraise SystemExit", "def (:", "x = 1\n1 / 0"])
def test_of_a_file_that_fails_nothing_stays(file: Path, source: str) -> None:
    file.write_text(source)
    with pytest.raises((SystemExit, SyntaxError, ZeroDivisionError)):
        load(file)
    assert module_name(file) not in sys.modules


def test_when_an_edit_fails_the_import_before_it_stays(file: Path) -> None:
    file.write_text("x = 1")
    before = load(file)
    file.write_text("y = 2\n1 / 0")
    with pytest.raises(ZeroDivisionError):
        load(file)
    assert sys.modules[module_name(file)] is before
    file.write_text("x = 3")
    assert load(file).x == 3


def test_a_file_that_is_gone_is_an_error_of_the_system(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(file)


def test_threads_that_come_at_once_get_one_whole_module(file: Path) -> None:
    file.write_text("import sys\nsys.lwe_running.set()\nsys.lwe_gate.wait(9)\nclass Odd: pass")
    sys.lwe_running, sys.lwe_gate = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(load(file).Odd)) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        assert sys.lwe_running.wait(9)  # type: ignore[attr-defined]
        sys.lwe_gate.set()  # type: ignore[attr-defined]
        for thread in threads:
            thread.join(9)
    finally:
        del sys.lwe_running, sys.lwe_gate  # type: ignore[attr-defined]
    assert found[0] is found[1]


def test_a_class_is_named_after_its_file_as_in_the_seed() -> None:
    assert [class_name(name) for name in ("roll_dice", "my2nd", "x")] == ["RollDice", "My2Nd", "X"]
