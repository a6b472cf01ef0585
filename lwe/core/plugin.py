"""The seed's import path of `Plugin`."""

from lwe.plugin import Plugin as Plugin
from lwe.plugin import PluginBase as PluginBase
from lwe.plugin.base import API_VERSION as PLUGIN_CACHE_API_VERSION

__all__ = ["PLUGIN_CACHE_API_VERSION", "Plugin", "PluginBase"]
