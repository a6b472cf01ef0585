"""Builds what a turn sends from what the user typed, a state and overrides; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lwe.domain import Attachment, Message, Role
from lwe.errors import ConfigError
from lwe.turn import attach

Input = str | Sequence[Mapping[str, Any]]
"""What may be asked: a text, or a list of `{"role", "content"}` mappings."""

_ROLES: tuple[Role, ...] = ("system", "user", "assistant")
LONGEST_EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Overrides:
    """What one request does differently; the keys of the seed's `request_overrides`.

    Attributes:
        preset: ask with this preset instead of the active one.
        activate_preset: keep that preset afterwards.
        metadata: merged over the preset's metadata.
        customizations: merged over the preset's parameters.
        system_message: alias or text that opens a new conversation.
        title: title of a new conversation.
        stream: whether the answer comes in pieces; None leaves it to the caller.
        stream_callback: called with each piece of text.
        print_stream: whether pieces are written to stdout.
        files: messages that follow the prompt; what is asked with them is not stored.
        attachments: texts and images that go along with the question, and are stored with it.
    """

    preset: str = ""
    activate_preset: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    customizations: Mapping[str, Any] = field(default_factory=dict)
    system_message: str | None = None
    title: str | None = None
    stream: bool | None = None
    stream_callback: Callable[[str], object] | None = None
    print_stream: bool = False
    files: tuple[Any, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Overrides:
        """Read the seed's dictionary; keys it does not name are ignored, as there.

        Raises:
            ConfigError: for a value that cannot be used.
        """
        given = given or {}
        if not isinstance(given, Mapping):
            raise ConfigError("'request_overrides' has to be a mapping.")
        files = given.get("files") or ()
        if isinstance(files, str | Mapping) or not isinstance(files, Sequence):
            raise ConfigError("'files' has to be a list of messages.")
        inner = _mapping(given, "preset_overrides")
        callback = given.get("stream_callback")
        if callback is not None and not callable(callback):
            raise ConfigError("'stream_callback' has to be a function.")
        stream = given.get("stream")
        return cls(
            preset=_text(given, "preset") or "",
            activate_preset=bool(given.get("activate_preset")),
            metadata=_mapping(inner, "metadata", " in 'preset_overrides'"),
            customizations=_mapping(inner, "model_customizations", " in 'preset_overrides'"),
            system_message=_text(given, "system_message"),
            title=_text(given, "title"),
            stream=None if stream is None else bool(stream),
            stream_callback=callback,
            print_stream=bool(given.get("print_stream")),
            files=tuple(files),
        )


NO_OVERRIDES = Overrides()


def new_messages(
    asked: Input, system_message: str, is_new: bool, attachments: Sequence[Attachment] = ()
) -> list[Message]:
    """Make the messages that this turn adds to the conversation.

    Args:
        asked: a text, or a list of messages that is taken as it is.
        system_message: opens a new conversation when a text is asked.
        is_new: whether the conversation has no messages yet.
        attachments: what goes along with a text.

    Raises:
        ConfigError: when there is nothing to ask, a message of the list has no known role, or
            something cannot be attached.
    """
    if isinstance(asked, str):
        if not (asked.strip() or attachments):
            raise ConfigError("There is nothing to ask: the prompt is empty.")
        opening = [Message("system", system_message)] if is_new and system_message else []
        return [*opening, attach.question(asked, attachments)]
    if attachments:
        raise ConfigError("Files can be attached to a text only, not to a list of messages.")
    # Callers without a type checker get a sentence, too.
    if not isinstance(asked, Sequence) or isinstance(asked, bytes):
        raise ConfigError(f"Only a text or a list of messages can be asked, not {_excerpt(asked)}.")
    if not asked:
        raise ConfigError("There is nothing to ask: the list of messages is empty.")
    return [_listed(item) for item in asked]


def file_message(given: Any) -> Message:
    """Make a message of what a caller puts into `files`.

    Args:
        given: a `{"role", "content"}` mapping, a text, or an object with `content` and `type`
            as those of LangChain; the content is a text or a list of content parts.

    Raises:
        ConfigError: when it is nothing of that kind.
    """
    if isinstance(given, str):
        return Message("user", given)
    if isinstance(given, Mapping):
        kind, content = given.get("role", "user"), given.get("content")
    else:
        kind, content = getattr(given, "type", ""), getattr(given, "content", None)
    role = _KINDS.get(str(kind), str(kind))
    for known in _ROLES:
        if role == known and isinstance(content, str):
            return Message(known, content)
        if role == known and isinstance(content, Sequence):
            return Message(known, "", parts=tuple(_part(part) for part in content))
    raise ConfigError(
        f"A file needs a role ({', '.join(_ROLES)}) and a text or parts as content, not "
        f"{_excerpt(given)}."
    )


_KINDS = {"human": "user", "ai": "assistant"}


def _part(part: object) -> Mapping[str, Any]:
    if isinstance(part, Mapping):
        return part
    if isinstance(part, str):
        return {"type": "text", "text": part}
    raise ConfigError(f"A part of a file's content has to be a mapping, not {_excerpt(part)}.")


def without_calls_of(history: Sequence[Message], names: Collection[str]) -> list[Message]:
    """Return the messages without calls of these tools, and without their results."""
    kept: list[Message] = []
    dropping = False
    for message in history:
        if message.tool_result is None:
            dropping = any(call.name in names for call in message.tool_calls)
        if not dropping:
            kept.append(message)
    return kept


def _listed(item: object) -> Message:
    if isinstance(item, Mapping):
        content = item.get("content")
        for role in _ROLES:
            if item.get("role") == role and isinstance(content, str):
                return Message(role, content)
    raise ConfigError(
        f"A message needs a role ({', '.join(_ROLES)}) and a text as content, not {_excerpt(item)}."
    )


def _mapping(given: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
    value = given.get(key) or {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"'{key}'{where} has to be a mapping.")
    return value


def _text(given: Mapping[str, Any], key: str) -> str | None:
    value = given.get(key)
    return None if value is None else str(value)


def _excerpt(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT] + "…"
