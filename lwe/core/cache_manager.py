"""The seed's import path of `CacheManager`."""

from lwe.faces.cache import CacheManager as CacheManager

__all__ = ["CacheManager"]
