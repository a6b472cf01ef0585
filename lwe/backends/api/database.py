"""The seed's import path of `Database`."""

from lwe.faces.database import Database as Database

__all__ = ["Database"]
