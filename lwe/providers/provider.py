"""The contract between a turn and whatever answers it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lwe.domain import ModelRequest
from lwe.events import ReplyEvent
from lwe.plugin import PluginError
from lwe.providers.customized import flat_keys as flat_keys
from lwe.providers.familiar import Familiar
from lwe.providers.models import DEFAULT_MAX_SUBMISSION_TOKENS as DEFAULT_MAX_SUBMISSION_TOKENS
from lwe.providers.models import limit_of
from lwe.providers.stop import Stop as Stop
from lwe.providers.wrapping import with_awaited_hooks, with_hooks

if TYPE_CHECKING:
    from lwe.providers.llm import Llm


class Provider(Familiar):
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
    aliases: Mapping[str, str] = MappingProxyType({})
    """What a plugin's hooks may call parameters, and what they are called here."""
    needs_address: bool = False
    """Whether it is nobody in particular until a preset says where it is."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Here and not where a turn asks, so that whoever asks a provider gets the same answer.
        super().__init_subclass__(**kwargs)
        if "llm_factory" in vars(cls) and "stream" not in vars(cls):
            raise PluginError(_WITHOUT_LANGCHAIN)
        own = {name: vars(cls)[name] for name in _WRAPPERS if name in vars(cls)}
        if list(own) == ["stream"]:  # An inherited `astream` would answer in another way.
            cls.astream = Provider.astream  # type: ignore[method-assign]  # it is inherited, too
        for name, answer in own.items():
            setattr(cls, name, _WRAPPERS[name](answer))

    @abstractmethod
    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        """Answer in the caller's thread; ends early, without an event, when `stop` is wished.

        Raises:
            ProviderError: when no (complete) answer can be had, also in the middle of it.
        """

    def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Answer on the running event loop; cancelling closes the connection.

        Without one of its own, a provider answers with `stream` in a daemon thread: an event is
        made when it is asked for, and cancelling wishes the stop and closes the generator.
        """
        from lwe.providers.pulled import Pulled

        return Pulled(lambda stop: self.stream(request, stop)).astream()

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
        """Get ready; what is slow waits until it is needed."""

    def default_customizations(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the parameters of a request that names none, with others over them."""
        model = {self.model_property_name: self.default_model} if self.default_model else {}
        return {**model, **(defaults or {}), "_type": self.type_mark or self.display_name}

    def max_submission_tokens(self, model: str | None = None) -> int:
        """How many tokens may be sent to a model, the one in force by default."""
        name = self.get_model() if model is None else model
        return limit_of(self.models.get(str(name))) or DEFAULT_MAX_SUBMISSION_TOKENS

    def takes_images(self, model: str) -> bool:
        """Say whether a model may be shown images; by default what the capability `images` says."""
        return bool(self.get_capability("images", False))

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
            tools: definitions of tools that the model may call; its calls are in the reply.
            tool_choice: which of them it has to call; not without tools.
            use_defaults: whether those in force do not count.

        Raises:
            PresetError: when a parameter is not taken.
            ProviderError: when the plugin's own hook refuses them.
        """
        from lwe.providers.hooks import PRIVATE, Hooks, hooks_of
        from lwe.providers.llm import Llm
        from lwe.providers.specs import spec_of

        base = self.default_customizations() if use_defaults else self.get_customizations()
        asked = self.check({**self.get_customizations(base), **(customizations or {})}, "make_llm")
        for name in PRIVATE:
            asked.pop(name, None)
        made = (hooks_of(self) or Hooks(self)).parameters(asked)
        if not tools or not self.takes_tools:
            return Llm(self, made)
        chosen = {"tool_choice": tool_choice} if tool_choice else {}
        return Llm(self, {**made, **chosen}, [spec_of(t) for t in self.transform_tools(tools)])

    def llm_factory(self) -> Any:
        """Refuse: no classes of LangChain are made here.

        Raises:
            PluginError: always, naming what to use instead.
        """
        raise PluginError(_WITHOUT_LANGCHAIN)


_WRAPPERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"stream": with_hooks, "astream": with_awaited_hooks}
)
_WITHOUT_LANGCHAIN = (
    "This program works without LangChain, so llm_factory and its fellows are never used: "
    "define stream, or derive the class from ProviderChatOpenaiCompat."
)
