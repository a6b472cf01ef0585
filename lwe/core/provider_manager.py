"""The seed's import path of `ProviderManager`."""

from lwe.faces.providers import ProviderManager as ProviderManager

__all__ = ["ProviderManager"]
