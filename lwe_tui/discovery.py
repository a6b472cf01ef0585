"""Finds, without asking, something that can answer: a key, a local endpoint, the embedded model."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

OPENAI_URL = "https://api.openai.com/v1"
PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
PROBE_SECONDS = 0.4
LARGEST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalServer:
    """An OpenAI-compatible server that answered on this machine."""

    label: str
    base_url: str
    model: str


def has_key() -> bool:
    """Say whether the environment names an OpenAI key or another base URL."""
    names = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE")
    return any(os.environ.get(name) for name in names)


async def find_server(ports: dict[int, str] | None = None) -> LocalServer | None:
    """Return the first of the well-known local servers that lists a model.

    Args:
        ports: port numbers and labels to try, in order of preference.
    """
    tried = PORTS if ports is None else ports
    found = await asyncio.gather(*(_probe(port, label) for port, label in tried.items()))
    return next((server for server in found if server), None)


async def _probe(port: int, label: str) -> LocalServer | None:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            body = await _get(port, "/v1/models")
        model = _first_that_talks(json.loads(body))
    except (OSError, TimeoutError, ValueError, LookupError, TypeError, RecursionError):
        return None  # Nobody there, or somebody else: both mean "not this one".
    return LocalServer(label, f"http://127.0.0.1:{port}/v1", model)


def _first_that_talks(listed: Any) -> str:
    """Return the first model that is not one for embeddings, which some servers list first."""
    for entry in listed["data"]:
        name = entry["id"]
        if isinstance(name, str) and name and "embed" not in name.lower():
            return name
    raise LookupError("no model that talks")


async def _get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode()
        )
        await writer.drain()
        answer = bytearray()
        while len(answer) < LARGEST_ANSWER and (part := await reader.read(1 << 16)):
            answer += part
        head, _, body = bytes(answer).partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise ValueError("not a list of models")
        return body
    finally:
        writer.close()
