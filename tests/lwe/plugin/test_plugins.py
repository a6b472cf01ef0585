"""Plugins are found, set up and reloaded; one that cannot be used is told and hides no other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.core.plugin import Plugin
from lwe.errors import NotFound, ProviderError
from lwe.plugin import PluginError, Plugins, find
from lwe.providers.llm import Reply
from lwe.providers.registry import Providers

PROFILE = Path(__file__).parents[2] / "fixtures" / "seed_profile"
COUNTER = '''
from lwe.core.plugin import Plugin

class Counter(Plugin):
    """
    Counts things

    and more.
    """

    def default_config(self):
        return {"unit": "words", "nested": {"a": 1, "b": 2}}

    def setup(self):
        self.unit = self.config.get("plugins.counter.unit")

    def command_count_all(self, arg):
        return True, len(arg.split()), self.unit
'''
PROVIDER = '''
from lwe.plugins.provider_fake_llm import ProviderFakeLlm

class ProviderMine(ProviderFakeLlm):
    """Mine"""
    count = 0

    def fetch_models(self):
        return {"mine-1": {"max_tokens": 11}}

    @property
    def default_model(self):
        return "mine-1"
'''


class Profile:
    """A profile whose plugins a test writes."""

    def __init__(self) -> None:
        self.config = Config()
        self.folders = self.config.directories("plugins")

    def put(self, name: str, code: str, folder: int = 0) -> Profile:
        self.folders[folder].mkdir(parents=True, exist_ok=True)
        (self.folders[folder] / f"{name}.py").write_text(code)
        return self

    def enabled(self, *names: str) -> Plugins:
        self.config.set("plugins.enabled", list(names))
        return Plugins(self.config)


@pytest.fixture
def profile() -> Profile:
    return Profile()


def test_a_plugin_of_the_user_is_set_up(profile: Profile) -> None:
    profile.config.set("plugins.counter", {"unit": "lines", "nested": {"b": 3}, "own": 1})
    plugins = profile.put("counter", COUNTER).enabled("counter")
    plugins.backend = "the backend"
    counter = plugins.get("counter")
    assert (counter.name, counter.plugin_type, counter.description) == (
        "counter",
        "plugin",
        "Counts things",
    )
    assert (counter.backend, counter.shell, counter.unit) == ("the backend", None, "lines")
    assert profile.config.get("plugins.counter") == {
        "unit": "lines",
        "nested": {"a": 1, "b": 3},
        "own": 1,
    }
    assert plugins.commands()["count-all"]("a b") == (True, 2, "lines")
    assert plugins.get("counter") is counter is plugins.all()["counter"]


def test_the_order_is_the_configurations_and_openai_is_always_there(profile: Profile) -> None:
    profile.put("counter", COUNTER)
    names = ["provider_fake_llm", "counter", "provider_chat_openai_compat"]
    plugins = profile.enabled(*names, "counter")
    assert list(plugins.all()) == [*names, "provider_chat_openai"]
    assert plugins.broken == []
    assert list(profile.enabled("provider_chat_openai").all()) == ["provider_chat_openai"]


@pytest.mark.parametrize("enabled", [None, "counter", 5])
def test_an_odd_list_is_read_as_meant(profile: Profile, enabled: object) -> None:
    profile.config.set("plugins.enabled", enabled)
    plugins = Plugins(profile.config)
    wanted = ["counter"] if enabled == "counter" else []
    assert plugins.names == [*wanted, "provider_chat_openai"]


def test_the_first_folder_wins_and_a_user_may_replace_ours(profile: Profile) -> None:
    profile.put("counter", COUNTER).put("counter", "raise RuntimeError", folder=1)
    mine = PROVIDER.replace("ProviderMine", "ProviderFakeLlm2").replace(
        "import ProviderFakeLlm\n", "import ProviderFakeLlm as Base\n"
    )
    mine = mine.replace("(ProviderFakeLlm)", "(Base)").replace(
        "ProviderFakeLlm2", "ProviderFakeLlm"
    )
    profile.put("provider_fake_llm", mine, folder=1)
    plugins = profile.enabled("counter", "provider_fake_llm")
    assert plugins.get("counter").description == "Counts things"
    assert Providers(profile.config, plugins).get("fake_llm").description == "Mine"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import langchain_core.messages", "works without LangChain"),
        ("import no_such_package", "needs the Python package no_such_package"),
        ("def", "SyntaxError: invalid syntax"),
        ("x = 1", "has no class Counter"),
        (COUNTER.replace("self.unit =", "raise OSError('full') #"), "OSError: full"),
        (COUNTER.replace("def setup", "def other"), "does not define setup"),
        (
            COUNTER + "\n    def incompatible_backends(self):\n        return ['api']\n",
            "does not work with this backend",
        ),
        (None, "There is no counter.py in"),
    ],
)
def test_a_broken_plugin_is_told_and_the_rest_load(
    profile: Profile, code: str | None, reason: str
) -> None:
    profile.put("other", COUNTER.replace("Counter", "Other"))
    if code is not None:
        profile.put("counter", code)
    plugins = profile.enabled("counter", "other")
    assert list(plugins.all()) == ["other", "provider_chat_openai"]
    ((name, said),) = plugins.broken
    assert name == "counter"
    assert reason in said
    with pytest.raises(PluginError, match="The plugin counter cannot be used: "):
        plugins.get("counter")


def test_nothing_is_imported_before_somebody_asks(profile: Profile) -> None:
    profile.put("counter", "raise SystemExit('imported')")
    plugins = profile.enabled("counter", "provider_fake_llm")
    assert plugins.get("provider_fake_llm").name == "provider_fake_llm"
    assert plugins.broken == []
    with pytest.raises(NotFound, match="Plugin 'countr' not found"):
        plugins.get("countr")


def test_an_installed_package_is_found_by_its_distributions_name(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.put("counter", COUNTER)
    packaged = find.find_class("counter", profile.folders)
    entry = SimpleNamespace(
        name="lwe_plugin_any",
        dist=SimpleNamespace(name="lwe-plugin-far-away"),
        load=lambda: packaged,
    )
    monkeypatch.setattr(find, "_entry_points", lambda: [entry])
    plugins = profile.enabled("far_away")
    assert plugins.get("far_away").description == "Counts things"
    assert profile.enabled("counter").get("counter").name == "counter"


def test_entry_points_are_those_of_the_seeds_group() -> None:
    assert all(isinstance(entry, EntryPoint) for entry in find._entry_points())


def test_a_reload_imports_again_and_keeps_what_works(profile: Profile) -> None:
    plugins = profile.put("counter", COUNTER).enabled("counter")
    old = plugins.get("counter")
    profile.put("counter", COUNTER.replace("Counts things", "Counts more things than ever"))
    assert plugins.reload("counter").description == "Counts more things than ever"
    new = plugins.get("counter")
    assert new is not old
    assert [path.name for path in profile.folders[0].iterdir()] == ["counter.py"]
    profile.put("counter", "this is no python")
    with pytest.raises(PluginError, match="SyntaxError"):
        plugins.reload("counter")
    assert plugins.get("counter") is new
    with pytest.raises(NotFound):
        plugins.reload("nobody")


def test_a_reload_runs_a_file_that_has_not_changed(profile: Profile) -> None:
    plugins = profile.put("counter", COUNTER).enabled("counter")
    old = plugins.get("counter")
    assert type(plugins.reload("counter")) is not type(old)


def test_a_plugin_may_hold_data_classes_with_annotations_that_are_text(profile: Profile) -> None:
    lines = "from __future__ import annotations\nfrom dataclasses import KW_ONLY, dataclass\n"
    lines += "@dataclass\nclass Row:\n    _: KW_ONLY\n    n: int = 1\n"
    assert profile.put("counter", lines + COUNTER).enabled("counter").get("counter").name


def test_a_class_without_a_file_can_be_added(profile: Profile) -> None:
    class Here(Plugin):
        def setup(self) -> None: ...

        def default_config(self) -> dict[str, Any]:
            return {}

        def command_here(self, arg: str) -> str:
            return arg

    plugins = profile.enabled()
    assert plugins.add("here", Here).name == "here"
    assert plugins.commands()["here"]("x") == "x"


# Providers


def test_a_provider_plugin_is_a_provider_and_reloads(profile: Profile) -> None:
    plugins = profile.put("provider_mine", PROVIDER).enabled("provider_mine")
    providers = Providers(profile.config, plugins)
    mine = providers.get("mine")
    assert mine is plugins.get("provider_mine")
    assert (mine.get_model(), mine.max_submission_tokens()) == ("mine-1", 11)
    assert "provider_mine" in providers.names()
    profile.put("provider_mine", PROVIDER.replace("mine-1", "mine-two"))
    again = providers.reload("mine")
    assert again is providers.get("provider_mine") is not mine
    assert list(again.known_models) == ["mine-two"]


def test_a_provider_whose_file_was_mended_reloads(profile: Profile) -> None:
    plugins = profile.put("provider_mine", "broken").enabled("provider_mine")
    providers = Providers(profile.config, plugins)
    assert "provider_mine" not in providers.names()
    with pytest.raises(PluginError):
        providers.reload("mine")
    profile.put("provider_mine", PROVIDER)
    assert providers.reload("mine").get_model() == "mine-1"
    assert plugins.broken == []


def test_ours_stays_the_same_object_when_it_is_reloaded(profile: Profile) -> None:
    providers = Providers(profile.config, profile.enabled())
    openai = providers.get("chat_openai")
    assert providers.reload("chat_openai") is openai
    assert providers.get("chat_openai_compat").refresh_models() is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda code: code + "\n    def llm_factory(self):\n        return object\n",
            "works without LangChain",
        ),
        (
            lambda code: code.replace(
                "from lwe.plugins.provider_fake_llm import ProviderFakeLlm",
                "from lwe.core.provider import Provider as ProviderFakeLlm",
            ),
            "does not define stream",
        ),
    ],
)
def test_a_provider_over_langchain_is_told(
    profile: Profile, change: Callable[[str], str], reason: str
) -> None:
    plugins = profile.put("provider_mine", change(PROVIDER)).enabled("provider_mine")
    providers = Providers(profile.config, plugins)
    with pytest.raises(PluginError, match=reason):
        providers.get("mine")
    assert "provider_mine" not in providers.names()
    assert reason in plugins.broken[0][1]


def test_a_broken_file_in_openais_place_leaves_ours(profile: Profile) -> None:
    plugins = profile.put("provider_chat_openai", "x = 1").enabled()
    assert Providers(profile.config, plugins).get("chat_openai").default_model == "gpt-5.4-mini"
    assert [name for name, _ in plugins.broken] == ["provider_chat_openai"]


def test_a_plugin_named_like_a_provider_has_to_be_one(profile: Profile) -> None:
    profile.put("provider_mine", COUNTER.replace("Counter", "ProviderMine"))
    plugins = profile.enabled("provider_mine")
    with pytest.raises(PluginError, match="is no provider"):
        Providers(profile.config, plugins).get("mine")


# Asking a model


def test_a_plugin_asks_the_model_in_force(profile: Profile) -> None:
    plugins = profile.put("counter", COUNTER).enabled("counter")
    Providers(profile.config, plugins)
    plugins.backend = SimpleNamespace(
        provider_name="provider_fake_llm",
        state=SimpleNamespace(customizations={"model_name": "m", "tools": ["t"]}),
    )
    counter = plugins.get("counter")
    assert counter.query_llm([{"role": "user", "content": "hi"}]) == (
        True,
        Reply("test response"),
        "test response",
    )
    assert counter.make_llm({"responses": ["x"]}).invoke("hi").content == "x"
    assert counter.make_llm({"responses": ["x"]}).customizations["model_name"] == "m"
    other = counter.make_llm({"provider": "chat_openai", "temperature": 0})
    assert other.customizations == {"model_name": "gpt-5.4-mini", "temperature": 0.0}
    assert counter.query_llm([5])[:2] == (False, None)


def test_without_the_program_there_is_no_model_to_ask(profile: Profile) -> None:
    made = find.find_class("counter", profile.put("counter", COUNTER).folders)()
    success, reply, sentence = made.query_llm("hi")
    assert (success, reply) == (False, None)
    assert "plugins.enabled" in sentence


def test_without_a_backend_openai_is_asked(profile: Profile) -> None:
    plugins = profile.put("counter", COUNTER).enabled("counter")
    Providers(profile.config, plugins)
    with pytest.raises(ProviderError, match="OpenAI needs an API key"):
        plugins.get("counter").make_llm().invoke("hi")


# The seed's own profile


@pytest.fixture
def seed(tmp_path: Path) -> Plugins:
    for part in ("config", "data"):
        shutil.copytree(PROFILE / part, tmp_path / part)
    config = Config(tmp_path / "config", tmp_path / "data")
    config.load_from_file()
    return Plugins(config)


def test_the_seeds_provider_works_with_the_seeds_cache(seed: Plugins) -> None:
    provider = Providers(seed.config, seed).get("cached_fake")
    assert provider.description == "Fake provider whose model list goes through the plugin cache"
    own = provider.get_customizations(provider.default_customizations())
    assert own == {"model_name": "cached-small"}
    assert (provider.max_submission_tokens(), sorted(provider.available_models)) == (
        1234,
        ["cached-large", "cached-small"],
    )
    assert provider.make_llm({"responses": ["ok"]}).invoke("hi").content == "ok"


def test_the_seeds_command_works(seed: Plugins) -> None:
    pytest.importorskip("lwe.core.util")
    word_count = seed.get("word_count")
    assert seed.commands()["word-count"]("one two three") == (True, 3, "3 words")
    assert word_count.get_shell_completions({}) == {"/word-count": {"one two": None}}
    assert seed.config.get("plugins.word_count.nested") == {"a": 1}
