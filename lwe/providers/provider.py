"""The contract between a turn and whatever answers it."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lwe.domain import Message, ModelRequest
from lwe.errors import PresetError
from lwe.events import ReplyEvent
from lwe.plugin import PluginError
from lwe.providers.customized import Customized
from lwe.providers.customized import flat_keys as flat_keys
from lwe.providers.models import DEFAULT_MAX_SUBMISSION_TOKENS as DEFAULT_MAX_SUBMISSION_TOKENS
from lwe.providers.models import limit_of

if TYPE_CHECKING:
    from lwe.providers.llm import Llm


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


class Provider(Customized):
    """Answers requests for one kind of endpoint.

    A subclass says how it is called (`name`), which parameters it takes
    (`customization_config`), which models it knows and how a request becomes events. A turn
    brings its own parameters with its request; those that the object holds, or is attached to,
    are for plugins and commands.

    Args:
        config: the configuration; without one nothing is configured and nothing is cached.
        cache_manager: the seed's object for cached files.
    """

    name: str
    """Full plugin name, `provider_…`."""
    label: str = ""
    """A warning that belongs beside the name on a screen; empty for ordinary providers."""
    default_model: str = ""
    needs_address: bool = False
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

    def warm_up(self) -> None:
        """Load what the first request would wait for; may be called from any thread."""

    @property
    def plugin_type(self) -> str:
        """Always `provider`."""
        return "provider"

    def default_config(self) -> dict[str, Any]:
        """Return the settings of `plugins.<name>` where the user says nothing."""
        return {}

    def setup(self) -> None:
        """Get ready; what is slow waits until it is needed.

        Raises:
            PluginError: when the class answers through LangChain.
        """
        classes = type(self).__mro__
        chain = next(n for n, each in enumerate(classes) if "llm_factory" in vars(each))
        answer = next(n for n, each in enumerate(classes) if "stream" in vars(each))
        if chain < answer:
            raise PluginError(_WITHOUT_LANGCHAIN)

    def default_customizations(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the parameters of a request that names none, with others over them."""
        model = {self.model_property_name: self.default_model} if self.default_model else {}
        return {**model, **(defaults or {})}

    def max_submission_tokens(self, model: str | None = None) -> int:
        """How many tokens may be sent to a model, the one in force by default."""
        name = self.get_model() if model is None else model
        return limit_of(self.models.get(str(name))) or DEFAULT_MAX_SUBMISSION_TOKENS

    # What the seed's plugins call

    def make_llm(
        self,
        customizations: Mapping[str, Any] | None = None,
        tools: list[Any] | None = None,
        tool_choice: Any = None,
        use_defaults: bool = False,
    ) -> Llm:
        """Return an object whose `invoke(messages)` asks this provider.

        Args:
            customizations: parameters over those in force, or over the defaults.
            tools: none can be bound; a preset names them.
            tool_choice: none either.
            use_defaults: whether those in force do not count.

        Raises:
            PresetError: when a parameter is not taken, or tools are given.
        """
        from lwe.providers.llm import Llm

        if tools or tool_choice:
            raise PresetError(
                "Tools cannot be bound to a model. Name them in a preset and use ApiBackend.ask."
            )
        base = self.default_customizations() if use_defaults else self.get_customizations()
        asked = self.check({**base, **(customizations or {})}, "make_llm")
        return Llm(self, asked)

    def llm_factory(self) -> Any:
        """Refuse: no classes of LangChain are made here.

        Raises:
            PluginError: always, naming what to use instead.
        """
        raise PluginError(_WITHOUT_LANGCHAIN)

    def prepare_messages_method(self) -> Any:
        """Refuse: messages reach a provider in its request.

        Raises:
            PluginError: always, naming what to use instead.
        """
        raise PluginError(_WITHOUT_LANGCHAIN)

    def transform_tools(self, tools: list[Any]) -> list[Any]:
        """Return tool definitions as this provider wants them, by its `transform_tool`."""
        transform = getattr(self, "transform_tool", None)
        return list(tools) if transform is None else [transform(tool) for tool in tools]

    def prepare_file_for_llm(self, file: Any) -> Any:
        """Return an attached message as this provider wants it."""
        return file

    def convert_dict_to_message(self, message: Mapping[str, Any]) -> Message:
        """Read `{"role", "content"}`.

        Raises:
            ProviderError: when the role is not known.
        """
        from lwe.providers.llm import message_of

        return message_of(message)


_WITHOUT_LANGCHAIN = (
    "This program works without LangChain, so llm_factory and its fellows are never used: "
    "define stream and astream, or derive the class from ProviderChatOpenaiCompat."
)
