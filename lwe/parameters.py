"""The parameters of a state: what they may be, what they are, and what differs from the preset."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lwe.domain import Preset
from lwe.errors import NotFound, PresetError
from lwe.presets import Presets
from lwe.providers.customized import flat_keys
from lwe.providers.options import PresetValue, names_of, rule_of
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers, full_name
from lwe.state import State

UNSET = "None"
"""How "not sent" is written where a value is typed."""
KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a provider lets one say.

    Attributes:
        name: dotted.
        value: None when it is not sent.
        filed: what the preset's file says, None without one.
        allowed: in words; empty when anything is.
        options: the values to choose from; empty when they are not listed.
        private: whether the value is a secret.
    """

    name: str
    value: Any
    filed: Any
    allowed: str
    options: tuple[str, ...]
    private: bool

    @property
    def differs(self) -> bool:
        """Whether the value is not the file's."""
        return bool(self.value != self.filed)

    @property
    def shown(self) -> str:
        """The value as it is written, a secret only as being there."""
        if self.value is None:
            return ""
        return "(set)" if self.private else str(self.value)


class Parameters:
    """Reads and changes the parameters of states.

    Args:
        providers: say what may be set.
        presets: what is compared with.
    """

    def __init__(self, providers: Providers, presets: Presets) -> None:
        self._providers, self._presets = providers, presets

    def of(self, state: State) -> list[Parameter]:
        """Return what can be set, the model first, then by name.

        Raises:
            NotFound: when the state's provider does not exist.
        """
        provider = self._providers.get(state.provider)
        filed = self._filed(state, provider)
        rules = provider.customization_config()
        names = {name for name in names_of(rules) if not name.endswith("*")}
        names |= set(flat_keys(state.customizations)) | set(flat_keys(filed))
        first = provider.model_property_name
        return [
            _parameter(rules, name, state.customizations, filed)
            for name in sorted(names, key=lambda name: (name != first, name))
            if not name.startswith("_")
        ]

    def changed(self, state: State, name: str, value: Any) -> State:
        """Return the state with another value of a parameter.

        Args:
            name: dotted.
            value: as it is typed; "None" for not sent.

        Raises:
            PresetError: with what is allowed.
        """
        provider = self._of_its_own(state)
        success, customizations, message = provider.set_customization_value(name, value)
        if not success:
            raise PresetError(message)
        return replace(
            state,
            customizations=customizations,
            changed=bool(state.preset)
            and _said(customizations) != _said(self._filed(state, provider)),
        )

    def restored(self, state: State, name: str) -> State:
        """Return the state with what the preset's file says of a parameter.

        Raises:
            PresetError: when that is not allowed any more.
        """
        filed = self._filed(state, self._providers.get(state.provider))
        value = _found(filed, name)
        return self.changed(state, name, UNSET if value is None else value)

    def as_preset(self, state: State, opening: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return metadata and parameters that make this state again; never a secret.

        Args:
            opening: the system message that the preset is to name; None for none.
        """
        provider = self._providers.get(state.provider)
        secret = provider.private_parameters()
        kept = {k: v for k, v in state.customizations.items() if k not in secret and k[0] != "_"}
        metadata = {**state.preset_metadata, "provider": provider.display_name}
        for key, value in (
            ("system_message", opening),
            ("max_submission_tokens", state.max_submission_tokens),
        ):
            metadata.pop(key, None)
            if value:
                metadata[key] = value
        return metadata, {k: v for k, v in kept.items() if v is not None}

    def state_of(self, preset: Preset) -> State:
        """Return a state that says no more than a preset's file, for changing the file.

        Raises:
            PresetError: when the preset names no provider.
            NotFound: when there is no such provider.
        """
        named = preset.metadata.get("provider")
        if not named:
            raise PresetError(f"The preset '{preset.name}' names no provider.")
        provider = self._providers.get(full_name(str(named)))
        limit = preset.metadata.get("max_submission_tokens")
        return State(
            preset=preset.name,
            preset_metadata=preset.metadata,
            provider=provider.name,
            customizations=preset.customizations,
            max_submission_tokens=limit if isinstance(limit, int) else None,
        )

    def _of_its_own(self, state: State) -> Provider:
        """Return a provider that changes nobody else's parameters."""
        provider = copy.copy(self._providers.get(state.provider))
        provider.detach()
        provider.set_customizations(state.customizations)
        return provider

    def _filed(self, state: State, provider: Provider) -> Mapping[str, Any]:
        """Return what asks when nothing has been changed."""
        if not state.preset:
            return provider.default_customizations()
        try:
            preset = self._presets.get(state.preset)
        except (NotFound, PresetError):
            return {}  # The file is gone or broken: everything differs from it.
        return provider.default_customizations(preset.customizations)


def _parameter(
    rules: Mapping[str, Any], name: str, live: Mapping[str, Any], filed: Mapping[str, Any]
) -> Parameter:
    try:
        rule = rule_of(rules, name.split("."))
    except KeyError:
        rule = None
    known = rule if isinstance(rule, PresetValue) else None
    return Parameter(
        name=name,
        value=_found(live, name),
        filed=_found(filed, name),
        allowed=". ".join(_allowed(known)) if known else "",
        options=tuple(_options(known)) if known else (),
        private=bool(known and known.private),
    )


def _allowed(rule: PresetValue) -> Iterator[str]:
    if rule.options:
        yield f"one of {', '.join(rule.options)}"
        return
    least, most = rule.min_value, rule.max_value
    bounds = ""
    if least is not None and most is not None:
        bounds = f" between {least:g} and {most:g}"
    elif least is not None:
        bounds = f", at least {least:g}"
    elif most is not None:
        bounds = f", at most {most:g}"
    yield f"{KINDS.get(rule.value_type, 'a mapping')}{bounds}"


def _options(rule: PresetValue) -> list[str]:
    if rule.value_type is bool:
        return ["true", "false"]
    return rule.options if rule.value_type is str else []


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not sent, however that is written."""
    return {
        name: _found(values, name) for name in flat_keys(values) if _found(values, name) is not None
    }


def _found(values: Mapping[str, Any], name: str) -> Any:
    value: Any = values
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value
