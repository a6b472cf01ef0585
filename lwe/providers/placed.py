"""A provider made from a line of the catalogue: its address is known, a preset names the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lwe.config.config import Config
from lwe.domain import ModelRequest
from lwe.providers.catalogue import Place
from lwe.providers.models import DEFAULT_MAX_SUBMISSION_TOKENS, limit_of
from lwe.providers.openai import ChatOpenAICompat
from lwe.providers.openai_client import Clients, Endpoint, endpoint_of

NO_KEY = "none"
"""Said explicitly: without a word, the key of OPENAI_API_KEY would be sent to somebody else."""


class AtPlace(ChatOpenAICompat):
    """Answers from one endpoint of the catalogue.

    Args:
        place: where it is.
        config: the configuration.
        clients: makes the clients; replaced where bodies are replayed.
    """

    needs_address = False
    fetches_unasked = True

    def __init__(
        self, place: Place, config: Config | None = None, clients: Clients | None = None
    ) -> None:
        super().__init__(clients, config)
        self.place, self.name = place, place.name

    @property
    def description(self) -> str:
        return self.place.label

    def default_customizations(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        key = {"api_key_env_var": self.place.key} if self.place.key else {"openai_api_key": NO_KEY}
        address = {"openai_api_base": self.place.base_url, **key}
        return super().default_customizations({**address, **(defaults or {})})

    def endpoint(self, request: ModelRequest) -> Endpoint:
        given = {key: value for key, value in request.customizations.items() if value is not None}
        if given.get("openai_api_key", NO_KEY) != NO_KEY:
            given.pop("api_key_env_var", None)
        elif not given.get("api_key_env_var"):
            given = {**self.default_customizations(), **given}
        given.setdefault("openai_api_base", self.place.base_url)
        # The organization of OPENAI_ORG_ID is nobody else's business.
        return replace(endpoint_of(given), organization=given.get("openai_organization"))

    def is_home(self, base_url: str) -> bool:
        return base_url == self.place.base_url

    def max_submission_tokens(self, model: str | None = None) -> int:
        # A turn does not wait for a list.
        name = self.get_model() if model is None else model
        return limit_of(self.known_models.get(str(name))) or DEFAULT_MAX_SUBMISSION_TOKENS
