"""What the parts of `ApiBackend` share."""

from __future__ import annotations

from lwe.config.config import Config
from lwe.engine import Engine
from lwe.state import State


class BackendPart:
    """A part of `ApiBackend`: what it reads, and the state that it changes."""

    config: Config
    engine: Engine
    state: State
    message_clipboard: object
