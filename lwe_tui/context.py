"""What a question would submit and how an answer was asked, gathered in the room, counted apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lwe.domain import Attachment, Message, ToolSpec
from lwe.errors import ConfigError, LweError, NotFound
from lwe.state import State
from lwe_tui.room import apart
from lwe_tui.session import Session

if TYPE_CHECKING:
    from lwe.engine import Engine
    from lwe.providers.provider import Provider
    from lwe.storage.store import Timing

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A message or a tool, and its tokens."""

    name: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Context:
    """What a question would submit.

    Attributes:
        sent: messages, oldest first, the draft last.
        left_out: messages that would not be sent, oldest first.
        total: tokens of everything that would be sent.
        exact: whether tokens are counted, not estimated.
        notices: what the user would be told.
        problem: why it cannot be asked at all, empty when it can.
    """

    state: State
    limit: int
    sent: tuple[Counted, ...] = ()
    left_out: tuple[Counted, ...] = ()
    tools: tuple[Counted, ...] = ()
    total: int = 0
    exact: bool = True
    notices: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a stored message was asked.

    Attributes:
        parameters: what the preset says now, secrets only as being there.
    """

    message: Message
    provider: str
    timing: Timing | None = None
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Gathered:
    engine: Engine
    provider: Provider
    history: Sequence[Message]
    new: Sequence[Message]


async def context(
    session: Session, state: State, text: str, attachments: Sequence[Attachment]
) -> Context:
    """Find out what a question would submit from here.

    Raises:
        LweError: when there is no such provider, or something cannot be attached.
    """

    def gather() -> _Gathered:
        from lwe.turn import attach
        from lwe.turn.request import new_messages

        engine, place = session.engine, state.conversation_id
        provider, history = engine.providers.get(state.provider), []
        if place is not None:
            found = engine.store.history_for_model(place)
            history = attach.illustrated(found, engine.store.images(place))
        asked = text if text.strip() or attachments else "…"
        new = new_messages(asked, state.system_message, not history, attachments)
        if state.customizations.get("tools") or any(m.tool_calls for m in history):
            _ = engine.tools  # Made here, so that two threads cannot make two.
        return _Gathered(engine, provider, history, new)

    gathered = await session.ask(gather)
    return await apart(_counted, gathered, state)


def _counted(gathered: _Gathered, state: State) -> Context:
    provider = gathered.provider
    limit = state.max_submission_tokens or provider.max_submission_tokens(state.model)
    try:
        turn, _ = gathered.engine.requests.prepare(state, gathered.history, gathered.new, False)
    except LweError as error:
        count, exact = _counter(provider, state.model)
        everything = [*gathered.history, *gathered.new]
        sent = tuple(_message(message, count) for message in everything)
        total = sum(each.tokens for each in sent)
        return Context(state, limit, sent, total=total, exact=exact, problem=str(error))
    count, exact = _counter(provider, state.model)
    messages, tools = turn.request.messages, turn.request.tools
    kept = {id(message) for message in messages} | {m.id for m in messages if m.id is not None}
    out = [m for m in gathered.history if id(m) not in kept and m.id not in kept]
    sent = tuple(_message(message, count) for message in messages)
    described = tuple(Counted(tool.name, tool.description, _tool(tool, state)) for tool in tools)
    return Context(
        state,
        limit,
        sent,
        tuple(_message(message, count) for message in out),
        described,
        sum(each.tokens for each in (*sent, *described)),
        exact,
        tuple(notice.text for notice in turn.notices),
    )


def _counter(provider: Provider, model: str) -> tuple[Callable[[Message], int], bool]:
    """Return what counts a message, and whether it does so exactly."""
    from lwe.providers.wrapping import counter_of
    from lwe.turn import tokens

    if own := counter_of(provider):
        return lambda message: own([message]), True
    try:
        tokens.count_messages([], (), model)
    except ConfigError:
        return tokens.estimate, False
    return lambda message: tokens.count_messages([message], (), model) - tokens.REPLY, True


def _message(message: Message, count: Callable[[Message], int]) -> Counted:
    words = message.text
    if message.tool_calls:
        words = ", ".join(f"calls {call.name}" for call in message.tool_calls)
    elif message.tool_result is not None:
        words = f"{message.tool_result.name}: {message.tool_result.value}"
    return Counted(message.role, words, count(message))


def _tool(tool: ToolSpec, state: State) -> int:
    from lwe.turn import tokens

    with suppress(ConfigError):
        return tokens.count_messages([], (tool,), state.model) - tokens.REPLY
    return len(tokens.tools_text([{"name": tool.name, "parameters": dict(tool.parameters)}])) // 3


async def asked(session: Session, state: State, message_id: int) -> Asked:
    """Return how a message of the open conversation was asked.

    Raises:
        NotFound: when it is not there any more.
    """

    def find() -> Asked:
        engine, place = session.engine, state.conversation_id or 0
        found = next((m for m in engine.store.messages(place) if m.id == message_id), None)
        if found is None:
            raise NotFound("Message", message_id)
        timing = engine.store.timings(place, message_id, message_id).get(message_id)
        parameters: dict[str, str] = {}
        with suppress(LweError):  # The preset may be gone, or its provider.
            as_asked = engine.states.as_asked(state, found.origin)
            shown = engine.parameters.of(as_asked)
            parameters = {p.name: p.shown for p in shown if p.value is not None}
        return Asked(found, found.origin.provider, timing, parameters)

    return await session.ask(find)


async def cost(
    session: Session, provider: str, model: str, tokens: tuple[int | None, int | None]
) -> float | None:
    """Return what an answer has cost, in dollars; None where no price is known.

    Prices stand with the models, for a million tokens: `input_price` and `output_price`.
    """

    def find() -> Any:
        # Not a list that may have to be fetched: nobody waits for a price.
        return session.engine.providers.get(provider).known_models.get(model)

    try:
        known = await session.ask(find)
        prices = float(known["input_price"]), float(known["output_price"])
    except (LweError, TypeError, KeyError, ValueError, IndexError):
        return None
    if None in tokens:
        return None
    return sum((n or 0) * price / MILLION for n, price in zip(tokens, prices, strict=True))
