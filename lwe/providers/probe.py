"""Asks an endpoint which models it has; also the quickest test of a key or a base URL."""

from __future__ import annotations

from lwe.errors import ProviderError
from lwe.providers.openai_client import Clients, Endpoint, sendable_key, translated
from lwe.providers.openai_fold import decode

TIMEOUT = 10.0


def list_models(base_url: str, api_key: str = "", clients: Clients | None = None) -> list[str]:
    """Return the names of the models that an endpoint offers.

    Args:
        base_url: the API's root, for example `https://api.openai.com/v1`.
        api_key: empty for servers that ask for none.

    Raises:
        ProviderError: when it cannot be reached, refuses the key, or has no models.
    """
    endpoint = Endpoint(
        base_url=base_url.rstrip("/"), api_key=sendable_key(api_key), timeout=TIMEOUT, retries=0
    )
    with translated(endpoint):
        client = (clients or Clients()).blocking(endpoint)
        # Raw, because the package does not look at what it takes for a list of models.
        listed = decode(client.models.with_raw_response.list().content).get("data")
    found = [entry for entry in listed or () if isinstance(entry, dict)]
    names = sorted(str(entry["id"]) for entry in found if entry.get("id"))
    if not names:
        raise ProviderError(f"{base_url} lists no models.", "not_found", "Check the base URL.")
    return names
