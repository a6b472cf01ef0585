"""The commands for how the next question is asked: provider, model, parameters, limits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lwe.commands.command import Args, Candidate, Command, Context, UsageError, whole_number
from lwe.commands.markdown import HERE, as_yaml, matching, plain, section
from lwe.commands.outcome import Outcome
from lwe.errors import LweError, NotFound
from lwe.providers.options import PresetValue, rule_of

if TYPE_CHECKING:
    from lwe.providers.provider import Provider

HIDDEN = "(hidden)"
_MODEL = "model_name"


def public(provider: Provider, customizations: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without the values that nobody may see."""
    private = provider.private_parameters()
    return {key: HIDDEN if key in private else value for key, value in customizations.items()}


# /model


def _model(context: Context, args: Args) -> Outcome:
    path = args.take()
    if not path:
        return _shown(context)
    provider = context.backend.provider
    if not args.rest:
        success, value, message = provider.get_customization_value(path)
        if not success:
            raise _unknown(provider, path, message)
        return Outcome(f"* {plain(path)}: {plain(_shown_value(provider, path, value))}")
    if path == _MODEL:
        context.state = context.engine.states.set_model(context.state, args.rest)
        return Outcome(f"The model is {plain(args.rest)}.")
    success, _all, message = provider.set_customization_value(path, _value(args.rest))
    if not success:
        raise _unknown(provider, path, message)
    provider.check(context.state.customizations, "/model")
    value = provider.get_customization_value(path)[1]
    return Outcome(f"{plain(path)} is {plain(_shown_value(provider, path, value))}.")


def _shown(context: Context) -> Outcome:
    provider = context.backend.provider
    state = context.state
    title = f"## Provider: {plain(provider.display_name)}, model: {plain(state.model or 'none')}"
    return Outcome(f"{title}\n\n{as_yaml(public(provider, provider.get_customizations()))}")


def _shown_value(provider: Provider, path: str, value: Any) -> str:
    return HIDDEN if path.partition(".")[0] in provider.private_parameters() else str(value)


def _value(text: str) -> Any:
    """Read what is written like a mapping or a list; everything else stays a text."""
    if text[0] not in "{[":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _unknown(provider: Provider, path: str, message: str) -> LweError:
    if message.startswith("Invalid key"):
        return NotFound(f"Parameter of {provider.display_name}", path, _names(provider))
    return UsageError(message)


def _names(provider: Provider) -> list[str]:
    return sorted({name.removesuffix(".*") for name in provider.parameters})


def _complete_model(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    provider = context.engine.providers.get(context.state.provider)
    if not words:
        return [Candidate(name) for name in _names(provider)]
    if words == [_MODEL]:
        return _models(context, provider.name)
    return map(Candidate, _values(provider, words[0])) if len(words) == 1 else ()


def _values(provider: Provider, path: str) -> Iterable[str]:
    try:
        rule = rule_of(provider.customization_config(), path.split("."))
    except KeyError:
        return ()  # Running the command says that there is no such parameter.
    return rule.completions if isinstance(rule, PresetValue) else ()


def _models(context: Context, name: str) -> list[Candidate]:
    """Offer the models that are known by now: a key press does not wait for a server."""
    return [Candidate(model) for model in context.engine.providers.get(name).known_models]


# /provider


def _provider(context: Context, args: Args) -> Outcome:
    name = args.take()
    if not name:
        return _shown(context)
    model = args.take()
    args.end()
    context.state = context.engine.states.set_provider(context.state, name, model)
    provider = context.engine.providers.get(context.state.provider)
    asked = context.state.model
    with_model = f", the model {plain(asked)}" if asked else ""
    return Outcome(f"The provider is {plain(provider.display_name)}{with_model}.")


def _providers(context: Context, args: Args) -> Outcome:
    here = context.state.provider
    found = matching(_described_providers(context), args.rest)
    lines = [
        f"* {plain(name)}{f': {plain(about)}' if about else ''}"
        + (f" {HERE}" if f"provider_{name}" == here else "")
        for name, about in found.items()
    ]
    return Outcome(section("Providers", lines, "None."))


def _described_providers(context: Context) -> dict[str, str]:
    found = {}
    for name in context.engine.providers.names():
        try:
            provider = context.engine.providers.get(name)
        except LweError as error:
            found[name.removeprefix("provider_")] = str(error)
            continue
        found[provider.display_name] = provider.label or provider.description
    return found


def _complete_provider(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if not words:
        return [Candidate(name, about) for name, about in _described_providers(context).items()]
    try:
        return _models(context, words[0]) if len(words) == 1 else ()
    except LweError:
        return ()  # Running the command says what is wrong.


# Limits and the system message


def _limit(context: Context, args: Args) -> Outcome:
    number = args.take()
    args.end()
    if number:
        limit = whole_number(number, "The most tokens to submit")
        context.state = replace(context.state, max_submission_tokens=limit)
    return Outcome(f"* Max submission tokens: {context.backend.max_submission_tokens}")


def _system_message(context: Context, args: Args) -> Outcome:
    states = context.engine.states
    if args.rest:
        text = states.system_message(args.rest)
        context.state = replace(context.state, system_message=text)
        return Outcome(f"New conversations begin with: {plain(text)}")
    aliases = states.system_messages()
    now = context.state.system_message
    lines = [
        f"* **{plain(alias)}**: {plain(text)}" + (f" {HERE}" if text == now else "")
        for alias, text in sorted(aliases.items())
    ]
    shown = section("Aliases", lines, "")
    return Outcome(f"## System message\n\n{plain(now)}\n\n{shown}")


def _complete_aliases(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    aliases = context.engine.states.system_messages()
    return () if words else [Candidate(alias, text) for alias, text in sorted(aliases.items())]


COMMANDS = (
    Command(
        "max-submission-tokens",
        "Show or set how many tokens are sent at most.",
        _limit,
        "[NUMBER]",
        "The oldest messages are left out when there are more.",
    ),
    Command(
        "model",
        "Show or set the model and its parameters.",
        _model,
        "[PARAMETER [VALUE]]",
        "A parameter inside another is written with a dot; mappings and lists as JSON. "
        "`None` means that it is not sent.",
        {
            "": "shows all",
            "model_name gpt-4.1-nano": "asks another model",
            "temperature 0.7": "sets one",
            "model_kwargs.user bob": "sets one inside another",
        },
        complete=_complete_model,
    ),
    Command(
        "provider",
        "Show or set the provider, and its model.",
        _provider,
        "[NAME [MODEL]]",
        "The preset, if one was active, is left.",
        complete=_complete_provider,
    ),
    Command("providers", "List the providers.", _providers, "[FILTER]"),
    Command(
        "system-message",
        "Show or set what new conversations begin with.",
        _system_message,
        "[ALIAS | TEXT]",
        "The alias `default` leads back to the ordinary one.",
        complete=_complete_aliases,
    ),
)
