"""Which providers there are, by the names that presets and databases use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lwe.config.config import Config
from lwe.errors import NotFound
from lwe.plugin import ALWAYS, PluginError, Plugins, built_in_class
from lwe.plugin import PROVIDER_PREFIX as PREFIX
from lwe.providers.models import DEFAULT_MODEL
from lwe.providers.provider import Provider

if TYPE_CHECKING:
    from lwe.providers.catalogue import Place

BUILT_IN = (
    "provider_chat_openai",
    "provider_chat_openai_compat",
    "provider_fake_llm",
    "provider_local",
)


def full_name(name: str) -> str:
    """Return the full plugin name for a short or a full one."""
    return name if name.startswith(PREFIX) else PREFIX + name


class Providers:
    """The providers by name, each made on first use and kept.

    The user's enabled plugins come first, then those of the library, then the catalogue.

    Args:
        config: what the providers read their settings and models from.
        plugins: the enabled plugins.
    """

    def __init__(self, config: Config | None = None, plugins: Plugins | None = None) -> None:
        self._config, self._plugins = config, plugins
        self._made: dict[str, Provider] = {}
        if plugins is not None:
            plugins.providers = self

    def names(self) -> list[str]:
        """Return the full names, sorted."""
        plugged = {name for name in self._plugged() if self._of_plugin(name) is not None}
        return sorted({*BUILT_IN, *_places(), *self._made, *plugged})

    def add(self, provider: Provider) -> None:
        """Offer one more provider, or another one under the same name."""
        self._made[provider.name] = provider

    def get(self, name: str) -> Provider:
        """Return the provider of a short or full name.

        Raises:
            NotFound: when there is none.
            PluginError: when its plugin cannot be used.
        """
        full = full_name(name)
        if full not in self._made:
            self._made[full] = self._make(full)
        return self._made[full]

    def default_customizations(self, name: str) -> dict[str, Any]:
        """Return the parameters of a request that names none.

        Raises:
            NotFound: when there is no such provider.
            PluginError: when its plugin cannot be used.
        """
        full = full_name(name)
        replaced = self._plugins is not None and self._plugins.is_users(full)
        if full == ALWAYS and full not in self._made and not replaced:
            return {"model_name": DEFAULT_MODEL}  # A start does not wait for its import.
        provider = self.get(full)
        return provider.get_customizations(provider.default_customizations())

    def reload(self, name: str) -> Provider:
        """Fetch a provider's models again; one of the user's files is imported again, too.

        Raises:
            NotFound: when there is none.
            PluginError: when its plugin cannot be used any more.
            ProviderError: when its models cannot be fetched.
        """
        full = full_name(name)
        # The library's own stays the same object: whoever is attached to it stays so.
        own = full in BUILT_IN and not (self._plugins and self._plugins.is_users(full))
        if own or self._plugins is None or full not in self._plugged():
            provider = self.get(full)
            provider.refresh_models()
            return provider
        try:
            self._plugins.reload(full)  # Also one that was broken until its file was mended.
        finally:
            if (found := self._of_plugin(full)) is not None:
                self._made[full] = found
        return self.get(full)

    def _plugged(self) -> list[str]:
        names = self._plugins.names if self._plugins is not None else []
        return [name for name in names if name.startswith(PREFIX)]

    def _of_plugin(self, name: str) -> Provider | None:
        try:
            found = self._plugins.get(name) if self._plugins is not None else None
        except PluginError:
            return None  # It stands among `Plugins.broken`, with its reason.
        return found if isinstance(found, Provider) else None

    def _plugin(self, full: str) -> Provider | None:
        if (found := self._of_plugin(full)) is not None or full in BUILT_IN:
            return found  # A broken file of the user leaves the library's own.
        if self._plugins is not None:
            self._plugins.get(full)
        raise PluginError(f"The plugin {full} is no provider. Derive its class from Provider.")

    def _make(self, full: str) -> Provider:
        if full in self._plugged() and (found := self._plugin(full)) is not None:
            return found
        if full in BUILT_IN:
            made = built_in_class(full)(self._config)
            assert isinstance(made, Provider)
            made.set_name(full)
            return made
        if (place := _places().get(full)) is not None:
            from lwe.providers.placed import AtPlace

            return AtPlace(place, self._config)
        known = [known.removeprefix(PREFIX) for known in self.names()]
        raise NotFound("Provider", full.removeprefix(PREFIX), known)


def _places() -> Mapping[str, Place]:
    from lwe.providers.catalogue import places

    return places()
