"""The seed's import path of `ToolManager`."""

from lwe.faces.tools import ToolManager as ToolManager

__all__ = ["ToolManager"]
