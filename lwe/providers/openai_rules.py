"""The parameters of the providers over the openai package, with their ranges; data.

The names are those of the seed's presets; the ranges are those of OpenAI's API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lwe.providers.options import PresetValue

EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max", "none")
VERBOSITIES = ("low", "medium", "high")


def openai_rules(models: Callable[[], Iterable[str]]) -> dict[str, Any]:
    """Return the rules of all parameters.

    Args:
        models: gives the names that are offered for `model_name`.
    """
    return {"model_name": PresetValue(str, options=models), **_sampling(), **_client()}


def _sampling() -> dict[str, Any]:
    return {
        "temperature": PresetValue(float, min_value=0, max_value=2),
        "reasoning_effort": PresetValue(str, options=EFFORTS, include_none=True),
        "verbosity": PresetValue(str, options=VERBOSITIES, include_none=True),
        "max_tokens": PresetValue(int, min_value=1, include_none=True),
        "top_p": PresetValue(float, min_value=0, max_value=1),
        "presence_penalty": PresetValue(float, min_value=-2, max_value=2),
        "frequency_penalty": PresetValue(float, min_value=-2, max_value=2),
        "n": PresetValue(int, min_value=1, max_value=10),
        "seed": PresetValue(int, include_none=True),
        "logprobs": PresetValue(bool, include_none=True),
        "top_logprobs": PresetValue(int, min_value=0, max_value=20, include_none=True),
        "logit_bias": dict,
        "stop": None,  # A text or a list of texts.
        "tools": None,
        "tool_choice": None,
        "model_kwargs": {"response_format": dict, "user": PresetValue(str), "*": None},
    }


def _client() -> dict[str, Any]:
    return {
        "openai_api_base": PresetValue(str, include_none=True),
        "openai_api_key": PresetValue(str, include_none=True, private=True),
        "api_key_env_var": PresetValue(str, include_none=True),
        "openai_organization": PresetValue(str, include_none=True, private=True),
        "request_timeout": PresetValue(float, min_value=0.001),
        "max_retries": PresetValue(int, min_value=0, max_value=10),
        "use_responses_api": PresetValue(bool, include_none=True),
        "verbose": PresetValue(bool),
    }
