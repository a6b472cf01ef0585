"""`local`: the tiny embedded model, a child process spoken to over its own socket."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from lwe.config.config import Config
from lwe.domain import ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReplyEvent
from lwe.providers import local_engine
from lwe.providers import openai_wire as wire
from lwe.providers.local_engine import CONTEXT, MODEL
from lwe.providers.models import Models
from lwe.providers.openai import OpenAIApi
from lwe.providers.openai_client import Clients, Endpoint
from lwe.providers.stop import Stop

MAX_ANSWER_TOKENS = 700
"""Without a bound this model repeats itself until its context is full."""

_PARAMETERS = ("model_name", "max_tokens", "temperature", "top_p", "seed", "stop")


class Local(OpenAIApi):
    """SmolLM2 135M on this machine's processor; the child starts on first use."""

    name = "provider_local"
    label = "tiny demo model, often wrong"
    default_model = MODEL

    def __init__(
        self,
        clients: Clients | None = None,
        engine: local_engine.LocalEngine | None = None,
        config: Config | None = None,
        cache_manager: Any = None,
    ) -> None:
        super().__init__(clients, config, cache_manager)
        self._engine = engine or local_engine.shared()

    def customization_config(self) -> dict[str, Any]:
        rules = super().customization_config()
        return {name: rules[name] for name in _PARAMETERS}

    @property
    def models(self) -> Models:
        return {MODEL: {"max_tokens": CONTEXT - MAX_ANSWER_TOKENS}}

    def takes_images(self, model: str) -> bool:
        return False

    def refresh_models(self) -> None:
        pass  # There is one.

    def default_customizations(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return super().default_customizations({"max_tokens": MAX_ANSWER_TOKENS, **(defaults or {})})

    def endpoint(self, request: ModelRequest) -> Endpoint:
        address = self._engine.address()
        # llama.cpp's server closes kept connections after a stream without saying so.
        return Endpoint(
            base_url=address.base_url, api_key=address.api_key, uds=address.uds, reuse=False
        )

    def api(self, request: ModelRequest, endpoint: Endpoint) -> wire.Api:
        return "chat"

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        with self._death_explained():
            yield from super().stream(request, stop)

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        with self._death_explained():
            async with aclosing(super().astream(request)) as events:
                async for event in events:
                    yield event

    @contextmanager
    def _death_explained(self) -> Iterator[None]:
        """Speak of a process where the client speaks of a network and a base URL."""
        try:
            yield
        except ProviderError as error:
            if error.kind != "connection":
                raise
            self._engine.doubt()
            raise ProviderError(
                "The embedded model's process has ended.",
                "connection",
                "Retry: it is started again.",
            ) from error
