"""The contract between a turn and whatever answers it."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from lwe.domain import ModelRequest
from lwe.events import ReplyEvent

DEFAULT_MAX_SUBMISSION_TOKENS = 4000


class Stop:
    """A wish to end a blocking stream, which may come from any thread.

    A read that waits for a stalled server does not look at flags, so the stream that is being
    read leaves a way to wake it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # A signal handler may come while this thread holds it.
        self._wake: Callable[[], None] | None = None
        self.wished = False

    def request(self) -> None:
        """Ask the running stream to end now."""
        with self._lock:
            self.wished = True
            wake = self._wake
        if wake:
            wake()

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call `wake` when the wish comes, at once if it is there; the last call counts."""
        with self._lock:
            self._wake = wake
        if self.wished:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` if the wish comes while the body runs."""
        self.wakes(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wake = None


class Provider(ABC):
    """Answers requests for one kind of endpoint.

    A subclass says how it is called (`name`), which models it knows and how a request becomes
    events. It holds no conversation and no settings of a user: both come with the request.
    """

    name: ClassVar[str]
    """Full plugin name, `provider_…`."""
    label: ClassVar[str] = ""
    """A warning that belongs beside the name on a screen; empty for ordinary providers."""
    parameters: ClassVar[frozenset[str]]
    """Customizations that a preset may hold; dotted for nested ones, `.*` for any inside."""
    default_model: ClassVar[str] = ""
    needs_address: ClassVar[bool] = False
    """Whether it is nobody in particular until a preset says where it is."""

    @abstractmethod
    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        """Answer in the caller's thread; ends early, without an event, when `stop` is wished.

        Raises:
            ProviderError: when no (complete) answer can be had, also in the middle of it.
        """

    @abstractmethod
    def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Answer on the running event loop; cancelling closes the connection."""

    @property
    def models(self) -> Mapping[str, int]:
        """Known models and how many tokens may be submitted to each."""
        return {}

    def warm_up(self) -> None:  # noqa: B027 - most providers have nothing to load
        """Load what the first request would wait for; may be called from any thread."""

    def max_submission_tokens(self, model: str) -> int:
        """How many tokens may be sent to this model."""
        return self.models.get(model, DEFAULT_MAX_SUBMISSION_TOKENS)

    def default_customizations(self) -> dict[str, Any]:
        """The parameters of a request that names none."""
        return {"model_name": self.default_model} if self.default_model else {}

    def unknown_parameters(self, customizations: Mapping[str, Any]) -> list[str]:
        """Dotted names of parameters that this provider does not take."""
        return [
            key
            for key in flat_keys(customizations)
            if key not in self.parameters and not self._inside_free_parameter(key)
        ]

    def _inside_free_parameter(self, key: str) -> bool:
        parts = key.split(".")
        return any(".".join(parts[: n + 1]) + ".*" in self.parameters for n in range(len(parts)))

    @property
    def display_name(self) -> str:
        """The name without its prefix."""
        return self.name.removeprefix("provider_")


def flat_keys(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Name every leaf of nested mappings with dots."""
    keys: list[str] = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            keys += flat_keys(value, f"{prefix}{key}.")
        else:
            keys.append(f"{prefix}{key}")
    return keys
