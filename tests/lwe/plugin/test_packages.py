"""Installed packages with an entry point are plugins; a broken one is told by its name."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.plugin import Plugins
from lwe.providers.registry import Providers

PROVIDER = '''
from lwe.core.provider import PresetValue, Provider, ReplyFinished, TextDelta


class ProviderParrot(Provider):
    """Says what it was told"""

    default_model = "grey"

    def customization_config(self):
        return {"model_name": PresetValue(str)}

    def stream(self, request, stop):
        yield TextDelta(request.messages[-1].text)
        yield ReplyFinished("stop")
'''
COMMAND = '''
from lwe.core.plugin import Plugin


class Shout(Plugin):
    """Shouts"""

    def default_config(self):
        return {"mark": "!"}

    def setup(self):
        self.mark = self.config.get("plugins.shout.mark")

    def command_shout_it(self, arg):
        return True, arg.upper() + self.mark, "shouted"
'''

FACTORY = """
from lwe.core.provider import Provider


class Torn(Provider):
    capabilities = {"chat": True}
    default_model = "small"

    def llm_factory(self):
        return object

    def customization_config(self):
        return {}
"""


class Site:
    """A folder on `sys.path` into which packages are put as an installer would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, distribution: str, code: str, name: str = "", value: str = "") -> None:
        """Install one module, under an entry point as the seed's packages have it."""
        module = distribution.replace("-", "_")
        plugin = module.removeprefix("lwe_plugin_")
        kind = "".join(part.title() for part in plugin.split("_"))
        (self.folder / f"{module}.py").write_text(code)
        info = self.folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        entry = f"{name or module} = {value or f'{module}:{kind}'}"
        (info / "entry_points.txt").write_text(f"[lwe_plugins]\n{entry}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("lwe_plugin_")]:
        monkeypatch.delitem(sys.modules, name)
    return Site(tmp_path)


def enabled(*names: str) -> Config:
    config = Config()
    config.set("plugins.enabled", list(names))
    return config


def test_a_provider_and_a_command_of_packages_work(site: Site) -> None:
    site.put("lwe-plugin-provider-parrot", PROVIDER)
    site.put("lwe-plugin-shout", COMMAND)
    config = enabled("provider_parrot", "shout")
    bot = ApiBackend(config)
    assert bot.set_provider("parrot")[0]
    assert bot.ask("hello")[:2] == (True, "hello")
    assert bot.provider.name == "provider_parrot"
    assert bot.engine.plugins.commands()["shout-it"]("ah") == (True, "AH!", "shouted")
    assert config.get("plugins.shout") == {"mark": "!"}
    assert bot.engine.plugins.broken == []


def test_they_load_only_when_they_are_enabled(site: Site) -> None:
    site.put("lwe-plugin-shout", "raise RuntimeError('imported')")
    config = enabled()
    assert list(Plugins(config).all()) == ["provider_chat_openai"]
    assert "provider_shout" not in Providers(config, Plugins(config)).names()


@pytest.mark.parametrize(
    ("code", "value", "reason"),
    [
        ("raise RuntimeError('no luck')", "", "RuntimeError: no luck"),
        ("import no_such_thing", "", "no_such_thing, which is not installed"),
        ("import langchain_groq", "", "without LangChain"),
        (FACTORY, "", "define stream, or derive the class from ProviderChatOpenaiCompat"),
        ("x = 1", "", "Torn"),
        (COMMAND, "lwe_plugin_nowhere:Torn", "lwe_plugin_nowhere"),
        (COMMAND.replace("def setup", "def other").replace("Shout(", "Torn("), "", "setup"),
    ],
)
def test_a_broken_one_is_told_and_the_rest_load_in_their_order(
    site: Site, code: str, value: str, reason: str
) -> None:
    site.put("lwe-plugin-torn", code, value=value)
    site.put("lwe-plugin-shout", COMMAND)
    site.put("lwe-plugin-provider-parrot", PROVIDER)
    names = ["provider_parrot", "torn", "shout"]
    for order in (names, names[::-1]):
        plugins = Plugins(enabled(*order))
        loaded = [name for name in order if name != "torn"]
        assert list(plugins.all()) == [*loaded, "provider_chat_openai"]
        ((name, said),) = plugins.broken
        assert name == "torn"
        assert reason in said


def test_a_distributions_name_may_have_underscores(site: Site) -> None:
    site.put("lwe_plugin_shout", COMMAND, name="anything")
    assert list(Plugins(enabled("shout")).all()) == ["shout", "provider_chat_openai"]


def test_a_notice_names_the_broken_package(site: Site) -> None:
    site.put("lwe-plugin-torn", "raise RuntimeError('no luck')")
    engine = ApiBackend(enabled("torn")).engine
    engine.plugins.begin()
    told = [notice.text for notice in engine.take_notices()]
    assert "The plugin torn cannot be used: RuntimeError: no luck." in told


@pytest.mark.parametrize("name", ["LWE-Plugin-shout", "Lwe.Plugin_shout"])
def test_a_distributions_name_may_be_spelled_as_installers_allow(site: Site, name: str) -> None:
    site.put(name, COMMAND, name="anything", value="lwe_shouting:Shout")
    (site.folder / "lwe_shouting.py").write_text(COMMAND)
    assert list(Plugins(enabled("shout")).all()) == ["shout", "provider_chat_openai"]


def test_the_entry_points_are_really_read(site: Site) -> None:
    site.put("lwe-plugin-shout", COMMAND)
    (entry,) = [e for e in metadata.entry_points(group="lwe_plugins") if "shout" in e.name]
    assert entry.dist is not None
    assert entry.dist.name == "lwe-plugin-shout"
