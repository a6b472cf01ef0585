"""The nouns: frozen values that travel between the parts; nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
MarkKind = Literal["stopped", "cut", "failed"]
"""stopped: by the user; cut: the program or the connection ended; failed: no answer came."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a tool.

    Attributes:
        id: names the call; empty in some old rows of the seed.
        problem: why it cannot be run: what the model wrote is no call. Not stored.
    """

    name: str
    args: Mapping[str, Any]
    id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a model is told of a tool.

    Attributes:
        parameters: the arguments, as a JSON schema of type `object`.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back: any JSON value, and the call that it answers.

    Attributes:
        failed: whether the tool could not do it; the value then says why. Not stored.
    """

    name: str
    value: Any
    id: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What went differently with a message, and why."""

    kind: MarkKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """With what a message was asked or answered, as the seed stores it.

    Attributes:
        provider: full plugin name, for example `provider_chat_openai`.
        model: the model's name.
        preset: the preset's name, empty without one.
    """

    provider: str = ""
    model: str = ""
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the server; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


NO_USAGE = Usage()
NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Attributes:
        text: the words; empty for messages that only carry tool calls or a tool result.
        id: the database's id, None before it is stored.
        created: naive local time, as the seed stores it.
        mark: set when the message was stopped, cut or failed.
        reasoning: what the model thought before; stored beside the message, never sent.
        parts: texts, images and other content that is sent instead of `text`, each as a part of
            OpenAI's chat completions. Not stored.
    """

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_result: ToolResult | None = None
    id: int | None = None
    created: datetime | None = None
    origin: Origin = NO_ORIGIN
    mark: Mark | None = None
    reasoning: str = ""
    parts: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of the list.

    Attributes:
        title: None until one is made.
        opening: how the first question begins; only in lists, and only without a title.
    """

    id: int
    user_id: int
    title: str | None
    created: datetime
    updated: datetime
    hidden: bool = False
    opening: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person known to the database; the password's hash stays in the storage."""

    id: int
    username: str
    email: str | None = None
    default_preset: str = ""
    has_password: bool = False
    created: datetime | None = None
    last_login: datetime | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set-up of provider, model and parameters.

    Attributes:
        name: the file's stem, by which it is looked up.
        metadata: as in the file: name, description, provider, system_message, …
        customizations: parameters for the provider, `model_name` among them.
        path: the file; empty for presets made in memory.
        system: whether it came with the program.
    """

    name: str
    metadata: Mapping[str, Any]
    customizations: Mapping[str, Any]
    path: str = ""
    system: bool = False

    @property
    def stored_name(self) -> str:
        """The name that goes into the database: `metadata.name`, else the file's."""
        return str(self.metadata.get("name") or self.name)


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Everything a provider needs for one call of a model.

    Attributes:
        messages: what is sent, oldest first, the system message included.
        customizations: parameters for the provider, `model_name` among them.
        stream: whether the answer should come in pieces.
        tools: what the model may call.
    """

    messages: tuple[Message, ...]
    customizations: Mapping[str, Any]
    stream: bool = True
    tools: tuple[ToolSpec, ...] = ()

    @property
    def model(self) -> str:
        """The model asked for, empty when the server has only one."""
        return model_in(self.customizations)


def model_in(customizations: Mapping[str, Any]) -> str:
    """Return the model that parameters name; some plugins call the parameter `model`."""
    return str(customizations.get("model_name") or customizations.get("model") or "")
