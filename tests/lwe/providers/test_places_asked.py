"""Over a real socket: endpoints are asked at the right path, with the right key, and no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.providers import registry
from lwe.providers.catalogue import places

MODELS = {"data": [{"id": "llama", "context_length": 99}]}
WHOLE = {"choices": [{"index": 0, "message": {"content": "Hello!"}, "finish_reason": "stop"}]}


@dataclass
class Site:
    """A server that has models, and notes who asks for what."""

    root: str
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    models: dict[str, Any] = field(default_factory=lambda: dict(MODELS))
    folder: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    state: list[Site] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(state[0].models, "/models")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.answer(WHOLE, "/chat/completions")

        def answer(self, body: object, path: str) -> None:
            site = state[0]
            site.asked.append((self.command, self.path, self.headers.get("authorization")))
            self.send_response(200 if self.path == site.folder + path else 404)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.append(Site(f"http://127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state[0]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def moved(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Put every place of the catalogue onto the loopback server, under its own path."""

    def here() -> dict[str, Any]:
        found = {}
        for name, place in places().items():
            path = place.base_url.partition("://")[2].partition("/")[2]
            found[name] = replace(place, base_url=f"{site.root}/{path}")
        return found

    monkeypatch.setattr(registry, "_places", here)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    return site


@pytest.mark.parametrize("name", sorted(places()))
def test_each_place_is_asked_at_its_path_with_its_key(
    moved: Site, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = places()[name]
    moved.folder = "/" + place.base_url.partition("://")[2].partition("/")[2]
    if place.key:
        monkeypatch.setenv(place.key, "its-own-key")
    bot = ApiBackend(Config())
    assert bot.set_provider(place.name)[0]
    assert bot.set_model("llama")[0]
    assert bot.ask("hi")[:2] == (True, "Hello!")
    bot.provider.refresh_models()
    assert list(bot.provider.available_models) == ["llama"]
    key = "Bearer its-own-key" if place.key else "Bearer none"
    assert moved.asked == [
        ("POST", f"{moved.folder}/chat/completions", key),
        ("GET", f"{moved.folder}/models", key),
    ]


@pytest.mark.parametrize("name", [name for name in sorted(places()) if places()[name].key])
def test_a_missing_key_is_named_and_nothing_is_sent(moved: Site, name: str) -> None:
    bot = ApiBackend(Config())
    bot.set_provider(name)
    bot.set_model("llama")
    success, answer, sentence = bot.ask("hi")
    assert (success, answer) == (False, None)
    assert places()[name].key in sentence
    assert moved.asked == []


@pytest.mark.parametrize(
    ("ending", "folder"),
    [("/v1", "/v1"), ("/v1/", "/v1"), ("", ""), ("/", ""), ("/a/b//", "/a/b"), ("/v1?x=1", None)],
)
@pytest.mark.parametrize("provider", ["chat_openai_compat", "chat_openai", "ollama"])
def test_a_base_url_is_taken_as_it_is_written(
    site: Site, ending: str, folder: str | None, provider: str
) -> None:
    site.folder = folder or ""
    bot = ApiBackend(Config())
    bot.set_provider(provider)  # The first one of all is set already.
    bot.provider.set_customization_value("openai_api_base", site.root + ending)
    bot.set_model("llama")
    success, answer, sentence = bot.ask("hi")
    paths = [path for _, path, _ in site.asked]
    if folder is None:
        assert (success, answer) == (False, None)
        assert "base URL" in sentence
    else:
        assert (success, answer, paths) == (True, "Hello!", [f"{folder}/chat/completions"])


def test_a_base_url_that_ends_elsewhere_is_told_with_the_address(site: Site) -> None:
    site.folder = "/v1"
    bot = ApiBackend(Config())
    bot.set_provider("chat_openai_compat")
    bot.provider.set_customization_value("openai_api_base", site.root)
    bot.set_model("llama")
    success, _, sentence = bot.ask("hi")
    assert not success
    assert f"{site.root}/chat/completions answered 404" in sentence
    assert "base URL" in sentence


def test_models_are_fetched_once_kept_and_fetched_again_on_reload(moved: Site) -> None:
    moved.folder = "/v1"

    def listed() -> list[str]:
        return list(ApiBackend(Config()).engine.providers.get("vllm").available_models)

    assert (listed(), listed()) == (["llama"], ["llama"])
    assert len(moved.asked) == 1
    moved.models = {"data": [{"id": "qwen"}]}
    bot = ApiBackend(Config())
    assert list(bot.engine.providers.get("vllm").available_models) == ["llama"]
    provider = bot.engine.providers.reload("vllm")
    assert (list(provider.available_models), listed()) == (["qwen"], ["qwen"])
    assert len(moved.asked) == 2
