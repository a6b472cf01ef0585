"""The seed's import path of `PluginManager`."""

from lwe.faces.plugins import PluginManager as PluginManager

PLUGIN_PREFIX = "lwe_"
"""How the entry points' group and the distributions of plugins begin."""

__all__ = ["PLUGIN_PREFIX", "PluginManager"]
