"""The seed's import path of `ToolManager`."""

from lwe.faces.tools import ToolManager as ToolManager
from lwe.tools.langchain import PREFIX as LANGCHAIN_TOOL_PREFIX

__all__ = ["LANGCHAIN_TOOL_PREFIX", "ToolManager"]
