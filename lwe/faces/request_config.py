"""The part of `ApiRequest` that decides which provider, model, parameters and tools are used."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

from lwe.config.config import Config
from lwe.domain import ToolSpec
from lwe.errors import ConfigError, LweError, NothingToOverride, PresetError, ToolError
from lwe.events import Notice
from lwe.faces.door import Answer, answers
from lwe.faces.request_model import BoundModel
from lwe.presets import Presets, merge
from lwe.providers.provider import DEFAULT_MAX_SUBMISSION_TOKENS, Provider, Stop
from lwe.providers.registry import Providers
from lwe.states import States
from lwe.turn.request import Overrides

Pair = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A preset as the seed hands it around: metadata and customizations."""


def seeds(path: str) -> Any:
    """Return a class by its import path in the seed, when it is needed.

    Those that are above this module cannot be imported by it, and a script may have put another
    one in its place.
    """
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


class NoTools:
    """Stands where the seed's `ToolCache` would when there is nobody who knows tools."""

    tools: Sequence[str] = ()

    def add_message_tools(self, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages without those of tools."""
        return [message for message in messages if _is_words(message)]


class RequestConfig:
    """Who is asked, and with what.

    Args:
        config: the default profile's without one.
        provider: who is asked when no preset says otherwise.
        provider_manager: finds the providers that presets name; the built-in ones without it.
        tool_manager: knows and runs tools; without one none are offered.
        input: a text, or a list of `{"role", "content"}` mappings.
        preset: the active preset, as `(metadata, customizations)`.
        preset_manager: finds the presets that requests name; the configuration's without one.
        system_message: opens a new conversation; an alias or a text.
        old_messages: what was said before, as stored message dictionaries.
        max_submission_tokens: the most tokens to send.
        request_overrides: what this request does differently; see `Overrides`.
        return_only: kept for callers; nothing is printed either way.
        orm: the database of `message`; the configuration's without one.

    Attributes:
        notices: what a user should know, for example that messages were not sent.
        llm: after `set_request_llm` a `BoundModel`: the provider with its merged customizations
            and tools. The seed has an object of LangChain there.
    """

    llm: BoundModel
    preset: Pair
    preset_name: str
    model_name: str
    token_manager: Any

    def __init__(
        self,
        config: Config | None = None,
        provider: Provider | None = None,
        provider_manager: Any = None,
        tool_manager: Any = None,
        input: Any = None,
        preset: Pair | None = None,
        preset_manager: Any = None,
        system_message: str | None = None,
        old_messages: Sequence[dict[str, Any]] | None = None,
        max_submission_tokens: int | None = None,
        request_overrides: dict[str, Any] | None = None,
        return_only: bool = False,
        orm: Any = None,
    ) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.request")
        self.default_provider = self.provider = provider
        self.provider_manager, self.tool_manager = provider_manager, tool_manager
        self.input = input
        self.default_preset = preset
        self.default_preset_name = str(preset[0].get("name") or "") if preset else None
        self._given_presets, self._given_orm = preset_manager, orm
        self.system_message = self._opening(system_message or "default")
        self.old_messages = list(old_messages or [])
        self.max_submission_tokens = max_submission_tokens or DEFAULT_MAX_SUBMISSION_TOKENS
        self.request_overrides = {} if request_overrides is None else request_overrides
        self.return_only = return_only
        self.streaming = False
        self.notices: list[Notice] = []
        self.tool_cache: Any = NoTools()
        self._stop = Stop()
        self._rounds = 0

    @cached_property
    def preset_manager(self) -> Any:
        """Finds presets by name."""
        return self._given_presets or seeds("lwe.core.preset_manager.PresetManager")(self.config)

    @cached_property
    def orm(self) -> Any:
        """The database, looked for on first use."""
        return self._given_orm or seeds("lwe.backends.api.orm.Orm")(self.config)

    @cached_property
    def message(self) -> Any:
        """The seed's `MessageManager`, over `orm`."""
        return seeds("lwe.backends.api.message.MessageManager")(self.config, self.orm)

    def set_request_llm(self) -> Answer:
        """Decide who is asked; `(True, (provider, preset, llm, names…), message)`."""
        success, found, message = self.extract_metadata_customizations()
        if not success:
            return success, found, message
        preset_name, preset_overrides, metadata, customizations = found
        return self.setup_request_config(preset_name, preset_overrides, metadata, customizations)

    @answers
    def setup_request_config(
        self,
        preset_name: str | None = None,
        preset_overrides: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        customizations: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Build the request's configuration and keep it; answers as `build_request_config`."""
        success, built, message = self.build_request_config(
            {
                "preset_name": preset_name,
                "preset_overrides": preset_overrides,
                "metadata": metadata,
                "customizations": customizations,
            }
        )
        if not success:
            return success, built, message
        self.provider, self.preset, self.llm = built[:3]
        self.preset_name, self.model_name, self.token_manager = built[3:]
        named = metadata if self.request_overrides.get("preset") else None
        inner = (preset_overrides or {}).get("metadata")
        self._heed(merge(named or {}, inner or {}))
        return success, built, message

    @answers
    def build_request_config(self, config: dict[str, Any]) -> Answer:
        """Merge what was asked for; `(True, (provider, preset, llm, preset's name, model's name,
        token manager), message)`.
        """
        from lwe.faces.tokens import TokenManager

        config = self.prepare_config(config)
        success, provider, message = self.load_provider(config)
        if not success:
            return success, provider, message
        config = self.merge_preset_overrides(config)
        preset = (config["metadata"], config["customizations"])
        llm = self._bound(provider, config["customizations"])
        success, answer, message = _validated(provider, llm.model_name)
        if not success:
            return success, answer, message
        name = str(config["metadata"].get("name") or "")
        counter = TokenManager(self.config, provider, llm.model_name, self.tool_cache)
        built = (provider, preset, llm, name, llm.model_name, counter)
        return True, built, f"The request goes to {provider.name}, {llm.model_name}"

    def prepare_config(self, config: dict[str, Any]) -> dict[str, Any]:
        """Replace what is missing by empty mappings, and the rest by copies."""
        for key in ("metadata", "customizations", "preset_overrides"):
            config[key] = merge({}, config.get(key) or {})
        return config

    @answers
    def load_provider(self, config: Mapping[str, Any]) -> Answer:
        """Find the provider that the metadata names, else the one given; `(True, it, message)`."""
        named = config["metadata"].get("provider")
        if not named:
            if self.provider is None:
                raise PresetError("No provider to ask. Name one, or a preset that does.")
            return True, self.provider, "Default provider loaded"
        if self.provider_manager is None:
            return True, Providers().get(named), f"Successfully loaded provider: {named}"
        answer: Answer = self.provider_manager.load_provider(named)
        return answer

    def merge_preset_overrides(self, config: dict[str, Any]) -> dict[str, Any]:
        """Lay the overrides over the metadata and the customizations."""
        over = config["preset_overrides"]
        config["metadata"] = merge(config["metadata"], over.get("metadata") or {})
        config["customizations"] = merge(
            config["customizations"], over.get("model_customizations") or {}
        )
        return config

    @answers
    def extract_metadata_customizations(self) -> Answer:
        """Find what the request starts from.

        Returns:
            `(True, (preset's name, overrides, metadata, customizations), message)`; the name is
            None when no preset is asked for.
        """
        done = "Extracted metadata and customizations"
        name, overrides = self._wanted_preset()
        if name:
            success, found, message = self.get_preset_metadata_customizations(name)
            if not success:
                return success, found, message
            return True, (name, overrides, *found), done
        if self.provider is None and self.default_preset is None:
            raise PresetError("Nobody to ask. Give a provider or a preset.")
        metadata = dict(self.default_preset[0]) if self.default_preset else {}
        if self.provider is None:
            return True, (None, None, metadata, dict((self.default_preset or ({}, {}))[1])), done
        if not self.default_preset:
            metadata["provider"] = self.provider.name
        return True, (None, None, metadata, in_force(self.provider)), done

    @answers
    def get_preset_metadata_customizations(self, preset_name: str) -> Answer:
        """Find a preset; `(True, (metadata, customizations), message)`."""
        success, preset, message = self.preset_manager.ensure_preset(preset_name)
        if not success:
            return success, preset, message
        metadata, customizations = preset
        return True, (metadata, customizations), f"Retrieved preset: {preset_name}"

    def expand_tools(
        self, customizations: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]], Any]:
        """Find the definitions of the tools that are named, here or in the history.

        Returns:
            The customizations without `tools` and `tool_choice`, the definitions, the choice.

        Raises:
            ToolError: when there is no tool of a name, or it cannot be used.
        """
        rest = merge({}, customizations)
        choice = rest.pop("tool_choice", None)
        if self.tool_manager is None:
            self.tool_cache = NoTools()
            if rest.pop("tools", None):
                raise ToolError(
                    "The preset names tools, and there is no tool_manager to find them."
                )
            return rest, [], choice
        cache = seeds("lwe.core.tool_cache.ToolCache")
        self.tool_cache = cache(self.config, self.tool_manager, customizations)
        self.tool_cache.add_message_tools(self.old_messages)
        rest.pop("tools", None)
        definitions = [self.tool_manager.get_tool_config(name) for name in self.tool_cache.tools]
        return rest, definitions, choice

    # Inner

    def _ready(self) -> BoundModel:
        """Return the model, if `set_request_llm` has found one."""
        llm: BoundModel | None = vars(self).get("llm")
        if llm is None:
            raise LweError("Nobody is asked yet. Call set_request_llm() and heed its answer.")
        return llm

    def _wanted_preset(self) -> tuple[str | None, dict[str, Any] | None]:
        """Return the preset that is asked for, and the overrides as the seed hands them on."""
        wanted = Overrides.of(self.request_overrides)
        if not {"preset", "preset_overrides"} & self.request_overrides.keys():
            return None, None
        asks_for = "preset" in self.request_overrides
        name = wanted.preset if asks_for else self.default_preset_name
        if not name:
            raise NothingToOverride
        given = self.request_overrides.get("preset_overrides")
        return name, None if given is None else merge({}, given)

    def _bound(self, provider: Provider, customizations: Mapping[str, Any]) -> BoundModel:
        try:
            rest, definitions, choice = self.expand_tools(customizations)
        except LweError:
            raise
        except (ValueError, RuntimeError) as error:  # What managers of plugins and scripts raise.
            raise ToolError(str(error)) from error
        if unknown := provider.unknown_parameters(rest):
            raise PresetError(
                f"{provider.name} does not take {', '.join(unknown)}. "
                f"It takes {', '.join(sorted(provider.parameters))}."
            )
        merged = merge(defaults_of(provider), rest)
        if choice is not None:
            merged["tool_choice"] = choice
        return BoundModel(provider, merged, tuple(map(_spec, definitions)))

    def _heed(self, wanted: Mapping[str, Any]) -> None:
        """Use what a request's own preset says of the opening and the limit."""
        if opening := wanted.get("system_message"):
            self.system_message = self._opening(str(opening))
        limit = wanted.get("max_submission_tokens")
        if not limit:
            return
        if not str(limit).isdecimal() or not int(limit):
            raise ConfigError(f"max_submission_tokens has to be a positive number, not {limit!r}.")
        self.max_submission_tokens = int(limit)

    def _opening(self, alias_or_text: str) -> str:
        states = States(self.config, Presets(self.config), Providers())
        return states.system_message(alias_or_text)


def _is_words(message: Mapping[str, Any]) -> bool:
    return bool(message.get("message_type", "content") == "content")


def in_force(provider: Provider) -> dict[str, Any]:
    """Return the parameters that somebody has set in a provider, else its defaults."""
    current = getattr(provider, "get_customizations", None)
    return dict(current()) if current else defaults_of(provider)


def defaults_of(provider: Provider) -> dict[str, Any]:
    """Return the parameters of a request that names none, without the mark of their type."""
    return {k: v for k, v in provider.default_customizations().items() if k != "_type"}


def _validated(provider: Provider, model: str) -> Answer:
    validate = getattr(provider, "validate_model", None)
    if validate is None:
        return True, model, ""
    answer: Answer = validate(model)
    return answer


def _spec(definition: Mapping[str, Any]) -> ToolSpec:
    nothing = {"type": "object", "properties": {}}
    return ToolSpec(
        str(definition["name"]),
        str(definition.get("description") or ""),
        definition.get("parameters") or nothing,
    )
