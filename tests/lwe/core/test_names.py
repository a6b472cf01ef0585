"""Names that the seed's modules have and plugins import."""

from __future__ import annotations

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        ("plugin", "PLUGIN_CACHE_API_VERSION", 1),
        ("plugin_manager", "PLUGIN_PREFIX", "lwe_"),
        ("tool_manager", "LANGCHAIN_TOOL_PREFIX", "Langchain-"),
        ("template_manager", "TEMP_TEMPLATE_DIR", "lwe-temp-templates"),
    ],
)
def test_a_constant_has_the_seeds_value(module: str, name: str, value: object) -> None:
    assert getattr(importlib.import_module(f"lwe.core.{module}"), name) == value
