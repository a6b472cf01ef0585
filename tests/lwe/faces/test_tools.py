"""The seed's tool manager and tool cache answer as the seed's do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lwe.core.config import Config
from lwe.core.tool import Tool
from lwe.core.tool_cache import ToolCache
from lwe.core.tool_manager import ToolManager
from lwe.tools.files import SYSTEM_TOOLS

ADD = """
from lwe.core.tool import Tool

class Add(Tool):
    def __call__(self, a: int) -> dict:
        '''Add.'''
        if a < 0:
            raise ValueError("too small")
        return {"sum": a + 1}
"""


@contextmanager
def fails(kind: type[Exception], sentence: str) -> Iterator[None]:
    """Expect exactly the seed's exception; notes may say more."""
    with pytest.raises(kind) as raised:
        yield
    assert str(raised.value) == sentence


@pytest.fixture
def manager() -> ToolManager:
    manager = ToolManager(Config())
    folder = Path(manager.user_tool_dirs[-1])
    (folder / "add.py").write_text(ADD)
    (folder / "broken.py").write_text("def (:")
    return manager


def test_it_knows_its_folders_and_makes_the_users(manager: ToolManager) -> None:
    assert all(Path(folder).is_dir() for folder in manager.user_tool_dirs)
    assert manager.system_tool_dirs == [str(SYSTEM_TOOLS)]
    assert manager.all_tool_dirs == manager.system_tool_dirs + manager.user_tool_dirs


def test_tools_are_loaded_by_name(manager: ToolManager) -> None:
    path = str(Path(manager.user_tool_dirs[-1]) / "add.py")
    success, tools, message = manager.load_tools()
    assert (success, message) == (True, "Successfully loaded tools")
    assert tools is manager.tools and sorted(tools) == ["add", "broken", "test_tool"]
    assert manager.load_tool("add")[:2] == (True, path)
    assert manager.load_tool("gone") == (False, None, "Tool gone not found")
    assert not manager.is_system_tool(tools["add"])
    assert manager.is_system_tool(tools["test_tool"])


def test_more_tools_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "more.py"
    path.write_text(ADD)
    given = {"add": str(path)}
    manager = ToolManager(Config(), additional_tools=given)
    manager.load_tools()
    assert manager.tools["add"] == str(path)
    assert list(given) == ["add"]
    assert manager.run_tool("add", {"a": 1})[1] == {"sum": 2}


def test_a_tool_is_made(manager: ToolManager) -> None:
    success, tool, message = manager.get_tool("add")
    assert (success, message) == (True, "Tool 'add' retrieved successfully")
    assert isinstance(tool, Tool) and tool.name == "add" and tool(a=1) == {"sum": 2}
    assert manager.get_tool("gone") == (False, "gone", "Tool gone not found")
    made = manager.setup_tool_instance("add", tool.filepath)
    assert made(a=2) == {"sum": 3}
    with pytest.raises(RuntimeError) as raised:
        manager.get_tool("broken")
    assert str(raised.value) == "Error creating tool instance for broken"
    assert "SyntaxError" in raised.value.__notes__[0]


def test_a_tool_is_described(manager: ToolManager) -> None:
    assert manager.get_tool_config("add") == {
        "name": "add",
        "description": "Add.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer", "description": ""}},
            "required": ["a"],
        },
    }
    for name in ("gone", "broken"):
        with fails(RuntimeError, f"Failed to load configuration for {name}"):
            manager.get_tool_config(name)


def test_a_configuration_that_cannot_be_read_is_a_value_error(manager: ToolManager) -> None:
    (Path(manager.user_tool_dirs[-1]) / "add.config.yaml").write_text("name: [x")
    _success, tool, _message = manager.get_tool("add")
    with pytest.raises(ValueError, match="Failed to load configuration file for add"):
        tool.get_config()
    with fails(RuntimeError, "Failed to load configuration for add"):
        manager.get_tool_config("add")


