"""Tools of langchain, which is not installed here: modules of its shape stand in its place."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from lwe.domain import ToolCall
from lwe.errors import NotFound, ToolError
from lwe.tools.toolbox import Toolbox


class Echo:
    def run(self, given: dict[str, Any]) -> str:
        return f"echo {given['text']}"


class Keyed:
    def __init__(self) -> None:
        raise ValueError("Set ECHO_API_KEY.")


@pytest.fixture
def langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    tools: Any = ModuleType("langchain_community.tools")
    tools.Echo, tools.Keyed, tools.number = Echo, Keyed, 3
    tools.__all__ = ["Keyed", "Echo", "BaseTool"]
    calling: Any = ModuleType("langchain_core.utils.function_calling")
    calling.convert_to_openai_function = lambda tool: {
        "name": "echo",
        "description": "Echoes.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    }
    for module in (tools, calling):
        parts = module.__name__.split(".")
        for length in range(1, len(parts)):
            name = ".".join(parts[:length])
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.usefixtures("langchain")
def test_a_tool_of_langchain_is_told_under_its_prefix_and_run(toolbox: Toolbox) -> None:
    (spec,) = toolbox.bound({"tools": ["langchain-Echo"]})
    assert (spec.name, spec.description) == ("langchain-Echo", "Echoes.")
    assert toolbox.run(ToolCall("Langchain-Echo", {"text": "x"})).value == "echo x"
    failed = toolbox.run(ToolCall("Langchain-Echo", {}))
    assert failed.value == {"error": "The tool 'Langchain-Echo' failed: KeyError: 'text'"}


@pytest.mark.usefixtures("langchain")
def test_a_tool_that_langchain_cannot_make_is_a_sentence(toolbox: Toolbox) -> None:
    with pytest.raises(ToolError, match=r"'Langchain-Keyed' cannot be made: Set ECHO_API_KEY\."):
        toolbox.spec("Langchain-Keyed")
    for name in ("Langchain-Gone", "Langchain-number"):
        with pytest.raises(NotFound, match=f"Langchain tool '{name}' not found"):
            toolbox.spec(name)


def test_without_langchain_a_sentence_names_the_package(
    toolbox: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("langchain_community", "langchain"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ToolError, match="pip install langchain-community"):
        toolbox.spec("Langchain-Echo")


def test_installed_tools_have_names(toolbox: Toolbox, langchain: None) -> None:
    assert toolbox.langchain.names() == ["Langchain-Echo", "Langchain-Keyed"]
