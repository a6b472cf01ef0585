"""The seed's import path of `PluginManager`."""

from lwe.faces.plugins import PluginManager as PluginManager

__all__ = ["PluginManager"]
