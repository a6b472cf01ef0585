"""Provider plugins written for the seed: their hooks are called, with the seed's shapes."""

from __future__ import annotations

import re
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.domain import Message, ModelRequest, ToolCall, ToolResult, ToolSpec
from lwe.errors import ProviderError
from lwe.events import ReasoningDelta, ReplyEvent, ReplyFinished, TextDelta, ToolRequested
from lwe.plugins.provider_chat_openai import ProviderChatOpenai
from lwe.plugins.provider_fake_llm import ProviderFakeLlm
from lwe.providers.heard import Heard
from lwe.providers.hooks import hooks_of
from lwe.providers.llm import Reply
from lwe.providers.stop import Stop
from lwe.providers.wrapping import counter_of
from tests.lwe.loopback import Loopback

OWN = '''
from lwe.core.provider import PresetValue, Provider, ReplyFinished, TextDelta, ToolCall
from lwe.core.provider import ToolRequested


class ProviderParrot(Provider):
    """
    Says what it was sent.
    """

    @property
    def capabilities(self):
        return {"chat": True, "validate_models": False, "models": {}}

    @property
    def default_model(self):
        return "grey"

    @property
    def model_property_name(self):
        return "model_name"

    def setup(self):
        super().setup()
        self.seen = []

    def fetch_models(self):
        return {"grey": {"max_tokens": 9000}}

    def prepare_messages_method(self):
        return self.prepare_messages_for_llm_chat

    def customization_config(self):
        return {
            "model_name": PresetValue(str, options=self.available_models),
            "pitch": PresetValue(int, 1, 9),
            "tools": None,
            "tool_choice": None,
        }

    def llm_pre_init(self, customizations):
        self.seen.append(("init", dict(customizations)))
        customizations["pitch"] = 5
        return customizations

    def llm_pre_call(self, llm, messages):
        self.seen.append(("call", llm.model_name, llm.pitch, messages))
        llm.model_name = "macaw"
        return [{**m, "role": "user"} if m["role"] == "system" else m for m in messages]

    def transform_tool(self, spec):
        return {"type": "function", "function": {**spec, "description": "squawks"}}

    def handle_streaming_chunk(self, chunk, previous_chunks):
        return f"{len(previous_chunks)}{chunk.content}"

    def handle_non_streaming_response(self, response):
        response.content = response.content.upper()
        return response

    def stream(self, request, stop):
        self.seen.append(("sent", request))
        for word in ("pretty ", "polly"):
            yield TextDelta(word)
        yield ReplyFinished("stop")
'''
COMPATIBLE = '''
import os

from lwe.plugins.provider_chat_openai_compat import ProviderChatOpenaiCompat


class ProviderRouter(ProviderChatOpenaiCompat):
    """
    Access to the models behind one router.
    """

    @property
    def default_model(self):
        return "small"

    def llm_pre_init(self, customizations):
        customizations["base_url"] = os.environ["ROUTER_URL"]
        customizations["api_key"] = "router-key"
        return customizations

    def llm_pre_call(self, llm, messages):
        llm.temperature = 0.25
        return messages + [{"role": "user", "message": "Be brief.", "message_type": "content"}]

    def handle_streaming_chunk(self, chunk, _previous_chunks):
        return chunk.content.replace("l", "L")
'''


@pytest.fixture
def loaded() -> Any:
    """Return a function that enables a plugin of a user and gives a backend with it."""

    def load(name: str, code: str) -> tuple[ApiBackend, Any]:
        config = Config()
        folder = config.directories("plugins")[0]
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text(code)
        config.set("plugins.enabled", [name])
        bot = ApiBackend(config)
        success, _provider, sentence = bot.set_provider(name.removeprefix("provider_"))
        assert success, sentence
        return bot, bot.provider

    return load


