"""The plugin `provider_fake_llm`, at the seed's import path."""

from __future__ import annotations

from lwe.providers.fake import DEFAULT_RESPONSE, FakeLlm

DEFAULT_RESPONSE_MESSAGE = DEFAULT_RESPONSE
DEFAULT_CAPABILITIES = FakeLlm.capabilities


class ProviderFakeLlm(FakeLlm):
    """A scripted model for tests."""
