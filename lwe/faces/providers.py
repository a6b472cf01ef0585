"""`ProviderManager`: the seed's object that finds providers."""

from __future__ import annotations

import logging

from lwe.config.config import Config
from lwe.config.logs import LOGGER
from lwe.errors import LweError
from lwe.faces.door import Answer
from lwe.faces.plugins import PluginManager
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers, full_name


class ProviderManager:
    """Holds every provider by its full name.

    Args:
        config: the configuration; the default profile's without one.
        plugin_manager: the plugins, whose providers come first.
        providers: the engine's providers, which are then the same objects.

    Attributes:
        provider_plugins: the providers by full name.
    """

    def __init__(
        self,
        config: Config | None = None,
        plugin_manager: PluginManager | None = None,
        providers: Providers | None = None,
    ) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.providers")
        self.plugin_manager = plugin_manager or PluginManager(self.config)
        parts = self.plugin_manager.parts
        self.providers: Providers = providers or parts.providers or Providers(self.config, parts)
        self.log = LOGGER.getChild(type(self).__name__)
        self.provider_plugins = self.get_provider_plugins()

    def get_provider_plugins(self) -> dict[str, Provider]:
        """Return the providers by full name."""
        return {name: self.providers.get(name) for name in self.providers.names()}

    def full_name(self, name: str) -> str:
        """Return the full plugin name for a short or a full one."""
        return full_name(name)

    def load_provider(self, provider_name: str) -> Answer:
        """Find a provider; `(True, provider, message)`."""
        provider = self.get_provider_from_name(provider_name)
        if provider is None:
            return False, None, f"Provider {provider_name} not found in provider_plugins."
        return True, provider, f"Successfully loaded provider: {provider_name}"

    def get_provider_from_name(self, provider_name: str) -> Provider | None:
        """Return a provider by a short or full name, None when there is none."""
        try:
            return self.providers.get(provider_name)
        except LweError:
            return None
