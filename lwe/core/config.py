"""The seed's import path of `Config`."""

from lwe.config.config import Config as Config

__all__ = ["Config"]