def test_a_provider_with_hooks_answers(loaded: Any) -> None:
    bot, parrot = loaded("provider_parrot", OWN)
    assert bot.ask("hi") == (True, "PRETTY POLLY", "No current user, conversation not saved")
    init, call, (_, sent) = parrot.seen
    assert init == ("init", {"model_name": "grey"})
    assert call[:3] == ("call", "grey", 5)
    assert [(m["role"], m["message_type"], m["message_metadata"]) for m in call[3]] == [
        ("system", "content", None),
        ("user", "content", None),
    ]
    assert call[3][1]["message"] == "hi"
    assert sent.customizations == {"model_name": "macaw", "pitch": 5}
    assert [message.role for message in sent.messages] == ["user", "user"]
    said: list[str] = []
    assert bot.ask_stream("hi", {"stream_callback": said.append})[1] == "0pretty 1polly"
    assert said == ["0pretty ", "1polly"]


def test_tools_are_transformed(loaded: Any) -> None:
    _bot, parrot = loaded("provider_parrot", OWN)
    spec = ToolSpec("talk", "talks", {"type": "object", "properties": {}})
    request = ModelRequest((), {"tools": ["talk"], "tool_choice": "any"}, tools=(spec,))
    list(parrot.stream(request, Stop()))
    sent = parrot.seen[-1][1]
    assert parrot.seen[0] == ("init", {})
    assert sent.customizations["tool_choice"] == "any"
    assert sent.tools == (ToolSpec("talk", "squawks", spec.parameters),)


async def test_awaiting_calls_the_same_hooks(loaded: Any) -> None:
    _bot, parrot = loaded("provider_parrot", OWN)
    for stream in (True, False):
        request = ModelRequest((Message("user", "hi"),), {}, stream)
        async with aclosing(parrot.astream(request)) as events:
            awaited = [event async for event in events]
        assert awaited == list(parrot.stream(request, Stop()))


