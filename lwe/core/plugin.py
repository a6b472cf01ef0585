"""The seed's import path of `Plugin`."""

from lwe.plugin import Plugin as Plugin
from lwe.plugin import PluginBase as PluginBase

__all__ = ["Plugin", "PluginBase"]
