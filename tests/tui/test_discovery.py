"""A local server is found when it is one, quickly, and nothing else is taken for one."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from lwe_tui import discovery
from lwe_tui.discovery import LocalServer, find_server, has_key

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[int]:
    """Listen on a free port of this machine."""
    stopped = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            tasks = {
                asyncio.ensure_future(answer(reader, writer)),
                asyncio.ensure_future(stopped.wait()),
            }
            _done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        stopped.set()
        await asyncio.sleep(0)


def saying(data: bytes) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def response(body: object, status: str = "200 OK") -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n{text}".encode()


def models(*names: str) -> bytes:
    return response({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n{")
    await writer.drain()
    await asyncio.sleep(60)


async def free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_a_server_that_lists_a_model_is_found() -> None:
    async with listening(saying(models("llama-3", "other"))) as port:
        found = await find_server({port: "Ollama"})
    assert found == LocalServer("Ollama", f"http://127.0.0.1:{port}/v1", "llama-3")


async def test_it_is_asked_for_its_models() -> None:
    asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        assert await find_server({server.sockets[0].getsockname()[1]: "x"}) is None
    assert asked[0].startswith("GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1\r\n")


async def test_a_model_for_embeddings_is_passed_over() -> None:
    async with listening(saying(models("text-embedding-small", "qwen"))) as port:
        found = await find_server({port: "LM Studio"})
    assert found is not None
    assert found.model == "qwen"


async def test_the_order_decides_not_who_is_faster() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        await saying(models("slow"))(reader, writer)

    async with listening(slow) as first, listening(saying(models("quick"))) as second:
        found = await find_server({first: "first", second: "second"})
    assert found is not None
    assert found.label == "first"


async def test_a_port_that_stalls_costs_little_and_hides_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "PROBE_SECONDS", 0.1)
    async with listening(stall) as stalled, listening(saying(models("m"))) as port:
        start = time.monotonic()
        found = await find_server({stalled: "stalled", port: "there"})
        assert time.monotonic() - start < 15
    assert found is not None
    assert found.label == "there"


async def test_nobody_there_is_no_server() -> None:
    assert await find_server({await free_port(): "x"}) is None
    assert await find_server({}) is None


GARBAGE = {
    "nothing": b"",
    "another protocol": b"\x16\x03\x01\x02\x00\x01garbage",
    "a banner": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a web page": response("<html>a web page</html>"),
    "no models": response({"data": []}),
    "no list": response({"data": None}),
    "no id": response({"data": [{}]}),
    "an empty id": response({"data": [{"id": ""}]}),
    "an id that is no name": response({"data": [{"id": None}]}),
    "names only": response({"data": ["llama"]}),
    "a word": response({"data": "llama"}),
    "numbers": response([1, 2]),
    "null": response("null"),
    "deep": response("[" * 100_000),
    "embeddings only": models("only-an-embedding-model"),
    "not found": response({"data": [{"id": "m"}]}, "404 Not Found"),
    "a key wanted": response({"data": [{"id": "m"}]}, "401 Unauthorized"),
    "not text": b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe\x00",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_is_no_server(garbage: bytes) -> None:
    async with listening(saying(garbage)) as port:
        assert await find_server({port: "x"}) is None


async def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "LARGEST_ANSWER", 100_000)

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" " * 65_536)
                await writer.drain()

    async with listening(pour) as port:
        assert await find_server({port: "x"}) is None


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_the_environment_may_name_a_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_key()
    monkeypatch.setenv(name, "")
    assert not has_key()
    monkeypatch.setenv(name, "something")
    assert has_key()