def test_a_plugin_over_ours_changes_where_and_what_is_asked(
    loaded: Any, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTER_URL", server.url)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    bot, _router = loaded("provider_router", COMPATIBLE)
    assert bot.ask_stream("hi")[:2] == (True, "HeLLo!")
    assert bot.ask("hi")[1] == "Hello!"
    first = server.asked[0]
    assert (first["model"], first["temperature"]) == ("small", 0.25)
    assert [m["content"] for m in first["messages"]][1:] == ["hi", "Be brief."]


async def test_a_plugin_over_ours_is_awaited_with_its_hooks(
    loaded: Any, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTER_URL", server.url)
    _bot, router = loaded("provider_router", COMPATIBLE)
    request = ModelRequest((Message("user", "hi"),), {"model_name": "small"})
    async with aclosing(router.astream(request)) as events:
        texts = [event.text async for event in events if isinstance(event, TextDelta)]
    assert "".join(texts) == "HeLLo!"


# One hook at a time


class Hooked(ProviderFakeLlm):
    name = "provider_hooked"
    sent: ModelRequest

    def stream(self, request: ModelRequest, stop: Stop) -> Any:
        self.sent = request
        return super().stream(request, stop)


def hooked(**hooks: Any) -> Hooked:
    """Return a provider whose class has these methods."""
    return type("Made", (Hooked,), hooks)()


def sent(provider: Hooked, *messages: Message, **settings: Any) -> ModelRequest:
    list(provider.stream(ModelRequest(messages, settings), Stop()))
    return provider.sent


def test_without_hooks_a_request_passes_as_it_is() -> None:
    provider, request = hooked(), ModelRequest((Message("user", "hi"),), {})
    list(provider.stream(request, Stop()))
    assert provider.sent is request
    assert hooks_of(ProviderChatOpenai()) is None


CALL = ToolCall("roll", {"sides": 6}, "c1")
TALK = (
    Message("assistant", "", (CALL,), reasoning="hm"),
    Message("tool", "", tool_result=ToolResult("roll", {"total": 4}, "c1")),
    Message("user", "look", parts=({"type": "image_url", "image_url": {"url": "data:,"}},)),
)


def test_what_a_hook_leaves_alone_stays_what_it_was() -> None:
    seen: list[Any] = []

    def pre_call(self: Any, llm: Any, messages: list[Any]) -> list[Any]:
        seen.extend(messages)
        return messages

    assert sent(hooked(llm_pre_call=pre_call), *TALK).messages == TALK
    assert seen == [
        {
            "role": "assistant",
            "message": [
                {"name": "roll", "args": {"sides": 6}, "id": "c1", "type": "tool_call"},
            ],
            "message_type": "tool_call",
            "message_metadata": None,
        },
        {
            "role": "tool",
            "message": {"total": 4},
            "message_type": "tool_response",
            "message_metadata": {"name": "roll", "id": "c1"},
        },
    ]


def test_what_a_hook_changes_in_place_is_sent() -> None:
    def pre_call(self: Any, llm: Any, messages: list[Any]) -> list[Any]:
        messages[0]["message"] = messages[0]["message"].upper()
        messages.append({"role": "assistant", "content": "Sure: "})
        return messages

    messages = sent(hooked(llm_pre_call=pre_call), Message("user", "hi")).messages
    assert messages == (Message("user", "HI"), Message("assistant", "Sure: "))


def test_what_a_hook_changes_stays_in_its_request() -> None:
    def pre_init(self: Any, customizations: dict[str, Any]) -> dict[str, Any]:
        customizations["responses"].append("more")
        return customizations

    def pre_call(self: Any, llm: Any, messages: list[Any]) -> list[Any]:
        messages[1]["message"]["total"] = 6
        return messages

    settings = {"responses": ["one"]}
    provider = hooked(llm_pre_init=pre_init, llm_pre_call=pre_call)
    request = sent(provider, *TALK[:2], **settings)
    assert settings == {"responses": ["one"]}
    assert request.customizations == {"responses": ["one", "more"]}
    assert [m.tool_result.value for m in (request.messages[1], TALK[1]) if m.tool_result] == [
        {"total": 6},
        {"total": 4},
    ]


def test_messages_get_the_form_that_a_plugin_names() -> None:
    def stuffed(self: Any) -> Any:
        return self.prepare_messages_for_llm_stuff_messages

    talk = (Message("system", "Be."), Message("user", "hi"))
    messages = sent(hooked(prepare_messages_method=stuffed), *talk).messages
    assert messages == (Message("user", "Be.\n\nhi"),)
    last = hooked(prepare_messages_method=lambda self: self.prepare_messages_for_llm_last_message)
    assert sent(last, *talk).messages == (Message("user", "hi"),)
    plain = hooked(prepare_messages_method=lambda self: self.prepare_messages_for_llm_chat)
    assert hooks_of(plain) is None


def test_a_converter_sees_each_message() -> None:
    def convert(self: Any, message: dict[str, Any]) -> Any:
        return ("user", f"{message['role']}: {message['content']}")

    provider = hooked(convert_dict_to_message=convert)
    assert sent(provider, TALK[1], Message("user", "hi")).messages == (
        Message("user", 'tool: {"total": 4}'),
        Message("user", "user: hi"),
    )
    kept = hooked(convert_ai_dict_to_message=lambda self, message: Message("assistant", "ai"))
    assert sent(kept, *TALK).messages[1:] == (TALK[1], Message("user", "", parts=TALK[2].parts))


@pytest.mark.parametrize(
    ("hook", "made", "sentence"),
    [
        ("llm_pre_init", None, "llm_pre_init of provider_hooked returned None"),
        ("llm_pre_call", None, "llm_pre_call of provider_hooked returned None"),
        ("prepare_messages_for_llm", None, "A message cannot be sent: None"),
        ("llm_pre_call", [5], "A message cannot be sent: 5"),
        ("handle_streaming_chunk", 5, "made 5 of an answer"),
        ("llm_pre_init", ValueError("no"), r"llm_pre_init of provider_hooked failed: .*no"),
    ],
)
def test_a_hook_that_fails_is_named(hook: str, made: Any, sentence: str) -> None:
    def broken(self: Any, *given: Any) -> Any:
        if isinstance(made, Exception):
            raise made
        return made

    broken.__name__ = hook
    with pytest.raises(ProviderError, match=sentence):
        sent(hooked(**{hook: broken}), Message("user", "hi"))


def test_a_model_for_plugins_has_seen_the_first_hook_only() -> None:
    provider = hooked(
        llm_pre_init=lambda self, given: {**given, "responses": ["from the hook"]},
        llm_pre_call=lambda self, llm, messages: [],
        handle_non_streaming_response=lambda self, reply: "changed",
    )
    llm = provider.make_llm({"model_name": "m"})
    assert llm.invoke("hi") == Reply("from the hook")
    assert (llm.model_name, llm.tool_choice) == ("m", None)
    with pytest.raises(AttributeError, match="no parameter temperature"):
        _ = llm.temperature


def test_tokens_are_counted_in_a_plugins_way() -> None:
    def count(self: Any, messages: list[Any], encoding: Any) -> int:
        assert encoding is None
        return sum(len(message["message"]) for message in messages)

    counter = counter_of(hooked(get_num_tokens_from_messages=count))
    assert counter is not None
    assert counter([Message("user", "four"), Message("assistant", "five!")]) == 9
    assert counter_of(hooked()) is None


# What is heard

FINISHED = ReplyFinished("stop")


def heard(stream: bool, hook: Any, *events: ReplyEvent) -> list[ReplyEvent]:
    reader = Heard(stream, hook)
    return [*(said for event in events for said in reader.take(event)), *reader.rest()]


def test_calls_of_tools_survive_a_hook_for_pieces() -> None:
    events = (TextDelta("a"), ReasoningDelta("b"), ToolRequested(CALL), FINISHED)
    assert heard(True, lambda piece, before: "", *events) == list(events[1:])
    listed = heard(True, lambda piece, before: [{"text": "x"}, {"no": 1}], TextDelta("a"))
    assert listed == [TextDelta("x")]


def test_a_whole_reply_is_heard_once() -> None:
    seen: list[Reply] = []

    def hook(reply: Reply) -> Reply:
        seen.append(reply)
        reply.content = [{"type": "text", "text": "changed"}]
        return reply

    events = (ReasoningDelta("hm"), TextDelta("a"), TextDelta("b"), ToolRequested(CALL), FINISHED)
    assert heard(False, hook, *events) == [
        ReasoningDelta("hm"),
        TextDelta("changed"),
        ToolRequested(CALL),
        FINISHED,
    ]
    (reply,) = seen
    assert [call["name"] for call in reply.tool_calls] == ["roll"]
    assert reply.additional_kwargs == {"reasoning_content": "hm"}
    assert reply.response_metadata == {"finish_reason": "stop"}


def test_a_hook_may_return_words_alone_and_hears_what_was_cut() -> None:
    events = (TextDelta("a"), ToolRequested(CALL))
    assert heard(False, lambda reply: "words", *events) == [TextDelta("words"), *events[1:]]
    assert heard(False, None, *events) == list(events)


# What the guide says


def guides() -> dict[str, str]:
    """Return the plugins of the guide by their files' names."""
    text = (Path(__file__).parents[3] / "docs" / "guide.md").read_text("utf-8")
    found = re.findall(r"`(provider_\w+)\.py`:\n\n```python\n(.*?)```", text, re.S)
    return dict(found)


def test_the_guides_own_provider_answers(loaded: Any) -> None:
    bot, _parrot = loaded("provider_parrot", guides()["provider_parrot"])
    bot.provider.set_customization_value("times", 2)
    assert bot.ask("hi")[:2] == (True, "hihi")


def test_the_guides_router_is_asked(
    loaded: Any, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = guides()["provider_router"].replace("https://router.example/v1", server.url)
    bot, _router = loaded("provider_router", code)
    success, _, sentence = bot.ask("hi")
    assert not success
    assert "ROUTER_KEY" in sentence
    monkeypatch.setenv("ROUTER_KEY", "k")
    assert bot.ask("hi")[:2] == (True, "Hello!")


def test_a_plugin_may_call_the_models_parameter_otherwise(loaded: Any) -> None:
    code = OWN.replace('return "model_name"', 'return "model"')
    code = code.replace('"model_name": PresetValue', '"model": PresetValue')
    bot, parrot = loaded("provider_parrot", code.replace("llm.model_name", "llm.model"))
    assert bot.model == "grey"
    assert bot.set_model("ara")[0]
    assert (bot.model, bot.ask("hi")[1]) == ("ara", "PRETTY POLLY")
    assert parrot.seen[-1][1].model == "macaw"
