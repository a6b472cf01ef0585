"""The part of `ApiBackend` that says and changes which preset, provider and model are in force."""

from __future__ import annotations

from collections.abc import KeysView, Mapping
from dataclasses import replace
from typing import Any

from lwe.errors import LweError, NoLangChain
from lwe.faces.door import Answer, answers
from lwe.faces.part import BackendPart
from lwe.providers.provider import Provider
from lwe.providers.registry import full_name


class NowInForce(BackendPart):
    """What is in force, to be read."""

    @property
    def provider_name(self) -> str:
        """Full name of the provider in force."""
        return self.state.provider

    @property
    def provider(self) -> Provider:
        """The provider in force; its customizations are those that are asked with."""
        provider = self.engine.providers.get(self.state.provider)
        provider.attach(self._read_customizations, self._write_customizations)
        return provider

    def _read_customizations(self) -> Mapping[str, Any]:
        return self.state.customizations

    def _write_customizations(self, customizations: Mapping[str, Any]) -> None:
        changed = bool(self.state.preset)
        self.state = replace(self.state, customizations=customizations, changed=changed)

    @property
    def model(self) -> str:
        """The model in force."""
        return self.state.model

    @model.setter
    def model(self, name: str) -> None:
        self.state = self.engine.states.set_model(self.state, name)

    @property
    def available_models(self) -> KeysView[str]:
        """The models that the provider in force knows."""
        return self.engine.providers.get(self.state.provider).models.keys()

    @property
    def active_preset(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The active preset as `(metadata, customizations)`."""
        if not self.state.preset:
            return None
        preset = self.engine.presets.get(self.state.preset)
        return {**preset.metadata, "filepath": preset.path}, dict(preset.customizations)

    @property
    def active_preset_name(self) -> str | None:
        """The active preset's name."""
        return self.state.preset or None

    @property
    def system_message(self) -> str:
        """The text that opens new conversations."""
        return self.state.system_message

    @system_message.setter
    def system_message(self, text: str) -> None:
        self.state = replace(self.state, system_message=text)

    @property
    def system_message_alias(self) -> str | None:
        """The alias of the system message; None when the text has none."""
        aliases = self.engine.states.system_messages()
        return next((a for a, text in aliases.items() if text == self.system_message), None)

    # Limits

    @property
    def max_submission_tokens(self) -> int:
        """The most tokens that are sent."""
        provider = self.engine.providers.get(self.state.provider)
        return self.state.max_submission_tokens or provider.max_submission_tokens(self.model)

    @max_submission_tokens.setter
    def max_submission_tokens(self, limit: int | None) -> None:
        self.state = replace(self.state, max_submission_tokens=limit)

    @answers
    def set_max_submission_tokens(self, max_submission_tokens: int | None = None) -> Answer:
        """Send at most so many tokens; None for as many as the model takes."""
        wanted = 1 if max_submission_tokens is None else max_submission_tokens
        if not isinstance(wanted, int) or wanted < 1:
            raise LweError("The most tokens to submit have to be a positive whole number.")
        self.state = replace(self.state, max_submission_tokens=max_submission_tokens)
        limit = self.max_submission_tokens
        return True, limit, f"Max submission tokens set to {limit}"

    def get_runtime_config(self) -> str:
        """Describe what is in force as a Markdown list."""
        return (
            f"\n* Max submission tokens: {self.max_submission_tokens}"
            f"\n* System message: {self.system_message}\n"
        )

    @property
    def conversation_tokens(self) -> int | None:
        """Tokens of the open conversation as it would be sent; counted when it is read.

        None when the provider is none for conversations.
        """
        if not self.engine.providers.get(self.state.provider).get_capability("chat"):
            return None
        if self.state.conversation_id is None:
            return 0
        history = self.engine.store.history_for_model(self.state.conversation_id)
        return self.engine.requests.count(self.state, history)

    def set_conversation_tokens(self, tokens: int) -> None:
        """Do nothing: the tokens are counted when they are read."""


class InForce(NowInForce):
    """Presets, providers, models, system messages and limits."""

    @answers
    def activate_preset(self, preset_name: str) -> Answer:
        """Use a preset from now on; `(True, (metadata, customizations), message)`."""
        if not preset_name:
            return False, None, "No preset name specified"
        self.state = self.engine.states.activate_preset(self.state, preset_name)
        return True, self.active_preset, f"Activated preset: {preset_name}"

    @answers
    def set_provider(
        self,
        provider_name: str,
        customizations: Mapping[str, Any] | None = None,
        reset: bool = False,
    ) -> Answer:
        """Use a provider without a preset; `(True, provider, message)`."""
        name = full_name(provider_name)
        if name not in self.engine.providers.names():
            return False, None, f"Provider {name} not found in provider_plugins."
        if name == self.state.provider and not reset:
            return False, None, f"Provider {provider_name} already set"
        self.state = self.engine.states.set_provider(
            self.state, name, customizations=customizations or {}
        )
        return True, self.provider, f"Provider successfully set to: {provider_name}"

    @answers
    def set_model(self, model_name: str) -> Answer:
        """Use another model of the provider; `(True, customizations, message)`."""
        self.state = self.engine.states.set_model(self.state, model_name)
        return True, dict(self.state.customizations), f"Set model_name to {model_name}"

    def make_preset(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return provider and parameters in force as `(metadata, customizations)`."""
        named = self.provider.display_name
        return {"provider": named}, dict(self.state.customizations)

    def make_llm(self, customizations: Mapping[str, Any] | None = None) -> Any:
        """Refuse: the seed returns an object of LangChain here.

        Raises:
            NoLangChain: always; the sentence names the replacement.
        """
        raise NoLangChain(
            "There is no LangChain object behind a provider. Ask with ask() and preset_overrides, "
            "or use engine.providers.get(name).stream(request, stop)."
        )

    @property
    def llm(self) -> Any:
        """The seed's object of LangChain, which is not there; see `make_llm`."""
        return self.make_llm()

    def init_provider(self) -> None:
        """Go back to the default preset, else the default provider."""
        kept = self.state
        self.state = replace(
            self.engine.states.initial(kept.user),
            conversation_id=kept.conversation_id,
            title=kept.title,
        )

    def restore_provider_state(self, previous: Any) -> None:
        """Go back to an earlier `state`."""
        self.state = previous

    def get_providers(self) -> dict[str, Provider]:
        """Return the providers by their full names."""
        return {name: self.engine.providers.get(name) for name in self.engine.providers.names()}

    def set_available_models(self) -> None:
        """Do nothing: `available_models` is always that of the provider in force."""

    # System messages

    def init_system_message(self) -> None:
        """Go back to the configured system message."""
        self.set_system_message(str(self.config.get("model.default_system_message") or "default"))

    def set_system_message(self, system_message: str = "default") -> Answer:
        """Open new conversations with this alias's text, or this text."""
        text = self.engine.states.system_message(system_message)
        self.state = replace(self.state, system_message=text)
        return True, system_message, f"System message set to: {text}"

    def get_system_message(self, system_message: str = "default") -> str:
        """Return an alias's text, or the text itself."""
        return self.engine.states.system_message(system_message)

    def get_system_message_aliases(self) -> dict[str, str]:
        """Return the aliases and their texts."""
        return self.engine.states.system_messages()
