"""Shows the configuration as Markdown on stdout; secrets are hidden, Textual is never loaded."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lwe.config.hidden import without_secrets
from lwe.errors import ConfigError, LweError, NotFound
from lwe_tui.exits import CONFIGURATION, FAILED, OK, USAGE
from lwe_tui.options import FOLDERS, Options, configured, with_keys
from lwe_tui.streams import give_up, show, tell

if TYPE_CHECKING:
    from lwe.config.config import Config


def run(words: Sequence[str], options: Options) -> int:
    """Show the configuration, or a part of it.

    Args:
        words: `files`, `profile`, `runtime`, or a key; nothing for everything.
        options: where the profile is.

    Returns:
        The exit code: 0 shown, 1 no such key, 2 wrong usage, 3 configuration.
    """
    if len(words) > 1:
        tell("config takes one word: files, profile, runtime, or a key.")
        return USAGE
    try:
        config = configured(options)
        if options.preset:
            config.set("model.default_preset", options.preset)
        for warning in config.warnings:
            tell(warning)
        show(_shown(config, words[0] if words else ""))
    except LweError as error:
        tell(str(error))
        return CONFIGURATION if isinstance(error, ConfigError) else FAILED
    except BrokenPipeError:
        give_up()
        return FAILED
    return OK


def _shown(config: Config, word: str) -> str:
    if not word:
        title = f"# Backend configuration: {config.get('backend')}\n\n"
        return title + "\n".join([_files(config), _profile(config), _runtime(config)])
    if word in config.properties:
        return f"{getattr(config, word)}\n"
    sections = {"files": _files, "profile": _profile, "runtime": _runtime}
    return sections[word](config) if word in sections else _section(config, word)


def _files(config: Config) -> str:
    lines = ["# File configuration", ""]
    for name in ("config_dir", "config_profile_dir", "config_file", "data_dir", "data_profile_dir"):
        lines.append(f"* {name.replace('_', ' ').capitalize()}: {getattr(config, name)}")
    lines.append(f"* Database: {without_secrets(config.database_url)}")
    for kind in FOLDERS:
        lines.append(f"* {kind.removesuffix('s').capitalize()} dirs:")
        lines += [f"    * {folder}" for folder in config.directories(kind)]
    return "\n".join([*lines, ""])


def _profile(config: Config) -> str:
    return f"# Profile '{config.profile}' configuration:\n\n{_yaml(config.get())}"


def _runtime(config: Config) -> str:
    chat = config.get("chat.log.filepath") if config.get("chat.log.enabled") else None
    debug = config.get("debug.log.filepath") if config.get("debug.log.enabled") else None
    lines = [
        "# Runtime configuration",
        "",
        f"* Streaming: {bool(config.get('shell.streaming'))}",
        f"* Logging to: {chat}",
        f"* Debug log: {debug}",
        *_in_force(config),
    ]
    return "\n".join([*lines, ""])


def _in_force(config: Config) -> Iterator[str]:
    """Say what a question would be asked with, or why none could be."""
    from lwe.backend import ApiBackend

    quiet = copy.deepcopy(config)  # Whoever looks at the configuration begins no log.
    for log in ("chat", "debug"):
        quiet.set(f"{log}.log.enabled", False)
    try:
        backend = ApiBackend(with_keys(quiet))
        yield f"* Preset: {backend.active_preset_name}"
        yield f"* Provider: {backend.provider_name}"
        yield f"* Model: {backend.model}"
        yield f"* Max submission tokens: {backend.max_submission_tokens}"
        yield f"* System message: {backend.system_message}"
        for notice in backend.engine.take_notices():
            if notice.text not in config.warnings:  # Those are told already.
                tell(notice.text)
    except LweError as error:
        yield f"* Asking is not possible: {error}"


def _section(config: Config, key: str) -> str:
    value: Any = config.get()
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise NotFound("Configuration section", key, _keys(config.get()))
        value = value[part]
    hidden = without_secrets(value, key.rpartition(".")[2])
    return f"# Configuration section '{key}':\n\n{_yaml(hidden)}"


def _keys(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _keys(value, f"{before}{key}.")


def _yaml(value: Any) -> str:
    import yaml

    safe = without_secrets(value)
    text = yaml.safe_dump(safe, default_flow_style=False, allow_unicode=True, width=sys.maxsize)
    ended = text.removesuffix("...\n")  # what YAML puts after a single value
    return f"```yaml\n{ended}```\n"
