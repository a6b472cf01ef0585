"""The nouns: frozen values that travel between the parts; nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
MarkKind = Literal["stopped", "cut", "failed"]
"""stopped: by the user; cut: the program or the connection ended; failed: no answer came."""
Policy = Literal["ask", "conversation", "always", "never"]
"""Whether a tool may run: after a question, in this conversation, everywhere, nowhere."""


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
class Attachment:
    """A file that goes along with a question.

    Attributes:
        media_type: for example `text/x-python` or `image/png`.
        data: the bytes of an image; None for a text file.
        text: the words of a text file.
    """

    name: str
    media_type: str
    data: bytes | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An attachment, and which part of its message's text it is."""

    attachment: Attachment
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment of a stored message, and which part of the message's text it is.

    Attributes:
        hash: names an image's bytes; empty for a text file, which is in the text.
    """

    name: str
    media_type: str
    start: int
    length: int
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Variants:
    """How often a conversation went on from somewhere, and which time is shown.

    Attributes:
        number: the one that is shown, from 1.
    """

    number: int
    count: int


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
        attachments: files in the text, stored with it; `Store.attachments` reads them again.
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
    attachments: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of the list.

    Attributes:
        title: None until one is made.
        opening: how the first question begins; only in lists, and only without a title.
        pinned: whether it stands before all others.
    """

    id: int
    user_id: int
    title: str | None
    created: datetime
    updated: datetime
    hidden: bool = False
    opening: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A stretch of the list: what is pinned, or was last changed at about the same time."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Trashed:
    """What was deleted at once and can be restored at once.

    Attributes:
        titles: of the conversations; of the one where the message was.
        messages: how many are in it.
    """

    batch_id: int
    kind: Literal["conversations", "message"]
    titles: tuple[str, ...]
    messages: int
    deleted: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A message in which was found what was looked for.

    Attributes:
        title: the conversation's, or how its first question begins.
        snippet: a part of the message, in one line.
        spans: from where to where the words that were found are in it.
    """

    conversation_id: int
    title: str
    message_id: int
    role: str
    created: datetime | None
    snippet: str
    spans: tuple[tuple[int, int], ...] = ()


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
