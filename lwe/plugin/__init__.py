"""`Plugin`: what extends the program; and `Plugins`, which finds, sets up and reloads them."""

from lwe.plugin.base import ALWAYS as ALWAYS
from lwe.plugin.base import PROVIDER_PREFIX as PROVIDER_PREFIX
from lwe.plugin.base import Plugin as Plugin
from lwe.plugin.base import PluginBase as PluginBase
from lwe.plugin.base import PluginError as PluginError
from lwe.plugin.find import BUILT_IN as BUILT_IN
from lwe.plugin.find import built_in_class as built_in_class
from lwe.plugin.find import packaged_names as packaged_names
from lwe.plugin.plugins import Plugins as Plugins
