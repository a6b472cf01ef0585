"""`PresetManager` answers as the seed's does, and one bad file costs only itself."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import yaml

from lwe.config.config import Config
from lwe.core.preset_manager import PresetManager, parse_llm_dict
from lwe.presets import Presets

FAST = "metadata: {name: fast, provider: fake_llm}\nmodel_customizations: {model_name: m}\n"


@pytest.fixture
def manager() -> PresetManager:
    return PresetManager()


def put(manager: PresetManager, name: str, text: str) -> Path:
    path = Path(manager.user_preset_dirs[-1], f"{name}.yaml")
    path.write_text(text)
    return path


def test_the_folders_are_made_and_named(manager: PresetManager) -> None:
    assert all(Path(folder).is_dir() for folder in manager.user_preset_dirs)
    assert manager.all_preset_dirs == manager.system_preset_dirs + manager.user_preset_dirs
    assert "gpt-4o-mini" in manager.presets


def test_loading_answers_with_pairs_that_know_their_file(manager: PresetManager) -> None:
    path = put(manager, "fast", FAST)
    assert manager.load_presets() == (True, manager.presets, "Presets successfully loaded")
    metadata = {"name": "fast", "provider": "fake_llm", "filepath": str(path)}
    assert manager.presets["fast"] == (metadata, {"model_name": "m"})


def test_a_bad_file_hides_no_other(manager: PresetManager) -> None:
    put(manager, "a", "model_customizations: {}\n")
    put(manager, "b", "metadata: [\n")
    put(manager, "fast", FAST)
    assert manager.load_presets()[0] is True
    assert "fast" in manager.presets
    assert not {"a", "b"} & set(manager.presets)


def test_a_preset_that_is_changed_by_hand_is_read_afresh(manager: PresetManager) -> None:
    put(manager, "fast", FAST)
    manager.load_presets()
    manager.presets["fast"][0]["name"] = "changed"
    manager.presets["by hand"] = ({}, {})
    manager.load_presets()
    assert manager.presets["fast"][0]["name"] == "fast"
    assert "by hand" not in manager.presets


def test_ensuring(manager: PresetManager) -> None:
    assert manager.ensure_preset("") == (False, None, "No preset name specified")
    assert manager.ensure_preset("fast") == (False, "fast", "Preset 'fast' not found")
    put(manager, "fast", FAST)
    found = manager.ensure_preset("fast")
    assert found == (True, manager.presets["fast"], "preset fast exists")


def test_saving(manager: PresetManager) -> None:
    metadata: dict[str, Any] = {"provider": "fake_llm", "filepath": "/elsewhere"}
    success, path, message = manager.save_preset("mine", metadata, {"temperature": 0.5})
    assert (success, path) == (True, f"{manager.user_preset_dirs[-1]}/mine.yaml")
    assert message == f"Successfully saved preset 'mine' to '{path}'"
    assert metadata["name"] == "mine"
    assert yaml.safe_load(Path(path).read_text()) == {
        "metadata": {"name": "mine", "provider": "fake_llm"},
        "model_customizations": {"temperature": 0.5},
    }


def test_another_folder_may_be_named(manager: PresetManager, tmp_path: Path) -> None:
    success, path, _ = manager.save_preset("mine", {"filepath": "x"}, {}, str(tmp_path))
    assert (success, path) == (True, str(tmp_path / "mine.yaml"))
    assert yaml.safe_load(Path(path).read_text())["metadata"] == {"name": "mine"}
    assert manager.delete_preset("mine", tmp_path)[:2] == (True, "mine.yaml")


@pytest.mark.parametrize("folder", [None, "."])
def test_what_cannot_be_saved_is_a_sentence(manager: PresetManager, folder: str | None) -> None:
    assert manager.save_preset("../up", {}, {}, folder)[:2] == (False, None)
    success, answer, message = manager.save_preset("odd", {}, {"x": object()}, folder)
    assert (success, answer) == (False, None)
    assert "'odd' cannot be saved" in message


def test_deleting(manager: PresetManager) -> None:
    path = put(manager, "fast", FAST)
    message = f"Successfully deleted preset 'fast.yaml' from '{path}'"
    assert manager.delete_preset("fast") == (True, "fast.yaml", message)
    success, answer, message = manager.delete_preset("fast.yaml")
    assert (success, answer) == (False, None)
    assert message.startswith("An error occurred while deleting preset 'fast.yaml'")


def test_system_presets(manager: PresetManager) -> None:
    assert manager.is_system_preset(manager.presets["gpt-4o-mini"][0]["filepath"])
    assert not manager.is_system_preset(put(manager, "fast", FAST))
    assert manager.delete_preset("gpt-4o-mini")[0] is False


def test_additional_presets_are_known_to_the_part_that_is_shared() -> None:
    config = Config()
    part = Presets(config)
    given = {"extra": ({"provider": "fake_llm"}, {"model_name": "x"})}
    manager = PresetManager(config, given, presets=part)
    assert manager.presets["extra"] == given["extra"]
    assert part.get("extra").customizations == {"model_name": "x"}


def test_the_profile_named_test_has_two_more() -> None:
    manager = PresetManager(Config(profile="test"))
    assert manager.presets["test"][0]["provider"] == "fake_llm"
    assert manager.presets["test_2"][1] == {"model_name": "gpt-4o"}
    del manager.presets["test"]
    manager.load_test_preset()
    assert "test" in manager.presets


def test_the_command_lines_folders_come_first(tmp_path: Path) -> None:
    manager = PresetManager(Config(args=Namespace(presets_dir=[str(tmp_path)])))
    assert manager.user_preset_dirs == [str(tmp_path)]


def test_small_helpers(manager: PresetManager) -> None:
    content = {"_type": "chat_openai", "_name": "x", "temperature": 1}
    assert parse_llm_dict(content) == (
        {"provider": "chat_openai", "name": "x"},
        {"temperature": 1},
    )
    both = {"metadata": {"a": 1}, "model_customizations": {"b": 2}}
    assert manager.parse_preset_dict(both) == ({"a": 1}, {"b": 2})
    assert manager.user_metadata_fields()["max_submission_tokens"] is int


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_key_is_never_written(manager: PresetManager, tmp_path: Path, elsewhere: bool) -> None:
    given = {"model_name": "m", "openai_api_key": "sk-1", "model_kwargs": {"access_token": "t"}}
    folder = tmp_path if elsewhere else None
    success, path, message = manager.save_preset("mine", {"provider": "chat_openai"}, given, folder)
    assert success
    assert yaml.safe_load(Path(path).read_text())["model_customizations"] == {
        "model_name": "m",
        "model_kwargs": {},
    }
    assert message.startswith(f"Successfully saved preset 'mine' to '{path}'. openai_api_key, ")
    assert "keys.env" in message
    assert "api_key_env_var" in message
