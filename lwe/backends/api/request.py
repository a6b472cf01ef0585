"""The seed's import path of `ApiRequest`."""

from lwe.faces.request import ApiRequest as ApiRequest

__all__ = ["ApiRequest"]
