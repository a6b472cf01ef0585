"""The seed's import path of `ConversationManager`."""

from lwe.faces.conversations import ConversationManager as ConversationManager

__all__ = ["ConversationManager"]
