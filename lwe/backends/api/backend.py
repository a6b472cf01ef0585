"""The seed's import path of `ApiBackend`."""

from lwe.backend import ApiBackend as ApiBackend

__all__ = ["ApiBackend"]
