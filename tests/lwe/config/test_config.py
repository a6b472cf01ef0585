"""A profile's configuration: the seed's keys, defaults, folders and precedence."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.config.defaults import defaults
from lwe.errors import ConfigError, LweError

DEFAULTS = {
    "backend": "api",
    "backend_options.auto_create_first_user": None,
    "backend_options.default_user": None,
    "backend_options.default_conversation_id": None,
    "backend_options.title_generation.provider": None,
    "backend_options.title_generation.model": None,
    "shell.streaming": False,
    "model.default_preset": None,
    "model.default_system_message": "default",
    "model.system_message.creative_writer": "You are a creative writing assistant.",
    "chat.log.enabled": False,
    "chat.log.filepath": "lwe.log",
    "log.console.level": "ERROR",
    "log.console.format": "%(name)s - %(levelname)s - %(message)s",
    "plugins.enabled": ["echo", "examples"],
    "debug.log.enabled": False,
    "debug.log.level": "DEBUG",
    "debug.log.format": "%(name)s - %(asctime)s - %(levelname)s - %(message)s",
}


def written(config: Config, text: str) -> Config:
    """Put a file into the profile and read it."""
    (Path(config.config_profile_dir) / "config.yaml").write_text(text, "utf-8")
    config.load_from_file()
    return config


def test_the_defaults_are_the_seeds() -> None:
    config = Config()
    assert {key: config.get(key) for key in DEFAULTS} == DEFAULTS
    assert str(config.get("model.system_message.programmer")).startswith("You are an expert")
    temporary = tempfile.gettempdir()
    assert config.get("debug.log.filepath") == f"{temporary}/lwe-debug.log"
    assert config.get("shell.history_file") == f"{temporary}/repl_history.log"
    assert config.database_url == f"sqlite:///{config.data_profile_dir}/storage.db"
    assert config.get("database") == config.database_url


def test_the_folders_are_the_seeds(home: Path) -> None:
    config = Config(profile="work")
    conf, data = home / ".config/llm-workflow-engine", home / ".local/share/llm-workflow-engine"
    mine = conf / "profiles/work"
    assert config.config_profile_dir == str(mine)
    assert config.data_profile_dir == str(data / "profiles/work")
    assert config.directories("templates") == [mine / "templates", conf / "templates"]
    assert config.directories("plugins") == [mine / "plugins", conf / "plugins"]
    for kind in ("presets", "workflows", "tools"):
        assert config.directories(kind) == [conf / kind, mine / kind]
    assert config.directories("cache") == [data / "cache"]


def test_starting_makes_the_profiles_folders_and_nothing_else(home: Path) -> None:
    Config(profile="work")
    assert sorted(p.relative_to(home).as_posix() for p in home.rglob("*")) == [
        ".config",
        ".config/llm-workflow-engine",
        ".config/llm-workflow-engine/profiles",
        ".config/llm-workflow-engine/profiles/work",
        ".local",
        ".local/share",
        ".local/share/llm-workflow-engine",
        ".local/share/llm-workflow-engine/profiles",
        ".local/share/llm-workflow-engine/profiles/work",
    ]


def test_the_environment_of_the_command_line_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LWE_CONFIG_DIR", "LWE_DATA_DIR", "LWE_CONFIG_PROFILE"):
        monkeypatch.setenv(name, "/nowhere")
    config = Config()
    assert "nowhere" not in config.config_dir + config.data_dir + config.profile


def test_an_old_folder_wins_with_a_warning(home: Path) -> None:
    old = home / ".config/chatgpt-wrapper"
    old.mkdir(parents=True)
    config = Config()
    assert config.config_dir == str(old)
    assert "chatgpt-wrapper" in config.warnings[0]


@pytest.mark.parametrize("what", ["config", "data"])
def test_a_named_folder_has_to_exist(what: str) -> None:
    with pytest.raises(FileNotFoundError, match=f"{what} directory '/no/such' does not exist") as e:
        Config(**{f"{what}_dir": "/no/such"})  # type: ignore[arg-type]  # one of two names
    assert isinstance(e.value, LweError)
    assert str(e.value).startswith(f"The {what} directory")


def test_folders_that_cannot_be_made_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/nowhere")
    with pytest.raises(ConfigError, match=r"/proc/nowhere/\.config/.* cannot be created"):
        Config()


def test_named_folders_are_used(tmp_path: Path) -> None:
    config = Config(tmp_path, tmp_path, "p")
    assert config.config_profile_dir == config.data_profile_dir == str(tmp_path / "profiles/p")


@pytest.mark.parametrize("profile", ["a/b", "../up", "a b", "/absolute"])
def test_a_path_is_a_profile_as_in_the_seed(tmp_path: Path, profile: str) -> None:
    if profile.startswith("/"):
        profile = f"{tmp_path}{profile}"
    config = Config(tmp_path, tmp_path, profile)
    folder = tmp_path / "profiles" / profile
    assert config.config_profile_dir == config.data_profile_dir == str(folder)
    (folder / "config.yaml").write_text("backend: api\nmodel: {default_preset: mine}\n")
    config.load_from_file()
    assert config.get("model.default_preset") == "mine"
    assert config.database_url == f"sqlite:///{folder}/storage.db"


def test_a_profile_that_cannot_be_a_folder_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="cannot be created: embedded null byte"):
        Config(profile="a\0b")


def test_the_file_goes_over_the_defaults() -> None:
    config = written(
        Config(),
        "model: {system_message: {pirate: Arr.}}\nplugins: {enabled: [x]}\nmine: {a: 1}\n",
    )
    assert config.get("model.system_message.pirate") == "Arr."
    assert config.get("model.system_message.programmer")
    assert config.get("plugins.enabled") == ["x"]
    assert config.get("mine.a") == 1
    assert config.config_file == f"{config.config_profile_dir}/config.yaml"


def test_no_file_or_an_empty_one_leaves_the_defaults() -> None:
    config, untouched = Config(), Config()
    config.load_from_file()
    assert config.config == untouched.config
    assert written(config, "").config == untouched.config


def test_the_file_is_only_read_when_it_is_asked_for(home: Path) -> None:
    config = written(Config(), "model: {default_preset: x}")
    assert (config.get("model.default_preset"), Config().get("model.default_preset")) == ("x", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: [1\nc: 2", "line 3"),
        ("a: 1\n\tb: 2", "line 2"),
        ("- a\n- b", "mapping"),
        ("just words", "mapping"),
    ],
)
def test_a_broken_file_names_itself_and_the_line(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=rf"config\.yaml.*{reason}"):
        written(Config(), text)


def test_a_file_that_is_no_text_is_an_error() -> None:
    config = Config()
    (Path(config.config_profile_dir) / "config.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        config.load_from_file()


def test_none_as_text_is_null() -> None:
    text = "backend_options: {default_user: None, auto_create_first_user: None}"
    config = written(Config(), text)
    assert config.get("backend_options.default_user") is None
    assert config.get("backend_options.auto_create_first_user") is None


@pytest.mark.parametrize(
    ("token", "attribute"),
    [
        ("$CONFIG_DIR", "config_dir"),
        ("$DATA_DIR", "data_dir"),
        ("$PROFILE", "profile"),
        ("$HOME", ""),
    ],
)
def test_tokens_in_paths_are_replaced(token: str, attribute: str, home: Path) -> None:
    config = Config(profile="p")
    value = str(getattr(config, attribute)) if attribute else str(home)
    config.set("database", f"sqlite:///{token}/x.db")
    config.set("directories.presets", [f"{token}/presets"])
    assert config.get("database") == config.database_url == f"sqlite:///{value}/x.db"
    assert config.get("directories.presets") == [f"{value}/presets"]


def test_without_transform_nothing_is_normalised() -> None:
    config = Config()
    config.set("log.console.level", "info", transform=False)
    assert config.get("log.console.level") == "info"
    config.set("debug.log.level", "warning")
    assert (config.get("log.console.level"), config.get("debug.log.level")) == ("INFO", "WARNING")


def test_debug_is_the_consoles_level() -> None:
    config = Config()
    assert config.debug is False
    config.set("log.console.level", "Debug", transform=False)
    assert config.debug is True


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("model.default_preset.deeper", None),
        ("backend.deeper", None),
        ("nothing.at.all", None),
        (["backend"], "api"),
        (["chat", "log", "enabled"], False),
        ("plugins.enabled.0", None),
    ],
)
def test_missing_keys_are_none(keys: Any, value: object) -> None:
    assert Config().get(keys) == value


def test_get_without_keys_is_everything_and_takes_another_mapping() -> None:
    config = Config()
    assert config.get() is config.config
    assert config.get("a.b", {"a": {"b": 3}}) == 3


def test_set_makes_what_is_missing() -> None:
    config = Config()
    config.set("plugins.provider_x.models", {"m": {"max_tokens": 5}})
    config.set(["model", "default_preset", "x"], 1)  # the value there was null
    assert config.get("plugins.provider_x.models.m.max_tokens") == 5
    assert config.get("model.default_preset.x") == 1


def test_setting_below_a_value_is_an_error() -> None:
    with pytest.raises(ConfigError, match="'backend' is not a mapping"):
        Config().set("backend.name", 1)


def test_setting_changes_neither_the_defaults_nor_another_config() -> None:
    config = Config()
    config.set("model.system_message.programmer", "x")
    config.get("plugins.enabled").append("y")
    assert config.default_config == defaults()
    assert Config().config["plugins"] == {"enabled": ["echo", "examples"]}


def test_given_values_go_over_the_defaults() -> None:
    given = {"model": {"default_preset": "a"}}
    config = Config(config=given)
    assert (config.get("model.default_preset"), config.get("backend")) == ("a", "api")
    config.set("model.default_preset", "b")
    assert given == {"model": {"default_preset": "a"}}


def test_a_database_that_is_unset_is_the_profiles_own() -> None:
    config = Config()
    config.set("database", "sqlite:///:memory:")
    assert config.get("database") == "sqlite:///:memory:"
    config.set("database", None)
    assert config.get("database") == f"sqlite:///{config.data_profile_dir}/storage.db"


def test_a_section_that_is_commented_out_has_its_defaults() -> None:
    config = written(Config(), "model:\nlog:\n  console:\nplugins: {enabled: }\n")
    assert config.get("model.default_system_message") == "default"
    assert config.get("log.console.level") == "ERROR"
    assert config.get("plugins.enabled") is None


def test_what_the_file_says_is_told_apart_from_the_defaults() -> None:
    config = Config()
    assert config.written == {}
    written(config, "shell: {streaming: false}")
    assert config.written == {"shell": {"streaming": False}}


def test_streaming_of_the_sample_file_is_understood() -> None:
    config = written(Config(), "model: {streaming: true}")
    assert config.get("shell.streaming") is True
    assert "'model.streaming' is read as 'shell.streaming'" in config.warnings[0]


def test_streaming_under_its_own_name_wins_silently() -> None:
    config = written(Config(), "model: {streaming: true}\nshell: {streaming: false}")
    assert config.get("shell.streaming") is False
    assert config.warnings == []


def test_without_a_command_line_its_names_are_none() -> None:
    assert Config().args.anything_at_all is None


@pytest.mark.parametrize("kind", ["templates", "presets", "plugins", "workflows", "tools", "cache"])
def test_command_line_then_environment_then_configuration(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "cache_dir" if kind == "cache" else f"{kind}_dir"
    variable = f"LWE_{kind.removesuffix('s').upper()}_DIR"
    config = Config(args=Namespace(**{name: None}))
    config.set(f"directories.{kind}", ["/configured"])
    assert config.directories(kind) == [Path("/configured")]
    monkeypatch.setenv(variable, "/one:$PROFILE/two")
    assert config.directories(kind) == [Path("/one"), Path("default/two")]
    config.args = Namespace(**{name: ["/given"]})
    assert config.directories(kind) == [Path("/given")]


@pytest.mark.parametrize("nothing", [None, []])
def test_an_empty_list_of_folders_means_the_default_ones(nothing: object) -> None:
    config = Config()
    config.set("directories.presets", nothing)
    assert config.directories("presets") == Config().directories("presets")


def test_one_folder_needs_no_list() -> None:
    config = Config()
    config.set("directories.presets", "$HOME/presets")
    assert config.directories("presets") == [Path.home() / "presets"]


def test_properties_name_what_is_where() -> None:
    config = Config()
    assert len(config.properties) == 6
    assert all(hasattr(config, name) for name in config.properties)
