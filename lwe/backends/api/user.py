"""The seed's import path of `UserManager`."""

from lwe.faces.users import UserManager as UserManager

__all__ = ["UserManager"]
