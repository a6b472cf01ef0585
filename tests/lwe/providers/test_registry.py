"""Providers are found by short and full names, made once, and take only what they declare."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from lwe.errors import NotFound
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop, flat_keys
from lwe.providers.registry import Providers, full_name


def test_short_and_full_names_mean_the_same() -> None:
    providers = Providers()
    for name in ("chat_openai", "chat_openai_compat", "fake_llm"):
        provider = providers.get(name)
        assert provider is providers.get(f"provider_{name}")
        assert (provider.name, provider.display_name) == (f"provider_{name}", name)
        assert full_name(name) == full_name(full_name(name)) == provider.name


def test_all_names_are_listed_without_making_one() -> None:
    code = (
        "import sys; from lwe.providers.registry import Providers; p = Providers();"
        "print('yaml' in sys.modules); print(' '.join(p.names()));"
        "print([m for m in ('openai', 'fake', 'local') if f'lwe.providers.{m}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    yaml, names, made = done.stdout.splitlines()
    own = {f"provider_{n}" for n in ("chat_openai", "chat_openai_compat", "fake_llm", "local")}
    assert own | {"provider_groq", "provider_ollama"} <= set(names.split())
    assert names.split() == sorted(names.split())
    assert (yaml, made) == ("False", "[]")


def test_a_start_needs_no_provider() -> None:
    providers = Providers()
    quick = providers.default_customizations("chat_openai")
    assert {**quick, "_type": "chat_openai"} == providers.get(
        "chat_openai"
    ).default_customizations()
    assert quick == providers.default_customizations("provider_chat_openai")
    code = (
        "import sys; from lwe import ApiBackend; print(ApiBackend().model);"
        "print('lwe.providers.openai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [quick["model_name"], "False"]


def test_an_unknown_name_offers_close_ones() -> None:
    with pytest.raises(NotFound, match=r"Provider 'chat_opnai' not found\..*chat_openai") as caught:
        Providers().get("provider_chat_opnai")
    assert caught.value.answer is None


def test_another_one_may_take_a_name() -> None:
    providers, mine = Providers(), FakeLlm()
    providers.add(mine)
    assert providers.get("fake_llm") is mine


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        ({"temperature": 1, "model_kwargs": {"a": {"b": 1}}, "tools": []}, []),
        ({"model_kwargs": {}, "logit_bias": {"50256": -100}}, []),
        ({"heat": {"a": 1, "b": {}}, "model_kwarg": {}}, ["heat.a", "heat.b", "model_kwarg"]),
    ],
)
def test_unknown_parameters_are_named_with_dots(
    given: dict[str, object], unknown: list[str]
) -> None:
    assert Providers().get("chat_openai").unknown_parameters(given) == unknown


def test_leaves_are_named_with_dots() -> None:
    assert flat_keys({"a": {"b": 1, "c": {"d": []}}, "e": {}}) == ["a.b", "a.c.d", "e"]


# The wish to stop


def test_a_wish_wakes_who_waits() -> None:
    stop, woken = Stop(), threading.Event()
    with stop.waking(woken.set):
        assert not woken.is_set()
        stop.request()
        assert woken.is_set()
    assert stop.wished


def test_a_wish_that_was_there_before_wakes_at_once() -> None:
    stop, woken = Stop(), threading.Event()
    stop.request()
    with stop.waking(woken.set):
        assert woken.is_set()


def test_nobody_is_woken_afterwards() -> None:
    stop, woken = Stop(), threading.Event()
    with stop.waking(woken.set):
        pass
    stop.request()
    assert not woken.is_set()
