"""Asking an endpoint for its models tells a good key and base URL from bad ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from lwe.errors import ProviderError
from lwe.providers.openai_client import Clients, Endpoint
from lwe.providers.probe import list_limits, list_models

BASE = "http://server.example/v1/"


def served(answer: httpx2.Response | Exception) -> tuple[Clients, list[httpx2.Request]]:
    asked: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Clients(httpx2.MockTransport(handle)), asked


def models(body: Any) -> httpx2.Response:
    return httpx2.Response(200, json=body)


def test_the_names_come_sorted() -> None:
    clients, asked = served(models({"object": "list", "data": [{"id": "b"}, {"id": "a"}]}))
    assert list_models(BASE, "sk-1", clients) == ["a", "b"]
    assert str(asked[0].url) == "http://server.example/v1/models"
    assert asked[0].headers["authorization"] == "Bearer sk-1"


def test_what_a_server_says_of_its_contexts_is_kept() -> None:
    rows = [
        {"id": "router", "context_length": 9},
        {"id": "vllm", "max_model_len": 8},
        {"id": "odd", "context_window": "many"},
    ]
    clients, _asked = served(models({"data": rows}))
    assert list_limits(Endpoint(BASE, "k"), clients) == {
        "odd": {},
        "router": {"max_tokens": 9},
        "vllm": {"max_tokens": 8},
    }


def test_no_key_is_fine() -> None:
    clients, asked = served(models({"data": [{"id": "a"}]}))
    assert list_models(BASE, clients=clients) == ["a"]
    assert asked[0].headers["authorization"] == "Bearer none"


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (lambda: httpx2.Response(401, json={"error": {"message": "bad key"}}), "auth", "bad key"),
        (lambda: httpx2.Response(404, text="Not Found"), "not_found", "answered 404"),
        (lambda: httpx2.ConnectError("Connection refused"), "connection", "No connection"),
        (lambda: httpx2.ReadTimeout("slow"), "timeout", "did not answer in time"),
        (lambda: models({"data": []}), "not_found", "lists no models"),
        (lambda: models({"data": None}), "not_found", "lists no models"),
        (lambda: models({"data": [{"name": "x"}, None, "y"]}), "not_found", "lists no models"),
        (lambda: models([1]), "bad_reply", "unexpected reply"),
        (lambda: httpx2.Response(200, html="<title>Sign in</title>"), "bad_reply", "Sign in"),
        (lambda: models({"error": "no"}), "other", "reported an error: no"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    answer: Callable[[], httpx2.Response | Exception], kind: str, sentence: str
) -> None:
    clients, asked = served(answer())
    with pytest.raises(ProviderError, match=sentence) as caught:
        list_models(BASE, "sk-1", clients)
    assert (caught.value.kind, len(asked)) == (kind, 1)


def test_a_key_that_cannot_be_sent_is_a_sentence() -> None:
    clients, asked = served(models({"data": [{"id": "a"}]}))
    with pytest.raises(ProviderError, match="no API key looks like") as caught:
        list_models(BASE, "sk-“x”", clients)
    assert (caught.value.kind, asked) == ("auth", [])


def test_many_models_are_read_quickly() -> None:
    body = json.loads(json.dumps({"data": [{"id": f"m{n:04}", "more": 1} for n in range(500)]}))
    assert len(list_models(BASE, clients=served(models(body))[0])) == 500
