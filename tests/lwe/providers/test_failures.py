"""Servers' refusals are told apart, and no key is in what is told of them."""

from __future__ import annotations

import httpx2
import pytest

from lwe.errors import Details, ProviderError
from lwe.providers.failures import connection_error, hidden, hide, kind_of, reported
from lwe.providers.openai_client import Clients, Endpoint, translated

KEY = "correct-horse-battery"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "model_not_found The requested model is gone", "no_model"),
        (404, 'model "qwen" not found, try pulling it first', "no_model"),
        (400, "gpt-9 is not a valid model ID", "no_model"),
        (404, "404 page not found", "not_found"),
        (405, "Method Not Allowed", "not_found"),
        (402, "Insufficient credits", "quota"),
        (400, "content_filter The response was filtered", "filtered"),
        (403, "Your input was flagged", "filtered"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", "too_long"),
        (400, "the request exceeds the available context size", "too_long"),
        (400, "Unsupported parameter: max_tokens is not supported with this model", "refused"),
        (408, "Request Timeout", "timeout"),
        (529, "Overloaded", "server"),
        (418, "teapot", "other"),
        (0, "rate_limit_exceeded Slow down", "rate_limit"),
        (0, "Invalid API key", "auth"),
        (0, "Overloaded", "server"),
        (0, "Something odd", "other"),
    ],
)
def test_what_a_server_says_is_sorted(status: int, said: str, kind: str) -> None:
    assert kind_of(status, said) == kind


def test_an_error_inside_a_stream_is_sorted_by_its_code() -> None:
    error = reported("Slow down", 429, '{"error": {}}')
    assert (error.kind, error.details.status, error.details.raw) == (
        "rate_limit",
        429,
        '{"error": {}}',
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"key {KEY} is wrong", "key ••• is wrong"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer •••"),
        ("https://me:secret@host/v1", "https://•••@host/v1"),
        ("http://host/v1?key=abcdef&x=1", "http://host/v1?key=•••&x=1"),
        ("provided: sk-proj-12345678abc.", "provided: •••"),
        ("a task-force of risk-takers", "a task-force of risk-takers"),
    ],
)
def test_keys_are_hidden(text: str, shown: str) -> None:
    assert hidden(text, KEY) == shown


def test_a_short_key_does_not_eat_words() -> None:
    assert hidden("the key is none", "none") == "the key is none"


def test_a_key_is_hidden_in_all_that_an_error_carries() -> None:
    details = Details(f"http://host/{KEY}", 500, f"raw {KEY}")
    error = ProviderError(f"Not {KEY}.", details=details)
    hide(error, KEY)
    assert KEY not in f"{error} {error.details}"


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (OSError("[Errno -2] Name or service not known"), "The name far.example is not known."),
        (OSError("[Errno 111] Connection refused"), "Nothing listens at far.example:8443."),
        (OSError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "not trusted"),
        (OSError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), "Begin the base URL with"),
        (OSError("broken"), "Check the network and the base URL"),
    ],
)
def test_a_lost_connection_says_why(
    cause: OSError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    error = connection_error("No connection", "https://far.example:8443/v1", cause)
    assert said in str(error)
    assert error.kind == "connection"
    assert str(cause) in error.details.raw


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy:3128")
    error = connection_error("No connection", "https://far.example/v1", OSError("refused"))
    assert "through the proxy http://•••@proxy:3128" in str(error)


def test_a_refusal_keeps_what_was_said_word_for_word_but_the_key() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        sent = request.headers["authorization"]
        return httpx2.Response(401, headers={"x-request-id": "r-1"}, text=f"odd <b>{sent}</b>")

    here = Endpoint("http://server/v1", KEY, retries=0)
    client = Clients(transport=httpx2.MockTransport(answer)).blocking(here)
    with pytest.raises(ProviderError) as caught, translated(here):
        client.models.list()
    details = caught.value.details
    assert (details.url, details.status) == ("http://server/v1/models", 401)
    assert "HTTP 401" in details.raw
    assert "x-request-id: r-1" in details.raw
    assert "odd <b>Bearer •••" in details.raw
    assert KEY not in f"{caught.value} {details}"


async def test_nobody_waits_in_silence_for_a_limit() -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(429, headers={"retry-after": "30"}, json={})

    here = Endpoint("http://server/v1", KEY, retries=2)
    clients = Clients(async_transport=httpx2.MockTransport(answer))
    with pytest.raises(ProviderError) as caught, translated(here):
        await clients.awaiting(here).models.list()
    assert (len(asked), caught.value.retry_after) == (1, 30.0)
