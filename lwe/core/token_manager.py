"""The seed's import path of `TokenManager`."""

from lwe.faces.tokens import TokenManager as TokenManager

__all__ = ["TokenManager"]
