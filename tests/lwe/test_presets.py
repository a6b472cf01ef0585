"""Presets: found in the seed's order, whatever stands beside them; merged without sharing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lwe.config.config import Config
from lwe.domain import Preset
from lwe.errors import ConfigError, NotFound, PresetError
from lwe.presets import Presets, merge

SHIPPED = [
    "gpt-4-chatbot-responses",
    "gpt-4-code-generation",
    "gpt-4-creative-writing",
    "gpt-4o-mini",
    "local",
]


class Folders:
    """The two preset folders of a profile, and its presets."""

    def __init__(self, profile: str = "default") -> None:
        self.config = Config(profile=profile)
        self.shared, self.own = self.config.directories("presets")
        self.presets = Presets(self.config)

    def put(self, folder: Path, name: str, text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def preset(model: str, provider: str = "fake_llm", **metadata: object) -> str:
    return yaml.safe_dump(
        {
            "metadata": {"provider": provider, **metadata},
            "model_customizations": {"model_name": model},
        }
    )


@pytest.fixture
def folders() -> Folders:
    return Folders()


def test_the_shipped_presets_are_there(folders: Folders) -> None:
    assert folders.presets.names() == SHIPPED
    assert all(found.system for found in folders.presets.all())
    chat = folders.presets.get("gpt-4-chatbot-responses")
    assert chat.metadata["provider"] == "chat_openai"
    assert dict(chat.customizations) == {
        "model_name": "gpt-4o",
        "temperature": 0.5,
        "top_p": 0.5,
        "request_timeout": 60,
    }


def test_no_folder_is_made_by_looking(folders: Folders) -> None:
    folders.presets.all()
    assert not folders.shared.exists()
    assert not folders.own.exists()


def test_the_profiles_folder_wins_over_the_shared_over_the_shipped(folders: Folders) -> None:
    folders.put(folders.shared, "gpt-4o-mini", preset("shared"))
    assert folders.presets.get("gpt-4o-mini").customizations["model_name"] == "shared"
    folders.put(folders.own, "gpt-4o-mini", preset("own"))
    found = folders.presets.get("gpt-4o-mini")
    assert (found.customizations["model_name"], found.system) == ("own", False)
    assert found.path == str(folders.own / "gpt-4o-mini.yaml")


def test_a_file_that_changes_is_read_again(folders: Folders) -> None:
    folders.put(folders.own, "a", preset("one"))
    assert folders.presets.get("a").customizations["model_name"] == "one"
    folders.put(folders.own, "a", preset("three"))
    assert folders.presets.get("a").customizations["model_name"] == "three"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("metadata: [1\n", "line 2"),
        ("metadata: {}\n", "no mapping 'model_customizations'"),
        ("metadata:\nmodel_customizations: {}\n", "no mapping 'metadata'"),
        ("words", "is no mapping"),
        ("", "is no mapping"),
    ],
)
def test_a_broken_file_hides_no_other(folders: Folders, text: str, reason: str) -> None:
    folders.put(folders.shared, "aaa", text)
    folders.put(folders.shared, "zzz", preset("m"))
    assert folders.presets.names() == [*SHIPPED, "zzz"]
    (broken,) = folders.presets.broken
    assert (broken.name, broken.path) == ("aaa", str(folders.shared / "aaa.yaml"))
    assert reason in broken.reason
    with pytest.raises(PresetError, match="'aaa' cannot be used"):
        folders.presets.get("aaa")


def test_a_file_that_is_no_text_is_broken(folders: Folders) -> None:
    folders.put(folders.own, "a", "")
    (folders.own / "a.yaml").write_bytes(b"\xff\xfe")
    assert [broken.name for broken in folders.presets.broken] == ["a"]


def test_the_files_name_goes_before_the_name_inside(folders: Folders) -> None:
    folders.put(folders.own, "file", preset("one", name="inside"))
    folders.put(folders.own, "number", preset("two", name=7))
    assert folders.presets.get("file").customizations["model_name"] == "one"
    assert folders.presets.get("inside").name == "file"
    assert folders.presets.get("inside").stored_name == "inside"
    assert folders.presets.get("7").name == "number"
    folders.put(folders.own, "inside", preset("three"))
    assert folders.presets.get("inside").customizations["model_name"] == "three"


def test_a_preset_without_a_name_goes_by_its_file(folders: Folders) -> None:
    folders.put(folders.own, "a", preset("m"))
    assert folders.presets.get("a").stored_name == "a"


def test_an_unknown_name_offers_close_ones(folders: Folders) -> None:
    with pytest.raises(NotFound, match=r"Preset 'gpt-4o-mni' not found\..*gpt-4o-mini") as caught:
        folders.presets.get("gpt-4o-mni")
    assert caught.value.answer == "gpt-4o-mni"


def test_saving_writes_the_seeds_file_into_the_last_folder(folders: Folders) -> None:
    metadata = {"provider": "fake_llm", "filepath": "/old", "mine": 1}
    path = folders.presets.save("new", metadata, {"model_name": "ü", "extra": {"b": 1, "a": 2}})
    assert path == folders.own / "new.yaml"
    assert path.read_text("utf-8") == (
        "metadata:\n  mine: 1\n  name: new\n  provider: fake_llm\n"
        "model_customizations:\n  extra:\n    a: 2\n    b: 1\n  model_name: ü\n"
    )
    assert folders.presets.get("new").customizations["extra"] == {"a": 2, "b": 1}
    assert metadata == {"provider": "fake_llm", "filepath": "/old", "mine": 1}


@pytest.mark.parametrize("name", ["", "../x", "a/b"])
def test_a_name_that_is_no_file_name_is_not_saved(folders: Folders, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a file name"):
        folders.presets.save(name, {}, {})


def test_values_that_yaml_does_not_know_are_not_saved(folders: Folders) -> None:
    with pytest.raises(PresetError, match="cannot be saved"):
        folders.presets.save("new", {}, {"responses": [object()]})
    assert folders.presets.names() == SHIPPED


def test_deleting_uncovers_the_shipped_preset(folders: Folders) -> None:
    folders.put(folders.own, "local", preset("mine"))
    assert folders.presets.delete("local") == folders.own / "local.yaml"
    assert folders.presets.get("local").system


def test_shipped_presets_stay(folders: Folders) -> None:
    with pytest.raises(PresetError, match="came with the program"):
        folders.presets.delete("local")
    with pytest.raises(NotFound):
        folders.presets.delete("nobody")


def test_the_profile_named_test_has_two_more() -> None:
    presets = Folders("test").presets
    assert presets.names() == [*SHIPPED, "test", "test_2"]
    found = presets.get("test")
    assert found.metadata == {
        "description": "Testing preset",
        "name": "test",
        "provider": "fake_llm",
        "filepath": "",
    }
    assert (found.customizations, presets.get("test_2").customizations) == (
        {},
        {"model_name": "gpt-4o"},
    )
    with pytest.raises(PresetError):
        presets.delete("test")


def test_merging_goes_deep_and_replaces_lists() -> None:
    base = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    assert merge(base, {"a": {"y": [3]}, "b": {"c": 2}, "d": None}) == {
        "a": {"x": 1, "y": [3]},
        "b": {"c": 2},
        "d": None,
    }


def test_what_is_merged_shares_nothing() -> None:
    base, over = {"a": {"x": [1]}}, {"b": {"y": [{"z": 1}]}, "a": {"w": {}}}
    merged = merge(base, over)
    merged["a"]["x"].append(2)
    merged["b"]["y"][0]["z"] = 2
    merged["a"]["w"]["v"] = 1
    assert (base, over) == ({"a": {"x": [1]}}, {"b": {"y": [{"z": 1}]}, "a": {"w": {}}})


def test_functions_are_not_copied() -> None:
    class Listener:
        def hear(self, piece: str) -> None:
            self.heard = piece

    listener = Listener()
    merged = merge({"f": listener.hear}, {"o": {"g": listener.hear}})
    assert merged["f"].__self__ is merged["o"]["g"].__self__ is listener


def offered(model: str, name: str = "ollama") -> Preset:
    return Preset(name, {"provider": "fake_llm"}, {"model_name": model}, path="x")


def test_a_preset_may_be_offered_without_a_file(folders: Folders) -> None:
    assert "ollama" not in folders.presets.names()
    folders.presets.offer(offered("one"))
    found = folders.presets.get("ollama")
    assert (found.customizations["model_name"], found.path, found.system) == ("one", "", True)
    folders.presets.offer(offered("two"))
    assert [p.name for p in folders.presets.all()] == sorted([*SHIPPED, "ollama"])
    assert folders.presets.get("ollama").customizations["model_name"] == "two"
    with pytest.raises(PresetError, match="no file"):
        folders.presets.delete("ollama")
    assert not folders.own.exists()
    assert "ollama" not in Folders().presets.names()


def test_a_file_wins_over_an_offered_preset(folders: Folders) -> None:
    folders.presets.offer(offered("offered"))
    folders.put(folders.own, "ollama", preset("file"))
    found = folders.presets.get("ollama")
    assert (found.customizations["model_name"], found.system) == ("file", False)
    folders.presets.delete("ollama")
    assert folders.presets.get("ollama").customizations["model_name"] == "offered"
