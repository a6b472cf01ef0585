"""`PresetManager`: the seed's answering object over `lwe.presets`."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lwe.config.config import Config
from lwe.config.paths import made
from lwe.config.preset_keys import advice
from lwe.domain import Preset
from lwe.errors import PresetError
from lwe.faces.door import Answer, answers
from lwe.presets import SUFFIX, SYSTEM_PRESETS, Presets, as_yaml
from lwe.shelf import Shelf, write

Pair = tuple[dict[str, Any], dict[str, Any]]
"""The seed's form of a preset: metadata and customizations."""


def parse_llm_dict(content: Mapping[str, Any]) -> Pair:
    """Split a flat mapping of old preset files into metadata (`_type`, `_name`, …) and the rest."""
    metadata, customizations = {}, {}
    for key, value in content.items():
        if key == "_type":
            metadata["provider"] = value
        elif key.startswith("_"):
            metadata[key[1:]] = value
        else:
            customizations[key] = value
    return metadata, customizations


class PresetManager:
    """Finds, saves and deletes presets.

    Args:
        config: names the folders; the default profile's without one.
        additional_presets: presets without a file, by name; a file of that name wins.
        presets: the part that does the work, so that several may share one.

    Attributes:
        presets: the presets by name, as `(metadata, customizations)`, when they were last loaded.
    """

    def __init__(
        self,
        config: Config | None = None,
        additional_presets: Mapping[str, Pair] | None = None,
        *,
        presets: Presets | None = None,
    ) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.presets")
        self.additional_presets = dict(additional_presets or {})
        self.user_preset_dirs = [str(folder) for folder in self.config.directories("presets")]
        self.system_preset_dirs = [str(SYSTEM_PRESETS)]
        self.all_preset_dirs = self.system_preset_dirs + self.user_preset_dirs
        self.make_user_preset_dirs()
        self._part = presets or Presets(self.config)
        for name, (metadata, customizations) in self.additional_presets.items():
            self._part.offer(Preset(name, metadata, customizations))
        self.presets: dict[str, Pair] = {}
        self.load_presets()

    def make_user_preset_dirs(self) -> None:
        """Make the user's folders that are not there.

        Raises:
            ConfigError: when one cannot be made.
        """
        for folder in self.user_preset_dirs:
            made(Path(folder))

    @answers
    def load_presets(self) -> Answer:
        """Read all presets; `(True, presets, message)`. Files that cannot be used are left out."""
        self.presets = {preset.name: _pair(preset) for preset in self._part.all()}
        for broken in self._part.broken:
            self.log.error("The preset %s cannot be used: %s", broken.name, broken.reason)
        return True, self.presets, "Presets successfully loaded"

    def load_test_preset(self) -> None:
        """Add the presets `test` and `test_2` in the profile named `test`."""
        if self.config.profile == "test":
            for name in ("test", "test_2"):
                self.presets[name] = _pair(self._part.get(name))

    def ensure_preset(self, preset_name: str) -> Answer:
        """Find a preset; `(True, (metadata, customizations), message)`."""
        if not preset_name:
            return False, None, "No preset name specified"
        if preset_name not in self.presets:
            self.load_presets()
        if preset_name not in self.presets:
            return False, preset_name, f"Preset '{preset_name}' not found"
        return True, self.presets[preset_name], f"preset {preset_name} exists"

    def parse_preset_dict(self, content: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the two parts of a preset file's content."""
        return content["metadata"], content["model_customizations"]

    def user_metadata_fields(self) -> dict[str, type]:
        """Return the metadata that a user may set, with their types."""
        return {
            "description": str,
            "system_message": str,
            "max_submission_tokens": int,
            "return_on_tool_call": bool,
            "return_on_tool_response": bool,
        }

    @answers
    def save_preset(
        self,
        preset_name: str,
        metadata: dict[str, Any],
        customizations: Mapping[str, Any],
        preset_dir: str | Path | None = None,
    ) -> Answer:
        """Write a preset, into the last of the user's folders by default; `(True, path, message)`.

        As in the seed, the name is set in the caller's metadata. Keys are not written, and the
        message says then where they belong.
        """
        metadata["name"] = preset_name
        kept, left = self._part.writable(metadata, customizations)
        if preset_dir is None:
            path = self._part.save(preset_name, metadata, kept)
        else:
            path = _shelf(Path(preset_dir)).place(f"{preset_name}{SUFFIX}")
            write(path, as_yaml(preset_name, metadata, kept))
        message = f"Successfully saved preset '{preset_name}' to '{path}'"
        return True, str(path), f"{message}. {advice(left)}" if left else message

    @answers
    def delete_preset(self, preset_name: str, preset_dir: str | Path | None = None) -> Answer:
        """Remove a preset's file from the last of the user's folders; `(True, file, message)`."""
        file = preset_name if preset_name.endswith(SUFFIX) else f"{preset_name}{SUFFIX}"
        path = _shelf(Path(preset_dir or self.user_preset_dirs[-1])).place(file)
        try:
            path.unlink()
        except OSError as error:
            said = f"An error occurred while deleting preset '{file}': {error}"
            raise PresetError(said) from error
        return True, file, f"Successfully deleted preset '{file}' from '{path}'"

    def is_system_preset(self, filepath: str | Path) -> bool:
        """Say whether a file came with the program."""
        return Path(filepath).is_relative_to(SYSTEM_PRESETS)


def _pair(preset: Preset) -> Pair:
    metadata = copy.deepcopy(dict(preset.metadata))
    if preset.path:
        metadata["filepath"] = preset.path
    return metadata, copy.deepcopy(dict(preset.customizations))


def _shelf(folder: Path) -> Shelf:
    return Shelf((folder,), SYSTEM_PRESETS, folder, SUFFIX)
