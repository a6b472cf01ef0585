"""The seed's import path of `TemplateManager`."""

from lwe.faces.templates import TemplateManager as TemplateManager

__all__ = ["TemplateManager"]
