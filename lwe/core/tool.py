"""The seed's import path of `Tool`."""

from lwe.core.doc_parser import func_to_openai_tool_spec as func_to_openai_tool_spec
from lwe.tools.tool import Tool as Tool

__all__ = ["Tool", "func_to_openai_tool_spec"]
