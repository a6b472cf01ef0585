"""Uses the public API as a user with a type checker would; checked by mypy, never run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, assert_never, assert_type

from lwe import ApiBackend
from lwe.backends.api.backend import ApiBackend as LongWay
from lwe.core.config import Config
from lwe.domain import Conversation, Mark, Message, ModelRequest, Origin, Preset, Usage, User
from lwe.engine import Engine, Opened
from lwe.errors import LweError, NotFound, ProviderError
from lwe.events import (
    Event,
    Notice,
    ReasoningDelta,
    ReplyEvent,
    ReplyFinished,
    TextDelta,
    ToolFinished,
    ToolRequested,
    TurnFinished,
)
from lwe.faces import rows
from lwe.providers.provider import Provider, Stop
from lwe.state import State
from lwe.storage.store import Store, Timing
from lwe.templates import BuiltTemplate, TemplateVariables
from lwe.turn.drive import adrive, drive
from lwe.turn.flow import Turn


def a_script() -> str:
    config = Config(profile="work", config_dir=Path("/etc/lwe"))
    config.set("debug.log.enabled", True)
    config.set(["model", "default_preset"], "gpt-4-chatbot-responses")
    config.load_from_file()
    assert_type(config.directories("presets"), list[Path])

    bot = ApiBackend(config)
    other: LongWay = ApiBackend(store=Store("sqlite:///:memory:"))
    assert_type(other.conversation_id, int | None)

    success, response, message = bot.ask("Say hello!")
    assert_type(success, bool)
    assert_type(message, str)
    bot.ask([{"role": "user", "content": "Say hello!"}], request_overrides={"preset": "local"})
    bot.ask_stream("Say hello!", request_overrides={"stream_callback": print})
    bot.run_template("greet.md", {"name": "Ann"}, overrides={"request_overrides": {"title": "x"}})
    bot.activate_preset("local")
    bot.set_provider("fake_llm", {"responses": ["hi"]}, reset=True)
    bot.terminate_stream()

    assert_type(bot.current_user, rows.User | None)
    assert_type(bot.conversation_title, str | None)
    assert_type(bot.message_clipboard, Any)
    assert_type(bot.active_preset_name, str | None)
    assert_type(bot.provider, Provider)
    assert_type(bot.max_submission_tokens, int)
    assert_type(bot.state, State)
    assert_type(bot.engine, Engine)
    return str(response)


def parts_of_the_engine(engine: Engine, state: State) -> None:
    assert_type(engine.presets.all(), list[Preset])
    assert_type(engine.templates.build("greet.md"), BuiltTemplate)
    assert_type(engine.templates.variables("greet.md"), TemplateVariables)
    assert_type(engine.take_notices(), list[Notice])
    assert_type(engine.states.set_model(state, "gpt-4o"), State)
    try:
        opened_state, messages = engine.open_conversation(state, 1)
    except NotFound as error:
        assert_type(error.close, list[str])
        return
    except ProviderError as error:
        assert_type(error.retry_after, float | None)
        return
    except LweError:
        return
    assert_type(opened_state, State)
    assert_type(messages, list[Message])


def what_is_stored(store: Store, user: User) -> None:
    assert_type(store.conversations(user.id, limit=10), list[Conversation])
    assert_type(store.timings(1), dict[int, Timing])


def a_turn(engine: Engine, state: State) -> Message:
    opened = engine.begin(state, "Say hello!")
    assert_type(opened, Opened)
    for event in drive(opened.turn, opened.provider, Stop()):
        assert_type(event, Event)
        described(event)
    _state, answer = engine.commit(opened, Mark("stopped"))
    return answer


async def an_awaited_turn(turn: Turn, provider: Provider) -> str:
    async with aclosing(adrive(turn, provider)) as events:
        async for event in events:
            described(event)
    return turn.text


def described(event: Event) -> str:
    match event:
        case TextDelta(text) | ReasoningDelta(text) | Notice(text):
            return text
        case ReplyFinished(reason, usage):
            return f"{reason} {usage.output_tokens}"
        case TurnFinished(answer):
            return answer.text
        case ToolRequested(call):
            return call.name
        case ToolFinished(call, result):
            return f"{call.name} {result.value} {result.failed}"
        case _:
            assert_never(event)


class Echo(Provider):
    """A provider of one's own."""

    name = "provider_echo"
    parameters = frozenset({"model_name"})
    default_model = "parrot"

    @property
    def models(self) -> Mapping[str, int]:
        return {"parrot": 1000}

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        if not stop.wished:
            yield TextDelta(request.messages[-1].text)
            yield ReplyFinished("stop", Usage(1, 1))

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in self.stream(request, Stop()):
            yield event


def with_a_provider_of_ones_own(bot: ApiBackend, settings: dict[str, Any]) -> None:
    bot.engine.providers.add(Echo())
    bot.set_provider("echo")
    turn = Turn(ModelRequest((Message("user", "hi"),), settings), Origin())
    asyncio.run(an_awaited_turn(turn, bot.provider))
