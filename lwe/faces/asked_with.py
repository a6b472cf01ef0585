"""The part of `ApiBackend` that names preset, provider and model, to be read and assigned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from lwe.domain import Preset
from lwe.errors import NotFound
from lwe.faces.part import BackendPart
from lwe.providers.provider import Provider
from lwe.providers.registry import full_name

Pair = tuple[dict[str, Any], dict[str, Any]]
"""The seed's form of a preset: metadata and customizations."""


def pair_of(preset: Preset) -> Pair:
    """Return a preset in the seed's form, which says where its file is."""
    return {**preset.metadata, "filepath": preset.path}, dict(preset.customizations)


class AskedWith(BackendPart):
    """What is asked with; assigning a name that is not there raises `NotFound`."""

    _models: tuple[str, Collection[str]] | None = None

    @property
    def provider_name(self) -> str:
        """Full name of the provider in force; assigning another one uses its defaults."""
        return self.state.provider

    @provider_name.setter
    def provider_name(self, name: str) -> None:
        if full_name(name) != self.state.provider:
            self.state = self.engine.states.set_provider(self.state, name)

    @property
    def provider(self) -> Provider:
        """The provider in force; its customizations are those that are asked with."""
        provider = self.engine.providers.get(self.state.provider)
        provider.attach(self._read_customizations, self._write_customizations)
        return provider

    @provider.setter
    def provider(self, provider: Provider) -> None:
        if provider.name == self.state.provider:
            return
        provider.detach()
        wanted = provider.get_customizations()
        self.engine.providers.add(provider)
        self.state = self.engine.states.set_provider(
            self.state, provider.name, customizations=wanted
        )

    def _read_customizations(self) -> Mapping[str, Any]:
        return self.state.customizations

    def _write_customizations(self, customizations: Mapping[str, Any]) -> None:
        kept = {key: value for key, value in customizations.items() if key != "_type"}
        self.state = replace(self.state, customizations=kept, changed=bool(self.state.preset))

    @property
    def model(self) -> str:
        """The model in force."""
        return self.state.model

    @model.setter
    def model(self, name: str) -> None:
        self.state = self.engine.states.set_model(self.state, name)

    @property
    def available_models(self) -> Collection[str]:
        """The models that the provider in force knows, or those assigned since it is."""
        if self._models is not None and self._models[0] == self.state.provider:
            return self._models[1]
        return self.engine.providers.get(self.state.provider).models.keys()

    @available_models.setter
    def available_models(self, models: Iterable[str]) -> None:
        self._models = (self.state.provider, tuple(models))

    @property
    def active_preset(self) -> Pair | None:
        """The active preset as `(metadata, customizations)`.

        Assigning one changes which preset is in force, as in the seed, and neither the provider
        nor its parameters; one that has no file is there until the program ends.
        """
        if not self.state.preset:
            return None
        metadata, customizations = pair_of(self.engine.presets.get(self.state.preset))
        return {**self.state.preset_metadata, "filepath": metadata["filepath"]}, customizations

    @active_preset.setter
    def active_preset(self, preset: Pair | None) -> None:
        if not preset:
            self.active_preset_name = None
            return
        metadata, customizations = preset
        name = str(metadata.get("name") or self.state.preset)
        try:
            found = self.engine.presets.get(name)
        except NotFound:
            found = Preset(name, dict(metadata), dict(customizations))
            self.engine.presets.offer(found)
        self._be_in(found.name, metadata)

    @property
    def active_preset_name(self) -> str | None:
        """The active preset's name; assigning one is like assigning `active_preset`."""
        return self.state.preset or None

    @active_preset_name.setter
    def active_preset_name(self, name: str | None) -> None:
        metadata = self.engine.presets.get(name).metadata if name else {}
        self._be_in(name or "", metadata)

    def _be_in(self, name: str, metadata: Mapping[str, Any]) -> None:
        kept = {key: value for key, value in metadata.items() if key != "filepath"}
        changed = bool(name) and (self.state.changed or name != self.state.preset)
        self.state = replace(self.state, preset=name, preset_metadata=kept, changed=changed)
