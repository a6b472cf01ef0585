"""The plugin `provider_fake_llm`, at the seed's import path."""

from __future__ import annotations

from lwe.providers.fake import FakeLlm


class ProviderFakeLlm(FakeLlm):
    """A scripted model for tests."""
