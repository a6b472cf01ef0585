"""The commands for the configuration and the log; secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lwe.commands.command import Args, Candidate, Command, Context
from lwe.commands.markdown import as_yaml, plain
from lwe.commands.outcome import EditFile, Outcome, StartedOver
from lwe.commands.paths import expanded, paths
from lwe.config.config import Config
from lwe.config.hidden import without_secrets
from lwe.config.paths import VARIABLES
from lwe.errors import ConfigError, NotFound

# /config


def _config(context: Context, args: Args) -> Outcome:
    wanted = args.take()
    args.end()
    config = context.backend.config
    if wanted == "edit":
        return _edit(context)
    if not wanted:
        return Outcome("\n\n".join(show(context) for show in _SECTIONS.values()))
    if wanted in _SECTIONS:
        return Outcome(_SECTIONS[wanted](context))
    if wanted in config.properties:
        return Outcome(f"* {plain(wanted)}: {plain(getattr(config, wanted))}")
    value = config.get(wanted)
    if value is None and wanted not in _keys(config.get()):
        raise NotFound("Configuration section", wanted, _keys(config.get()))
    hidden = without_secrets(value, wanted.rpartition(".")[2])
    return Outcome(f"## Configuration: {plain(wanted)}\n\n{as_yaml(hidden)}")


def _keys(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _keys(value, f"{before}{key}.")


def _files(context: Context) -> str:
    config = context.backend.config
    lines = ["## Files", ""]
    for name in ("config_dir", "config_profile_dir", "config_file", "data_dir", "data_profile_dir"):
        about = name.replace("_", " ").capitalize()
        lines.append(f"* {about}: {plain(getattr(config, name))}")
    lines.append(f"* Database: {plain(without_secrets(config.database_url))}")
    for kind in VARIABLES:
        lines.append(f"* {kind.capitalize()}:")
        lines += [f"    * {plain(folder)}" for folder in config.directories(kind)]
    return "\n".join(lines)


def _profile(context: Context) -> str:
    config = context.backend.config
    shown = as_yaml(without_secrets(config.get()))
    return f"## Configuration of the profile {plain(config.profile)}\n\n{shown}"


def _runtime(context: Context) -> str:
    backend, config = context.backend, context.backend.config
    log = backend.logfile.name if backend.logfile else None
    debug = config.get("debug.log.filepath") if config.get("debug.log.enabled") else None
    shown = {
        "Streaming": bool(config.get("shell.streaming")),
        "Logging to": log,
        "Debug log": debug,
        "Preset": context.state.preset or None,
        "Provider": context.state.provider,
        "Model": context.state.model,
        "Max submission tokens": backend.max_submission_tokens,
        "System message": context.state.system_message,
    }
    return "## In force\n\n" + "\n".join(f"* {name}: {plain(v)}" for name, v in shown.items())


_SECTIONS = {"files": _files, "profile": _profile, "runtime": _runtime}


def _edit(context: Context) -> Outcome:
    config = context.backend.config
    path = Path(config.config_file or Path(config.config_profile_dir) / "config.yaml")

    def read_again() -> Outcome:
        # A copy first: a file with a mistake must not cost the configuration that works.
        Config(config.config_dir, config.data_dir, config.profile).load_from_file()
        user = context.state.user
        config.load_from_file()
        context.backend.initialize_backend(config)
        names = {each.username: each for each in context.engine.store.users()}
        if user is not None and user.username in names:
            context.backend.set_current_user(names[user.username])
        return Outcome("The configuration was read again.", StartedOver(context.state))

    return Outcome(effect=EditFile(path, read_again))


def _complete_config(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if words:
        return ()
    config = context.backend.config
    keys = sorted(_keys(config.get()))
    return [Candidate(word) for word in ("edit", *_SECTIONS, *config.properties, *keys)]


# /log


def _log(context: Context, args: Args) -> Outcome:
    backend = context.backend
    if args.rest:
        if not backend.open_log(str(expanded(args.rest))):
            raise ConfigError(f"{args.rest} cannot be written, so nothing is logged.")
        return Outcome(f"What is said is appended to {plain(backend.logfile.name)}.")
    if backend.logfile is None:
        return Outcome("Nothing is logged. Use /log FILE.")
    name = backend.logfile.name
    backend.close_log()
    return Outcome(f"Logging to {plain(name)} has ended.")


COMMANDS = (
    Command(
        "config",
        "Show or edit the configuration.",
        _config,
        "[files | profile | runtime | edit | KEY]",
        "A key may have dots. `edit` opens the profile's file; afterwards everything is read "
        "again. Secrets are hidden.",
        {"": "shows all", "files": "where things are", "plugins.enabled": "one key"},
        complete=_complete_config,
    ),
    Command(
        "log",
        "Append what is said to a file, or stop it.",
        _log,
        "[FILE]",
        "Without a file logging ends.",
        complete_text=paths,
    ),
)
