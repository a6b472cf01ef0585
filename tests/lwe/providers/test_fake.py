"""The scripted provider speaks the seed's format."""

from __future__ import annotations

from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from lwe import ApiBackend
from lwe.domain import Message, ModelRequest, ToolCall
from lwe.events import ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.providers.fake import FakeLlm
from lwe.providers.provider import Stop

ASKED = Message("user", "hi")


def answer(*talk: Message, stream: bool = True, **settings: Any) -> list[str]:
    """Return the pieces that are said."""
    request = ModelRequest(talk or (ASKED,), settings, stream)
    *pieces, end = FakeLlm().stream(request, Stop())
    assert end == ReplyFinished("stop")
    return [piece.text for piece in pieces if isinstance(piece, TextDelta)]


@pytest.mark.parametrize("nothing", [None, [], ""])
@pytest.mark.parametrize("stream", [True, False])
def test_without_responses_it_says_so_in_one_piece(nothing: object, stream: bool) -> None:
    assert answer(responses=nothing, stream=stream) == ["test response"]
    assert answer(stream=stream) == ["test response"]


def test_a_text_is_streamed_by_its_characters() -> None:
    assert answer(responses=["a b"]) == ["a", " ", "b"]
    assert answer(responses=["a b"], stream=False) == ["a b"]


def test_a_list_is_streamed_by_its_pieces() -> None:
    assert answer(responses=[["one ", "two"]]) == ["one ", "two"]
    assert answer(responses=[["one ", "two"]], stream=False) == ["one two"]


@pytest.mark.parametrize(("responses", "said"), [("text", "text"), ([7], "7"), ([["a", 1]], "a1")])
def test_what_is_no_list_of_texts_is_taken_as_meant(responses: object, said: str) -> None:
    assert "".join(answer(responses=responses)) == said


def test_every_request_begins_with_the_first_response() -> None:
    talk = (ASKED, Message("assistant", "first"), Message("user", "again"))
    assert answer(*talk, responses=["first", "second"], stream=False) == ["first"]


@pytest.mark.parametrize(("rounds", "said"), [(0, "a"), (1, "b"), (2, "a"), (3, "b")])
def test_further_rounds_of_a_request_rotate(rounds: int, said: str) -> None:
    talk = (Message("assistant", "old"), ASKED, *[Message("assistant", "")] * rounds)
    assert answer(*talk, responses=["a", "b"], stream=False) == [said]


def test_a_stop_ends_it() -> None:
    stop, said = Stop(), list[ReplyEvent]()
    for event in FakeLlm().stream(ModelRequest((ASKED,), {"responses": ["long"]}), stop):
        said.append(event)
        stop.request()
    assert said == [TextDelta("l")]


async def test_awaiting_says_the_same() -> None:
    request = ModelRequest((ASKED,), {"responses": [["a", "b"]]})
    async with aclosing(FakeLlm().astream(request)) as events:
        assert [event async for event in events] == list(FakeLlm().stream(request, Stop()))


def test_its_models_are_the_seeds() -> None:
    fake = FakeLlm()
    assert dict(fake.models) == {
        "gpt-3.5-turbo": {"max_tokens": 4096},
        "gpt-3.5-turbo-1106": {"max_tokens": 16384},
        "gpt-4": {"max_tokens": 8192},
        "gpt-4o": {"max_tokens": 131072},
    }
    mark = "fake-messages-list-chat-model"
    assert fake.default_customizations() == {"model_name": "gpt-5.4-mini", "_type": mark}
    assert fake.unknown_parameters({"responses": [], "model_name": "x", "n": 1}) == ["n"]


def test_its_capabilities_can_be_set() -> None:
    fake = FakeLlm()
    fake.capabilities = {"chat": True, "validate_models": True, "models": {"m": {"max_tokens": 7}}}
    assert fake.set_model("m")[0]
    assert not fake.set_model("gpt-4")[0]
    assert fake.max_submission_tokens() == 7
    assert FakeLlm().set_model("anything")[0]


CALL = {"name": "roll", "args": {"sides": 6}, "id": "c1"}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "response",
    [
        {"content": "So", "tool_calls": [CALL]},
        SimpleNamespace(content="So", tool_calls=[CALL]),
        ["S", {"content": "o", "tool_calls": [CALL]}],
    ],
)
def test_a_response_may_ask_for_tools(response: object, stream: bool) -> None:
    request = ModelRequest((ASKED,), {"responses": [response]}, stream=stream)
    *texts, asked, end = FakeLlm().stream(request, Stop())
    assert "".join(text.text for text in texts if isinstance(text, TextDelta)) == "So"
    assert (asked, end) == (
        ToolRequested(ToolCall("roll", {"sides": 6}, "c1")),
        ReplyFinished("tool_calls"),
    )


def test_a_call_without_words_says_nothing() -> None:
    request = ModelRequest((ASKED,), {"responses": [{"content": "", "tool_calls": [CALL]}]})
    assert len(list(FakeLlm().stream(request, Stop()))) == 2


@pytest.mark.parametrize("choice", [None, "auto", "roll_it"])
def test_a_preset_with_tools_answers(bot: ApiBackend, choice: str | None) -> None:
    folder = bot.engine.config.directories("tools")[0]
    folder.mkdir(parents=True)
    (folder / "roll_it.py").write_text(TOOL)
    customizations = {"model_name": "m", "tools": ["roll_it"], "tool_choice": choice}
    folder = bot.engine.config.directories("presets")[0]
    folder.mkdir(parents=True)
    preset = {"metadata": {"name": "p", "provider": "fake_llm"}}
    (folder / "p.yaml").write_text(
        yaml.safe_dump({**preset, "model_customizations": customizations})
    )
    assert bot.ask("hi", {"preset": "p"})[:2] == (True, "test response")
    script = [{"content": "", "tool_calls": [{"name": "roll_it", "args": {}, "id": "1"}]}, "done"]
    scripted = {"model_customizations": {"responses": script}}
    answer = bot.ask("hi", {"preset": "p", "preset_overrides": scripted})
    assert answer[:2] == (True, {"total": 4} if choice == "roll_it" else "done")


TOOL = """
from lwe.core.tool import Tool


class RollIt(Tool):
    def __call__(self) -> dict:
        \"\"\"Rolls.\"\"\"
        return {"total": 4}
"""
