"""`Llm`: a model with its parameters, for plugins that ask something beside the conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lwe.domain import Message, ModelRequest, Role
from lwe.errors import ProviderError
from lwe.events import TextDelta

if TYPE_CHECKING:
    from lwe.providers.provider import Provider

_ROLES: Mapping[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "system": "system",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said."""

    content: str


@dataclass(frozen=True, slots=True)
class Llm:
    """Asks one provider with fixed parameters; nothing is stored.

    Attributes:
        provider: who answers.
        customizations: the parameters of every request.
    """

    provider: Provider
    customizations: Mapping[str, Any]

    def invoke(self, messages: Any) -> Reply:
        """Ask and wait for the whole answer.

        Args:
            messages: see `messages_of`.

        Raises:
            ProviderError: when no answer can be had.
        """
        return Reply("".join(self._pieces(messages, stream=False)))

    def stream(self, messages: Any) -> Iterator[Reply]:
        """Ask and give the answer piece by piece.

        Raises:
            ProviderError: when no answer can be had, also in the middle of it.
        """
        return (Reply(piece) for piece in self._pieces(messages, stream=True))

    def _pieces(self, messages: Any, stream: bool) -> Iterator[str]:
        from lwe.providers.provider import Stop

        request = ModelRequest(messages_of(messages), dict(self.customizations), stream=stream)
        for event in self.provider.stream(request, Stop()):
            if isinstance(event, TextDelta):
                yield event.text


def messages_of(given: Any) -> tuple[Message, ...]:
    """Read messages in the forms that plugins use.

    Args:
        given: a text, or a list of texts, `{"role", "content"}`, `(role, text)`, or objects with
            `content` and `role` or `type`.

    Raises:
        ProviderError: when a message has another form.
    """
    listed = given if isinstance(given, list) else [given]
    return tuple(message_of(each) for each in listed)


def message_of(given: Any) -> Message:
    """Read one message.

    Raises:
        ProviderError: when it has a form that is not known.
    """
    if isinstance(given, Message):
        return given
    role, text = _parts(given)
    if str(role) not in _ROLES or not isinstance(text, str):
        raise ProviderError(
            f"A message cannot be sent: {given!r}.",
            "refused",
            "Give a text, or a role (system, user, assistant) with a text.",
        )
    return Message(_ROLES[str(role)], text)


def _parts(given: Any) -> tuple[Any, Any]:
    if isinstance(given, str):
        return "user", given
    if isinstance(given, tuple) and len(given) == 2:
        return given
    if isinstance(given, Mapping):
        return given.get("role"), given.get("content", given.get("message"))
    role = getattr(given, "role", None) or getattr(given, "type", None)
    return role, getattr(given, "content", None)
