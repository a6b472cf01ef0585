"""The seed's import path of `ToolCache`."""

from lwe.faces.tools import ToolCache as ToolCache

__all__ = ["ToolCache"]
