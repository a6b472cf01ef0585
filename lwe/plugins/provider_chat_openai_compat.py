"""The plugin `provider_chat_openai_compat`, at the seed's import path."""

from __future__ import annotations

from typing import Any

from lwe.config.config import Config
from lwe.providers.openai import ChatOpenAICompat
from lwe.providers.openai_client import Clients


class ProviderChatOpenaiCompat(ChatOpenAICompat):
    """Models of any server that speaks chat completions."""

    def __init__(
        self,
        config: Config | None = None,
        cache_manager: Any = None,
        clients: Clients | None = None,
    ) -> None:
        super().__init__(clients, config, cache_manager)
