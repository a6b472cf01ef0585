"""The parameters of a provider as the seed's plugins and shell handle them: read, set, completed.

These methods answer in the seed's tuples, because plugins call them; what raises is beside them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from lwe.errors import LweError, PresetError
from lwe.providers.models import Modelled
from lwe.providers.options import PresetValue, checked, completions_of, names_of, rule_of

Answer = tuple[bool, Any, str]
Keys = str | list[str]
_TYPE = "_type"


class Customized(Modelled):
    """The part of a provider that has parameters."""

    type_mark = ""
    """What stands under `_type` among the parameters; the name without its prefix by default."""
    _customizations: Mapping[str, Any] | None = None
    _read: Callable[[], Mapping[str, Any]] | None = None
    _write: Callable[[dict[str, Any]], object] | None = None

    @abstractmethod
    def default_customizations(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the parameters of a request that names none."""

    def customization_config(self) -> dict[str, Any]:
        """Return the parameters and their rules, see `options.Rules`."""
        return {}

    @property
    def parameters(self) -> frozenset[str]:
        """The names that a preset may hold; dotted for nested ones, `.*` for any inside."""
        return names_of(self.customization_config())

    # Checks that raise

    @property
    def takes_tools(self) -> bool:
        """Whether models behind it may be offered tools."""
        return "tools" in self.parameters

    def unknown_parameters(self, customizations: Mapping[str, Any]) -> list[str]:
        """Dotted names of parameters that this provider does not take."""
        known = self.parameters
        return [key for key in flat_keys(customizations) if not _is_known(key, known)]

    def check(self, customizations: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return parameters in their types.

        Args:
            customizations: what a preset or a caller says.
            where: who says so, for the sentence.

        Raises:
            PresetError: for a name that is not taken, or a value that is not allowed.
        """
        customizations = self.get_customizations(customizations)
        if unknown := self.unknown_parameters(customizations):
            raise PresetError(
                f"{self.display_name} does not take {', '.join(unknown)}, named by {where}. "
                f"It takes {', '.join(sorted(self.parameters))}."
            )
        tools = customizations.get("tools")
        if tools is not None and not isinstance(tools, list | tuple):
            raise PresetError(f"tools has to be a list of names. It is named by {where}.")
        rules = self.customization_config()
        try:
            made: dict[str, Any] = checked(rules, customizations, self.model_property_name)
        except PresetError as error:
            raise PresetError(f"{error}. It is named by {where}.") from error
        return made

    @property
    def display_name(self) -> str:
        """The name without its prefix."""
        return self.name.removeprefix("provider_")

    # The seed's surface

    def attach(
        self, read: Callable[[], Mapping[str, Any]], write: Callable[[dict[str, Any]], object]
    ) -> None:
        """Keep the parameters elsewhere from now on, for example in a state.

        Args:
            read: returns them.
            write: takes all of them, changed.
        """
        self._read, self._write = read, write

    def detach(self) -> None:
        """Keep the parameters in this object again."""
        self._read = self._write = None

    @property
    def customizations(self) -> dict[str, Any]:
        """A copy of the parameters in force, with the mark of their type."""
        held = self._customizations if self._read is None else self._read()
        own = self.default_customizations() if held is None else held
        return {**own, _TYPE: self.type_mark or self.display_name}

    @customizations.setter
    def customizations(self, customizations: Mapping[str, Any]) -> None:
        kept = {key: value for key, value in customizations.items() if key != _TYPE}
        if self._write is not None:
            self._write(kept)
        else:
            self._customizations = kept

    def get_customizations(self, customizations: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return parameters without the mark of their type, those in force by default."""
        given = self.customizations if customizations is None else customizations
        return {key: value for key, value in given.items() if key != _TYPE}

    def set_customizations(self, customizations: Mapping[str, Any]) -> None:
        """Replace all parameters."""
        self.customizations = dict(customizations)

    def get_customization_value(self, keys: Keys) -> Answer:
        """Find a parameter; `(True, value, message)`."""
        value: Any = self.customizations
        path = path_of(keys)
        for key in path:
            if not isinstance(value, Mapping) or key not in value:
                return False, None, f"Invalid key {key}."
            value = value[key]
        return True, value, f"Found key {path[-1]}"

    def set_customization_value(self, keys: Keys, new_value: Any) -> Answer:
        """Set a parameter, or all keys of a mapping; `(True, all parameters, message)`."""
        success, value, message = value_of(self, keys, new_value)
        if not success:
            return False, None, message
        path = path_of(keys)
        rule = rule_of(self.customization_config(), path)
        self.customizations = with_value(self.customizations, path, value)
        if isinstance(value, Mapping) and value:  # As in the seed, the last of its keys is told.
            *_, (key, value) = value.items()
            path = [*path, str(key)]
        secret = isinstance(rule, PresetValue) and rule.private
        said = f"Set {'.'.join(path)}" + ("" if secret else f" to {value}")
        return True, self.customizations, said

    def customizations_to_completions(self) -> dict[str, Any]:
        """Return what an editor offers for each parameter, by dotted names."""
        return completions_of(self.customization_config())

    def get_model(self) -> Any:
        """Return the model in force, None when there is none."""
        return self.customizations.get(self.model_property_name)

    def set_model(self, model_name: str) -> Answer:
        """Use another model; `(True, all parameters, message)`."""
        success, _name, message = self.validate_model(model_name)
        if not success:
            return False, None, message
        return self.set_customization_value(self.model_property_name, model_name)

    def validate_model(self, model_name: str) -> Answer:
        """Look a model up in the list; `(True, name, message)`."""
        try:
            self.check_model({**self.customizations, self.model_property_name: model_name})
        except PresetError as error:
            return False, None, str(error)
        return True, model_name, f"Model {model_name!r} is valid"

    def private_parameters(self) -> set[str]:
        """Name the parameters whose values nobody may see."""
        rules = self.customization_config()
        return {k for k, rule in rules.items() if isinstance(rule, PresetValue) and rule.private}


def flat_keys(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Name every leaf of nested mappings with dots."""
    keys: list[str] = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            keys += flat_keys(value, f"{prefix}{key}.")
        else:
            keys.append(f"{prefix}{key}")
    return keys


def _is_known(key: str, known: frozenset[str]) -> bool:
    """Say whether a name is one of a set, inside a free one, or the parent of one."""
    if key in known or any(name.startswith(f"{key}.") for name in known):
        return True
    parts = key.split(".")
    # A parameter that takes anything takes mappings too.
    above = (".".join(parts[:n]) for n in range(1, len(parts)))
    return any(name in known or f"{name}.*" in known for name in above)


def path_of(keys: Keys) -> list[str]:
    """Split a dotted name into its keys."""
    return keys.split(".") if isinstance(keys, str) else list(keys)


def allowed(rule: Any, value: Any, path: list[str], open_name: str) -> Any:
    """Return a parameter's value in the type that its rule says.

    Raises:
        KeyError: with the part of a nested name that is no parameter.
        PresetError: with what would be allowed.
    """
    *parents, last = path
    prefix = "".join(f"{parent}." for parent in parents)
    if rule is dict and not isinstance(value, Mapping):
        return None if value in (None, "None") else _wrong(f"{prefix}{last}", value)
    if isinstance(rule, Mapping) and isinstance(value, Mapping):
        for key in flat_keys(value):
            rule_of(rule, path_of(key))
    made = checked({last: rule}, {last: value}, open_name, prefix)[last]
    return guessed(made) if rule is None and parents else made


def _wrong(name: str, value: Any) -> Any:
    raise PresetError(f"{name} has to be a mapping, not {value!r}")


def guessed(value: Any) -> Any:
    """Read a text as the number that it looks like: nobody knows the type of a free key."""
    for kind in (int, float):
        try:
            return kind(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return value


def with_value(base: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """Return a copy with one value set; of a mapping, each of its keys."""
    key, *rest = path
    made, inner = dict(base), base.get(key)
    below = inner if isinstance(inner, Mapping) else {}
    if rest:
        made[key] = with_value(below, rest, value)
    elif isinstance(value, Mapping) and value:
        made[key] = dict(below)
        for name, each in value.items():
            made[key] = with_value(made[key], [str(name)], each)
    else:
        made[key] = value
    return made


def value_of(provider: Customized, keys: Keys, new_value: Any) -> Answer:
    """Return a parameter's value in its type; `(True, value, message)`."""
    path = path_of(keys)
    try:
        rule = rule_of(provider.customization_config(), path)
        value = allowed(rule, new_value, path, provider.model_property_name)
    except KeyError as error:
        return False, None, f"Invalid key {error.args[0]}."
    except LweError as error:
        return False, None, f"{error}."
    return True, value, "Found preset value."
