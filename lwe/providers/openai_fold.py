"""Folds the two wire formats of OpenAI's APIs into events; knows their field names, does no I/O.

Sources: the API reference of OpenAI for chat completions and Responses, and what compatible
servers were seen to send: `choices: null`, missing fields, `reasoning` beside `reasoning_content`,
errors inside a stream of status 200.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from secrets import token_hex
from typing import Any, Protocol

from lwe.domain import NO_USAGE, ToolCall, Usage
from lwe.errors import Details, ProviderError
from lwe.events import (
    ReasoningDelta,
    ReplyEvent,
    ReplyFinished,
    TextDelta,
    ToolRequested,
)
from lwe.providers.failures import LONGEST_RAW, reported

LONGEST_SENTENCE, LONGEST_DATA, LONGEST_READ = 500, 120, 5000
_NO_WORDS = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[a-z!/][^>]*>")


class Fold(Protocol):
    """Turns the parts of one reply into events."""

    @property
    def finished(self) -> bool:
        """Whether the server has said why the reply ended."""

    def part(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        """Take one event of a stream."""

    def whole(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        """Take the body of a reply that was not streamed."""

    def done(self) -> None:
        """Take the server's word that the stream is complete."""

    def end(self) -> Iterator[ReplyEvent]:
        """Close the reply with its calls; a `ProviderError` when the server never finished it."""


