"""Says where a provider would send a state's questions, and with which key."""

from __future__ import annotations

from dataclasses import dataclass

from lwe.domain import ModelRequest
from lwe.errors import ProviderError
from lwe.providers.openai import OpenAIApi
from lwe.providers.openai_client import OPENAI_URL, endpoint_of
from lwe.providers.placed import AtPlace
from lwe.providers.provider import Provider
from lwe.state import State


@dataclass(frozen=True, slots=True)
class Address:
    """Where questions go.

    Attributes:
        api_key: empty when there is none.
        key_variable: the environment variable in which the provider looks for it by itself.
    """

    base_url: str
    api_key: str
    key_variable: str


def address_of(provider: Provider, state: State) -> Address | None:
    """Return where a state's questions go; None when a base URL does not decide that."""
    if not isinstance(provider, OpenAIApi):
        return None
    if type(provider).endpoint not in (OpenAIApi.endpoint, AtPlace.endpoint):
        return None
    place = provider.place if isinstance(provider, AtPlace) else None
    named = state.customizations.get("openai_api_base") or (place.base_url if place else None)
    base_url = endpoint_of({"openai_api_base": named, "openai_api_key": "none"}).base_url
    try:
        key = provider.endpoint(ModelRequest((), state.customizations)).api_key
    except ProviderError:  # There is none, or none that can be sent.
        key = ""
    variable = "OPENAI_API_KEY" if base_url == OPENAI_URL else ""
    return Address(base_url, "" if key == "none" else key, (place.key if place else "") or variable)
