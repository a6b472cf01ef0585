"""A title is asked of the conversation's own provider, shortly, and becomes one clean line."""

from __future__ import annotations

import pytest

from lwe.turn import title


@pytest.mark.parametrize(
    ("answer", "made"),
    [
        ("Boiling Eggs", "Boiling Eggs"),
        ('  "Boiling Eggs."\n', "Boiling Eggs"),
        ("\n\nTitle: Boiling Eggs\nMore words", "Boiling Eggs"),
        ("# **Boiling Eggs**", "Boiling Eggs"),
        ("Eggs... and more", "Eggs... and more"),
        ("“Eggs”", "Eggs"),
        ("Learning C#", "Learning C#"),
        (".NET basics.", ".NET basics"),
        ("<think>They ask\nabout eggs.</think>\n\nBoiling Eggs", "Boiling Eggs"),
        ("<think>They ask\nabout", ""),
        ("Eggs\tand \x1b[31mham", "Eggs and [31mham"),
        ("", ""),
        ("\n \n", ""),
        ('"."', ""),
        ("x" * 100, "x" * 79 + "…"),
    ],
)
def test_an_answer_becomes_one_line(answer: str, made: str) -> None:
    assert title.clean(answer) == made


def test_the_request_says_the_beginning_and_keeps_the_settings() -> None:
    settings = {
        "model_name": "m",
        "temperature": 0.9,
        "openai_api_base": "http://here",
        "tools": ["t"],
        "tool_choice": "t",
        "responses": ["x"],
        "max_tokens": 9999,
        "model_kwargs": {"user": "me", "response_format": {"type": "json_object"}},
    }
    request = title.request_for("q" * 2000, settings, frozenset({"max_tokens"}))
    assert request.customizations == {
        "model_name": "m",
        "temperature": 0.9,
        "openai_api_base": "http://here",
        "max_tokens": title.MAX_TOKENS,
        "model_kwargs": {"user": "me"},
    }
    assert not request.stream
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[1].text.endswith("\n" + "q" * title.EXCERPT)
    assert settings["max_tokens"] == 9999


@pytest.mark.parametrize(("configured", "used"), [(None, 30), (600, 30), (5, 5)])
def test_nobody_waits_long_for_a_title(configured: float | None, used: float) -> None:
    settings = {} if configured is None else {"request_timeout": configured}
    parameters = frozenset({"request_timeout", "max_retries"})
    asked = title.request_for("q", settings, parameters).customizations
    assert asked == {"request_timeout": used, "max_retries": 0}


def test_providers_are_asked_only_what_they_take() -> None:
    assert title.request_for("q", {}, frozenset()).customizations == {}
