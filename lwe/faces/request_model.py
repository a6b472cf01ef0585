"""`BoundModel`: a provider with all that it needs to be asked, in the place of the seed's `llm`."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from lwe.domain import Message, ModelRequest, Origin, ToolCall, ToolSpec, model_in
from lwe.errors import LweError
from lwe.events import TextDelta
from lwe.faces.stored_messages import to_call
from lwe.providers.provider import Provider, Stop
from lwe.turn.drive import drive
from lwe.turn.flow import ToolRules, Turn, call_dict

ONE_CALL = ToolRules(return_call=True)
"""A turn that ends with the model's first reply, whatever it wants."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model has said once: words, and the tools it wants to be run.

    Attributes:
        content: the words; they may stand beside calls.
        calls: the calls, those that cannot be run included.
        reasoning: what the model thought before.
    """

    content: str
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """The calls in the seed's form; one that cannot be run has the reason in `error`."""
        return [
            {**call_dict(call), "error": call.problem} if call.problem else call_dict(call)
            for call in self.calls
        ]


def reply_of(given: object) -> Reply:
    """Read what a model has said.

    Args:
        given: a `Reply`, a text, or an object with `content` and `tool_calls` as LangChain's.

    Raises:
        LweError: when it is nothing of that kind.
    """
    if isinstance(given, Reply):
        return given
    if isinstance(given, str):
        return Reply(given)
    content = getattr(given, "content", None)
    calls = getattr(given, "tool_calls", None) or []
    wrong = getattr(given, "invalid_tool_calls", None) or []
    if not isinstance(content, str | list) or not isinstance(calls, list):
        raise LweError(f"A model's reply has to be a text or to have a content, not {given!r}.")
    valid = [to_call(call) for call in calls]
    return Reply(words_of(given), (*valid, *map(_unusable, wrong)))


def words_of(given: object) -> str:
    """Return the words of a reply, empty without any; `given` as for `reply_of`."""
    content = given if isinstance(given, str) else getattr(given, "content", "")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") if isinstance(part, Mapping) else part for part in content)
    return "".join(part for part in parts if isinstance(part, str))


def _unusable(call: Mapping[str, Any]) -> ToolCall:
    problem = str(call.get("error") or "The arguments are no JSON object.")
    return ToolCall(str(call.get("name") or ""), {}, str(call.get("id") or ""), problem)


@dataclass(frozen=True, slots=True)
class BoundModel:
    """A provider, the parameters that are merged for a request, and the tools that it offers.

    Attributes:
        provider: who answers.
        customizations: the provider's defaults, with the preset and the overrides over them.
        tools: what the model may call.
    """

    provider: Provider
    customizations: Mapping[str, Any]
    tools: tuple[ToolSpec, ...] = ()

    @property
    def model_name(self) -> str:
        """The model's name, empty when the server has only one."""
        return model_in(self.customizations)

    def asdict(self) -> dict[str, Any]:
        """Return the parameters."""
        return dict(self.customizations)

    def invoke(self, messages: Sequence[Message], stop: Stop | None = None) -> Reply:
        """Ask and wait for the whole reply.

        Raises:
            ProviderError: when no complete reply came.
        """
        turn = self._turn(messages, stream=False)
        with closing(drive(turn, self.provider, stop or Stop())) as events:
            for _event in events:
                pass
        return _reply(turn)

    def stream(
        self, messages: Sequence[Message], stop: Stop | None = None
    ) -> Generator[str, None, Reply]:
        """Ask and yield each piece of text; the generator's value is the whole reply.

        Args:
            stop: ends it early; the reply is what was said by then, without calls.

        Raises:
            ProviderError: when no complete reply came.
        """
        turn = self._turn(messages, stream=True)
        with closing(drive(turn, self.provider, stop or Stop())) as events:
            for event in events:
                if isinstance(event, TextDelta) and event.text:
                    yield event.text
        return _reply(turn)

    def _turn(self, messages: Sequence[Message], stream: bool) -> Turn:
        request = ModelRequest(tuple(messages), self.customizations, stream, self.tools)
        return Turn(request, Origin(self.provider.name, self.model_name), rules=ONE_CALL)


def _reply(turn: Turn) -> Reply:
    """Return what a turn of one call has heard."""
    messages = [*turn.take_settled(), turn.answer()]
    words = "".join(message.text for message in messages)
    calls = tuple(call for message in messages for call in message.tool_calls)
    return Reply(words, calls, "".join(message.reasoning for message in messages))
