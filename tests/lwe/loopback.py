"""A server on loopback that answers what a test tells it, and notes what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STALL = object()
"""In a stream: say nothing more until the client leaves."""


def chat_chunk(text: str = "", finish: str | None = None) -> bytes:
    """Return one event of a chat completion's stream."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def chat_stream(*pieces: str) -> list[Any]:
    """Return a whole stream of a chat completion."""
    return [
        *(chat_chunk(piece) for piece in pieces),
        chat_chunk(finish="stop"),
        b"data: [DONE]\n\n",
    ]


@dataclass
class Reply:
    """What the server does with one request."""

    status: int = 200
    parts: list[Any] = field(default_factory=list)
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Loopback:
    """The running server."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client closed its connection during a stall."""
    silent: bool = False
    """Whether a stall comes before the reply's first byte."""
    models: tuple[str, ...] = ()
    """What is listed to whoever asks; without any, nothing is there to ask."""
    key: str = ""
    """What has to be sent as the key, if anything has to."""

    def refuses(self, sent: str | None) -> bool:
        """Say whether a request comes without the key."""
        return bool(self.key) and sent != f"Bearer {self.key}"


class _Handler(BaseHTTPRequestHandler):
    state: list[Loopback]

    def do_GET(self) -> None:
        server = self.state[0]
        if not (server.models and self.path == "/v1/models"):
            self.answer(error(404, "Not Found"))
        elif server.refuses(self.headers["authorization"]):
            self.answer(error(401, "Incorrect API key provided"))
        else:
            listed = json.dumps({"data": [{"id": name} for name in server.models]})
            self.answer(Reply(200, [listed.encode()], "application/json"))

    def do_POST(self) -> None:
        server = self.state[0]
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length))
        server.asked.append(body)
        server.paths.append(self.path)
        if server.refuses(self.headers["authorization"]):
            self.answer(error(401, "Incorrect API key provided"))
            return
        reply = server.replies.pop(0) if server.replies else default_reply(self.path, body)
        if server.silent:
            self.stall()
        else:
            self.answer(reply)

    def answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in reply.parts:
            if part is STALL:
                self.stall()
                return
            self.wfile.write(part)
            self.wfile.flush()

    def stall(self) -> None:
        with suppress(OSError):
            self.connection.recv(1)
        self.state[0].left.set()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Run a server; without scripted replies it answers "Hello!"."""
    state: list[Loopback] = []

    class Handler(_Handler):
        pass

    Handler.state = state
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.append(Loopback(f"http://127.0.0.1:{server.server_port}/v1"))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def default_reply(path: str, body: dict[str, Any]) -> Reply:
    """Answer "Hello!" in whichever way was asked."""
    if path.endswith("/responses"):
        return Reply(parts=[_responses_body(bool(body.get("stream")))])
    if body.get("stream"):
        return Reply(parts=chat_stream("Hel", "lo!"))
    choice = {"index": 0, "message": {"content": "Hello!"}, "finish_reason": "stop"}
    return Reply(
        parts=[json.dumps({"choices": [choice]}).encode()], content_type="application/json"
    )


def _responses_body(stream: bool) -> bytes:
    text = {"type": "output_text", "text": "Hello!"}
    whole = {"status": "completed", "output": [{"type": "message", "content": [text]}]}
    if not stream:
        return json.dumps(whole).encode()
    events = [
        {"type": "response.output_text.delta", "delta": "Hello!"},
        {"type": "response.completed", "response": whole},
    ]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def error(status: int, message: str, **headers: str) -> Reply:
    """Return a reply with an error body."""
    body = json.dumps({"error": {"message": message}}).encode()
    return Reply(status, [body], "application/json", headers)
