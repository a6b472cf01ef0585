"""`Plugin`: the base class of everything that extends the program."""

from __future__ import annotations

import importlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lwe.config.config import Config
from lwe.config.logs import LOGGER
from lwe.errors import LweError

API_VERSION = 1
PROVIDER_PREFIX = "provider_"
ALWAYS = "provider_chat_openai"
"""The plugin that is there whatever the configuration says."""
_OF_THE_CONVERSATION = ("tools", "tool_choice", "responses")


class PluginError(LweError):
    """A plugin cannot be used; the sentence names it and the reason."""


class PluginBase:
    """What commands and providers have in common.

    Args:
        config: the configuration; the default profile's when it is first needed.
        cache_manager: the seed's object for cached files.

    Attributes:
        backend: the `ApiBackend` that the plugin works for, None without one.
        shell: the app, None where there is none.
        providers: finds providers by name, for `make_llm`.
    """

    # On the class, so that a subclass need not call `__init__`.
    name: str = ""
    backend: Any = None
    shell: Any = None
    providers: Any = None
    _config: Config | None = None
    _cache_manager: Any = None

    def __init__(self, config: Config | None = None, cache_manager: Any = None) -> None:
        self._config, self._cache_manager = config, cache_manager

    @property
    def config(self) -> Config:
        """The configuration."""
        if self._config is None:
            self._config = Config()
        return self._config

    @config.setter
    def config(self, config: Config) -> None:
        self._config = config

    @property
    def cache_manager(self) -> Any:
        """The seed's object for cached files."""
        if self._cache_manager is None:
            # It stands above this module, and only plugins written for the seed ask for it.
            faces = importlib.import_module("lwe.faces.cache")
            self._cache_manager = faces.CacheManager(self.config)
        return self._cache_manager

    @property
    def log(self) -> logging.Logger:
        """The plugin's log."""
        return LOGGER.getChild(type(self).__name__)

    @property
    def plugin_type(self) -> str:
        """`plugin`, or `provider`."""
        return "plugin"

    @property
    def description(self) -> str:
        """The first line of the class's docstring."""
        return (type(self).__doc__ or "").strip().partition("\n")[0]

    @property
    def plugin_cache_filename(self) -> str:
        """The file in the cache that belongs to this plugin."""
        return f"{self.name}.yaml"

    def write_plugin_cache_file(self, data: Mapping[str, Any]) -> None:
        """Keep a mapping in the plugin's cache file.

        Raises:
            ConfigError: when it cannot be written.
        """
        self._write_cache(self.plugin_cache_filename, data)

    def _write_cache(self, file: str, data: Mapping[str, Any]) -> None:
        from lwe.config.cache import Cache

        stamp = {"api_version": API_VERSION, "last_updated": datetime.now().isoformat()}
        Cache(self.config).set(file, {**data, **stamp})

    def set_name(self, name: str) -> None:
        """Tell the plugin the name that it is enabled by."""
        self.name = name

    def set_backend(self, backend: Any) -> None:
        """Tell the plugin whom it works for."""
        self.backend = backend

    def set_shell(self, shell: Any) -> None:
        """Tell the plugin which app it runs in."""
        self.shell = shell

    def get_shell_completions(self, _base_shell_completions: Any) -> Mapping[str, Any] | None:
        """Return completions of the plugin's commands; None without any."""
        return None

    def incompatible_backends(self) -> list[str]:
        """Name the backends that the plugin cannot work with."""
        return []

    def make_llm(self, args: Mapping[str, Any] | None = None) -> Any:
        """Return an object whose `invoke(messages)` asks the model in force.

        Args:
            args: parameters over those in force; `provider` names another provider.

        Raises:
            LweError: when there is no such provider, or it does not take a parameter.
        """
        settings = dict(args or {})
        wanted = settings.pop("provider", None)
        if self.providers is None:
            raise PluginError(
                "This plugin was not loaded by the program, so there is no model to ask. "
                "Name it in plugins.enabled, or use ApiBackend.ask."
            )
        in_force = {} if self.backend is None else dict(self.backend.state.customizations)
        for name in _OF_THE_CONVERSATION:
            in_force.pop(name, None)
        current = ALWAYS if self.backend is None else self.backend.provider_name
        provider = self.providers.get(str(wanted or current))
        if provider.name == current and in_force:
            settings = {**in_force, **settings}
        return provider.make_llm(settings, use_defaults=True)

    def query_llm(self, messages: Any) -> tuple[bool, Any, str]:
        """Ask the model in force; `(True, reply, text)`, or `(False, None, sentence)`.

        Args:
            messages: a text, or a list of texts, `{"role", "content"}`, `(role, text)`, or
                objects with `content`.
        """
        try:
            result = self.make_llm().invoke(messages)
        except LweError as error:
            return False, None, str(error)
        return True, result, str(result.content)


class Plugin(PluginBase, ABC):
    """Extends the program with commands; its methods `command_x` become `/x`."""

    @abstractmethod
    def setup(self) -> None:
        """Get ready; name, backend and configuration are there."""

    @abstractmethod
    def default_config(self) -> dict[str, Any]:
        """Return what `plugins.<name>` holds where the user says nothing."""
