"""Makes and changes states: which preset, provider, model and system message are in force."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from lwe.config.config import Config
from lwe.config.preset_keys import exposed
from lwe.domain import Origin, Preset, User
from lwe.errors import LweError, NotFound, NothingToOverride, PresetError
from lwe.events import Notice
from lwe.presets import Presets, merge
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers, full_name
from lwe.state import State
from lwe.turn.request import Overrides

LOG = logging.getLogger("lwe.states")
DEFAULT_PROVIDER = "provider_chat_openai"
NO_CUSTOMIZATIONS: Mapping[str, Any] = MappingProxyType({})


class States:
    """Turns names of presets, providers and models into states.

    Args:
        config: names the defaults.
        presets: where presets are found.
        providers: where providers are found.
    """

    def __init__(self, config: Config, presets: Presets, providers: Providers) -> None:
        self._config, self._presets, self._providers = config, presets, providers
        self.notices: list[Notice] = []
        self._exposed: set[str] = set()
        presets.private = self._private

    def initial(self, user: User | None = None) -> State:
        """Return the state in which a program starts: the default preset, else the provider.

        A default that cannot be used becomes a notice, so that the program starts all the same.
        """
        state = State(
            user=user,
            provider=DEFAULT_PROVIDER,
            customizations=self._providers.default_customizations(DEFAULT_PROVIDER),
            system_message=self.default_system_message(),
        )
        wanted = (user and user.default_preset) or self._config.get("model.default_preset")
        if not wanted:
            return state
        try:
            return self.activate_preset(state, str(wanted))
        except LweError as error:
            self.notices.append(Notice(f"The default preset is not used. {error}", "warning"))
            return state

    def default_system_message(self) -> str:
        """Return the text that opens a conversation when nobody says otherwise."""
        return self.system_message(
            str(self._config.get("model.default_system_message") or "default")
        )

    def system_message(self, alias_or_text: str) -> str:
        """Return the text of an alias, or the text itself."""
        return self.system_messages().get(alias_or_text, alias_or_text)

    def system_messages(self) -> dict[str, str]:
        """Return the aliases and their texts."""
        configured = self._config.get("model.system_message")
        aliases = configured if isinstance(configured, Mapping) else {}
        texts = {str(alias): str(text) for alias, text in aliases.items()}
        return {**texts, "default": "You are a helpful assistant."}

    def activate_preset(self, state: State, name: str) -> State:
        """Return the state with this preset.

        Raises:
            NotFound: when the preset or its provider does not exist.
            PresetError: when the provider does not take one of its parameters, or its model.
        """
        preset = self._presets.get(name)
        provider, asked = self._asked_by(preset)
        self._warn_of_keys(preset, provider)
        opening = preset.metadata.get("system_message")
        return replace(
            state,
            preset=preset.name,
            preset_metadata=preset.metadata,
            provider=provider.name,
            customizations=asked,
            max_submission_tokens=_limit(preset.metadata),
            system_message=self.system_message(str(opening)) if opening else state.system_message,
            changed=False,
        )

    def set_provider(
        self,
        state: State,
        name: str,
        model: str = "",
        customizations: Mapping[str, Any] = NO_CUSTOMIZATIONS,
    ) -> State:
        """Return the state with this provider and no preset.

        Raises:
            NotFound: when there is no such provider.
            PresetError: when it does not take one of the customizations, or the model.
        """
        provider = self._providers.get(name)
        of_model = {provider.model_property_name: model} if model else {}
        named = {**customizations, **of_model}
        customizations = _asked(provider, named, "the customizations")
        return replace(
            state,
            preset="",
            preset_metadata={},
            provider=provider.name,
            customizations=customizations,
            max_submission_tokens=None,
            changed=False,
        )

    def set_model(self, state: State, model: str) -> State:
        """Return the state with another model of the same provider.

        Raises:
            PresetError: when the provider's list of models counts and does not have it.
        """
        provider = self._providers.get(state.provider)
        customizations = {**state.customizations, provider.model_property_name: model}
        provider.check_model(customizations)
        return replace(
            state,
            customizations=customizations,
            max_submission_tokens=None,
            changed=bool(state.preset),
        )

    def as_asked(self, state: State, origin: Origin) -> State:
        """Return the state that asks as a stored message was asked.

        Without its preset it is the provider and the model, without these, or when only the
        preset knew where the provider is, the settings stay; all with a notice.
        """
        # A message that another conversation's preset has brought stays there.
        afresh = replace(state, system_message=self.default_system_message())
        problems = []
        try:
            if origin.preset:
                return self.activate_preset(afresh, origin.preset)
        except LweError as error:
            problems.append(str(error))
        try:
            if origin.provider:
                state = self._by_name(afresh, origin)
        except LweError as error:
            problems.append(str(error))
        if problems:
            asked = " · ".join(part for part in (state.preset, state.model) if part)
            text = f"This conversation would now be asked with {asked}. {' '.join(problems)}"
            self.notices.append(Notice(text, "warning"))
        return state

    def _by_name(self, state: State, origin: Origin) -> State:
        if self._providers.get(origin.provider).needs_address:
            # It would be somebody else who reads the conversation: OpenAI, by default.
            raise PresetError("Nothing says where its server is. Choose a preset.")
        return self.set_provider(state, origin.provider, origin.model)

    def overridden(self, state: State, overrides: Overrides) -> State:
        """Return the state of one request.

        Raises:
            NotFound: when the preset does not exist.
            PresetError: when there is nothing to override, or a parameter is not taken.
        """
        if overrides.preset:
            state = self.activate_preset(state, overrides.preset)
        elif overrides.metadata or overrides.customizations:
            if not state.preset:
                raise NothingToOverride
            # As in the seed, what was changed since the preset was activated does not count.
            stored = self.activate_preset(state, state.preset).customizations
            state = replace(state, customizations=stored)
        if overrides.customizations:
            provider = self._providers.get(state.provider)
            over = provider.check(overrides.customizations, "preset_overrides")
            customizations = merge(state.customizations, over)
            provider.check_model(customizations)
            state = replace(state, customizations=customizations)
        if overrides.metadata:
            state = self._with_metadata(state, overrides.metadata)
        if overrides.system_message:  # As in the seed, an empty one says nothing.
            state = replace(state, system_message=self.system_message(overrides.system_message))
        return state

    def _private(self, provider: str) -> set[str]:
        try:
            return self._providers.get(full_name(provider)).private_parameters()
        except NotFound:  # What looks like a key is not written all the same.
            return set()

    def _warn_of_keys(self, preset: Preset, provider: Provider) -> None:
        said = exposed(preset.path, preset.customizations, provider.private_parameters())
        if said and said not in self._exposed:
            self._exposed.add(said)
            LOG.warning("%s", said)
            self.notices.append(Notice(said, "warning"))

    def _with_metadata(self, state: State, metadata: Mapping[str, Any]) -> State:
        opening = metadata.get("system_message")
        return replace(
            state,
            preset_metadata=merge(state.preset_metadata, metadata),
            system_message=self.system_message(str(opening)) if opening else state.system_message,
            max_submission_tokens=_limit(metadata) or state.max_submission_tokens,
        )

    def _asked_by(self, preset: Preset) -> tuple[Provider, dict[str, Any]]:
        named = preset.metadata.get("provider")
        if not named:
            raise PresetError(f"The preset '{preset.name}' names no provider.")
        provider = self._providers.get(full_name(str(named)))
        where = f"the preset '{preset.name}'"
        return provider, _asked(provider, preset.customizations, where)


def _asked(provider: Provider, customizations: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what is asked with: customizations over the provider's own, all of them allowed."""
    own = provider.get_customizations(provider.default_customizations())
    asked = merge(own, provider.check(customizations, where))
    provider.check_model(asked)
    return asked


def _limit(metadata: Mapping[str, Any]) -> int | None:
    """Read the most tokens to submit; None where a preset names no limit."""
    given = metadata.get("max_submission_tokens")
    if not given:
        return None
    try:
        limit = int(given)
    except (TypeError, ValueError):
        limit = 0
    if limit <= 0:
        raise PresetError(f"max_submission_tokens has to be a positive number, not {given!r}.")
    return limit
