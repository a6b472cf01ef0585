"""Calls what a plugin written for the seed overrides, at the seed's moments, with its shapes.

Nothing here costs anything for a provider that overrides none of it. What the library's own
providers define under these names is there to be called with `super()`; it is not called here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any, NoReturn

from lwe.domain import Message, ModelRequest, ToolSpec
from lwe.errors import LweError, ProviderError
from lwe.events import ReplyEvent
from lwe.providers.heard import Heard
from lwe.providers.llm import Llm, Prepared
from lwe.providers.messages import (
    chat_form,
    described,
    message_of,
    messages_of,
    stored_form,
    unshared,
)
from lwe.providers.overridden import FORMS, Awaiting, Streaming, own
from lwe.providers.specs import spec_of
from lwe.providers.stop import Stop

PRIVATE = ("tools", "tool_choice")
"""Parameters that the seed takes out before a plugin sees them."""
_FOR_ALL = "prepare_messages_for_llm_chat"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a plugin overrides; None where it leaves things as they are.

    Attributes:
        provider: whose hooks these are.
        init: `llm_pre_init(customizations)` returns the parameters.
        call: `llm_pre_call(llm, messages)` returns the messages, and may change the model.
        transform: `transform_tool(spec)` returns a tool's definition.
        form: `prepare_messages_for_llm(messages)` returns the messages in their last form.
        chunk: `handle_streaming_chunk(chunk, previous)` returns the words of a piece.
        whole: `handle_non_streaming_response(reply)` returns the reply.
    """

    provider: Any
    init: Callable[..., Any] | None = None
    call: Callable[..., Any] | None = None
    transform: Callable[..., Any] | None = None
    form: Callable[..., Any] | None = None
    chunk: Callable[..., Any] | None = None
    whole: Callable[..., Any] | None = None

    def prepared(self, request: ModelRequest) -> Prepared:
        """Return what is sent.

        Raises:
            ProviderError: when a hook fails, or returns something that cannot be used.
        """
        given = dict(request.customizations)
        private = {name: given.pop(name) for name in PRIVATE if name in given}
        llm = Llm(self.provider, unshared(self.parameters(given)), self.tools(request.tools))
        messages = self._messages(llm, request.messages)
        asked = _spelled(llm.asdict(), self.provider.aliases)
        return Prepared(messages, {**asked, **private}, request.stream, llm.tools)

    def parameters(self, customizations: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as `llm_pre_init` wants them.

        Raises:
            ProviderError: when it fails, or returns no mapping.
        """
        if self.init is None:
            return dict(customizations)
        made = self.run(self.init, unshared(customizations))
        if not isinstance(made, Mapping):
            self._refuse(self.init, made)
        return _spelled(made, self.provider.aliases)

    def tools(self, specs: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        """Return what a model is told of the tools, as `transform_tool` wants it.

        Raises:
            ProviderError: when it fails.
        """
        if self.transform is None:
            return tuple(specs)
        return tuple(
            spec_of(self.run(self.transform, unshared(described(spec))), spec) for spec in specs
        )

    def heard(self, stream: bool) -> Heard:
        """Return what reads the answer of one request."""
        hook = self.chunk if stream else self.whole
        return Heard(stream, None if hook is None else lambda *args: self.run(hook, *args))

    def _messages(self, llm: Llm, messages: Sequence[Message]) -> tuple[Message, ...]:
        kept = tuple(messages)
        if self.call is not None:
            # The seed attaches files later, and so nobody expects them here.
            files = tuple(message for message in kept if message.parts)
            asked = [message for message in kept if not message.parts]
            given = [unshared(stored_form(message)) for message in asked]
            made = self.run(self.call, llm, list(given))
            kept = (*self._read(self.call, made, given, asked), *files)
        if self.form is not None:
            made = self.run(self.form, [unshared(chat_form(message)) for message in kept])
            kept = messages_of(list(made) if isinstance(made, tuple) else made)
        return kept

    def _read(
        self, hook: Any, made: Any, given: Sequence[Mapping[str, Any]], asked: Sequence[Message]
    ) -> list[Message]:
        """Read the messages that a hook returns; those that it left alone stay what they were."""
        if not isinstance(made, list | tuple):
            self._refuse(hook, made)
        known = {id(form): message for form, message in zip(given, asked, strict=True)}

        def read(each: Any) -> Message:
            before = known.get(id(each))
            untouched = before is not None and each == stored_form(before)
            return before if before is not None and untouched else message_of(each)

        return [read(each) for each in made]

    def run(self, hook: Callable[..., Any], *args: Any) -> Any:
        """Call a hook.

        Raises:
            ProviderError: when it fails.
        """
        try:
            return hook(*args)
        except LweError:
            raise
        except Exception as error:  # A plugin's code may raise anything.
            raise ProviderError(
                f"{self._named(hook)} of {self.provider.name} failed: {error!r}.",
                "other",
                "Mend the plugin, or choose another preset.",
            ) from error

    def _refuse(self, hook: Callable[..., Any], made: Any) -> NoReturn:
        raise ProviderError(
            f"{self._named(hook)} of {self.provider.name} returned {made!r}.",
            "other",
            "Let it return what it was given, changed.",
        )

    def _named(self, hook: Callable[..., Any]) -> str:
        return str(getattr(hook, "__name__", hook))


def hooks_of(provider: Any) -> Hooks | None:
    """Return what a provider overrides, None when that is nothing."""
    init, call = own(provider, "llm_pre_init"), own(provider, "llm_pre_call")
    chunk = own(provider, "handle_streaming_chunk")
    whole = own(provider, "handle_non_streaming_response")
    transform, form = own(provider, "transform_tool"), _form(provider)
    found = (init, call, transform, form, chunk, whole)
    return Hooks(provider, *found) if any(found) else None


def _form(provider: Any) -> Callable[..., Any] | None:
    named = [name for name in FORMS if own(provider, name)]
    if named == ["prepare_messages_method"]:
        # Most plugins name the method that sends every message, which is what is done anyway.
        method = Hooks(provider).run(provider.prepare_messages_method)
        if getattr(method, "__name__", "") == _FOR_ALL:
            return own(provider, _FOR_ALL)
    return provider.prepare_messages_for_llm if named else None


def _spelled(given: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    """Return parameters under their own names; what a hook has set under another counts."""
    made = {name: value for name, value in given.items() if name not in aliases}
    made |= {aliases[name]: value for name, value in given.items() if name in aliases}
    return made


def hooked_stream(
    answer: Streaming, provider: Any, request: ModelRequest, stop: Stop
) -> Generator[ReplyEvent, None, None]:
    """Answer as a provider does, with what its hooks make of request and answer."""
    hooks = None if isinstance(request, Prepared) else hooks_of(provider)
    if hooks is None:
        return answer(provider, request, stop)
    return _Hooked(provider, hooks).stream(answer, request, stop)


def hooked_astream(
    answer: Awaiting, provider: Any, request: ModelRequest
) -> AsyncGenerator[ReplyEvent, None]:
    """Answer as a provider does that awaits, with what its hooks make of both."""
    hooks = None if isinstance(request, Prepared) else hooks_of(provider)
    if hooks is None:
        return answer(provider, request)
    return _Hooked(provider, hooks).astream(answer, request)


@dataclass(frozen=True, slots=True)
class _Hooked:
    provider: Any
    hooks: Hooks

    def stream(
        self, answer: Streaming, request: ModelRequest, stop: Stop
    ) -> Generator[ReplyEvent, None, None]:
        heard = self.hooks.heard(request.stream)
        with closing(answer(self.provider, self.hooks.prepared(request), stop)) as events:
            for event in events:
                yield from heard.take(event)
        yield from heard.rest()

    async def astream(
        self, answer: Awaiting, request: ModelRequest
    ) -> AsyncGenerator[ReplyEvent, None]:
        import asyncio

        heard = self.hooks.heard(request.stream)
        # A hook may ask a server for a token, which is nothing for the loop.
        prepared = await asyncio.to_thread(self.hooks.prepared, request)
        async with aclosing(answer(self.provider, prepared)) as events:
            async for event in events:
                for said in heard.take(event):
                    yield said
        for said in heard.rest():
            yield said
