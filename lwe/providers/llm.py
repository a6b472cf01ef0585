"""`Llm`: a model with its parameters, for plugins that ask something beside the conversation."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lwe.domain import ModelRequest, ToolCall, ToolSpec
from lwe.events import ReplyEvent, TextDelta, ToolRequested
from lwe.providers.messages import calls_of, messages_of
from lwe.providers.stop import Stop

_OWN = ("provider", "customizations", "tools")


class Answers(Protocol):
    """What is asked: a provider."""

    @property
    def parameters(self) -> frozenset[str]:
        """The names that it takes."""

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        """Answer a request."""


@dataclass(frozen=True, slots=True)
class Prepared(ModelRequest):
    """A request that a plugin's hooks have seen already."""


@dataclass(slots=True)
class Reply:
    """What a model said, whole or a piece of it; a plugin may change it.

    Attributes:
        content: the words.
        tool_calls: `{"name", "args", "id", "type"}` of each call.
        additional_kwargs: `reasoning_content` holds what the model thought, where it is known.
        response_metadata: `finish_reason` says why the model ended, where it is known.
    """

    content: Any
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    additional_kwargs: dict[str, Any] = field(default_factory=dict)
    response_metadata: dict[str, Any] = field(default_factory=dict)


class Llm:
    """Asks one provider with fixed parameters; nothing is stored.

    Each parameter is an attribute as well: `llm.temperature` is None until it is set.

    Args:
        provider: who answers.
        customizations: the parameters of every request.
        tools: what the model may call; its calls are in the reply, nothing is run.
    """

    provider: Answers
    customizations: dict[str, Any]
    tools: tuple[ToolSpec, ...]

    def __init__(
        self,
        provider: Answers,
        customizations: Mapping[str, Any],
        tools: Sequence[ToolSpec] = (),
    ) -> None:
        self.provider, self.tools = provider, tuple(tools)
        self.customizations = dict(customizations)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _OWN:  # Asked by `copy` before they are there.
            raise AttributeError(name)
        if name in self.customizations:
            return self.customizations[name]
        if any(known.partition(".")[0] == name for known in self.provider.parameters):
            return None
        raise AttributeError(f"A model has no parameter {name}.")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            self.customizations[name] = value

    def asdict(self) -> dict[str, Any]:
        """Return the parameters."""
        return dict(self.customizations)

    def invoke(self, messages: Any) -> Reply:
        """Ask and wait for the whole answer.

        Args:
            messages: see `messages_of`.

        Raises:
            ProviderError: when no answer can be had.
        """
        words: list[str] = []
        calls: list[ToolCall] = []
        for event in self._events(messages, stream=False):
            if isinstance(event, TextDelta):
                words.append(event.text)
            elif isinstance(event, ToolRequested):
                calls.append(event.call)
        return Reply("".join(words), calls_of(calls))

    def stream(self, messages: Any) -> Iterator[Reply]:
        """Ask and give the answer piece by piece.

        Raises:
            ProviderError: when no answer can be had, also in the middle of it.
        """
        for event in self._events(messages, stream=True):
            if isinstance(event, TextDelta):
                yield Reply(event.text)
            elif isinstance(event, ToolRequested):
                yield Reply("", calls_of([event.call]))

    def _events(self, messages: Any, stream: bool) -> Iterator[ReplyEvent]:
        # Here a plugin has seen the parameters; the seed's hooks do not see these messages.
        request = Prepared(messages_of(messages), self.asdict(), stream, self.tools)
        return self.provider.stream(request, Stop())
