"""What a preset may say: the type, range and choices of each parameter, enforced."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lwe.errors import PresetError

Rules = Mapping[str, Any]
"""Parameters and their rules: a `PresetValue`, a mapping of further rules, the type `dict` for
a mapping with free keys, or None for anything; the key `*` stands for all that are not named."""
Choices = Iterable[Any] | Callable[[], Iterable[Any]] | None
Cast = tuple[bool, Any, str | None]
"""Whether a value is allowed, the value in its type, and otherwise why not."""

FREE = "*"
_TYPES = (bool, int, float, str, dict)
_TRUE, _FALSE = ("true", "t", "1"), ("false", "f", "0")


class PresetValue:
    """The rule of one parameter.

    Args:
        value_type: bool, int, float, str or dict.
        min_value: the least number.
        max_value: the greatest number.
        options: the texts to choose from, or what gives them when they are asked for.
        include_none: whether None is offered; it is always taken, for "not sent".
        private: whether the value is a secret that no message may repeat.

    Raises:
        ValueError: for any other type.
    """

    def __init__(
        self,
        value_type: type,
        min_value: float | None = None,
        max_value: float | None = None,
        options: Choices = None,
        include_none: bool = False,
        private: bool = False,
    ) -> None:
        if value_type not in _TYPES:
            raise ValueError("The type of a preset's value is one of bool, int, float, str, dict.")
        self.value_type = value_type
        self.min_value, self.max_value = min_value, max_value
        self._options = options
        self.include_none, self.private = include_none, private

    @property
    def options(self) -> list[str]:
        """The texts to choose from; empty when any will do."""
        given = self._options() if callable(self._options) else self._options
        return [str(option) for option in given or ()]

    @property
    def completions(self) -> dict[str, None]:
        """What an editor offers while the value is typed."""
        found = list(self._offered())
        if self.include_none and self.value_type is not dict:
            found.append("None")
        return dict.fromkeys(found)

    def _offered(self) -> Iterable[str]:
        if self.value_type is bool:
            return ("true", "false")
        if self.value_type is str:
            return self.options
        if self.min_value is None or self.max_value is None:
            return ()
        if self.value_type is int:
            return (str(n) for n in range(int(self.min_value), int(self.max_value) + 1))
        steps = round((self.max_value - self.min_value) * 10)
        return (str(round(self.min_value + step / 10, 1)) for step in range(steps + 1))

    def cast(self, value: Any, name: str = "The value", choose: bool = True) -> Cast:
        """Return `(True, value in its type, None)`, or `(False, None, what would be allowed)`.

        Args:
            value: what was typed, or read from a file; None and "None" mean "not sent".
            name: the parameter's name, which begins the sentence.
            choose: whether a text has to be one of the options.
        """
        if value is None or value == "None":
            return True, None, None
        made = _converted(self.value_type, value)
        if made is None or not self._allows(made, choose):
            said = "" if self.private else f", not {value!r}"
            return False, None, f"{name} has to be {self._wanted(made is not None, choose)}{said}"
        return True, made, None

    def _allows(self, value: Any, choose: bool) -> bool:
        if self.value_type is str:
            options = self.options if choose else []
            return not options or value in options
        if self.value_type in (int, float):
            above = self.min_value is None or value >= self.min_value
            return above and (self.max_value is None or value <= self.max_value)
        return True

    def _wanted(self, right_type: bool, choose: bool) -> str:
        if self.value_type is str and choose and (options := self.options):
            return f"one of {', '.join(options)}"
        kind = _KINDS[self.value_type]
        bounds = self._bounds()
        return bounds if right_type and bounds else f"{kind} {bounds}".strip()

    def _bounds(self) -> str:
        least, most = self.min_value, self.max_value
        if least is not None and most is not None:
            return f"between {least:g} and {most:g}"
        if least is not None:
            return f"at least {least:g}"
        return "" if most is None else f"at most {most:g}"


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    dict: "a mapping",
}


def _converted(kind: type, value: Any) -> Any:
    """Return a value in a type, None when it has no such form."""
    if kind is dict:
        return dict(value) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping | list | tuple | set):
        return None
    if kind is bool:
        word = str(value).strip().lower()
        return word in _TRUE if word in _TRUE + _FALSE else None
    return str(value) if kind is str else _number(kind, value)


def _number(kind: type, value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if isinstance(value, bool) or not math.isfinite(number):
        return None
    if kind is float:
        return number
    return int(number) if number.is_integer() else None


def names_of(rules: Rules, prefix: str = "") -> frozenset[str]:
    """Name every parameter with dots; `.*` for any inside."""
    found: set[str] = set()
    for key, rule in rules.items():
        name = f"{prefix}{key}"
        if isinstance(rule, Mapping):
            found |= names_of(rule, f"{name}.")
        else:
            found.add(f"{name}.*" if rule is dict else name)
    return frozenset(found)


def completions_of(rules: Rules, prefix: str = "") -> dict[str, Any]:
    """Return the completions of every parameter by its dotted name."""
    found: dict[str, Any] = {}
    for key, rule in rules.items():
        name = f"{prefix}{key}"
        if isinstance(rule, Mapping):
            found |= completions_of(rule, f"{name}.")
        elif rule is dict:
            found[name] = {}
        elif isinstance(rule, PresetValue):
            found[name] = rule.completions
        elif prefix and key != FREE:
            found[name] = None
    return found


def rule_of(rules: Rules, keys: list[str]) -> Any:
    """Return the rule of a parameter; None for one that takes anything.

    Raises:
        KeyError: with the part of the name that is no parameter.
    """
    rule: Any = rules
    for position, key in enumerate(keys):
        if rule is None or rule is dict:
            return None
        if not isinstance(rule, Mapping) or (key not in rule and FREE not in rule):
            raise KeyError(keys[position])
        rule = rule.get(key, rule.get(FREE))
    return rule


def checked(rules: Rules, values: Mapping[str, Any], open_name: str, prefix: str = "") -> Any:
    """Return values in the types that the rules say; what they do not name stays.

    Args:
        rules: the parameters that there are.
        values: what a preset says.
        open_name: the parameter whose options are suggestions.
        prefix: dotted name of the mapping that holds the values.

    Raises:
        PresetError: with what would be allowed.
    """
    made: dict[str, Any] = {}
    for key, value in values.items():
        rule, name = rules.get(key, rules.get(FREE)), f"{prefix}{key}"
        if isinstance(rule, PresetValue):
            ok, made[key], error = rule.cast(value, name, choose=name != open_name)
            if not ok:
                raise PresetError(error)
        elif (isinstance(rule, Mapping) or rule is dict) and value is not None:
            if not isinstance(value, Mapping):
                raise PresetError(f"{name} has to be a mapping, not {value!r}")
            inner = rule if isinstance(rule, Mapping) else {}
            made[key] = checked(inner, value, open_name, f"{name}.")
        else:
            made[key] = value
    return made
