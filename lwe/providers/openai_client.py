"""Clients of the openai package: which endpoint a request goes to, and its errors as ours.

The package is imported when the first client is made: it takes longer than a first frame may.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from lwe.errors import Details, ProviderError
from lwe.providers.failures import LONGEST_RAW, connection_error, hide, kind_of, remedy_for
from lwe.providers.openai_fold import error_text, excerpt
from lwe.providers.stop import Stop

if TYPE_CHECKING:
    import asyncio

    import httpx2
    import openai

OPENAI_HOST = "api.openai.com"
OPENAI_URL = f"https://{OPENAI_HOST}/v1"
DEFAULT_TIMEOUT = 600.0
CONNECT_TIMEOUT = 5.0
DEFAULT_RETRIES = 2
SHORT_WAIT = 2.0
"""Seconds that an awaiting client waits by itself when a server asks for a pause."""
N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a request goes and how.

    Attributes:
        base_url: the API's root, without a trailing slash.
        timeout: seconds of silence after which the server counts as gone.
        uds: path of a UNIX socket instead of a host.
        reuse: whether connections may be kept; some servers close them without a word.
    """

    base_url: str = OPENAI_URL
    api_key: str = ""
    organization: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    uds: str | None = None
    reuse: bool = True

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI's own host, or one of its regions."""
        try:
            host = urlsplit(self.base_url).hostname or ""
        except ValueError:
            return False
        return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")


def endpoint_of(customizations: Mapping[str, Any]) -> Endpoint:
    """Read the endpoint from a preset's parameters, then from the environment.

    Raises:
        ProviderError: when a key is needed and none is there, or a variable is missing.
    """
    base_url = str(
        customizations.get("openai_api_base")
        or os.environ.get("OPENAI_BASE_URL")
        or os.environ.get("OPENAI_API_BASE")
        or OPENAI_URL
    ).rstrip("/")
    return Endpoint(
        base_url=base_url,
        api_key=_api_key(customizations, base_url),
        organization=customizations.get("openai_organization") or os.environ.get("OPENAI_ORG_ID"),
        timeout=_number(customizations, "request_timeout", float, DEFAULT_TIMEOUT, 0.001),
        retries=_number(customizations, "max_retries", int, DEFAULT_RETRIES, 0),
    )


def _number(
    customizations: Mapping[str, Any], name: str, kind: type[N], default: N, least: float
) -> N:
    given = customizations.get(name)
    if given is None:
        return default
    try:
        value = kind(given)
    except (TypeError, ValueError):
        value = None
    if value is None or not value >= least:
        raise ProviderError(
            f"{name} has to be a number that is not too small, not {given!r}.",
            "refused",
            "Correct the preset.",
        )
    return value


def _api_key(customizations: Mapping[str, Any], base_url: str) -> str:
    if variable := customizations.get("api_key_env_var"):
        key = os.environ.get(str(variable), "")
        if not key.strip():
            raise ProviderError(
                f"Missing API key environment variable: {variable}.",
                "auth",
                "Set it before starting the program.",
            )
    else:
        key = str(customizations.get("openai_api_key") or os.environ.get("OPENAI_API_KEY") or "")
    if not key.strip() and Endpoint(base_url).is_openai:
        raise ProviderError(
            "OpenAI needs an API key and there is none.",
            "auth",
            "Set OPENAI_API_KEY, or choose another preset.",
        )
    return sendable_key(key)


def sendable_key(key: str) -> str:
    """Return a key as it can be sent.

    Raises:
        ProviderError: when no header can carry it.
    """
    key = key.strip()
    if not all("!" <= character <= "~" for character in key):
        raise ProviderError(
            "The API key cannot be sent: no API key looks like this.", "auth", "Enter it again."
        )
    return key or "none"  # Most local servers ask for no key; the client insists on one.


