"""A provider that counts tokens itself is asked for every limit and every count."""

from __future__ import annotations

from typing import Any

import pytest

from lwe import ApiBackend
from lwe.domain import Message, ToolCall, ToolResult, User
from lwe.errors import ProviderError
from lwe.events import TextDelta
from lwe.plugins.provider_fake_llm import ProviderFakeLlm
from lwe.turn.tokens import trim_by

TALK = [
    Message("system", "s"),
    Message("user", "a"),
    Message("assistant", "", (ToolCall("t", {}, "1"), ToolCall("t", {}, "2"))),
    Message("tool", "", tool_result=ToolResult("t", 1, "1")),
    Message("tool", "", tool_result=ToolResult("t", 2, "2")),
    Message("assistant", "b"),
]
NEW = [Message("user", "c")]


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (7, [*TALK, *NEW]),
        (6, [TALK[0], *TALK[2:], *NEW]),
        (5, [TALK[0], TALK[5], *NEW]),
        (3, [TALK[0], TALK[5], *NEW]),
        (2, [TALK[0], *NEW]),
    ],
)
def test_the_oldest_go_and_calls_go_with_their_responses(limit: int, kept: list[Message]) -> None:
    assert trim_by(len, TALK, NEW, limit) == (kept, 7 - len(kept))


def test_what_is_too_long_alone_is_told() -> None:
    with pytest.raises(ProviderError, match="longer than the 1 tokens"):
        trim_by(len, TALK, NEW, 1)


def test_an_ask_is_cut_to_what_the_provider_counts(bot: ApiBackend, ann: User) -> None:
    class Counting(ProviderFakeLlm):
        name = "provider_counting"
        sent: Any = None

        def get_num_tokens_from_messages(self, messages: list[Any], encoding: Any) -> int:
            return 1000 * len(messages)

        def stream(self, request: Any, stop: Any) -> Any:
            self.sent = request.messages
            yield TextDelta("fine")

    bot.engine.providers.add(Counting())
    assert bot.set_provider("counting")[0]
    bot.set_max_submission_tokens(4000)
    for _ in range(3):
        assert bot.ask("hi")[0]
    assert [m.role for m in bot.provider.sent] == ["system", "user", "assistant", "user"]
    assert bot.conversation_tokens == 7000
