"""Asks an endpoint which models it has; also the quickest test of a key or a base URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lwe.errors import ProviderError
from lwe.providers.openai_client import Clients, Endpoint, sendable_key, translated
from lwe.providers.openai_fold import decode

TIMEOUT = 10.0
_LIMITS = ("context_length", "context_window", "max_context_length", "max_model_len")
"""What servers call the size of a model's context in their lists."""


def list_models(base_url: str, api_key: str = "", clients: Clients | None = None) -> list[str]:
    """Return the names of the models that an endpoint offers.

    Args:
        base_url: the API's root, for example `https://api.openai.com/v1`.
        api_key: empty for servers that ask for none.

    Raises:
        ProviderError: when it cannot be reached, refuses the key, or has no models.
    """
    endpoint = Endpoint(base_url=base_url.rstrip("/"), api_key=sendable_key(api_key))
    return list(list_limits(endpoint, clients))


def list_limits(endpoint: Endpoint, clients: Clients | None = None) -> dict[str, Mapping[str, int]]:
    """Return the models that an endpoint offers, by name, with `max_tokens` where it says so.

    Raises:
        ProviderError: when it cannot be reached, refuses the key, or has no models.
    """
    endpoint = replace(endpoint, timeout=min(TIMEOUT, endpoint.timeout), retries=0)
    with translated(endpoint):
        client = (clients or Clients()).blocking(endpoint)
        # Raw, because the package does not look at what it takes for a list of models.
        listed = decode(client.models.with_raw_response.list().content).get("data")
    found = [entry for entry in listed or () if isinstance(entry, dict) and entry.get("id")]
    if not found:
        raise ProviderError(
            f"{endpoint.base_url} lists no models.", "not_found", "Check the base URL."
        )
    limits = {str(entry["id"]): _limit(entry) for entry in found}
    return {name: limits[name] for name in sorted(limits)}


def _limit(entry: Mapping[str, Any]) -> Mapping[str, int]:
    for name in _LIMITS:
        if isinstance(limit := entry.get(name), int) and limit > 0:
            return {"max_tokens": limit}
    return {}
