"""Where requests go, with which key; and failures of the network as sentences."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from lwe.errors import ProviderError
from lwe.providers.openai_client import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    OPENAI_URL,
    Clients,
    Endpoint,
    endpoint_of,
    translated,
)

KEYS = {"OPENAI_API_KEY": "env-key"}


def endpoint(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], **settings: Any) -> Endpoint:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return endpoint_of(settings)


# The endpoint


@pytest.mark.parametrize(
    ("env", "settings", "url"),
    [
        ({}, {}, OPENAI_URL),
        ({"OPENAI_API_BASE": "http://old/v1"}, {}, "http://old/v1"),
        (
            {"OPENAI_API_BASE": "http://old", "OPENAI_BASE_URL": "http://new/v1/"},
            {},
            "http://new/v1",
        ),
        ({"OPENAI_BASE_URL": "http://new"}, {"openai_api_base": "http://preset"}, "http://preset"),
        ({"OPENAI_BASE_URL": ""}, {"openai_api_base": None}, OPENAI_URL),
    ],
)
def test_preset_then_environment_then_openai(
    env: dict[str, str], settings: dict[str, Any], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endpoint(monkeypatch, KEYS | env, **settings).base_url == url


@pytest.mark.parametrize(
    ("url", "is_openai"),
    [
        (OPENAI_URL, True),
        ("https://api.openai.com", True),
        ("https://API.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.evil.example/v1", False),
        ("http://localhost:8080/api.openai.com/v1", False),
        ("https://openrouter.ai/api/v1", False),
        ("not a url", False),
        ("http://[::1", False),
    ],
)
def test_openai_is_known_by_its_host(url: str, is_openai: bool) -> None:
    assert Endpoint(base_url=url).is_openai is is_openai


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "env-key"),
        ({"openai_api_key": "preset-key"}, "preset-key"),
        ({"openai_api_key": "preset-key", "api_key_env_var": "MINE"}, "mine"),
        ({"api_key_env_var": "MINE"}, "mine"),
        ({"openai_api_key": " padded\n"}, "padded"),
    ],
)
def test_the_key_of_the_preset_goes_first(
    settings: dict[str, Any], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endpoint(monkeypatch, KEYS | {"MINE": "mine"}, **settings).api_key == key


def test_a_missing_variable_is_named_and_nothing_else_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ProviderError, match="Missing API key environment variable: MINE") as caught:
        endpoint(monkeypatch, KEYS, api_key_env_var="MINE", openai_api_key="k")
    assert caught.value.kind == "auth"


def test_only_openai_needs_a_key() -> None:
    with pytest.raises(
        ProviderError, match=r"OpenAI needs an API key.*Set OPENAI_API_KEY"
    ) as caught:
        endpoint_of({})
    assert caught.value.kind == "auth"
    assert endpoint_of({"openai_api_base": "http://localhost:1234/v1"}).api_key == "none"


@pytest.mark.parametrize("key", ["sk-“quoted”", "sk-\x00", "two words"])
def test_a_key_that_no_header_can_carry_is_a_sentence(key: str) -> None:
    with pytest.raises(ProviderError, match="no API key looks like") as caught:
        endpoint_of({"openai_api_key": key})
    assert caught.value.kind == "auth"
    assert key not in str(caught.value)


def test_numbers_and_organisation_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = endpoint(monkeypatch, KEYS | {"OPENAI_ORG_ID": "org"})
    assert (made.timeout, made.retries, made.organization) == (
        DEFAULT_TIMEOUT,
        DEFAULT_RETRIES,
        "org",
    )
    made = endpoint_of({"request_timeout": "2.5", "max_retries": 0, "openai_organization": "mine"})
    assert (made.timeout, made.retries, made.organization) == (2.5, 0, "mine")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request_timeout", "soon"),
        ("request_timeout", [1]),
        ("request_timeout", 0),
        ("request_timeout", -1),
        ("max_retries", "often"),
        ("max_retries", -1),
        ("max_retries", {}),
    ],
)
def test_settings_that_are_no_numbers_are_sentences(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProviderError, match=f"{name} has to be") as caught:
        endpoint(monkeypatch, KEYS, **{name: value})
    assert caught.value.kind == "refused"


# Clients


def test_a_client_is_made_once_for_an_endpoint() -> None:
    clients, here = Clients(), Endpoint("http://127.0.0.1:1", "k")
    first = clients.blocking(here)
    assert clients.blocking(Endpoint("http://127.0.0.1:1", "k")) is first
    assert clients.blocking(Endpoint("http://127.0.0.1:2", "k")) is not first


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    far = Endpoint("https://far.example", "k", retries=0, timeout=1)
    client = Clients().blocking(far)
    with pytest.raises(ProviderError, match="Connection refused"), translated(far):
        client.models.list()  # refused by the proxy: the host has no address


# Failures


def status(code: int, body: Any, headers: dict[str, str] | None = None) -> ProviderError:
    """Ask a server that answers with this status, and return the error."""

    def answer(_request: httpx2.Request) -> httpx2.Response:
        kind = {"json": body} if isinstance(body, dict | list) else {"content": body}
        return httpx2.Response(code, headers=headers, **kind)

    here = Endpoint("http://server/v1", "k", retries=0)
    client = Clients(transport=httpx2.MockTransport(answer)).blocking(here)
    with pytest.raises(ProviderError) as caught, translated(here):
        client.models.list()
    return caught.value


@pytest.mark.parametrize(
    ("code", "message", "kind", "remedy"),
    [
        (401, "Incorrect API key provided", "auth", "Check the API key."),
        (403, "Country not supported", "auth", "Check the API key."),
        (404, "The model `x` does not exist", "no_model", "Check the model's name"),
        (404, "Not Found", "not_found", "Check the model's name and the base URL."),
        (400, "Unknown parameter: 'x'", "refused", "Check the preset's parameters."),
        (422, "top_p is odd", "refused", "Check the preset's parameters."),
        (400, "maximum context length is 8192 tokens", "too_long", "Shorten the conversation"),
        (413, "context size exceeded", "too_long", "Shorten the conversation"),
        (429, "Slow down", "rate_limit", "Wait a little"),
        (500, "Oops", "server", "Retry"),
        (503, "Overloaded", "server", "Retry"),
    ],
)
def test_a_status_says_what_and_what_to_do(code: int, message: str, kind: str, remedy: str) -> None:
    error = status(code, {"error": {"message": message}})
    assert error.kind == kind
    assert str(error).startswith(f"http://server/v1/models answered {code}: {message}. {remedy}")


def test_a_spent_account_is_told_from_a_rate_limit() -> None:
    body = {"error": {"message": "You exceeded your quota.", "code": "insufficient_quota"}}
    error = status(429, body)
    assert "Check the account's credit" in str(error)
    assert error.kind == "quota"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("soon", None), (None, None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_the_wait_that_a_server_asks_for_is_told(header: str | None, seconds: float | None) -> None:
    error = status(429, {}, {"retry-after": header} if header else None)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "plain"}, "plain"),
        ({"detail": "not here"}, "not here"),
        ({"message": "flat"}, "flat"),
        ({"detail": [{"msg": "field required"}]}, "field required"),
        (b"just text", "just text"),
        (b"", "Error code: 500"),
        (b"<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "Bad Gateway"),
    ],
)
def test_error_bodies_of_all_shapes_become_words(body: Any, said: str) -> None:
    text = str(status(500, body))
    assert said in text
    assert "<" not in text


def test_a_long_error_body_is_cut() -> None:
    assert len(str(status(500, {"error": {"message": "x" * 5000}}))) < 700


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (httpx2.ConnectError("[Errno 111] Connection refused"), "connection", "No connection to"),
        (httpx2.ConnectTimeout("slow"), "timeout", "did not answer in time"),
        (httpx2.ReadTimeout("slow"), "timeout", "did not answer in time"),
        (httpx2.UnsupportedProtocol("no http://"), "connection", "no http://"),
        (httpx2.ReadError(""), "connection", "ReadError"),
    ],
)
def test_network_errors_before_an_answer(error: Exception, kind: str, text: str) -> None:
    def fail(_request: httpx2.Request) -> httpx2.Response:
        raise error

    here = Endpoint("http://server/v1", "k", retries=0)
    client = Clients(transport=httpx2.MockTransport(fail)).blocking(here)
    with pytest.raises(ProviderError, match=text) as caught, translated(here):
        client.models.list()
    assert caught.value.kind == kind
    assert "http://server/v1" in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (httpx2.RemoteProtocolError("peer closed"), "connection", "was lost: peer closed"),
        (httpx2.ReadError("reset"), "connection", "was lost: reset"),
        (httpx2.ReadTimeout("slow"), "timeout", "did not answer in time"),
        (OSError("broken TLS"), "connection", "was lost: broken TLS"),
        (httpx2.InvalidURL("odd"), "refused", "could not be made: odd"),
    ],
)
def test_network_errors_inside_an_answer(error: Exception, kind: str, text: str) -> None:
    with pytest.raises(ProviderError, match=text) as caught, translated(Endpoint()):
        raise error
    assert caught.value.kind == kind
    assert caught.value.__cause__ is error


def test_our_own_errors_and_bugs_pass() -> None:
    for error in (ProviderError("ours"), KeyError("a bug")):
        with pytest.raises(type(error)) as caught, translated(Endpoint()):
            raise error
        assert caught.value is error
