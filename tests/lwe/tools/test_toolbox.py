"""Tools in files: found, described, run; nothing that one does reaches another."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from lwe.config.config import Config
from lwe.domain import ToolCall, ToolResult, ToolSpec
from lwe.errors import NotFound, ToolError
from lwe.tools.toolbox import Toolbox, as_json
from tests.lwe.tools.conftest import Shelve

ADD = """
    from lwe.core.tool import Tool

    class Add(Tool):
        def __call__(self, a: int, b: int = 1) -> dict:
            '''Add.

            :param a: the first
            '''
            return {"sum": a + b}
"""


def tool(body: str, name: str = "Odd", signature: str = "self") -> str:
    return (
        "from lwe.core.tool import Tool\n\n"
        f"class {name}(Tool):\n    def __call__({signature}):\n        {body}\n"
    )


def test_a_tool_is_found_described_and_run(toolbox: Toolbox, shelve: Shelve) -> None:
    shelve("add.py", ADD)
    shelve("_helper.py", "raise SystemError")
    assert toolbox.names() == ["add", "test_tool"]
    assert toolbox.spec("add") == ToolSpec(
        "add",
        "Add.",
        {
            "type": "object",
            "properties": {
                "a": {"type": "integer", "description": "the first"},
                "b": {"type": "integer", "description": ""},
            },
            "required": ["a"],
        },
    )
    assert toolbox.run(ToolCall("add", {"a": 2}, "c1")) == ToolResult("add", {"sum": 3}, "c1")


def test_the_shipped_tool_says_a_word_several_times(toolbox: Toolbox) -> None:
    call = ToolCall("test_tool", {"word": "ho", "repeats": 3, "enclose_with": "*"})
    assert toolbox.run(call).value == {
        "result": "*ho ho ho*",
        "message": "Repeated the word ho 3 times.",
    }
    assert toolbox.spec("test_tool").parameters["required"] == ["word", "repeats"]


def test_a_later_folder_wins_over_an_earlier_and_over_the_shipped(
    config: Config, toolbox: Toolbox
) -> None:
    for number, folder in enumerate(config.directories("tools")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test_tool.py").write_text(tool(f"return {number}", "TestTool"))
    assert toolbox.run(ToolCall("test_tool", {})).value == 1


def test_an_edit_is_seen_and_nothing_is_imported_twice(toolbox: Toolbox, shelve: Shelve) -> None:
    counted = "import sys\nsys.lwe_count = getattr(sys, 'lwe_count', 0) + 1\n"
    path = shelve("odd.py", counted + tool("return 'one'"))
    assert [toolbox.run(ToolCall("odd", {})).value for _ in range(3)] == ["one"] * 3
    toolbox.spec("odd")
    assert sys.lwe_count == 1  # type: ignore[attr-defined]
    stat = path.stat()
    path.write_text(counted + tool("return 'two'"))
    # The same second and the same size: a compiled file beside it would be believed.
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert toolbox.run(ToolCall("odd", {})).value == "two"
    assert sys.lwe_count == 2  # type: ignore[attr-defined]
    del sys.lwe_count  # type: ignore[attr-defined]


def test_a_configuration_beside_the_file_wins_and_is_read_again(
    toolbox: Toolbox, shelve: Shelve
) -> None:
    shelve("add.py", ADD)
    assert toolbox.spec("add").description == "Add."
    path = shelve(
        "add.config.yaml", "{name: other, description: D, parameters: {type: object}, x: 1}"
    )
    assert toolbox.describe("add") == {
        "name": "other",
        "description": "D",
        "parameters": {"type": "object"},
        "x": 1,
    }
    assert toolbox.spec("add") == ToolSpec("add", "D", {"type": "object"})
    path.write_text("description: E")
    assert toolbox.spec("add") == ToolSpec("add", "E", {"type": "object", "properties": {}})


@pytest.mark.parametrize("content", ["name: [x", "- a list", "parameters: 3"])
def test_a_broken_configuration_is_a_sentence(
    toolbox: Toolbox, shelve: Shelve, content: str
) -> None:
    shelve("add.py", ADD)
    shelve("add.config.yaml", content)
    with pytest.raises(ToolError, match="add"):
        toolbox.spec("add")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def (:", "cannot be imported: SyntaxError"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
        ("class Other: pass", "has no class Odd"),
        ("class Odd: pass", "cannot be made: TypeError"),
        ("from lwe.core.tool import Tool\nclass Odd(Tool): pass", "cannot be made: TypeError"),
        (tool("return 1", signature="self, a"), "its parameter 'a' has no type"),
    ],
)
def test_a_broken_file_tells_why_and_hides_no_other(
    toolbox: Toolbox, shelve: Shelve, source: str, reason: str
) -> None:
    path = shelve("odd.py", source)
    shelve("add.py", ADD)
    (broken,) = toolbox.broken
    assert (broken.name, broken.path) == ("odd", str(path))
    assert reason in broken.reason
    assert toolbox.spec("add").name == "add"
    with pytest.raises(ToolError, match="odd"):
        toolbox.specs(["add", "odd"])
    assert [spec.name for spec in toolbox.existing(["odd", "gone", "add"])] == ["add"]
    path.write_text(tool("return 1"))
    assert toolbox.broken == []


def test_a_broken_file_is_a_failed_result(toolbox: Toolbox, shelve: Shelve) -> None:
    shelve("odd.py", "def (:")
    result = toolbox.run(ToolCall("odd", {}, "c1"))
    assert result.failed and "SyntaxError" in result.value["error"]


def test_a_preset_names_its_tools(toolbox: Toolbox, shelve: Shelve) -> None:
    shelve("add.py", ADD)
    bound = toolbox.bound({"tools": ["add", {"type": "web_search"}, "test_tool", "add"]})
    assert [spec.name for spec in bound] == ["add", "test_tool"]
    assert toolbox.bound({}) == toolbox.bound({"tools": None}) == ()
    with pytest.raises(NotFound, match=r"Tool 'ad' not found\. Did you mean add\?"):
        toolbox.bound({"tools": ["ad"]})
    with pytest.raises(ToolError, match="has to be a list"):
        toolbox.bound({"tools": "add"})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise KeyError('bang')", "The tool 'odd' failed: KeyError: 'bang'"),
        ("raise ValueError", "The tool 'odd' failed: ValueError"),
        ("import sys; sys.exit(4)", "The tool 'odd' failed: SystemExit: 4"),
        ("return self()", "The tool 'odd' failed: RecursionError"),
    ],
)
def test_what_a_tool_raises_is_a_failed_result(
    toolbox: Toolbox, shelve: Shelve, body: str, sentence: str
) -> None:
    shelve("odd.py", tool(body))
    result = toolbox.run(ToolCall("odd", {}, "c1"))
    assert (result.name, result.id, result.failed) == ("odd", "c1", True)
    assert result.value["error"].startswith(sentence)


def test_an_interrupt_passes(toolbox: Toolbox, shelve: Shelve) -> None:
    shelve("odd.py", tool("raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        toolbox.run(ToolCall("odd", {}))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (ToolCall("gone", {}), "Tool 'gone' not found."),
        (ToolCall("add", {"z": 1}), "The tool 'add' was called with wrong arguments:"),
        (ToolCall("Langchain-X", {}), "The tool 'Langchain-X' needs langchain."),
    ],
)
def test_a_call_that_cannot_be_made_is_a_failed_result(
    toolbox: Toolbox, shelve: Shelve, call: ToolCall, sentence: str
) -> None:
    shelve("add.py", ADD)
    result = toolbox.run(call)
    assert result.failed and result.value["error"].startswith(sentence)


def test_what_json_does_not_know_is_put_into_words(
    toolbox: Toolbox, shelve: Shelve, tmp_path: Path
) -> None:
    shelve("odd.py", "from pathlib import Path\n" + tool("return {'path': Path('/a'), 'n': (1,)}"))
    assert toolbox.run(ToolCall("odd", {})).value == {"path": "/a", "n": [1]}
    assert as_json({"a": [1, None]}) == {"a": [1, None]}
    assert as_json({3, 1}) == [1, 3]
    assert as_json(float("nan")) == "nan"
    assert as_json({(1, 2): 3}) == "{(1, 2): 3}"
    assert as_json(ToolSpec("x", "X", {})) == {"name": "x", "description": "X", "parameters": {}}
    circle: list[object] = []
    circle.append(circle)
    assert as_json(circle) == "[[...]]"


def test_models_and_data_classes_of_a_tools_own_file(toolbox: Toolbox, shelve: Shelve) -> None:
    shelve(
        "odd.py",
        """
        from __future__ import annotations

        from dataclasses import dataclass

        from pydantic import BaseModel

        from lwe.core.tool import Tool

        class Name(BaseModel):
            first: str

        @dataclass
        class Age:
            years: int

        class Odd(Tool):
            def __call__(self, name: Name, age: Age) -> dict:
                return {"name": name, "age": age, "is": f"{name.first} {age.years}"}
        """,
    )
    properties = toolbox.spec("odd").parameters["properties"]
    assert properties["name"]["required"] == ["first"]
    assert properties["age"]["properties"] == {"years": {"type": "integer"}}
    args = {"name": {"first": "Ann"}, "age": {"years": 3}}
    assert toolbox.run(ToolCall("odd", args)).value == {**args, "is": "Ann 3"}


def test_a_tool_knows_its_name_its_file_and_the_profile(
    toolbox: Toolbox, shelve: Shelve, config: Config
) -> None:
    path = shelve("odd.py", tool("return [self.name, self.filepath, self.config.profile]"))
    assert toolbox.run(ToolCall("odd", {})).value == ["odd", str(path), config.profile]


def test_a_tool_without_a_docstring_is_described_as_in_the_seed(
    toolbox: Toolbox, shelve: Shelve
) -> None:
    shelve("odd.py", tool("return 1"))
    assert toolbox.spec("odd").description == "Call self as a function."


def test_more_tools_may_be_given_by_file(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "anything.py"
    path.write_text(tool("return 'given'"))
    toolbox = Toolbox(config, {"odd": str(path)})
    assert "odd" in toolbox.names()
    assert toolbox.run(ToolCall("odd", {})).value == "given"


def test_the_tools_of_a_profile_of_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Path(__file__).parents[2] / "fixtures" / "seed_profile" / "config"
    monkeypatch.setenv("LWE_TOOL_DIR", str(profile / "profiles" / "default" / "tools"))
    toolbox = Toolbox(Config())
    assert toolbox.names() == ["roll_dice", "test_tool", "yaml_tool"] and toolbox.broken == []
    assert toolbox.spec("yaml_tool").description == "Defined in YAML"
    call = ToolCall("yaml_tool", {"items": ["a"]})
    assert toolbox.run(call).value == {"got": {"items": ["a"]}}
    rolled = toolbox.run(ToolCall("roll_dice", {"sides": 6, "count": 2}))
    assert rolled.value["message"] == "Rolled 2d6"


def test_two_threads_may_use_a_tool_first(toolbox: Toolbox, shelve: Shelve) -> None:
    held = "import sys\nsys.lwe_running.set()\nsys.lwe_gate.wait(9)\n"
    shelve("odd.py", held + tool("return 1"))
    sys.lwe_running, sys.lwe_gate = Event(), Event()  # type: ignore[attr-defined]
    try:
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(toolbox.run, ToolCall("odd", {}))
            assert sys.lwe_running.wait(9)  # type: ignore[attr-defined]
            second = threads.submit(toolbox.run, ToolCall("odd", {}))
            sys.lwe_gate.set()  # type: ignore[attr-defined]
            assert [first.result(9).value, second.result(9).value] == [1, 1]
    finally:
        del sys.lwe_running, sys.lwe_gate  # type: ignore[attr-defined]


def test_one_file_may_hold_two_tools(toolbox: Toolbox, shelve: Shelve) -> None:
    path = shelve("odd.py", tool("return 1") + tool("return 2", "Even"))
    assert [toolbox.files.made(name, path)() for name in ("odd", "even")] == [1, 2]
