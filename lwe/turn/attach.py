"""Writes attachments into what is asked and makes images of what is sent; pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from lwe.domain import Attachment, Message, Placed
from lwe.errors import ConfigError, ProviderError
from lwe.events import Notice
from lwe.providers.provider import Provider
from lwe.storage.rows import storable

SHORTEST_FENCE = 3
_IMAGE = "image/"
_FENCES = re.compile(r"^\s*(`+)", re.MULTILINE)


def question(words: str, attachments: Sequence[Attachment]) -> Message:
    """Make a question of words and attachments: text files and names of images stand below.

    Raises:
        ConfigError: for an attachment that is neither a text nor an image.
    """
    if not attachments:
        return Message("user", words)
    pieces, placed = [storable(words).rstrip()], []
    at = len(pieces[0])
    for given in attachments:
        pieces.append("\n\n" if at else "")
        pieces.append(_written(given))
        start = at + len(pieces[-2])
        placed.append(Placed(given, start, len(pieces[-1])))
        at = start + len(pieces[-1])
    made = Message("user", "".join(pieces), attachments=tuple(placed))
    return _with_images(made, [given for given in attachments if given.data is not None])


def illustrated(
    messages: Sequence[Message], images: Mapping[int, Sequence[Attachment]]
) -> list[Message]:
    """Return stored messages with their images.

    Args:
        images: by the messages' ids.
    """
    return [_with_images(message, images.get(message.id or 0, ())) for message in messages]


def for_model(
    provider: Provider, model: str, history: Sequence[Message], new: Sequence[Message]
) -> tuple[list[Message], list[Notice]]:
    """Return the history as a model may see it, with what the user should know of that.

    Raises:
        ProviderError: when images are asked about that the model cannot see.
    """
    unseen = [message for message in history if message.parts]
    asked = any(message.parts for message in new)
    if not (unseen or asked) or provider.takes_images(model):
        return list(history), []
    if asked:
        raise ProviderError(
            f"{model or provider.display_name} takes no images.",
            "refused",
            "Choose a model that does, or remove the image.",
        )
    text = f"Images were not sent: {model or provider.display_name} takes none."
    return [replace(message, parts=()) for message in history], [Notice(text, "warning")]


def _written(given: Attachment) -> str:
    name = " ".join(storable(given.name).split()) or "unnamed"
    if given.data is not None:
        if not given.media_type.startswith(_IMAGE):
            raise ConfigError(
                f"'{name}' cannot be attached: it is neither a text nor an image, "
                f"but {given.media_type or 'of no known type'}."
            )
        return f"[image: {name}]"
    text = storable(given.text)
    longest = max((len(found) for found in _FENCES.findall(text)), default=0)
    fence = "`" * max(SHORTEST_FENCE, longest + 1)
    return f"[file: {name}]\n{fence}{_language(name)}\n{text}\n{fence}"


def _language(name: str) -> str:
    found = PurePath(name).suffix.removeprefix(".").lower()
    return found if found.isalnum() else ""


def _with_images(message: Message, images: Sequence[Attachment]) -> Message:
    if not images:
        return message
    words: list[Mapping[str, Any]] = [{"type": "text", "text": message.text}]
    shown = [{"type": "image_url", "image_url": {"url": _url(image)}} for image in images]
    return replace(message, parts=(*words, *shown))


def _url(image: Attachment) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data or b'').decode('ascii')}"
