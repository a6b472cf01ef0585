"""A request taken step by step: the seed's shapes, and the whole story told to the model."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.backends.api.request import ApiRequest
from lwe.config.config import Config
from lwe.domain import Message, ModelRequest, ToolCall
from lwe.errors import ConfigError, LweError, ProviderError, ToolError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.faces.request_model import Reply
from lwe.faces.stored_messages import build
from lwe.providers.provider import Provider, Stop

ONE, TWO = ToolCall("dice", {"sides": 6}, "c1"), ToolCall("dice", {"sides": 8}, "c2")
ONE_DICT = {"name": "dice", "args": {"sides": 6}, "id": "c1", "type": "tool_call"}
DICE = {"name": "dice", "description": "Rolls.", "parameters": {"type": "object"}}
HISTORY = [build("system", "Be brief."), build("user", "hi"), build("assistant", "Hello.")]


class Scripted(Provider):
    """Gives one reply after the other, and notes what it was sent."""

    name = "provider_scripted"
    parameters = frozenset({"tools", "model_name", "temperature", "tool_choice"})
    default_model = "m-1"

    def __init__(self, *replies: list[ReplyEvent | Exception]) -> None:
        self.replies, self.asked = list(replies), list[ModelRequest]()

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        self.asked.append(request)
        for event in self.replies.pop(0):
            if stop.wished:
                return
            if isinstance(event, Exception):
                raise event
            yield event
        yield ReplyFinished("stop")

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in self.stream(request, Stop()):
            yield event

    def sent(self, call: int = -1) -> list[str]:
        """Say what was sent, each message as its text or what it carries."""
        return [_said(message) for message in self.asked[call].messages]


def _said(message: Message) -> str:
    if message.tool_result is not None:
        return f"result {message.tool_result.value}"
    return message.text or "calls " + " ".join(call.id for call in message.tool_calls)


class Tools:
    """The seed's `ToolManager` with one tool, which does not roll more than six sides."""

    def get_tool_config(self, name: str) -> dict[str, Any]:
        return DICE

    def run_tool(self, name: str, data: Any) -> tuple[bool, Any, str]:
        if data["sides"] > 6:
            return False, None, "Error: too many sides"
        return True, {"rolled": data["sides"]}, "done"


