"""Language models with presets, templates and stored conversations, as a library.

`from lwe import ApiBackend` is quick: names are resolved when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lwe.version import VERSION

if TYPE_CHECKING:
    from lwe.backend import ApiBackend as ApiBackend

__version__ = VERSION
__all__ = ["ApiBackend", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "ApiBackend":
        from lwe.backend import ApiBackend

        return ApiBackend
    raise AttributeError(f"module 'lwe' has no attribute '{name}'")
