"""A slip in a configuration file is told with the key that was meant; a wrong type is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lwe.config.config import Config
from lwe.config.defaults import defaults
from lwe.config.known import check, known
from lwe.errors import ConfigError

FILE = "/p/config.yaml"


def dotted(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def test_the_defaults_are_known_and_of_their_kinds() -> None:
    assert check(defaults(), FILE) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("backend_options.default_user", 1),
        ("backend_options.default_user", "ann"),
        ("backend_options.auto_create_first_user", "ann"),
        ("backend_options.default_conversation_id", 7),
        ("directories.presets", "/one/folder"),
        ("directories.presets", ["/one", "/two"]),
        ("shell.history_file", False),
        ("model.streaming", True),
        ("model.default_preset", 4),
        ("model.system_message", {"pirate": "Arr.", "empty": None}),
        ("mcp.timeout", 0.5),
        ("mcp.servers.files.command", ["run"]),
        ("plugins.provider_chat_openai.models", {"m": {"max_tokens": 9}}),
        ("plugins.anything", 1),
        ("decisions.presets.triage", {"model": "m"}),
    ],
)
def test_these_are_allowed(key: str, value: Any) -> None:
    assert check(dotted(key, value), FILE) == []


@pytest.mark.parametrize("key", sorted(known()))
def test_null_is_the_default_everywhere(key: str) -> None:
    assert check(dotted(key, None), FILE) == []


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("tools.max_rounds", "lots", "a whole number of at least 1, not 'lots'"),
        ("tools.max_rounds", 0, "a whole number of at least 1, not 0"),
        ("tools.policy", "maybe", "ask, always or never, not 'maybe'"),
        ("tools.max_rounds", True, "a whole number of at least 1, not True"),
        ("mcp.timeout", "soon", "a number of seconds, not 'soon'"),
        ("shell.streaming", "perhaps", "true or false, not 'perhaps'"),
        ("shell.history_file", True, "a file's name, or false for none, not True"),
        ("backend_options.default_conversation_id", "a", "the number of a conversation, not 'a'"),
        ("directories.tools", {"a": 1}, "a list of texts, not {'a': 1}"),
        ("plugins.enabled", [{"echo": 1}], "a list of texts, not [{'echo': 1}]"),
        ("model.default_preset", ["a"], "a text, not ['a']"),
        ("model.system_message", {"a": ["b"]}, "a section of texts, not {'a': ['b']}"),
        ("mcp.servers", ["a"], "a section of keys, not ['a']"),
        ("model", "fast", "a section of keys, not 'fast'"),
        ("database", True, "a text, not True"),
    ],
)
def test_a_wrong_type_is_refused_with_file_and_key(key: str, value: Any, wanted: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(dotted(key, value), FILE)
    assert str(caught.value) == f"{key} has to be {wanted}. Correct it in {FILE}."


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("tols", "tools"),
        ("tools.max_round", "tools.max_rounds"),
        ("default_preset", "model.default_preset"),
        ("shell.default_preset", "model.default_preset"),
        ("chat.log.file", "chat.log.filepath"),
        ("directories.template", "directories.templates"),
    ],
)
def test_a_slip_names_the_nearest_key(key: str, meant: str) -> None:
    said = f"{FILE}: '{key}' is no key that anything reads. Did you mean '{meant}'?"
    assert check(dotted(key, "x"), FILE) == [said]


def test_an_unknown_section_is_told_once() -> None:
    assert check({"zzzz": {"a": 1, "b": {"c": 2}}}, FILE) == [
        f"{FILE}: 'zzzz' is no key that anything reads."
    ]


def written(content: object) -> Config:
    config = Config()
    Path(config.config_profile_dir, "config.yaml").write_text(yaml.safe_dump(content))
    return config


def test_a_file_is_checked_when_it_is_read() -> None:
    config = written({"shel": 1, "mystery": 2})
    for _ in range(2):
        config.load_from_file()
    told = [text.partition(": ")[2].partition(" is")[0] for text in config.warnings]
    assert told == ["'mystery'", "'shel'"]
    assert config.get("mystery") == 2
    with pytest.raises(ConfigError, match=r"^tools has to be a section of keys, not 3\. Correct"):
        written({"tools": 3}).load_from_file()


def test_a_path_is_told_once() -> None:
    config = Config()
    Path(config.config_profile_dir, "config.yaml").mkdir()
    with pytest.raises(ConfigError) as caught:
        config.load_from_file()
    assert str(caught.value).count("config.yaml") == 1
