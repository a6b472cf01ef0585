"""`chat_openai` and `chat_openai_compat`: answers over the openai package, blocking and awaiting.

The package's client does the network (authentication, retries, time limits); the lines of a
stream are read raw and folded here, because its object per chunk costs seven times more.
"""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from types import MappingProxyType
from typing import Any

from lwe.config.config import Config
from lwe.domain import ModelRequest
from lwe.errors import Details, ProviderError
from lwe.events import ReplyEvent
from lwe.providers import openai_wire as wire
from lwe.providers.models import DEFAULT_MODEL, Models, openai_models
from lwe.providers.openai_client import (
    Clients,
    Endpoint,
    Stopped,
    endpoint_of,
    hang_up,
    stoppable,
    translated,
)
from lwe.providers.openai_fold import ChatFold, Fold, Lines, ResponsesFold, decode
from lwe.providers.options import PresetValue
from lwe.providers.provider import Provider
from lwe.providers.stop import Stop

DONE = b"[DONE]"
_WORDS = ("reasoning_effort", "verbosity")
PATIENCE_AFTER_FINISH = 2.0
"""Seconds that a server may take to close a stream after saying why it ended."""


class OpenAIApi(Provider):
    """What all providers over the openai package share.

    Args:
        clients: makes the clients; replaced where bodies are replayed.
        config: the configuration.
        cache_manager: the seed's object for cached files.
    """

    fetches_unasked = False
    aliases: Mapping[str, str] = MappingProxyType(
        {
            "api_key": "openai_api_key",
            "base_url": "openai_api_base",
            "max_completion_tokens": "max_tokens",
            "model": "model_name",
            "organization": "openai_organization",
            "timeout": "request_timeout",
        }
    )

    def __init__(
        self,
        clients: Clients | None = None,
        config: Config | None = None,
        cache_manager: Any = None,
    ) -> None:
        super().__init__(config, cache_manager)
        self._clients = clients or Clients()

    def customization_config(self) -> dict[str, Any]:
        from lwe.providers.openai_rules import openai_rules

        return openai_rules(lambda: self.known_models)

    @property
    def models_file(self) -> str:
        return self.file_for(self.customizations)

    def models_for(self, customizations: Mapping[str, Any]) -> Models:
        return self._listed(self.file_for(customizations), False)

    def file_for(self, customizations: Mapping[str, Any]) -> str:
        """Return the file in the cache that keeps the models of these parameters' endpoint."""
        address = customizations.get("openai_api_base")
        base_url = endpoint_of({"openai_api_base": address, "openai_api_key": "none"}).base_url
        if self.is_home(base_url):
            return self.plugin_cache_filename
        place = re.sub(r"[^a-z0-9]+", "-", base_url.partition("://")[2].lower()).strip("-")
        return f"{self.name}-{place}.yaml"

    def is_home(self, base_url: str) -> bool:
        """Say whether this is the provider's own address."""
        return Endpoint(base_url).is_openai

    def can_fetch(self) -> bool:
        if self.needs_address and not self.customizations.get("openai_api_base"):
            return False
        try:
            self.endpoint(ModelRequest((), self.customizations))
        except ProviderError as error:
            if error.kind != "auth":
                raise
            return False
        return True

    def fetch_models(self) -> Models:
        """Ask the endpoint in force for its models.

        Raises:
            ProviderError: when it cannot be reached, refuses the key, or has no models.
        """
        from lwe.providers.probe import list_limits

        request = ModelRequest((), self.customizations)
        return list_limits(self.endpoint(request), self._clients)

    def endpoint(self, request: ModelRequest) -> Endpoint:
        """Say where the request goes; may block."""
        return endpoint_of(request.customizations)

    def api(self, request: ModelRequest, endpoint: Endpoint) -> wire.Api:
        """Choose the API: the one the preset forces, else Responses at OpenAI's own host only."""
        forced = request.customizations.get("use_responses_api")
        if forced is not None:
            return "responses" if forced else "chat"
        if endpoint.is_openai and not wire.needs_chat(request.model):
            return "responses"
        return "chat"

    def takes_images(self, model: str) -> bool:
        # Nobody can know all servers' models: one that sees nothing says so itself.
        return wire.may_see(model)

    def warm_up(self) -> None:
        import openai.resources.chat.completions
        import openai.resources.responses  # noqa: F401 - both take long to load

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        endpoint = self.endpoint(request)
        api = self.api(request, endpoint)
        fold, lines = _fold(api), Lines()
        with translated(endpoint), suppress(Stopped), ExitStack() as stack:
            create = _create(self._clients.blocking(endpoint), api)
            with stoppable(stop):
                response = stack.enter_context(create(**_arguments(request, api)))
            stack.enter_context(stop.waking(lambda: hang_up(response)))
            stack.enter_context(_unless_finished(fold, stop))
            if _comes_whole(request, response):
                body = response.read()
                if not stop.wished:
                    yield from fold.whole(decode(body))
            else:
                patience = stack.enter_context(_patient(fold, response))
                for data in response.iter_bytes():
                    yield from _events(fold, lines.feed(data))
                    if stop.wished:
                        break
                    patience()
        if not stop.wished:
            yield from fold.end()

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        import asyncio  # Blocking requests need none, and it takes longer than the rest of us.

        # Starting a client imports the package or starts a model: neither on the loop.
        endpoint = await asyncio.to_thread(self.endpoint, request)
        await asyncio.to_thread(self.warm_up)
        api = self.api(request, endpoint)
        fold, lines = _fold(api), Lines()
        with translated(endpoint):
            create = _create(self._clients.awaiting(endpoint), api)
            async with create(**_arguments(request, api)) as response:
                if _comes_whole(request, response):
                    for event in fold.whole(decode(await response.read())):
                        yield event
                else:
                    pieces = response.iter_bytes()
                    while (data := await _next(pieces, fold)) is not None:
                        for event in _events(fold, lines.feed(data)):
                            yield event
        for event in fold.end():
            yield event


