"""Makes turns of states and messages: what is sent, with which tools, within which limit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lwe.config.config import Config
from lwe.domain import Message, ModelRequest, ToolCall, ToolResult, ToolSpec
from lwe.errors import LweError, ProviderError
from lwe.events import Notice
from lwe.providers.provider import Provider
from lwe.providers.registry import Providers
from lwe.providers.wrapping import counter_of
from lwe.state import State
from lwe.turn import attach, tokens
from lwe.turn.flow import FREE_CHOICES, MAX_ROUNDS, ToolRules, Turn
from lwe.turn.request import without_calls_of

if TYPE_CHECKING:
    from lwe.tools.toolbox import Toolbox

LOG = logging.getLogger("lwe.requests")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tools of a request, by name.

    Attributes:
        named: those of the preset, which have to be there.
        used: those of the history, which may be gone.
    """

    named: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


Specs = tuple[ToolSpec, ...]
Find = Callable[[Wanted], Specs]
"""Looks for tools; to find those of a server may take as long as the server likes."""


class ToolsUnready(LweError):
    """Tools have to be looked for before this can be asked.

    Args:
        find: looks for them, in the thread that calls it.
    """

    def __init__(self, find: Callable[[], Specs]) -> None:
        super().__init__("The tools were not looked for yet. Look for them first, then ask.")
        self.find = find


class Requests:
    """Decides what a model is sent.

    Args:
        config: bounds the rounds of tools.
        providers: where providers are found.
        tools: returns the tools; called when some are needed.
    """

    def __init__(self, config: Config, providers: Providers, tools: Callable[[], Toolbox]) -> None:
        self._config, self._providers, self._tools = config, providers, tools

    def prepare(
        self,
        state: State,
        history: Sequence[Message],
        new: Sequence[Message],
        stream: bool,
        alone: bool = False,
        find: Find | None = None,
    ) -> tuple[Turn, Provider]:
        """Make the turn of a question.

        Args:
            state: with what it is asked.
            history: what was said before.
            new: what is said now.
            stream: whether the answer should come in pieces.
            alone: whether tools stay out of it.
            find: looks for tools instead of `find`, when there are any.

        Raises:
            LweError: when this cannot be asked.
        """
        provider = self._providers.get(state.provider)
        limit = state.max_submission_tokens or provider.max_submission_tokens(state.model)
        offers = provider.takes_tools and not alone
        offered, gone = self._offered(state, history, find or self.find) if offers else ((), [])
        seen, unseen = attach.for_model(provider, state.model, history, () if alone else new)
        sendable = without_calls_of(seen, gone)
        trimmed = _trimming(provider, state.model, offered)

        def fit(said: Sequence[Message]) -> list[Message]:
            with _blaming_tools(limit):
                return trimmed(sendable, [*new, *said], limit)[0]

        messages, left_out = trimmed(sendable, new, limit)
        LOG.debug("asks %s %s, %d messages", provider.name, state.model, len(messages))
        request = ModelRequest(tuple(messages), state.customizations, stream, offered)
        notices = (*_notices(left_out, gone), *unseen)
        return Turn(request, state.origin, notices, self._rules(state), fit), provider

    def run(self, call: ToolCall) -> ToolResult:
        """Run a tool in the caller's thread; what it raises is its result."""
        return self._tools().run(call)

    def count(self, state: State, history: Sequence[Message]) -> int:
        """Count the tokens of messages and of the tools that would be offered with them."""
        offered, gone = self._offered(state, history, self.find)
        sendable = without_calls_of(history, gone)
        if own := counter_of(self._providers.get(state.provider)):
            return own(sendable)
        return tokens.count_messages(sendable, offered, state.model)

    def find(self, wanted: Wanted) -> Specs:
        """Return what a model is told of tools; those of the history only if they are there.

        Raises:
            NotFound: when there is no tool of a name in the preset.
            ToolError: when one cannot be loaded or reached.
        """
        tools = self._tools()
        found = tools.specs(wanted.named)
        there = {spec.name for spec in found}
        return found + tools.existing([name for name in wanted.used if name not in there])

    def find_later(self, wanted: Wanted) -> Specs:
        """Look for no tool now; for whoever must not wait for a server.

        Raises:
            ToolsUnready: always; it says how to look for them.
        """
        self._tools()  # Made here, so that two threads cannot make two.
        raise ToolsUnready(partial(self.find, wanted))

    def _offered(
        self, state: State, history: Sequence[Message], find: Find
    ) -> tuple[Specs, list[str]]:
        """Return the preset's tools and those of the history, and what is not there any more."""
        named = state.customizations.get("tools") or ()
        used = dict.fromkeys(call.name for message in history for call in message.tool_calls)
        if not (named or used):
            return (), []
        offered = find(Wanted(tuple(name for name in named if isinstance(name, str)), tuple(used)))
        there = {spec.name for spec in offered}
        return offered, [name for name in used if name not in there]

    def _rules(self, state: State) -> ToolRules:
        metadata, rounds = state.preset_metadata, self._config.get("tools.max_rounds")
        return ToolRules(
            return_call=bool(metadata.get("return_on_tool_call")),
            return_response=bool(metadata.get("return_on_tool_response")),
            forced=state.customizations.get("tool_choice") not in FREE_CHOICES,
            max_rounds=rounds if isinstance(rounds, int) and rounds > 0 else MAX_ROUNDS,
        )


def _trimming(
    provider: Provider, model: str, tools: tuple[ToolSpec, ...]
) -> Callable[..., tuple[list[Message], int]]:
    """Return what keeps messages within a limit, counted as the provider wants it."""
    own = counter_of(provider)
    if own is not None:
        return partial(tokens.trim_by, own)
    return partial(tokens.trim, model=model, tools=tools)


@contextmanager
def _blaming_tools(limit: int) -> Iterator[None]:
    """Say what is too long: the question did fit."""
    try:
        yield
    except ProviderError as error:
        raise ProviderError(
            f"What the tools gave back is longer than the {limit:,} tokens that may be submitted.",
            "too_long",
            "Let them return less, or raise max_submission_tokens in the preset.",
        ) from error


def _notices(left_out: int, gone: Sequence[str]) -> list[Notice]:
    found = []
    if left_out:
        what = "oldest message was" if left_out == 1 else f"{left_out} oldest messages were"
        text = f"The {what} not sent: the limit of tokens is reached."
        found.append(Notice(text, "warning"))
    if gone:
        names = ", ".join(gone)
        text = f"Calls of tools that are not there any more were not sent: {names}."
        found.append(Notice(text, "warning"))
    return found
