"""The seed's import path of `ConversationStorageManager`."""

from lwe.faces.storage_manager import ConversationStorageManager as ConversationStorageManager

__all__ = ["ConversationStorageManager"]