class ChatOpenAI(OpenAIApi):
    """OpenAI's models; any other base URL is spoken to in chat completions."""

    name = "provider_chat_openai"
    default_model = DEFAULT_MODEL

    @property
    def capabilities(self) -> Mapping[str, Any]:  # type: ignore[override]
        return {"chat": True, "validate_models": self.setting("validate_models") is not False}

    def default_config(self) -> dict[str, Any]:
        return {"validate_models": True}

    @property
    def static_models(self) -> Models:
        return {name: {"max_tokens": limit} for name, limit in openai_models().items()}

    def validates(self, customizations: Mapping[str, Any]) -> bool:
        return not customizations.get("openai_api_base") and super().validates(customizations)

    def fetch_models(self) -> Models:
        known = self.static_models
        return {name: known.get(name, entry) for name, entry in super().fetch_models().items()}


class ChatOpenAICompat(OpenAIApi):
    """Any server that speaks chat completions; the preset names model and base URL."""

    name = "provider_chat_openai_compat"
    needs_address = True

    def customization_config(self) -> dict[str, Any]:
        rules = super().customization_config()
        # Every server has words of its own here.
        return {**rules, **{name: PresetValue(str, include_none=True) for name in _WORDS}}

    def fetch_models(self) -> Models:
        if self.needs_address and not self.customizations.get("openai_api_base"):
            raise ProviderError(
                f"{self.display_name} has no server whose models could be listed.",
                "refused",
                "Use a preset that names openai_api_base.",
            )
        return super().fetch_models()

    def api(self, request: ModelRequest, endpoint: Endpoint) -> wire.Api:
        return "responses" if request.customizations.get("use_responses_api") else "chat"


def _fold(api: wire.Api) -> Fold:
    return ResponsesFold() if api == "responses" else ChatFold()


def _create(client: Any, api: wire.Api) -> Any:
    if api == "responses":
        return client.responses.with_streaming_response.create
    return client.chat.completions.with_streaming_response.create


def _arguments(request: ModelRequest, api: wire.Api) -> dict[str, Any]:
    body = wire.body(request, api)
    if not body["model"]:
        raise ProviderError(
            "No model is named.", "refused", "Put model_name into the preset's parameters."
        )
    words = "input" if api == "responses" else "messages"
    named = {name: body.pop(name) for name in ("model", "stream", words)}
    # The rest bypasses the client's own list of parameters, which compatible servers extend.
    return {**named, "extra_body": body}


def _events(fold: Fold, payloads: list[bytes]) -> Iterator[ReplyEvent]:
    for payload in payloads:
        if payload == DONE:
            fold.done()
        elif payload:
            yield from fold.part(decode(payload))


def _comes_whole(request: ModelRequest, response: Any) -> bool:
    """Say whether a reply is one body: not all servers that are asked for a stream send one."""
    kind = response.headers.get("content-type", "")
    if "html" in kind:
        raise ProviderError(
            f"{response.url} answered with a web page instead of a model's reply.",
            "not_found",
            "Check the base URL.",
            details=Details(str(response.url), response.status_code, f"content-type: {kind}"),
        )
    return not request.stream or "application/json" in kind


async def _next(pieces: Any, fold: Fold) -> bytes | None:
    """Wait for the next bytes; not for long once the reply is finished."""
    import asyncio

    import httpx2

    try:
        async with asyncio.timeout(PATIENCE_AFTER_FINISH if fold.finished else None):
            return bytes(await anext(pieces))
    except StopAsyncIteration:
        return None
    except (TimeoutError, httpx2.HTTPError):
        if fold.finished:
            return None
        raise


@contextmanager
def _unless_finished(fold: Fold, stop: Stop) -> Iterator[None]:
    """Let errors of the connection pass when the reply is complete or nobody wants it."""
    import httpx2

    try:
        yield
    except httpx2.HTTPError:
        if not (fold.finished or stop.wished):
            raise


@contextmanager
def _patient(fold: Fold, response: Any) -> Iterator[Any]:
    """Give a callable that hangs up a while after the reply is finished."""
    timers: list[threading.Timer] = []

    def patience() -> None:
        if fold.finished and not timers:
            timer = threading.Timer(PATIENCE_AFTER_FINISH, hang_up, (response,))
            timer.daemon = True
            timer.start()
            timers.append(timer)

    try:
        yield patience
    finally:
        for timer in timers:
            timer.cancel()
