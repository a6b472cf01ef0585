"""The seed's import path of `Provider`, and of what a provider is written with."""

from lwe.domain import Message as Message
from lwe.domain import ModelRequest as ModelRequest
from lwe.domain import ToolCall as ToolCall
from lwe.domain import Usage as Usage
from lwe.errors import ProviderError as ProviderError
from lwe.events import ReasoningDelta as ReasoningDelta
from lwe.events import ReplyFinished as ReplyFinished
from lwe.events import TextDelta as TextDelta
from lwe.events import ToolRequested as ToolRequested
from lwe.providers.options import PresetValue as PresetValue
from lwe.providers.provider import Provider as Provider
from lwe.providers.stop import Stop as Stop

ProviderBase = Provider

__all__ = [
    "Message",
    "ModelRequest",
    "PresetValue",
    "Provider",
    "ProviderBase",
    "ProviderError",
    "ReasoningDelta",
    "ReplyFinished",
    "Stop",
    "TextDelta",
    "ToolCall",
    "ToolRequested",
    "Usage",
]
