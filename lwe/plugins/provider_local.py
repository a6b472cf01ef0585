"""The plugin `provider_local`: the embedded model."""

from __future__ import annotations

from typing import Any

from lwe.config.config import Config
from lwe.providers.local import Local


class ProviderLocal(Local):
    """A tiny model on this machine's processor."""

    def __init__(self, config: Config | None = None, cache_manager: Any = None) -> None:
        super().__init__(config=config, cache_manager=cache_manager)
