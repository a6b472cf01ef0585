"""Which models a provider has: what the configuration says, what was fetched, what is known."""

from __future__ import annotations

from collections.abc import KeysView, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwe.errors import ConfigError, LweError, PresetError, ProviderError
from lwe.plugin import Plugin

DEFAULT_MODEL = "gpt-5.4-mini"
DEFAULT_MAX_SUBMISSION_TOKENS = 4000
Models = Mapping[str, Any]
"""Models and what is known of each: `{"max_tokens": n}`, or just that number."""


@cache
def openai_models() -> Mapping[str, int]:
    """Return OpenAI's models that come with the library, and how many tokens each may get."""
    import yaml

    text = (Path(__file__).parent / "models.yaml").read_text("utf-8")
    table: dict[int, str] = yaml.safe_load(text)
    return {name: limit for limit, names in table.items() for name in names.split()}


def limit_of(entry: Any) -> int | None:
    """Return how many tokens may be submitted to a model, None when nobody knows."""
    limit = entry.get("max_tokens") if isinstance(entry, Mapping) else entry
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None


class Modelled(Plugin):
    """The part of a provider that knows models.

    The list is `plugins.<name>.models` of the configuration, else the cached one, else what
    `fetch_models` gives, if a subclass has it, else `static_models`. Nothing is read before
    somebody asks.
    """

    capabilities: Mapping[str, Any] = {"chat": True, "validate_models": False}
    """What it can do: `chat`, and whether names of models are checked against the list."""
    fetches_unasked: bool = True
    """Whether the first look at the list may wait for a server; else only a reload does."""
    model_property_name = "model_name"
    _models: tuple[str, Models] | None = None

    @property
    def static_models(self) -> Models:
        """The models known without asking anybody."""
        return {}

    @property
    def models(self) -> Models:
        """The models; may wait for a server once."""
        return self._listed(self.models_file, self.fetches_unasked)

    def _set_models(self, models: Models) -> None:
        self._models = (self.models_file, models)

    if not TYPE_CHECKING:  # The seed's plugins set it; others may override it and only read.
        models = models.setter(_set_models)

    @property
    def known_models(self) -> Models:
        """The models that are known by now, without waiting for a server."""
        return self._listed(self.models_file, False)

    @property
    def available_models(self) -> KeysView[str]:
        """The models' names."""
        return self.models.keys()

    @property
    def models_file(self) -> str:
        """The file in the cache that keeps what was fetched."""
        return self.plugin_cache_filename

    def refresh_models(self) -> None:
        """Fetch the models again, where that is possible, instead of what was fetched before.

        Raises:
            ProviderError: when the server does not give them; those known before stay.
        """
        from lwe.config.cache import Cache, NoCacheEntry

        fetch = getattr(self, "fetch_models", None)
        if fetch is None or self._configured():
            self._models = None
        elif self.can_fetch():
            self._models = (self.models_file, self._fetched(fetch))
        else:
            self._models = None
            if self._config is not None:
                with suppress(NoCacheEntry):
                    Cache(self.config).delete(self.models_file)

    def can_fetch(self) -> bool:
        """Say whether there is anybody whom a reload can ask."""
        return True

    def models_for(self, _customizations: Mapping[str, Any]) -> Models:
        """Return the models among which these parameters may name one."""
        return self.models

    def _listed(self, file: str, may_fetch: bool) -> Models:
        if self._models is not None and self._models[0] == file:
            return self._models[1]
        found = self._configured() or self._from_cache(file)
        if found is None and may_fetch and (fetch := getattr(self, "fetch_models", None)):
            try:
                found = self._fetched(fetch)
            except LweError as error:
                self.log.warning("%s", error)  # Not asked again until a reload.
                found = self.static_models
        elif found is None:
            return self.static_models
        self._models = (file, found)
        return found

    def _configured(self) -> Models | None:
        found = self.setting("models")
        return found if isinstance(found, Mapping) and found else None

    def _from_cache(self, file: str) -> Models | None:
        from lwe.config.cache import Cache, NoCacheEntry

        if self._config is None or not hasattr(self, "fetch_models"):
            return None
        try:
            found = Cache(self.config).get(file)
        except NoCacheEntry:
            return None
        except ConfigError as error:
            self.log.warning("%s", error)  # It is only a copy, which can be fetched again.
            return None
        models = found.get("models") if isinstance(found, Mapping) else None
        return models if isinstance(models, Mapping) and models else None

    def _fetched(self, fetch: Any) -> Models:
        try:
            found = fetch()
        except LweError:
            raise
        except Exception as error:  # A plugin's code may raise anything.
            raise ProviderError(
                f"{self.name} could not fetch its models: {error!r}.", "other", "Reload it later."
            ) from error
        if not isinstance(found, Mapping):
            raise ProviderError(f"{self.name} gave no mapping of models.", "bad_reply")
        if self._config is not None:
            try:
                self._write_cache(self.models_file, {"models": dict(found)})
            except ConfigError as error:
                self.log.warning("%s", error)  # The list is there, only not for the next start.
        return found

    def setting(self, key: str) -> Any:
        """Return what the configuration says about this provider; None without one."""
        return None if self._config is None else self._config.get(["plugins", self.name, key])

    def get_capability(self, capability: str, default: Any = False) -> Any:
        """Return what it can do; `models` are its models."""
        if capability == "models":
            return self.models
        return self.capabilities.get(capability, default)

    def validates(self, _customizations: Mapping[str, Any]) -> bool:
        """Say whether these parameters may only name a model of the list."""
        return bool(self.get_capability("validate_models", True))

    def invalid_model_message(self, model_name: str) -> str:
        """Say that a model is not in the list, and what helps."""
        return (
            f"Invalid model {model_name!r} for {self.name!r}; model is not present "
            "in the provider model list/cache. Refresh the provider cache with "
            f"'/plugin reload {self.name}' or update the preset."
        )

    def check_model(self, customizations: Mapping[str, Any]) -> None:
        """Refuse a model that the list does not have, where the list counts.

        Raises:
            PresetError: when it is not there.
        """
        model = customizations.get(self.model_property_name)
        if not model or not self.validates(customizations):
            return
        # Where nothing could be listed, every name may be right.
        if (models := self.models_for(customizations)) and model not in models:
            raise PresetError(self.invalid_model_message(str(model)))
