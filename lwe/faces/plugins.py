"""`PluginManager`: the seed's object that holds the enabled plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.errors import LweError, NotFound
from lwe.faces.cache import CacheManager
from lwe.faces.door import Answer
from lwe.plugin import BUILT_IN, Plugins, packaged_names


class PluginManager:
    """Loads the enabled plugins when it is made, as the seed does.

    Args:
        config: names the plugins; the default profile's without one.
        backend: whom they work for.
        cache_manager: handed to them.
        search_path: folders instead of the configured ones.
        additional_plugins: enabled beside the configured ones.
        parts: the engine's plugins, which are then the same objects.

    Attributes:
        plugins: the plugins that can be used, by name.
    """

    def __init__(
        self,
        config: Config | None = None,
        backend: Any = None,
        cache_manager: Any = None,
        search_path: Iterable[str | Path] | None = None,
        additional_plugins: Iterable[str] | None = None,
        parts: Plugins | None = None,
    ) -> None:
        self.config = config or Config()
        self.backend = backend
        self.cache_manager = cache_manager or CacheManager(self.config)
        folders = None if not search_path else [Path(folder) for folder in search_path]
        self.parts = parts or Plugins(
            self.config, self.cache_manager, folders, additional_plugins or ()
        )
        if backend is not None:
            self.parts.backend = backend
        self.search_path = self.get_default_plugin_paths() if folders is None else folders
        self.plugins: dict[str, Any] = self.parts.all()

    @property
    def plugin_list(self) -> list[str]:
        """The enabled names."""
        return self.parts.names

    @property
    def package_plugins(self) -> dict[str, Any]:
        """The plugins that came with installed packages."""
        folders = [*self.search_path, BUILT_IN]
        return {
            name: plugin
            for name, plugin in self.plugins.items()
            if not any((Path(folder) / f"{name}.py").is_file() for folder in folders)
        }

    def get_default_plugin_paths(self) -> list[Path]:
        """Return the user's folders, then the library's own."""
        return [*self.config.directories("plugins"), BUILT_IN]

    def get_plugins(self) -> dict[str, Any]:
        """Return the plugins that can be used, by name."""
        return self.plugins

    def load_plugins(self, plugin_list: Iterable[str]) -> None:
        """Load plugins of these names."""
        for name in plugin_list:
            if (plugin := self.load_plugin(name)) is not None:
                self.plugins[name] = plugin

    def load_package_plugins(self, plugin_list: Iterable[str]) -> None:
        """Load those of the named plugins that installed packages bring."""
        installed = packaged_names()
        self.load_plugins(name for name in plugin_list if name in installed)

    def load_plugin(self, plugin_name: str) -> Any:
        """Return a plugin, enabled or not; None when it cannot be used."""
        try:
            return self.parts.enable(plugin_name)
        except LweError:
            return None  # The reason stands among `parts.broken`.

    def reload_plugin(self, plugin_name: str) -> Answer:
        """Import a plugin again and fetch its models again; `(True, plugin, message)`."""
        try:
            providers = self.parts.providers
            if providers is not None and plugin_name in providers.names():
                plugin = providers.reload(plugin_name)
            else:
                plugin = self.parts.reload(plugin_name)
        except NotFound:
            return False, None, f"Plugin {plugin_name} not found in plugin list"
        except LweError as error:
            return False, None, f"Failed to reload plugin {plugin_name}: {error}"
        self.plugins[plugin_name] = plugin
        return True, plugin, f"Plugin {plugin_name} reloaded successfully"

    def inject_plugin(self, plugin_name: str, plugin_class: Any) -> None:
        """Use a class that is in no file.

        Raises:
            PluginError: when it cannot be used.
        """
        self.plugins[plugin_name] = self.parts.add(plugin_name, plugin_class)

    def setup_plugin(self, plugin_name: str, plugin_instance: Any) -> bool:
        """Get a plugin ready that somebody else made; False when it cannot work here."""
        return self.parts.prepare(plugin_name, plugin_instance)

    def merge_plugin_config(self, plugin_instance: Any) -> None:
        """Fill the configuration from the plugin's own values."""
        preset: Mapping[str, Any] | None = plugin_instance.default_config()
        self.parts.merge_config(plugin_instance.name, preset)
