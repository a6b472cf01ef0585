"""Presets: read from the user's and the shipped folders, merged, saved, deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lwe.config import edit
from lwe.config.config import Config
from lwe.config.paths import reason
from lwe.config.preset_keys import without_secrets
from lwe.domain import Preset
from lwe.errors import NotFound, PresetError
from lwe.presets_legacy import upgraded
from lwe.shelf import Shelf, write

SYSTEM_PRESETS = Path(__file__).parent / "shipped" / "presets"
SUFFIX = ".yaml"


def _nothing(_provider: str) -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class BrokenPreset:
    """A file that cannot be used, and why."""

    name: str
    path: str
    reason: str


class Presets:
    """All presets of a profile; files that change are read again.

    Args:
        config: names the folders.

    Attributes:
        private: says which parameters of a provider are private.
    """

    private: Callable[[str], Collection[str]] = staticmethod(_nothing)

    def __init__(self, config: Config) -> None:
        folders = config.directories("presets")
        self._shelf = Shelf((SYSTEM_PRESETS, *folders), SYSTEM_PRESETS, folders[-1], SUFFIX)
        self._profile = config.profile
        self._stamp: object = None
        self._offered: dict[str, Preset] = {}
        self._found: dict[str, Preset] = {}
        self._broken: list[BrokenPreset] = []
        self._kept: dict[str, Preset] = {}

    @property
    def broken(self) -> list[BrokenPreset]:
        """The files that cannot be used."""
        self._read()
        return list(self._broken)

    def all(self) -> list[Preset]:
        """Return the presets by name."""
        self._read()
        return [self._found[name] for name in sorted(self._found)]

    def names(self) -> list[str]:
        """Return the presets' names, sorted."""
        return [preset.name for preset in self.all()]

    def get(self, name: str) -> Preset:
        """Find a preset by its file's name, else by the name inside the file.

        Raises:
            PresetError: when the file of that name is broken.
            NotFound: when there is none.
        """
        self._read()
        if name in self._found:
            return self._found[name]
        for preset in self._found.values():
            if preset.stored_name == name:
                return preset
        for broken in self._broken:
            if broken.name == name:
                raise PresetError(f"The preset '{name}' cannot be used: {broken.reason}")
        raise NotFound("Preset", name, self._found)

    def offer(self, preset: Preset) -> None:
        """Add a preset without a file, until the program ends; a file of its name wins."""
        self._offered[preset.name] = replace(preset, path="", system=True)
        self._stamp = None

    def keep(self, preset: Preset) -> None:
        """Go on with a preset as it was read, for as long as its file cannot be used."""
        self._kept[preset.name] = preset
        self._stamp = None

    def save(
        self, name: str, metadata: Mapping[str, Any], customizations: Mapping[str, Any]
    ) -> Path:
        """Write a preset into the user's folder, without keys; see `writable`.

        Raises:
            ConfigError: when the name is none, or the file cannot be written.
            PresetError: when a value cannot be written as YAML.
        """
        path = self._shelf.place(f"{name}{SUFFIX}")
        write(path, as_yaml(name, metadata, self.writable(metadata, customizations)[0]))
        return path

    def change(self, name: str, key: str, value: Any) -> Path:
        """Change one value in a user's file; every other line stays as it is.

        Args:
            key: dotted, from the file's first level.

        Raises:
            NotFound: when there is no such preset.
            PresetError: when it came with the program.
            ConfigError: when the value cannot be changed alone, or the file not be written.
        """
        path = self.file(name)
        write(path, edit.changed(_text(path), key, value))
        return path

    def rename(self, name: str, new: str) -> Path:
        """Give a user's file another name; it stays in its folder.

        Raises:
            NotFound: when there is no such preset.
            PresetError: when it came with the program, or the new name is taken.
            ConfigError: when the new name is none, or the file cannot be written.
        """
        path = self.file(name)
        target = path.with_name(self._shelf.place(f"{new}{SUFFIX}").name)
        if target.exists():
            raise PresetError(f"{target} already exists.")
        write(target, edit.changed(_text(path), "metadata.name", new))
        self.delete(name)
        return target

    def file(self, name: str) -> Path:
        """Return the user's file of a preset, also of one that cannot be used.

        Raises:
            NotFound: when there is none.
            PresetError: when it came with the program.
        """
        for broken in self.broken:
            if broken.name == name:
                return Path(broken.path)
        preset = self.get(name)
        if not preset.path:
            raise PresetError(f"The preset '{name}' has no file that could be changed or deleted.")
        if preset.system:
            raise PresetError(f"The preset '{name}' came with the program and stays.")
        return Path(preset.path)

    def writable(
        self, metadata: Mapping[str, Any], customizations: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the parameters that are written, and the names of keys, which are not."""
        private = self.private(str(metadata.get("provider") or ""))
        return without_secrets(customizations, private)

    def delete(self, name: str) -> Path:
        """Remove a preset of the user.

        Raises:
            NotFound: when there is none.
            PresetError: when it came with the program.
        """
        path = self.file(name)
        try:
            path.unlink()
        except OSError as error:
            raise PresetError(f"{path} cannot be deleted: {reason(error)}") from error
        return path

    def _read(self) -> None:
        stamp = self._shelf.stamp()
        if stamp == self._stamp:
            return
        self._stamp, self._found, self._broken = stamp, dict(self._offered), []
        if self._profile == "test":
            self._found |= {preset.name: preset for preset in _test_presets()}
        for file_name, path in self._shelf.files().items():
            name = file_name.removesuffix(SUFFIX)
            try:
                self._found[name] = self._preset(name, path)
            except PresetError as error:
                self._broken.append(BrokenPreset(name, str(path), str(error)))
                if name in self._kept:
                    self._found[name] = self._kept[name]

    def _preset(self, name: str, path: Path) -> Preset:
        content = _load(path)
        content = upgraded(content) or content
        for part in ("metadata", "model_customizations"):
            if not isinstance(content.get(part), dict):
                raise PresetError(f"{path} has no mapping '{part}'.")
        return Preset(
            name=name,
            metadata=content["metadata"],
            customizations=content["model_customizations"],
            path=str(path),
            system=self._shelf.is_system(path),
        )


def as_yaml(name: str, metadata: Mapping[str, Any], customizations: Mapping[str, Any]) -> str:
    """Return the text of a preset's file.

    Raises:
        PresetError: when a value cannot be written as YAML.
    """
    import yaml

    kept = {key: value for key, value in metadata.items() if key != "filepath"}
    content = {
        "metadata": {**kept, "name": name},
        "model_customizations": dict(customizations),
    }
    try:
        return str(yaml.safe_dump(content, default_flow_style=False, allow_unicode=True))
    except yaml.YAMLError as error:
        raise PresetError(f"The preset '{name}' cannot be saved: {error}") from error


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings deeply into a new one; `over` wins, lists are replaced."""
    merged = {key: _copied(value) for key, value in base.items()}
    for key, value in over.items():
        inner = merged.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(inner, value) if both and inner else _copied(value)
    return merged


def _copied(value: Any) -> Any:
    """Copy mappings and lists; `deepcopy` would copy the objects whose methods are callbacks."""
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PresetError(f"{path} cannot be read: {reason(error)}") from error


def _load(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or reason(error)
        raise PresetError(f"{path}{line}: {problem}") from error
    if not isinstance(content, dict):
        raise PresetError(f"{path} is no mapping.")
    return content


def _test_presets() -> list[Preset]:
    return [
        Preset(
            name,
            {"description": "Testing preset", "name": name, "provider": "fake_llm", "filepath": ""},
            customizations,
        )
        for name, customizations in (("test", {}), ("test_2", {"model_name": "gpt-4o"}))
    ]
