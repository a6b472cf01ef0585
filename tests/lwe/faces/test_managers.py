"""The seed's managers of plugins, providers and the cache answer in its tuples."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.core.cache_manager import CacheManager
from lwe.core.plugin import Plugin
from lwe.core.plugin_manager import PluginManager
from lwe.core.provider_manager import ProviderManager
from lwe.plugin import find
from lwe.plugins.provider_chat_openai import ProviderChatOpenai
from lwe.plugins.provider_fake_llm import ProviderFakeLlm

HELLO = """
from lwe.core.plugin import Plugin

class Hello(Plugin):
    def setup(self):
        pass

    def default_config(self):
        return {"word": "hello"}
"""


class Greet(Plugin):
    """A plugin of an installed package."""

    def setup(self) -> None: ...

    def default_config(self) -> dict[str, Any]:
        return {"word": "hi"}


@pytest.fixture
def config() -> Config:
    config = Config()
    config.set("plugins.enabled", ["provider_fake_llm", "hello"])
    folder = config.directories("plugins")[0]
    folder.mkdir(parents=True)
    (folder / "hello.py").write_text(HELLO)
    return config


# Plugins


def test_the_enabled_plugins_are_loaded(config: Config) -> None:
    manager = PluginManager(config, additional_plugins=["provider_chat_openai_compat"])
    assert manager.plugin_list == [
        "provider_fake_llm",
        "hello",
        "provider_chat_openai_compat",
        "provider_chat_openai",
    ]
    assert list(manager.get_plugins()) == manager.plugin_list
    assert manager.plugins["hello"].config.get("plugins.hello.word") == "hello"
    assert manager.package_plugins == {}
    assert manager.load_plugin("hello") is manager.plugins["hello"]
    assert manager.load_plugin("nobody") is None


def test_a_plugin_need_not_be_enabled_to_be_loaded(config: Config) -> None:
    config.set("plugins.enabled", [])
    manager = PluginManager(config)
    assert "hello" not in manager.plugins
    manager.load_plugins(["hello", "nobody"])
    assert list(manager.plugins) == ["provider_chat_openai", "hello"]
    assert manager.plugin_list == ["provider_chat_openai", "hello"]
    assert manager.parts.broken == []
    assert manager.reload_plugin("hello")[0]


def test_plugins_of_installed_packages_are_loaded_by_name(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("greet", "tests.lwe.faces.test_managers:Greet", find.GROUP)
    vars(entry)["dist"] = SimpleNamespace(name="lwe-plugin-greet")
    monkeypatch.setattr(find, "_entry_points", lambda: [entry])
    manager = PluginManager(config)
    assert manager.package_plugins == {}
    manager.load_package_plugins(["greet", "hello", "nobody"])
    assert list(manager.package_plugins) == ["greet"]
    assert manager.plugins["greet"].config.get("plugins.greet") == {"word": "hi"}


def test_a_search_path_replaces_the_folders(config: Config, tmp_path: Path) -> None:
    manager = PluginManager(config, search_path=[str(tmp_path)])
    assert "hello" not in manager.plugins
    (tmp_path / "hello.py").write_text(HELLO)
    manager.reload_plugin("hello")
    assert "hello" in manager.plugins


def test_reloads_answer(config: Config) -> None:
    manager = PluginManager(config)
    old = manager.plugins["hello"]
    success, new, message = manager.reload_plugin("hello")
    assert (success, message) == (True, "Plugin hello reloaded successfully")
    assert manager.plugins["hello"] is new is not old
    assert manager.reload_plugin("x") == (False, None, "Plugin x not found in plugin list")
    file = config.directories("plugins")[0] / "hello.py"
    file.write_text("this is no python at all")
    success, answer, message = manager.reload_plugin("hello")
    assert (success, answer) == (False, None)
    assert message.startswith("Failed to reload plugin hello")


def test_classes_are_injected(config: Config) -> None:
    manager = PluginManager(config)
    manager.inject_plugin("provider_mine", ProviderFakeLlm)
    assert manager.plugins["provider_mine"].name == "provider_mine"
    made = ProviderFakeLlm(config)
    assert manager.setup_plugin("provider_other", made)
    assert made.name == "provider_other"


# Providers


def test_providers_are_found_by_both_names(config: Config) -> None:
    plugins = PluginManager(config)
    manager = ProviderManager(config, plugins)
    provider = plugins.plugins["provider_chat_openai"]
    assert isinstance(provider, ProviderChatOpenai)
    for name in ("chat_openai", "provider_chat_openai"):
        assert manager.load_provider(name) == (
            True,
            provider,
            f"Successfully loaded provider: {name}",
        )
        assert manager.get_provider_from_name(name) is provider
    assert manager.provider_plugins["provider_fake_llm"] is plugins.plugins["provider_fake_llm"]
    assert "provider_groq" in manager.provider_plugins
    assert manager.full_name("x") == manager.full_name("provider_x") == "provider_x"
    assert plugins.reload_plugin("provider_chat_openai")[1] is provider


def test_an_unknown_provider_is_a_failure(config: Config) -> None:
    manager = ProviderManager(config, None)
    assert manager.load_provider("x") == (
        False,
        None,
        "Provider x not found in provider_plugins.",
    )
    assert manager.get_provider_from_name("x") is None


# The cache


@pytest.mark.parametrize(
    ("key", "value"), [("k.yaml", {"a": 1}), ("k.json", [1]), ("k", "some text")]
)
def test_the_cache_answers(config: Config, key: str, value: Any) -> None:
    cache = CacheManager(config)
    path = Path(cache.cache_dirs[0]) / key
    assert cache.cache_get(key) == (False, None, f"Cache entry not found: {key}")
    success, text, message = cache.cache_set(key, value)
    assert (success, message) == (True, f"File {path} saved successfully to cache")
    assert path.read_text() == text
    assert cache.cache_get(key) == (True, value, "File loaded successfully")
    assert cache.load_file(str(path)) == (True, value, "File loaded successfully")
    assert cache.cache_delete(key) == (True, None, f"Cache entry {key} deleted successfully")
    assert cache.cache_delete(key) == (False, None, f"Cache entry not found: {key}")


def test_the_cache_fails_in_sentences(config: Config, tmp_path: Path) -> None:
    cache = CacheManager(config)
    nowhere = str(tmp_path / "nowhere")
    sentence = f"Cache directory not found: {nowhere}"
    assert cache.cache_set("k", "v", nowhere) == (False, None, sentence)
    assert cache.cache_delete("k", nowhere) == (False, None, sentence)
    assert cache.save_file(str(tmp_path / "k.json"), object())[0] is False
    assert cache.load_file(nowhere)[0] is False
