"""The commands for presets: load, show, save, edit, delete them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lwe.commands.command import (
    Action,
    Args,
    Candidate,
    Command,
    Context,
    UsageError,
    group,
    whole_number,
)
from lwe.commands.markdown import as_yaml, described, matching, plain, section
from lwe.commands.models import public
from lwe.commands.outcome import Confirm, EditFile, Outcome
from lwe.domain import Preset
from lwe.errors import LweError, NotFound, PresetError

FIELDS: Mapping[str, type] = {
    "description": str,
    "system_message": str,
    "max_submission_tokens": int,
    "return_on_tool_call": bool,
    "return_on_tool_response": bool,
}
"""The metadata that a user may set, with their types."""
_TRUE, _FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")


def _presets(context: Context, args: Args) -> Outcome:
    found = matching(_about(context), args.rest)
    here = context.state.preset
    lines = [described(name, about, name == here) for name, about in found.items()]
    return Outcome(section("Presets", lines, "None."))


def _about(context: Context) -> dict[str, str]:
    presets = context.engine.presets
    found = {p.name: str(p.metadata.get("description") or "") for p in presets.all()}
    broken = {item.name: f"cannot be used: {item.reason}" for item in presets.broken}
    return dict(sorted({**broken, **found}.items()))


def _load(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a preset")
    context.state = context.engine.states.activate_preset(context.state, name)
    return Outcome(f"The preset {plain(context.state.preset)} is in use.")


def _show(context: Context, args: Args) -> Outcome:
    name = args.take() or context.state.preset
    args.end()
    if not name:
        raise UsageError("No preset is in use. Write /preset show NAME.")
    preset = context.engine.presets.get(name)
    customizations = _without_secrets(context, preset)
    metadata = {**preset.metadata, "filepath": preset.path}
    return Outcome(
        f"## Preset {plain(preset.name)}\n\n### Model customizations\n\n{as_yaml(customizations)}"
        f"\n\n### Metadata\n\n{as_yaml(metadata)}"
    )


def _without_secrets(context: Context, preset: Preset) -> dict[str, Any]:
    named = str(preset.metadata.get("provider") or context.state.provider)
    try:
        return public(context.engine.providers.get(named), preset.customizations)
    except LweError:  # Nobody knows what is a secret: then every text may be one.
        return {key: "(hidden)" if "key" in key else v for key, v in preset.customizations.items()}


# Saving


def _save(context: Context, args: Args) -> Outcome:
    name = args.need("The name of a preset")
    old = _existing(context, name)
    if old is not None and old.system:
        raise PresetError(
            f"The preset '{name}' came with the program and stays as it is. Use another name."
        )
    metadata = dict(old.metadata) if old else {}
    if args.rest:
        _set_field(metadata, args)
    provider = context.engine.providers.get(context.state.provider)
    metadata["provider"] = provider.display_name
    kept, left_out = _storable(context, old)
    path = context.engine.presets.save(name, metadata, kept)
    context.state = context.engine.states.activate_preset(context.state, name)
    text = f"The preset {plain(name)} is saved to {plain(path)}, and in use."
    if left_out:
        text += f" Secrets were left out: {plain(', '.join(left_out))}."
    return Outcome(text, changed=("presets",))


def _existing(context: Context, name: str) -> Preset | None:
    try:
        return context.engine.presets.get(name)
    except NotFound:
        return None


def _storable(context: Context, old: Preset | None) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters in force without secrets that the file does not hold already."""
    provider = context.engine.providers.get(context.state.provider)
    given = provider.get_customizations(context.state.customizations)
    before = old.customizations if old else {}
    left_out = [
        key
        for key in provider.private_parameters()
        if given.get(key) is not None and before.get(key) != given[key]
    ]
    return {key: value for key, value in given.items() if key not in left_out}, sorted(left_out)


def _set_field(metadata: dict[str, Any], args: Args) -> None:
    field = args.take()
    if field not in FIELDS:
        raise NotFound("Metadata field", field, FIELDS)
    if args.rest:
        metadata[field] = _typed(field, args.rest)
    else:
        metadata.pop(field, None)


def _typed(field: str, text: str) -> Any:
    kind = FIELDS[field]
    if kind is int:
        return whole_number(text, field)
    if kind is not bool:
        return text
    if text.lower() not in _TRUE + _FALSE:
        raise UsageError(f"{field} has to be true or false, not '{text}'.")
    return text.lower() in _TRUE


# Editing and deleting


def _edit(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a preset")
    path, broken = _file(context, name)

    def read_again() -> Outcome:
        preset = context.engine.presets.get(name)
        if context.state.preset == preset.name:
            context.state = context.engine.states.activate_preset(context.state, name)
        return Outcome(f"The preset {plain(name)} was read again.", changed=("presets",))

    text = f"It cannot be used: {plain(broken)}" if broken else ""
    return Outcome(text, EditFile(path, read_again))


def _file(context: Context, name: str) -> tuple[Path, str]:
    """Return a preset's file, and what is wrong with it."""
    for item in context.engine.presets.broken:
        if item.name == name:
            return Path(item.path), item.reason
    preset = _own(context, name, "edited. Save it under another name: /preset save")
    return Path(preset.path), ""


def _own(context: Context, name: str, what: str) -> Preset:
    preset = context.engine.presets.get(name)
    if preset.system or not preset.path:
        raise PresetError(f"The preset '{name}' came with the program and cannot be {what}.")
    return preset


def _delete(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a preset")
    preset = _own(context, name, "deleted")

    def delete() -> Outcome:
        context.engine.presets.delete(name)
        if context.state.preset == preset.name:
            context.backend.init_provider()
        return Outcome(f"The preset {plain(name)} was deleted.", changed=("presets",))

    return Outcome(effect=Confirm(f"Delete the preset {name}?", delete, (preset.path,)))


# Completing


def _all_names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    return () if words else [Candidate(name, about) for name, about in _about(context).items()]


def _own_names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if words:
        return ()
    system = {preset.name for preset in context.engine.presets.all() if preset.system}
    return [c for c in _all_names(context, words) if c.text not in system]


def _complete_save(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if not words:
        return _own_names(context, words)
    if len(words) == 1:
        return [Candidate(field, kind.__name__) for field, kind in FIELDS.items()]
    boolean = len(words) == 2 and FIELDS.get(words[1]) is bool
    return [Candidate("true"), Candidate("false")] if boolean else ()


PRESET = group(
    "preset",
    "Load, show, save, edit or delete a preset.",
    [
        Action("load", "NAME", "Ask with a preset from now on.", _load, _all_names),
        Action(
            "show", "[NAME]", "Show a preset, the one in use without a name.", _show, _all_names
        ),
        Action(
            "save",
            "NAME [FIELD [VALUE]]",
            "Save what is in force as a preset.",
            _save,
            _complete_save,
        ),
        Action("edit", "NAME", "Open a preset's file in your editor.", _edit, _own_names),
        Action("delete", "NAME", "Delete a preset of yours.", _delete, _own_names),
    ],
    "A preset is a provider, a model and its parameters under a name. `save` with a field sets "
    f"or, without a value, removes one of {', '.join(f'`{field}`' for field in FIELDS)}.",
)

COMMANDS = (PRESET, Command("presets", "List the presets.", _presets, "[FILTER]"))
