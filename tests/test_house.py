"""The walls of the house: sizes, prints, imports, and what may not stand in the repository."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("lwe/**/*.py"), *ROOT.glob("lwe_tui/**/*.py")])
LONGEST_FILE, LONGEST_FUNCTION, MOST_METHODS = 400, 40, 20
FACES = {"ApiBackend", "ApiRequest", "Manager", "Session", "TemplateManager"}
"""Many methods of one or two lines each: the seed's objects, and the app's door."""
FREE_PREFIXES = ("action_", "on_", "watch_", "render_")
MAY_PRINT = {"lwe/core/util.py", "lwe/providers/local_child.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield name(path), ast.parse(path.read_text("utf-8"))


def is_one_match(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return isinstance(function.body[-1], ast.Match)


def test_no_file_is_longer_than_the_wall() -> None:
    too_long = {
        name(path): lines
        for path in FILES
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert too_long == {}


def test_no_function_is_longer_than_the_wall() -> None:
    too_long = [
        f"{file}:{node.name}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
        and not is_one_match(node)
    ]
    assert too_long == []


def test_no_class_has_more_methods_than_the_wall() -> None:
    too_many = {}
    for file, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or node.name in FACES:
                continue
            methods = [
                inner.name
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and not inner.name.startswith(FREE_PREFIXES)
            ]
            if len(methods) > MOST_METHODS:
                too_many[f"{file}:{node.name}"] = len(methods)
    assert too_many == {}


def test_the_library_does_not_print() -> None:
    printing = [
        f"{file}:{node.lineno}"
        for file, tree in trees()
        if file.startswith("lwe/") and file not in MAY_PRINT
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input")
    ]
    assert printing == []


def test_every_module_begins_with_its_promise() -> None:
    silent = [file for file, tree in trees() if not ast.get_docstring(tree)]
    assert silent == []


def test_awaiting_stays_where_the_house_says() -> None:
    allowed = {
        "lwe/turn/drive.py",
        "lwe/providers/openai.py",
        "lwe/providers/fake.py",
        "lwe/tools/mcp_loop.py",
        "lwe/tools/mcp_link.py",
        "lwe/tools/mcp_process.py",
    }
    awaiting = {
        file
        for file, tree in trees()
        if file.startswith("lwe/")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef) and node.name != "astream" and file not in allowed
    }
    assert awaiting == set()


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (
            "from lwe import ApiBackend",
            ["textual", "rich", "openai", "jinja2", "pydantic", "tiktoken", "mcp", "yaml"],
        ),
        ("import lwe", ["textual", "rich", "openai", "jinja2", "peewee", "yaml"]),
        ("import lwe_tui.cli", ["textual", "rich", "openai", "peewee", "yaml"]),
        (
            "import lwe_tui.app",
            ["openai", "peewee", "jinja2", "yaml", "httpx2", "pydantic", "pygments.lexers.python"],
        ),
    ],
)
def test_heavy_packages_wait_until_they_are_needed(statement: str, absent: list[str]) -> None:
    code = f"{statement}; import sys; print([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