class Clients:
    """Makes one client per endpoint and keeps it.

    Args:
        transport: carries blocking requests instead of the network, for replayed bodies.
        async_transport: the same for awaiting ones.
    """

    def __init__(
        self,
        transport: httpx2.BaseTransport | None = None,
        async_transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._transport, self._async_transport = transport, async_transport
        self._blocking: dict[Endpoint, openai.OpenAI] = {}
        self._awaiting: dict[Endpoint, openai.AsyncOpenAI] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def blocking(self, endpoint: Endpoint) -> openai.OpenAI:
        """Return the client for this endpoint."""
        import httpx2
        import openai

        with self._lock:
            if endpoint not in self._blocking:
                limits = httpx2.Limits(max_keepalive_connections=0)  # see `_watch`
                transport = self._transport
                if transport is None and endpoint.uds:
                    transport = httpx2.HTTPTransport(uds=endpoint.uds, limits=limits)
                http = openai.DefaultHttpxClient(
                    transport=transport, limits=limits, event_hooks={"request": [_watch]}
                )
                self._blocking[endpoint] = openai.OpenAI(http_client=http, **_settings(endpoint))
            return self._blocking[endpoint]

    def awaiting(self, endpoint: Endpoint) -> openai.AsyncOpenAI:
        """Return the client for this endpoint on the running event loop."""
        import asyncio

        import httpx2
        import openai

        loop = asyncio.get_running_loop()
        with self._lock:
            if self._loop is not loop:  # Connections belong to the loop that opened them.
                self._awaiting, self._loop = {}, loop
            if endpoint not in self._awaiting:
                transport = self._async_transport
                if transport is None and (endpoint.uds or not endpoint.reuse):
                    limits = httpx2.Limits(max_keepalive_connections=20 if endpoint.reuse else 0)
                    transport = httpx2.AsyncHTTPTransport(uds=endpoint.uds, limits=limits)
                http = openai.DefaultAsyncHttpxClient(
                    transport=transport, event_hooks={"response": [_leave_waiting]}
                )
                self._awaiting[endpoint] = openai.AsyncOpenAI(
                    http_client=http, **_settings(endpoint)
                )
            return self._awaiting[endpoint]


def _settings(endpoint: Endpoint) -> dict[str, Any]:
    import httpx2

    return {
        "base_url": endpoint.base_url,
        "api_key": endpoint.api_key,
        "organization": endpoint.organization,
        "timeout": httpx2.Timeout(endpoint.timeout, connect=min(CONNECT_TIMEOUT, endpoint.timeout)),
        "max_retries": endpoint.retries,
    }


class Stopped(Exception):
    """A request was ended before its reply began, because somebody wished it."""


_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """Let `stop` end blocking requests that wait for their reply; they raise `Stopped`."""
    token = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(token)


def _watch(request: httpx2.Request) -> None:
    """Tell the stop which socket a request waits at.

    Only a new connection is announced, so that blocking clients open one for each request.
    """
    stop = _STOP.get()
    if stop is None:
        return
    if stop.wished:  # Also before a retry.
        raise Stopped

    def trace(event: str, details: Mapping[str, Any]) -> None:
        if stop.wished and event.endswith(".failed") and "body" not in event:
            raise Stopped
        connection = details.get("return_value")
        if hasattr(connection, "get_extra_info"):
            stop.wakes(lambda: _shut_down(connection))

    request.extensions["trace"] = trace


def hang_up(response: Any) -> None:
    """End a response that another thread is reading: only its socket can wake that thread.

    Args:
        response: the openai package's response object.
    """
    _shut_down(response.http_response.extensions.get("network_stream"))


def _shut_down(stream: Any) -> None:
    connection = stream.get_extra_info("socket") if stream else None
    if connection is not None:
        with suppress(OSError):  # The server may have closed it in the same moment.
            connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def translated(endpoint: Endpoint) -> Iterator[None]:
    """Raise errors of the openai package and of its network as `ProviderError`, without keys."""
    try:
        with _translated(endpoint):
            yield
    except ProviderError as error:
        hide(error, endpoint.api_key)
        raise


@contextmanager
def _translated(endpoint: Endpoint) -> Iterator[None]:
    import anyio
    import httpx2
    import openai

    where = endpoint.base_url
    try:
        yield
    except openai.APIStatusError as error:
        raise _status_error(error) from error
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise _timeout_error(endpoint, error) from error
    except openai.APIConnectionError as error:
        cause = error.__cause__ or error
        raise connection_error(f"No connection to {where}", where, cause) from error
    except (httpx2.HTTPError, httpx2.StreamError, anyio.EndOfStream, OSError) as error:
        raise connection_error(f"The connection to {where} was lost", where, error) from error
    except (openai.OpenAIError, httpx2.InvalidURL) as error:
        raise ProviderError(f"The request could not be made: {error}", "refused") from error


def _timeout_error(endpoint: Endpoint, error: BaseException) -> ProviderError:
    import httpx2

    if isinstance(error.__cause__ or error, httpx2.ConnectTimeout):
        limit = min(CONNECT_TIMEOUT, endpoint.timeout)
        what, remedy = f"no connection within {limit:g} s", "Check the network and the base URL."
    else:
        what, remedy = f"nothing came for {endpoint.timeout:g} s", remedy_for("timeout")
    return ProviderError(
        f"The server at {endpoint.base_url} did not answer in time: {what}.",
        "timeout",
        remedy,
        details=Details(endpoint.base_url, None, f"{type(error).__name__}: {error}"),
    )


def _status_error(error: openai.APIStatusError) -> ProviderError:
    status, url = error.status_code, str(error.response.url)
    said = excerpt(error_text(error.body) if error.body else error.message)
    kind = kind_of(status, f"{error.code or ''} {said}")
    return ProviderError(
        f"{url} answered {status}: {said.rstrip('.')}.",
        kind,
        remedy_for(kind),
        _retry_after(error.response.headers) if kind in ("rate_limit", "server") else None,
        Details(url, status, _raw(error)),
    )


def _raw(error: openai.APIStatusError) -> str:
    import httpx2

    response = error.response
    try:
        body = response.text
    except httpx2.StreamError:  # Nobody has read it, and it is closed.
        body = str(error.body or error.message)
    told = [f"{name}: {response.headers[name]}" for name in _TOLD if name in response.headers]
    head = [f"{error.request.method} {response.url}", f"HTTP {error.status_code}", *told]
    return "\n".join([*head, "", body])[:LONGEST_RAW]


_TOLD = ("content-type", "retry-after", "retry-after-ms", "x-request-id", "server")
"""Headers that may explain a refusal."""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds a server wants to be left alone; it may name a date instead."""
    try:
        if "retry-after-ms" in headers:
            return float(headers["retry-after-ms"]) / 1000
        return float(headers.get("retry-after", ""))
    except ValueError:
        return _seconds_until(headers.get("retry-after", ""))


def _seconds_until(date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def _leave_waiting(response: httpx2.Response) -> Awaitable[None]:
    """Let nobody wait in silence for a server's limit: whoever asked decides that."""
    import asyncio

    if response.status_code == 429 and (_retry_after(response.headers) or 0) > SHORT_WAIT:
        response.headers["x-should-retry"] = "false"
    return asyncio.sleep(0)
