"""Old preset files mean what the seed's migrations make of them; others are left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lwe.presets_legacy import upgraded

LEGACY = Path(__file__).parents[1] / "fixtures" / "seed_profile" / "legacy"
NAMES = sorted(path.name for path in (LEGACY / "presets_before").iterdir())


def content(folder: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((LEGACY / folder / name).read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", NAMES)
def test_the_result_is_the_seeds(name: str) -> None:
    before, after = content("presets_before", name), content("presets_after", name)
    assert (upgraded(before) or before) == after
    assert before == content("presets_before", name)
    assert upgraded(after) is None


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"foo": 1},
        {"metadata": {"name": "x"}},
        {"model_customizations": {"streaming": True}},
        {"metadata": None, "model_customizations": {"n": 1}},
        {"metadata": {}, "model_customizations": ["streaming"]},
        {"_type": "chat_openai", "metadata": {}},
    ],
)
def test_what_is_no_preset_stays_none(broken: dict[str, Any]) -> None:
    assert upgraded(broken) is None


@pytest.mark.parametrize("provider", ["provider_chat_openai", "chat_openai_compat", None])
def test_n_goes_for_the_one_spelling_only(provider: str | None) -> None:
    kept = {"metadata": {"provider": provider}, "model_customizations": {"n": 2}}
    assert upgraded(kept) is None


def test_other_keys_stay() -> None:
    before = {
        "metadata": {"provider": "x", "mine": 1},
        "model_customizations": {"streaming": True, "n": 2},
        "more": [1],
    }
    assert upgraded(before) == {
        "metadata": {"provider": "x", "mine": 1},
        "model_customizations": {"n": 2},
        "more": [1],
    }
