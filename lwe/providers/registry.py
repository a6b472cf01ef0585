"""Which providers there are, by the names that presets and databases use."""

from __future__ import annotations

from collections.abc import Callable

from lwe.errors import NotFound
from lwe.providers.provider import Provider

PREFIX = "provider_"


def full_name(name: str) -> str:
    """Return the full plugin name for a short or a full one."""
    return name if name.startswith(PREFIX) else PREFIX + name


def _chat_openai() -> Provider:
    from lwe.providers.openai import ChatOpenAI

    return ChatOpenAI()


def _chat_openai_compat() -> Provider:
    from lwe.providers.openai import ChatOpenAICompat

    return ChatOpenAICompat()


def _fake_llm() -> Provider:
    from lwe.providers.fake import FakeLlm

    return FakeLlm()


def _local() -> Provider:
    from lwe.providers.local import Local

    return Local()


class Providers:
    """The providers by name, each made on first use and kept."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[], Provider]] = {
            "provider_chat_openai": _chat_openai,
            "provider_chat_openai_compat": _chat_openai_compat,
            "provider_fake_llm": _fake_llm,
            "provider_local": _local,
        }
        self._made: dict[str, Provider] = {}

    def names(self) -> list[str]:
        """Return the full names, sorted."""
        return sorted(self._makers)

    def add(self, provider: Provider) -> None:
        """Offer one more provider, or another one under the same name."""
        self._makers[provider.name] = lambda: provider
        self._made[provider.name] = provider

    def get(self, name: str) -> Provider:
        """Return the provider of a short or full name.

        Raises:
            NotFound: when there is none.
        """
        full = full_name(name)
        if full not in self._makers:
            known = [known.removeprefix(PREFIX) for known in self._makers]
            raise NotFound("Provider", name.removeprefix(PREFIX), known)
        if full not in self._made:
            self._made[full] = self._makers[full]()
        return self._made[full]
