"""The seed's import path of `TemplateManager`."""

from lwe.faces.templates import TemplateManager as TemplateManager

TEMP_TEMPLATE_DIR = "lwe-temp-templates"
"""The seed's name for a folder of temporary templates; here each process has one of its own."""

__all__ = ["TEMP_TEMPLATE_DIR", "TemplateManager"]
