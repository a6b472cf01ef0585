"""What the command line says about where and how to start, and the configuration it makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lwe.config.config import Config

FOLDERS = ("cache", "templates", "presets", "plugins", "workflows", "tools")
"""Kinds of folders that the command line may name."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about where and how to start.

    Attributes:
        log: the file to which questions and answers are appended.
        stream: False when the answer shall come at once.
        debug: whether everything is logged, to stderr too.
        debug_log: the file for the program's own log.
        arguments: the parsed command line, where folders of resources are looked up.
    """

    config_dir: str | None = None
    data_dir: str | None = None
    profile: str = "default"
    preset: str | None = None
    system_message: str | None = None
    database: str | None = None
    log: str | None = None
    stream: bool = True
    debug: bool = False
    debug_log: str | None = None
    arguments: Any = None


def configured(options: Options) -> Config:
    """Read the profile's configuration and put the command line over it.

    Raises:
        ConfigError: when the file or a folder cannot be used.
    """
    from lwe.config.config import Config

    config = Config(options.config_dir, options.data_dir, options.profile, args=options.arguments)
    config.load_from_file()
    for key, value in _given(options, config).items():
        if value is not None:
            config.set(key, value)
    if (backend := config.get("backend")) != "api":
        config.set("backend", "api")
        config.warnings.append(f"There is no backend '{backend}'; 'api' is used.")
    return config


def theme_folders(options: Options) -> tuple[Path, ...]:
    """Return where the user's themes are, of which none has to be there; reads no file."""
    from lwe.config.paths import default_config_dir

    folder = Path(options.config_dir or default_config_dir()).expanduser()
    return folder / "themes", folder / "profiles" / options.profile / "themes"


def with_keys(config: Config) -> Config:
    """Put the profile's kept keys into the environment, for whoever asks a model.

    Raises:
        ConfigError: when they cannot be read.
    """
    from lwe.config import secrets

    secrets.load(Path(config.config_profile_dir))
    return config


def _given(options: Options, config: Config) -> dict[str, Any]:
    # The library's default is off, the command line's on: only what the file says turns it off.
    written = config.get("shell.streaming", config.written)
    given: dict[str, Any] = {
        "model.default_system_message": options.system_message,
        "database": options.database,
        "shell.streaming": options.stream and written is not False,
        "chat.log.filepath": options.log,
        "chat.log.enabled": True if options.log else None,
        "debug.log.filepath": options.debug_log,
        "debug.log.enabled": True if options.debug_log or options.debug else None,
        "debug.log.level": "debug" if options.debug else None,
        "log.console.level": "debug" if options.debug else None,
    }
    for kind in FOLDERS:
        given[f"directories.{kind}"] = getattr(options.arguments, f"{kind}_dir", None)
    return given
