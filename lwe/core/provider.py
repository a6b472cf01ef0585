"""The seed's import path of `Provider` and `PresetValue`."""

from lwe.providers.options import PresetValue as PresetValue
from lwe.providers.provider import Provider as Provider

ProviderBase = Provider

__all__ = ["PresetValue", "Provider", "ProviderBase"]
