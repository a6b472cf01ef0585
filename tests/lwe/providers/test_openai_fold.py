"""The fold turns real reply bodies into events, and says what is wrong with broken ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lwe.errors import ProviderError
from lwe.events import ReasoningDelta, ReplyEvent, ReplyFinished, TextDelta
from lwe.providers.openai_fold import ChatFold, Fold, Lines, ResponsesFold, decode

RECORDINGS = Path(__file__).parents[2] / "recordings"


def folded(fold: Fold, body: bytes, size: int = 7) -> list[ReplyEvent]:
    """Feed a stream in pieces of a few bytes."""
    lines, events = Lines(), list[ReplyEvent]()
    for start in range(0, len(body), size):
        for payload in lines.feed(body[start : start + size]):
            if payload == b"[DONE]":
                fold.done()
            else:
                events += fold.part(decode(payload))
    return [*events, *fold.end()]


def text_of(events: list[ReplyEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def finish_of(events: list[ReplyEvent]) -> ReplyFinished:
    assert isinstance(events[-1], ReplyFinished)
    return events[-1]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_recorded_chat_stream_gives_its_text_and_usage(size: int) -> None:
    body = (RECORDINGS / "chat-completion.sse").read_bytes()
    events = folded(ChatFold(), body, size)
    assert text_of(events).startswith("Hello!")
    assert finish_of(events).reason == "stop"
    assert finish_of(events).usage.input_tokens == 23
    assert finish_of(events).usage.output_tokens == 22


def test_a_recorded_responses_stream_gives_its_text_and_usage() -> None:
    events = folded(ResponsesFold(), (RECORDINGS / "responses.sse").read_bytes())
    assert text_of(events).startswith("Hello!")
    assert finish_of(events).reason == "stop"
    assert finish_of(events).usage.output_tokens


@pytest.mark.parametrize(
    ("fold", "name"), [(ChatFold(), "chat-completion"), (ResponsesFold(), "responses")]
)
def test_a_whole_reply_says_the_same_as_a_stream(fold: Fold, name: str) -> None:
    whole = [*fold.whole(decode((RECORDINGS / f"{name}.json").read_bytes())), *fold.end()]
    assert text_of(whole).startswith("Hello!")
    assert finish_of(whole).usage.output_tokens


def test_a_reply_at_its_limit_says_so() -> None:
    events = folded(ChatFold(), (RECORDINGS / "chat-completion-length.sse").read_bytes())
    assert finish_of(events).reason == "length"


def test_a_stream_without_a_reason_is_an_error() -> None:
    body = (RECORDINGS / "chat-completion.sse").read_bytes()
    with pytest.raises(ProviderError, match="before it was complete"):
        folded(ChatFold(), body[: len(body) // 2])


def test_done_without_a_reason_is_an_end() -> None:
    body = b'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
    assert finish_of(folded(ChatFold(), body)).reason == "stop"


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": None},
        {"choices": []},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": None, "role": None}}]},
        {"choices": [{"finish_reason": None}]},
        {"usage": None},
        {},
    ],
)
def test_chunks_with_nothing_in_them_say_nothing(chunk: dict[str, object]) -> None:
    assert list(ChatFold().part(chunk)) == []


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_no_text(key: str) -> None:
    assert list(ChatFold().part({"choices": [{"delta": {key: "hm"}}]})) == [ReasoningDelta("hm")]


def test_an_error_inside_a_stream_raises_its_sentence() -> None:
    with pytest.raises(ProviderError, match="overloaded"):
        decode(b'{"error": {"message": "overloaded", "type": "server_error"}}')


@pytest.mark.parametrize("payload", [b'{"cut', b"<html>", b"[1, 2]", b"\xff\xfe"])
def test_what_is_no_object_is_an_error(payload: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        decode(payload)
    assert caught.value.kind == "bad_reply"


def test_line_separators_inside_json_do_not_cut_it() -> None:
    payload = json.dumps({"choices": [{"delta": {"content": "a\u2028b\x85c"}}]}, ensure_ascii=False)
    lines = Lines()
    (found,) = lines.feed(f"data: {payload}\r\n\r\n".encode())
    assert list(ChatFold().part(decode(found))) == [TextDelta("a\u2028b\x85c")]


def test_comments_and_event_names_are_no_data() -> None:
    assert Lines().feed(b": ping\nevent: x\nid: 1\n\n") == []


def test_a_failed_response_raises_its_sentence() -> None:
    failed = {
        "type": "response.failed",
        "response": {"status": "failed", "error": {"message": "no"}},
    }
    with pytest.raises(ProviderError, match="no"):
        list(ResponsesFold().part(failed))


def test_an_incomplete_response_names_its_limit() -> None:
    fold = ResponsesFold()
    details = {"incomplete_details": {"reason": "max_output_tokens"}}
    list(fold.part({"type": "response.incomplete", "response": details}))
    assert list(fold.end())[-1].reason == "length"


def test_of_several_choices_the_first_is_heard() -> None:
    fold = ChatFold()
    chunks = [
        {"choices": [{"index": 0, "delta": {"content": "a"}}]},
        {"choices": [{"index": 1, "delta": {"content": "x"}, "finish_reason": "length"}]},
        {"choices": [{"index": 0, "delta": {"content": "b"}, "finish_reason": "stop"}]},
    ]
    events = [event for chunk in chunks for event in fold.part(chunk)]
    assert text_of(events) == "ab"
    assert list(fold.end())[-1].reason == "stop"
    choices = [{"index": n, "message": {"content": text}} for n, text in enumerate("ax")]
    assert list(ChatFold().whole({"choices": choices})) == [TextDelta("a")]


def test_other_choices_end_nothing() -> None:
    fold = ChatFold()
    list(fold.part({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]}))
    assert not fold.finished


@pytest.mark.parametrize("fold", [ChatFold(), ResponsesFold()])
def test_a_refusal_is_what_was_said(fold: Fold) -> None:
    if isinstance(fold, ChatFold):
        said = [*fold.part({"choices": [{"delta": {"refusal": "I won't."}}]})]
    else:
        said = [*fold.part({"type": "response.refusal.delta", "delta": "I won't."})]
    assert said == [TextDelta("I won't.")]


def test_the_parts_of_a_message_are_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert list(ChatFold().whole({"choices": [{"message": {"content": parts}}]})) == [
        TextDelta("ab")
    ]
    content = [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "b"}]
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "content": content},
        {"type": "function_call", "name": "f"},
    ]
    assert list(ResponsesFold().whole({"output": output})) == [
        ReasoningDelta("hm"),
        TextDelta("ab"),
    ]


def test_errors_of_the_responses_api_raise_their_sentence() -> None:
    for event in (
        {"type": "error", "message": "overloaded", "code": "server_error"},
        {"type": "error", "error": {"message": "overloaded"}},
    ):
        with pytest.raises(ProviderError, match="overloaded"):
            list(ResponsesFold().part(decode(json.dumps(event).encode())))


def test_a_web_page_is_told_by_its_words() -> None:
    page = b"<!DOCTYPE html><html><style>p {}</style><title>Sign in</title><p>Welcome</p></html>"
    with pytest.raises(ProviderError, match=r"not JSON: Sign in Welcome$"):
        decode(page)