class Cache:
    """The seed's `ToolCache`, as far as a request uses it."""

    def __init__(self, config: Config, tool_manager: Tools, customizations: Any = None) -> None:
        self.tools = list((customizations or {}).get("tools") or [])
        if unknown := [name for name in self.tools if name != "dice"]:
            raise ValueError(f"Tool {unknown[0]} not found")

    def add_message_tools(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return messages


class Presets:
    """The seed's `PresetManager` with one preset."""

    preset = (
        {
            "name": "p",
            "provider": "scripted",
            "system_message": "pirate",
            "max_submission_tokens": 77,
        },
        {"temperature": 0.5},
    )

    def ensure_preset(self, name: str) -> tuple[bool, Any, str]:
        if name == "p":
            return True, self.preset, "preset p exists"
        return False, name, f"Preset '{name}' not found"


@pytest.fixture(autouse=True)
def tool_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(ToolCache=Cache)
    monkeypatch.setitem(sys.modules, "lwe.core.tool_cache", module)  # type: ignore[arg-type]


def begun(provider: Provider, /, **given: Any) -> ApiRequest:
    """Return a request whose model is set."""
    given.setdefault("input", "roll")
    manager = SimpleNamespace(load_provider=lambda name: (True, provider, "loaded"))
    given.setdefault("provider_manager", manager)
    given.setdefault("preset_manager", Presets())
    request = ApiRequest(provider=provider, **given)
    success, _built, message = request.set_request_llm()
    assert success, message
    return request


def with_tools(provider: Provider, /, metadata: Any = None, **given: Any) -> ApiRequest:
    """Return a request whose preset offers a tool."""
    choice = {"tool_choice": given.pop("tool_choice")} if "tool_choice" in given else {}
    preset = ({"name": "t", **(metadata or {})}, {"tools": ["dice"], **choice})
    manager = SimpleNamespace(ensure_preset=lambda name: (True, preset, ""))
    overrides = {"preset": "t", **given.pop("request_overrides", {})}
    return begun(
        provider,
        preset_manager=manager,
        tool_manager=Tools(),
        request_overrides=overrides,
        **given,
    )


def answered(request: ApiRequest) -> tuple[Any, list[dict[str, Any]]]:
    """Take all steps of a request."""
    new, messages = request.prepare_ask_request()
    success, reply, message = request.call_llm(messages)
    assert success, message
    return request.post_response(reply, new)


# Who is asked


def test_the_answer_and_the_new_messages_have_the_seeds_shape() -> None:
    request = begun(Scripted([TextDelta("4")]), system_message="Be brief.")
    answer, new = answered(request)
    assert answer == "4"
    assert new == [build("system", "Be brief."), build("user", "roll"), build("assistant", "4")]


def test_a_request_stands_alone_with_the_scripted_provider() -> None:
    request = ApiRequest(input="hi", preset=({"provider": "fake_llm"}, {}))
    assert request.set_request_llm()[0]
    assert answered(request)[0] == "test response"


def test_what_is_set_is_answered_and_kept() -> None:
    provider = Scripted()
    request = begun(provider, request_overrides={"preset": "p"})
    success, built, _message = request.set_request_llm()
    assert success
    assert built[:2] == (provider, Presets.preset)
    assert built[2:5] == (request.llm, "p", "m-1")
    assert request.llm.asdict() == {"model_name": "m-1", "temperature": 0.5}
    assert (request.preset_name, request.model_name) == ("p", "m-1")


def test_overrides_lie_over_the_preset_and_leave_it_alone() -> None:
    overrides = {
        "preset": "p",
        "preset_overrides": {"model_customizations": {"temperature": 1}, "metadata": {"x": 1}},
    }
    request = begun(Scripted(), request_overrides=overrides)
    assert request.llm.customizations["temperature"] == 1
    assert request.preset[0]["x"] == 1
    assert Presets.preset[1] == {"temperature": 0.5}


def test_a_preset_of_the_request_brings_its_opening_and_its_limit() -> None:
    config = Config()
    config.set("model.system_message", {"pirate": "Talk like a pirate."})
    request = begun(Scripted(), config=config, request_overrides={"preset": "p"})
    assert request.max_submission_tokens == 77
    assert request.prepare_ask_request()[0][0]["message"] == "Talk like a pirate."


def test_an_alias_of_a_request_is_resolved() -> None:
    config = Config()
    config.set("model.system_message", {"pirate": "Talk like a pirate."})
    request = begun(Scripted(), config=config, request_overrides={"system_message": "pirate"})
    assert request.prepare_new_conversation_messages()[0]["message"] == "Talk like a pirate."


@pytest.mark.parametrize(
    ("overrides", "answer"),
    [
        ({"preset": "q"}, (False, "q", "Preset 'q' not found")),
        ({"preset_overrides": {"metadata": {}}}, (False, (None, None, False), "No active preset")),
        ({"preset": "p", "preset_overrides": {"model_customizations": {"pi": 3}}}, None),
        ({"preset": "p", "preset_overrides": {"metadata": {"max_submission_tokens": "0"}}}, None),
    ],
)
def test_what_cannot_be_asked_is_answered(overrides: dict[str, Any], answer: Any) -> None:
    manager = SimpleNamespace(load_provider=lambda name: (True, Scripted(), ""))
    request = ApiRequest(
        provider=Scripted(),
        provider_manager=manager,
        preset_manager=Presets(),
        request_overrides=overrides,
    )
    success, response, message = request.set_request_llm()
    assert not success
    if answer is not None:
        assert response == answer[1]
        assert message.startswith(answer[2])


def test_a_tool_that_is_not_there_is_answered() -> None:
    request = ApiRequest(provider=Scripted(), tool_manager=Tools())
    config = {"metadata": {}, "customizations": {"tools": ["cards"]}, "preset_overrides": {}}
    assert request.build_request_config(config) == (False, None, "Tool cards not found")


def test_nobody_to_ask_is_answered() -> None:
    success, _none, message = ApiRequest(input="hi").set_request_llm()
    assert (success, message) == (False, "Nobody to ask. Give a provider or a preset.")


def test_asking_before_anybody_is_set_is_told() -> None:
    request = ApiRequest(input="hi")
    sentence = "Nobody is asked yet. Call set_request_llm() and heed its answer."
    assert request.call_llm([build("user", "hi")])[2] == sentence
    with pytest.raises(LweError, match="set_request_llm"):
        request.prepare_ask_request()


# What is sent


def test_the_history_goes_before_the_question() -> None:
    provider = Scripted([TextDelta("4")])
    answered(begun(provider, old_messages=HISTORY))
    assert provider.sent() == ["Be brief.", "hi", "Hello.", "roll"]


def test_a_list_is_asked_as_it_is() -> None:
    asked = [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]
    request = begun(Scripted(), input=asked)
    assert request.prepare_ask_request()[0] == [build("system", "S"), build("user", "U")]


def test_the_opening_stays_when_the_oldest_messages_go(capsys: pytest.CaptureFixture[str]) -> None:
    old = [build("system", "Be brief."), build("user", "old " * 500), build("assistant", "Hm.")]
    request = begun(Scripted(), old_messages=old, max_submission_tokens=100)
    _new, messages = request.prepare_ask_request()
    assert [message["message"] for message in messages] == ["Be brief.", "Hm.", "roll"]
    assert "the 1 oldest" in request.notices[0].text
    assert capsys.readouterr() == ("", "")


def test_a_question_over_the_limit_is_refused() -> None:
    request = begun(Scripted(), input="word " * 500, max_submission_tokens=100)
    with pytest.raises(ProviderError, match="max_submission_tokens"):
        request.prepare_ask_request()


def test_nothing_to_ask_is_refused() -> None:
    with pytest.raises(ConfigError, match="nothing to ask"):
        begun(Scripted(), input=" ").prepare_ask_request()


def test_files_follow_the_question() -> None:
    provider = Scripted([TextDelta("a cat")])
    file = {"role": "user", "content": [{"type": "text", "text": "picture"}]}
    request = begun(provider, request_overrides={"files": [file]})
    answered(request)
    assert provider.asked[0].messages[-1].parts == ({"type": "text", "text": "picture"},)


# Streaming


def test_pieces_are_passed_on_and_printed_only_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard: list[str] = []
    overrides = {"stream": True, "stream_callback": heard.append}
    request = begun(Scripted([TextDelta("fo"), TextDelta("ur")]), request_overrides=overrides)
    assert answered(request)[0] == "four"
    assert heard == ["fo", "ur"]
    assert capsys.readouterr() == ("", "")
    request.output_chunk_content("loud", print_stream=True)
    assert capsys.readouterr().out == "loud"


def test_a_stopped_stream_keeps_what_was_said_and_runs_no_tool() -> None:
    request = with_tools(
        Scripted([TextDelta("fo"), TextDelta("ur"), ToolRequested(ONE)]),
        request_overrides={
            "stream": True,
            "stream_callback": lambda _piece: request.terminate_stream(None, None),
        },
    )
    answer, new = answered(request)
    assert answer == "fo"
    assert new[-1] == build("assistant", "fo")
    assert request.streaming is False


@pytest.mark.parametrize("stream", [True, False])
def test_a_failure_is_answered_with_its_sentence(stream: bool) -> None:
    provider = Scripted([TextDelta("f"), ProviderError("The server is away.", "connection")])
    request = begun(provider, request_overrides={"stream": stream})
    _new, messages = request.prepare_ask_request()
    success, _messages, sentence = request.call_llm(messages)
    assert (success, sentence) == (False, "The server is away.")


# Tools


@pytest.mark.parametrize("stream", [True, False])
def test_the_model_is_told_the_whole_story_after_a_tool(
    stream: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = Scripted([TextDelta("Rolling."), ToolRequested(ONE)], [TextDelta("It is 6.")])
    request = with_tools(provider, old_messages=HISTORY, request_overrides={"stream": stream})
    answer, new = answered(request)
    assert answer == "It is 6."
    assert new == [
        build("user", "roll"),
        build("assistant", "Rolling."),
        build("assistant", [ONE_DICT], "tool_call"),
        build("tool", {"rolled": 6}, "tool_response", {"name": "dice", "id": "c1"}),
        build("assistant", "It is 6."),
    ]
    history = ["Be brief.", "hi", "Hello."]
    assert provider.sent() == [*history, "roll", "Rolling.", "calls c1", "result {'rolled': 6}"]
    assert [spec.name for spec in provider.asked[0].tools] == ["dice"]
    assert capsys.readouterr() == ("", "")


def test_what_fails_is_told_to_the_model() -> None:
    broken = ToolCall("dice", {}, "c3", "The arguments are no JSON.")
    provider = Scripted([ToolRequested(TWO), ToolRequested(broken)], [TextDelta("Sorry.")])
    answer, new = answered(with_tools(provider))
    assert answer == "Sorry."
    assert new[3]["message"] == {"error": "Tool call failed: Error: too many sides"}
    assert new[4]["message"] == {"error": "The arguments are no JSON."}
    assert "error" not in new[2]["message"][1]


def test_calls_are_the_answer_when_the_preset_wants_them() -> None:
    provider = Scripted([ToolRequested(ONE)])
    answer, new = answered(with_tools(provider, {"return_on_tool_call": True}))
    assert answer == [ONE_DICT]
    assert new[-1] == build("assistant", [ONE_DICT], "tool_call")


def test_a_tools_value_is_the_answer_when_the_preset_wants_it() -> None:
    provider = Scripted([ToolRequested(ONE)], [TextDelta("It is 6.")])
    answer, new = answered(with_tools(provider, {"return_on_tool_response": True}))
    assert answer == {"rolled": 6}
    assert new[-1]["message_type"] == "tool_response"


def test_a_forced_tools_value_is_the_answer_at_once() -> None:
    provider = Scripted([ToolRequested(ONE)])
    answer, _new = answered(with_tools(provider, tool_choice="dice"))
    assert answer == {"rolled": 6}
    assert provider.asked[0].customizations["tool_choice"] == "dice"


def test_calling_again_and_again_ends() -> None:
    config = Config()
    config.set("tools.max_rounds", 3)
    provider = Scripted(*([ToolRequested(ONE)] for _ in range(5)))
    with pytest.raises(ToolError, match=r"tools\.max_rounds"):
        answered(with_tools(provider, config=config))
    assert len(provider.asked) == 3


def test_a_failure_after_a_tool_is_raised_as_the_seed_does() -> None:
    provider = Scripted([ToolRequested(ONE)], [ProviderError("The server is away.")])
    with pytest.raises(LweError, match="The server is away") as raised:
        answered(with_tools(provider))
    assert isinstance(raised.value, ValueError)


def test_one_tool_can_be_run_alone() -> None:
    request = with_tools(Scripted())
    assert request.execute_tool_call(ONE_DICT) == {"rolled": 6}
    assert request.run_tool("dice", {"sides": 9})[1] == {"error": "Error: too many sides"}
    with pytest.raises(ValueError, match="Tool call failed"):
        request.execute_tool_call({"name": "dice", "args": {"sides": 9}})


def test_a_tool_that_cannot_be_loaded_is_told_to_the_model() -> None:
    def broken(name: str, data: Any) -> Any:
        raise RuntimeError("Error creating tool instance for dice")

    provider = Scripted([ToolRequested(ONE)], [TextDelta("Sorry.")])
    request = with_tools(provider)
    request.tool_manager.run_tool = broken
    _answer, new = answered(request)
    assert "Error creating tool instance for dice" in new[3]["message"]["error"]


def test_without_tools_a_call_is_refused() -> None:
    request = ApiRequest(provider=Scripted())
    assert request.run_tool("dice", {})[1] == {"error": "There are no tools here."}


def test_tools_and_their_choice_are_taken_out_of_the_parameters() -> None:
    request = ApiRequest(provider=Scripted(), tool_manager=Tools())
    asked = {"tools": ["dice"], "tool_choice": "auto", "temperature": 0}
    assert request.expand_tools(asked) == ({"temperature": 0}, [DICE], "auto")
    assert asked["tools"] == ["dice"]


# Replies


def test_a_reply_as_langchains_is_read() -> None:
    wrong = {"name": "dice", "args": "{", "id": "c2", "error": None}
    reply = SimpleNamespace(
        content=[{"type": "text", "text": "Rolling."}],
        tool_calls=[ONE_DICT],
        invalid_tool_calls=[wrong],
    )
    message, calls = ApiRequest().extract_message_content(reply)
    assert message["message_type"] == "tool_call"
    assert [call["id"] for call in message["message"]] == ["c1", "c2"]
    assert calls[1]["error"] == "The arguments are no JSON object."


@pytest.mark.parametrize("reply", ["four", Reply("four")])
def test_words_are_a_message_without_calls(reply: object) -> None:
    assert ApiRequest().extract_message_content(reply) == (build("assistant", "four"), [])


def test_what_is_no_reply_is_named() -> None:
    with pytest.raises(LweError, match="reply"):
        ApiRequest().extract_message_content(None)
