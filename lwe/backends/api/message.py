"""The seed's import path of `MessageManager`."""

from lwe.faces.messages import JSON_MESSAGE_TYPES as JSON_MESSAGE_TYPES
from lwe.faces.messages import MessageManager as MessageManager

__all__ = ["JSON_MESSAGE_TYPES", "MessageManager"]