class Lines:
    """Cuts a byte stream into the data of server-sent events.

    Bytes, not text: Unicode line separators are legal inside the JSON of an event, and a text
    splitter would cut there.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads of all complete `data:` lines."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [line[5:].strip() for line in lines if line.startswith(b"data:")]


def decode(payload: bytes) -> dict[str, Any]:
    """Read one JSON object of a reply.

    Raises:
        ProviderError: when it is no JSON object, or an error object.
    """
    text = payload.decode("utf-8", "replace")
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ProviderError(
            f"The server sent something that is not JSON: {excerpt(text, LONGEST_DATA)}",
            "bad_reply",
            details=Details(raw=text[:LONGEST_RAW]),
        ) from error
    if not isinstance(data, dict):
        raise ProviderError(
            f"The server sent an unexpected reply: {excerpt(text, LONGEST_DATA)}",
            "bad_reply",
            details=Details(raw=text[:LONGEST_RAW]),
        )
    if data.get("error"):
        raise _reported(data)
    return data


def error_text(body: Any) -> str:
    """Find the sentence in an error body, whichever of the known shapes it has."""
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            return str(inner.get("message") or inner.get("detail") or inner)
        return str(inner)
    return str(body)


def _reported(data: dict[str, Any]) -> ProviderError:
    inner = data.get("error")
    code = (inner.get("code") or inner.get("type")) if isinstance(inner, dict) else None
    said = excerpt(error_text(data))
    return reported(said, code or data.get("code"), json.dumps(data, ensure_ascii=False))


def excerpt(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """Return the beginning of what a server said, without the tags of a web page."""
    words = " ".join(_NO_WORDS.sub(" ", text[:LONGEST_READ]).split())
    return words if len(words) <= longest else words[:longest] + "…"


class _Calls:
    """Collects calls of tools, whose arguments come in pieces."""

    def __init__(self) -> None:
        self._parts: dict[object, dict[str, str]] = {}
        self._slots: dict[object, object] = {}

    def add(self, key: object, id: object, name: object, arguments: object, whole: bool) -> None:
        """Take a piece of a call.

        Args:
            key: which call; without one it is a new one, or the last when nothing names it.
            whole: whether `arguments` are all of them, not the next piece.
        """
        if key is None:
            key = next((k for k, part in self._parts.items() if id and part["id"] == id), None)
        if key is None:
            key = len(self._parts) - (0 if name or not self._parts else 1)
        key = self._slots.get(key, key)
        if id and self._parts.get(key, {}).get("id") not in (None, "", id):
            # Some servers give every call the same number.
            self._slots[key] = key = (key, id)
        part = self._parts.setdefault(key, {"id": "", "name": "", "arguments": ""})
        part["id"] = str(id or part["id"])
        part["name"] = str(name or part["name"])
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        part["arguments"] = text if whole else part["arguments"] + text

    def requests(self) -> Iterator[ToolRequested]:
        """Yield the calls in the order in which they came."""
        for part in self._parts.values():
            yield ToolRequested(_call(**part))


def _call(id: str, name: str, arguments: str) -> ToolCall:
    id = id or f"call_{token_hex(12)}"  # Without one its result could not be told apart.
    try:
        args = json.loads(arguments or "{}")
    except ValueError as error:
        return ToolCall(name, {}, id, f"The arguments are no JSON: {error}.")
    if not isinstance(args, dict):
        return ToolCall(name, {}, id, "The arguments have to be a JSON object.")
    return ToolCall(name, args, id)


class ChatFold:
    """Chat completions."""

    def __init__(self) -> None:
        self._reason = ""
        self._usage = NO_USAGE
        self._calls = _Calls()

    @property
    def finished(self) -> bool:
        return bool(self._reason)

    def part(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        self._count(data)
        for choice in data.get("choices") or ():
            if not isinstance(choice, dict) or choice.get("index"):
                continue  # A preset may ask for several answers; the first one is ours.
            yield from self._words(choice.get("delta") or {})
            self._reason = choice.get("finish_reason") or self._reason

    def whole(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        self._count(data)
        for choice in (data.get("choices") or ())[:1]:
            yield from self._words(choice.get("message") or {}, whole=True)
            self._reason = choice.get("finish_reason") or "stop"

    def done(self) -> None:
        self._reason = self._reason or "stop"

    def end(self) -> Iterator[ReplyEvent]:
        yield from _closed(self._reason, self._usage, self._calls)

    def _words(self, message: dict[str, Any], whole: bool = False) -> Iterator[ReplyEvent]:
        for call in message.get("tool_calls") or ():
            function = call.get("function") or {}
            key = None if whole else call.get("index")
            arguments = function.get("arguments") or ""
            self._calls.add(key, call.get("id"), function.get("name"), arguments, whole)
        if reasoning := message.get("reasoning_content") or message.get("reasoning"):
            yield ReasoningDelta(str(reasoning))
        if text := _content_text(message.get("content")):
            yield TextDelta(text)
        elif refusal := message.get("refusal"):
            yield TextDelta(str(refusal))

    def _count(self, data: dict[str, Any]) -> None:
        if isinstance(usage := data.get("usage"), dict):
            self._usage = Usage(usage.get("prompt_tokens"), usage.get("completion_tokens"))


class ResponsesFold:
    """The Responses API."""

    def __init__(self) -> None:
        self._reason = ""
        self._usage = NO_USAGE
        self._calls = _Calls()

    @property
    def finished(self) -> bool:
        return bool(self._reason)

    def part(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        match data.get("type"):
            case "response.output_text.delta" | "response.refusal.delta":
                yield TextDelta(str(data.get("delta") or ""))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                yield ReasoningDelta(str(data.get("delta") or ""))
            case "response.output_item.done":
                self._take_call(data.get("item") or {})
            case "response.completed" | "response.incomplete" | "response.failed":
                self._finish(data.get("response") or {})
            case "error":
                raise _reported(data)
            case _:
                pass  # Events about items and parts repeat what the deltas said.

    def whole(self, data: dict[str, Any]) -> Iterator[ReplyEvent]:
        for item in data.get("output") or ():
            kind = item.get("type")
            if kind == "message" and (text := _content_text(item.get("content"))):
                yield TextDelta(text)
            elif kind == "reasoning" and (text := _content_text(item.get("summary"))):
                yield ReasoningDelta(text)
            self._take_call(item)
        self._finish(data)

    def done(self) -> None:
        self._reason = self._reason or "stop"

    def end(self) -> Iterator[ReplyEvent]:
        yield from _closed(self._reason, self._usage, self._calls)

    def _take_call(self, item: dict[str, Any]) -> None:
        if item.get("type") == "function_call":
            id = item.get("call_id") or item.get("id")
            arguments = item.get("arguments") or ""
            self._calls.add(id, id, item.get("name"), arguments, whole=True)

    def _finish(self, response: dict[str, Any]) -> None:
        if isinstance(usage := response.get("usage"), dict):
            self._usage = Usage(usage.get("input_tokens"), usage.get("output_tokens"))
        if response.get("status") == "failed":
            raise _reported(response)
        details = response.get("incomplete_details") or {}
        reason = str(details.get("reason") or "stop")
        self._reason = "length" if reason == "max_output_tokens" else reason


def _closed(reason: str, usage: Usage, calls: _Calls) -> Iterator[ReplyEvent]:
    if not reason:
        raise ProviderError(
            "The server ended the answer before it was complete.",
            "connection",
            "Ask it to continue.",
        )
    if reason not in _CUT:
        yield from calls.requests()
    yield ReplyFinished(reason, usage)


_CUT = ("length", "content_filter")
"""Reasons after which the last call is probably not whole."""


def _content_text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(
            str(part.get("text") or part.get("refusal") or "")
            for part in content
            if isinstance(part, dict)
        )
    return str(content) if content else ""