def test_a_tool_is_run_with_a_mapping_or_json(manager: ToolManager) -> None:
    executed = (True, {"sum": 3}, "Tool 'add' executed successfully")
    assert manager.run_tool("add", {"a": 2}) == executed
    assert manager.run_tool("add", '{"a": 2}') == executed
    assert manager.run_tool("gone", {}) == (False, "gone", "Tool gone not found")
    assert manager.run_tool("add", {"a": -1}) == (
        False,
        None,
        "Error: Exception occurred while executing add: too small",
    )


@pytest.mark.parametrize("given", ["{", "[1]", {"z": 1}])
def test_arguments_that_are_not_accepted_are_answered(manager: ToolManager, given: Any) -> None:
    success, value, message = manager.run_tool("add", given)
    assert (success, value) == (False, None)
    assert message.startswith("Error: Exception occurred while executing add: ")


def test_definitions_are_cleaned(manager: ToolManager) -> None:
    parameters = {"$defs": {"A": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/A"}}}
    cleaned = manager.cleanup_tool_definition({"name": "x", "parameters": parameters})
    assert cleaned == {"name": "x", "parameters": {"properties": {"a": {"type": "string"}}}}


class Echo:
    def run(self, given: dict[str, Any]) -> str:
        return str(given["text"])


def test_tools_of_langchain(manager: ToolManager, monkeypatch: pytest.MonkeyPatch) -> None:
    assert manager.is_langchain_tool("langchain-Echo")
    assert not manager.is_langchain_tool("Echo")
    assert manager.get_langchain_tool("Langchain-Echo") is None
    for ask in (manager.get_tool_config, manager.get_langchain_tool_spec):
        with fails(RuntimeError, "Langchain tool Langchain-Echo not found"):
            ask("Langchain-Echo")
    with fails(RuntimeError, "Langchain tool Langchain-Echo not found"):
        manager.run_tool("Langchain-Echo", {})
    tools: Any = ModuleType("langchain_community.tools")
    tools.Echo = Echo
    monkeypatch.setitem(sys.modules, "langchain_community", ModuleType("langchain_community"))
    monkeypatch.setitem(sys.modules, "langchain_community.tools", tools)
    assert manager.run_tool("Langchain-Echo", {"text": "x"}) == (
        True,
        "x",
        "Langchain tool Langchain-Echo executed successfully, output data: x",
    )
    assert manager.run_tool("Langchain-Echo", {}) == (
        False,
        None,
        "Error: Exception occurred while running langchain tool Langchain-Echo: 'text'",
    )


def test_a_cache_holds_what_the_preset_lists(manager: ToolManager) -> None:
    cache = ToolCache(None, manager, {"tools": ["add", {"type": "web"}, "test_tool", "add"]})
    assert cache.tools == ["add", "test_tool"]
    assert ToolCache(manager.config, manager).tools == []
    with fails(ValueError, "Tool gone not found"):
        ToolCache(manager.config, manager, {"tools": ["gone"]})
    with fails(ValueError, "Langchain tool Langchain-X not found"):
        cache.add("Langchain-X")
    assert not cache.add("gone", raise_on_missing=False)
    assert cache.add("broken") and cache.tools == ["add", "test_tool", "broken"]


def called(*names: str) -> dict[str, Any]:
    calls = [{"name": name, "args": {}, "id": name} for name in names]
    return {"message_type": "tool_call", "message": calls}


def answered(name: str) -> dict[str, Any]:
    return {"message_type": "tool_response", "message": {}, "message_metadata": {"name": name}}


def test_a_cache_takes_the_messages_of_missing_tools_out(
    manager: ToolManager, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = ToolCache(manager.config, manager)
    said = {"message_type": "content", "message": "hello"}
    both = called("add", "test_tool")
    messages = [said, both, answered("add"), answered("test_tool"), called("gone")]
    kept = cache.add_message_tools([*messages, answered("gone"), called("add", "gone")])
    assert kept == [said, both, answered("add"), answered("test_tool"), called("add")]
    assert cache.tools == ["add", "test_tool"]
    assert capsys.readouterr().out == ""
