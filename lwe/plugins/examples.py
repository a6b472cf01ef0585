"""`/examples`: puts the presets, templates, tools and workflows to learn from into a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import lwe
from lwe.core import util
from lwe.core.plugin import Plugin
from lwe.errors import ConfigError, LweError
from lwe.shelf import write

TYPES = ["presets", "templates", "workflows", "tools"]
EXAMPLES = Path(lwe.__file__).parent / "shipped" / "examples"

Answer = tuple[bool, Any, str]


class Examples(Plugin):
    """Install example configuration files"""

    def default_config(self) -> dict[str, Any]:
        """Return what `plugins.examples` in a profile's configuration is laid over."""
        return {"confirm_overwrite": True, "default_types": list(TYPES)}

    def setup(self) -> None:
        """Read the configuration, which holds the user's settings by now."""
        settings = self.default_config() | (self.config.get("plugins.examples") or {})
        self.profile_dir: str = self.config.config_profile_dir
        self.examples_root = str(EXAMPLES)
        self.default_types: list[str] = list(settings["default_types"])
        self.confirm_overwrite = bool(settings["confirm_overwrite"])

    def get_shell_completions(self, _base_shell_completions: dict[str, Any]) -> dict[str, Any]:
        """Offer the list and the types."""
        words = util.list_to_completion_hash(["list", *TYPES])
        return {util.command_with_leader("examples"): words}

    def get_examples(self, example_type: str) -> list[str]:
        """Return the names of the files of a type, in order, relative to their folder."""
        folder = Path(self.examples_root, example_type)
        names = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
        return [
            name.as_posix()
            for name in names
            if not name.name.startswith(".")
            and not any(part.startswith("_") for part in name.parent.parts)
        ]

    def install_examples(
        self,
        example_type: str | None = None,
        may_replace: Callable[[Path], bool] | None = None,
    ) -> list[str]:
        """Copy examples into the running profile; print nothing and ask nothing.

        Args:
            example_type: one of the types; all configured ones without it.
            may_replace: says of a file that differs whether it may be lost. Without it such files
                stay, unless `confirm_overwrite` is off.

        Returns:
            The paths of the files that were written.

        Raises:
            ConfigError: when the type is unknown or a file cannot be written.
        """
        wanted = [example_type] if example_type else self.default_types
        if unknown := [name for name in wanted if name not in TYPES]:
            raise ConfigError(f"There are no examples of {unknown[0]}. Use {', '.join(TYPES)}.")
        asked = may_replace or (lambda _path: not self.confirm_overwrite)
        pairs = [(kind, name) for kind in wanted for name in self.get_examples(kind)]
        return [path for kind, name in pairs if (path := self._install(kind, name, asked))]

    def _install(self, kind: str, name: str, may_replace: Callable[[Path], bool]) -> str | None:
        text = Path(self.examples_root, kind, name).read_text("utf-8")
        target = Path(self.profile_dir, kind, name)
        if target.exists() and (_holds(target, text) or not may_replace(target)):
            return None
        write(target, text)
        self.log.info(f"Installed {name} to {target}")
        return str(target)

    def command_examples(self, arg: str) -> Answer | str:
        """
        List or install example files

        They go into the folders of the running profile. You are asked before anything is
        written, and once more for each file of yours that would be replaced.

        Arguments:
            list: Show all examples and where they will be installed
            type: presets, templates, workflows or tools; all of them without it

        Examples:
            {COMMAND} list
            {COMMAND} presets
        """
        if arg == "list":
            return "\n\n".join(map(self._listed, self.default_types))
        if arg and arg not in self.default_types:
            return False, arg, "Invalid example type"
        try:
            written = self.install_examples_confirm(arg or None)
        except LweError as error:
            return False, None, str(error)
        if written is None:
            return False, None, "Skipping installation"
        return True, written, f"Finished installing examples: {len(written)} files written"

    def install_examples_confirm(self, example_type: str | None = None) -> list[str] | None:
        """Ask, and copy examples into the running profile.

        Args:
            example_type: one of the types; all configured ones without it.

        Returns:
            The paths of the files that were written, None when they are not wanted.

        Raises:
            ConfigError: when the type is unknown or a file cannot be written.
        """
        if not self.confirm_install([example_type] if example_type else self.default_types):
            return None
        return self.install_examples(example_type, self._asked)

    def confirm_install(self, example_types: Iterable[str]) -> bool:
        """Ask whether the examples of these types are wanted."""
        kinds = ", ".join(example_types)
        return util.confirm(f"Install examples of {kinds} into {self.profile_dir}?")

    def install_example_file(self, example_type: str, example_file: str) -> None:
        """Copy one example; who would lose a file is asked.

        Raises:
            ConfigError: when it cannot be written.
        """
        self._install(example_type, example_file, self._asked)

    def _asked(self, path: Path) -> bool:
        if not self.confirm_overwrite:
            return True
        return util.confirm(f"{path} exists and differs. Replace it?")

    def _listed(self, kind: str) -> str:
        names = "\n".join(f"* {name}" for name in self.get_examples(kind))
        return f"## {kind}\n\nInstall to: {Path(self.profile_dir, kind)}\n\n{names}".rstrip()


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False  # Not ours, then: whoever asks decides.
