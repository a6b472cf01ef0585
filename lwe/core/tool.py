"""The seed's import path of `Tool`."""

from lwe.tools.tool import Tool as Tool

__all__ = ["Tool"]
