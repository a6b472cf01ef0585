"""`Plugins`: the enabled plugins; one that cannot be used is told, and the others load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.config.logs import LOGGER
from lwe.errors import NotFound
from lwe.plugin.base import ALWAYS, PluginError
from lwe.plugin.find import find_class, reason_of

BACKEND = "api"
OWN = (
    "echo",
    "examples",
    "provider_chat_openai",
    "provider_chat_openai_compat",
    "provider_fake_llm",
    "provider_local",
)
"""Plugins that wait until somebody asks for them: they do nothing before."""
_COMMAND = "command_"

Named = tuple[str, str]
"""A plugin's name, and why it cannot be used."""


class Plugins:
    """The enabled plugins, each imported when it is first asked for.

    Args:
        config: names those that are enabled, and their folders.
        cache_manager: handed to plugins instead of one of their own.
        folders: searched instead of the configured ones; the library's own come after them.
        additional: enabled beside the configured ones.

    Attributes:
        backend: whom plugins work for; set it before the first is loaded.
        providers: finds providers by name, for plugins that ask a model.
        broken: the plugins that cannot be used, and why.
    """

    def __init__(
        self,
        config: Config,
        cache_manager: Any = None,
        folders: Iterable[Path] | None = None,
        additional: Iterable[str] = (),
    ) -> None:
        self.config, self.cache_manager = config, cache_manager
        self.folders = None if folders is None else [Path(folder) for folder in folders]
        self.additional = [*additional, ALWAYS]
        self.backend: Any = None
        self.providers: Any = None
        self._loaded: dict[str, Any] = {}
        self._reasons: dict[str, str] = {}
        self._given: dict[str, Callable[..., Any]] = {}
        self._guard = threading.RLock()  # A plugin's set-up may ask for another plugin.

    @property
    def names(self) -> list[str]:
        """The enabled names, in the configuration's order."""
        enabled = self.config.get("plugins.enabled")
        listed = [enabled] if isinstance(enabled, str) else enabled
        listed = listed if isinstance(listed, list) else []
        return list(dict.fromkeys([*map(str, listed), *self.additional, *self._given]))

    @property
    def broken(self) -> list[Named]:
        """The plugins that were asked for and cannot be used, and why."""
        return [(name, self._reasons[name]) for name in self.names if name in self._reasons]

    def all(self) -> dict[str, Any]:
        """Return every plugin that can be used, by name."""
        return {name: found for name in self.names if (found := self._tried(name)) is not None}

    def begin(self) -> None:
        """Load the plugins that did not come with the library; what is wrong is in `broken`."""
        for name in self.names:
            if name not in OWN:
                self._tried(name)

    def get(self, name: str) -> Any:
        """Return one plugin, without loading others.

        Raises:
            NotFound: when it is not enabled.
            PluginError: when it cannot be used.
        """
        if name not in self.names:
            raise NotFound("Plugin", name, self.names)
        found = self._tried(name)
        if found is None:
            raise self._unusable(name)
        return found

    def commands(self) -> dict[str, Callable[..., Any]]:
        """Return what the plugins' methods `command_x` do, by the names `x`."""
        return {
            method.removeprefix(_COMMAND).replace("_", "-"): getattr(plugin, method)
            for plugin in self.all().values()
            for method in dir(type(plugin))
            if method.startswith(_COMMAND)
        }

    def add(self, name: str, make: Callable[..., Any]) -> Any:
        """Enable a class that is in no file and return its plugin.

        Raises:
            PluginError: when it cannot be used.
        """
        self._given[name] = make
        self._forget(name)
        return self.get(name)

    def enable(self, name: str) -> Any:
        """Return a plugin that need not be among the enabled ones; it is from now on.

        Raises:
            PluginError: when it cannot be used; then it is not enabled by this.
        """
        if name in self.names:
            return self.get(name)
        self.additional.append(name)
        try:
            return self.get(name)
        except PluginError:
            self.additional.remove(name)
            self._forget(name)
            raise

    def reload(self, name: str) -> Any:
        """Import a plugin again, with an empty cache; the old one stays when that fails.

        Raises:
            NotFound: when it is not enabled.
            PluginError: when it cannot be used any more.
            ProviderError: when its models cannot be fetched.
        """
        if name not in self.names:
            raise NotFound("Plugin", name, self.names)
        with self._guard:
            old = self._loaded.get(name)
            self._forget(name)
            self._tried(name, again=True)
            if old is not None:
                self._loaded.setdefault(name, old)
            if name in self._reasons:
                raise self._unusable(name)
            plugin = self._loaded[name]
        if hasattr(plugin, "refresh_models"):
            plugin.refresh_models()
        return plugin

    def is_users(self, name: str) -> bool:
        """Say whether a plugin is a file in one of the user's folders."""
        return any((folder / f"{name}.py").is_file() for folder in self._folders())

    def _forget(self, name: str) -> None:
        self._loaded.pop(name, None)
        self._reasons.pop(name, None)

    def _unusable(self, name: str) -> PluginError:
        return PluginError(f"The plugin {name} cannot be used: {self._reasons[name]}")

    def _tried(self, name: str, again: bool = False) -> Any:
        with self._guard:
            if name not in self._loaded and name not in self._reasons:
                try:
                    self._loaded[name] = self._set_up(name, again)
                except PluginError as error:
                    self._reasons[name] = str(error)
                    LOGGER.getChild("plugins").warning("%s: %s", name, error)
            return self._loaded.get(name)

    def _set_up(self, name: str, again: bool) -> Any:
        # Other people's code: whatever it raises is the reason why it cannot be used.
        try:
            make = self._given.get(name) or find_class(name, self._folders(), again)
            if missing := sorted(getattr(make, "__abstractmethods__", ())):
                raise PluginError(f"Its class does not define {', '.join(missing)}.")
            plugin = make(self.config, cache_manager=self.cache_manager)
            if not self.prepare(name, plugin):
                raise PluginError("It says that it does not work with this backend.")
        except PluginError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginError(reason_of(error)) from error
        return plugin

    def _folders(self) -> list[Path]:
        return self.config.directories("plugins") if self.folders is None else self.folders

    def prepare(self, name: str, plugin: Any) -> bool:
        """Get a plugin ready that is made; False when it says that it cannot work here."""
        plugin.set_name(name)
        plugin.providers = self.providers
        plugin.set_backend(self.backend)
        if BACKEND in plugin.incompatible_backends():
            return False
        self.merge_config(name, plugin.default_config())
        plugin.setup()
        return True

    def merge_config(self, name: str, preset: Mapping[str, Any] | None) -> None:
        """Fill `plugins.<name>` of the configuration from the plugin's own values."""
        key = ["plugins", name]
        given = self.config.get(key)
        over = given if isinstance(given, Mapping) else {}
        self.config.set(key, _under(preset or {}, over))


def _under(preset: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what is not given from what is preset, deeply."""
    made = dict(preset)
    for key, value in given.items():
        inner = made.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        made[key] = _under(inner, value) if both and inner else value
    return made
