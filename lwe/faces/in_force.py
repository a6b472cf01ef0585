"""The part of `ApiBackend` that says and changes which preset, provider and model are in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lwe.errors import LweError, NoLangChain, NotFound
from lwe.faces.asked_with import AskedWith, pair_of
from lwe.faces.door import Answer, answers
from lwe.providers.provider import Provider
from lwe.providers.registry import full_name


class NowInForce(AskedWith):
    """What else is in force, to be read and assigned."""

    _told: tuple[object, int | None] | None = None

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

    @system_message_alias.setter
    def system_message_alias(self, alias: str | None) -> None:
        if alias:  # None only says that the text, which is there already, has no alias.
            self.system_message = self.engine.states.system_message(alias)

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
        """Send at most so many tokens; None or 0 for as many as the model takes."""
        try:
            wanted = int(max_submission_tokens or 0)
        except (TypeError, ValueError):
            wanted = -1
        if wanted < 0 or isinstance(max_submission_tokens, float):
            raise LweError("The most tokens to submit have to be a positive whole number.")
        self.state = replace(self.state, max_submission_tokens=wanted or None)
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

        A number that was assigned stays until another conversation, or another message. None when
        the provider is none for conversations.
        """
        if not self.engine.providers.get(self.state.provider).get_capability("chat"):
            return None
        if self._told is not None and self._told[0] == self._last_said():
            return self._told[1]
        if self.state.conversation_id is None:
            return 0
        history = self.engine.store.history_for_model(self.state.conversation_id)
        return self.engine.requests.count(self.state, history)

    @conversation_tokens.setter
    def conversation_tokens(self, tokens: int | None) -> None:
        self._told = (self._last_said(), tokens)

    def set_conversation_tokens(self, tokens: int | None) -> None:
        """Show this number as `conversation_tokens` until something is said."""
        self.conversation_tokens = tokens

    def _last_said(self) -> object:
        """Tell one message of one conversation from all others."""
        number = self.state.conversation_id
        if number is None:
            return None, self.message_clipboard
        newest = self.engine.store.raw_rows("message", number, newest_first=True, limit=1)
        return number, newest[0]["id"] if newest else None


class InForce(NowInForce):
    """Presets, providers, models, system messages and limits."""

    @answers
    def activate_preset(self, preset_name: str) -> Answer:
        """Use a preset from now on; `(True, (metadata, customizations), message)`.

        The answer to one that cannot be used holds it, too.
        """
        if not preset_name:
            return False, None, "No preset name specified"
        preset = self.engine.presets.get(preset_name)
        try:
            if named := preset.metadata.get("provider"):
                self._refuse_strangers(str(named), preset.customizations)
            self.state = self.engine.states.activate_preset(self.state, preset_name)
        except LweError as error:
            return False, pair_of(preset), error.message
        return True, self.active_preset, self._model_said()

    @answers
    def set_provider(
        self,
        provider_name: str,
        customizations: Mapping[str, Any] | None = None,
        reset: bool = False,
    ) -> Answer:
        """Use a provider without a preset; `(True, provider, message)`."""
        provider = self._refuse_strangers(provider_name, customizations or {})
        if provider.name == self.state.provider and not reset:
            return False, None, f"Provider {provider_name} already set"
        self.state = self.engine.states.set_provider(
            self.state, provider.name, customizations=customizations or {}
        )
        return True, self.provider, self._model_said()

    @answers
    def set_model(self, model_name: str) -> Answer:
        """Use another model of the provider; `(True, customizations, message)`."""
        provider = self.provider
        if not model_name and provider.get_capability("validate_models", True):
            raise LweError(provider.invalid_model_message(model_name))
        self.state = self.engine.states.set_model(self.state, model_name)
        return True, provider.customizations, self._model_said()

    def _model_said(self) -> str:
        """Say what the seed says last of all that it sets."""
        return f"Set {self.provider.model_property_name} to {self.model}"

    def _refuse_strangers(self, name: str, customizations: Mapping[str, Any]) -> Provider:
        """Return a provider; unknown names are refused with the seed's sentences."""
        try:
            provider = self.engine.providers.get(name)
        except NotFound as error:
            sentence = f"Provider {full_name(name)} not found in provider_plugins."
            raise LweError(sentence) from error
        if unknown := provider.unknown_parameters(customizations):
            raise LweError(f"Invalid key {unknown[0].rpartition('.')[2]}.")
        return provider

    def make_preset(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return provider and parameters in force as `(metadata, customizations)`."""
        provider = self.provider
        return {"provider": provider.display_name}, provider.get_customizations()

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
