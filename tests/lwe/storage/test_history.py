"""Only what a server can make sense of is sent: calls with all their results, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lwe.storage.history import sendable

Row = dict[str, Any]


def row(role: str, text: str, kind: str = "content", about: object = None) -> Row:
    return {
        "id": None,
        "role": role,
        "message": text,
        "message_type": kind,
        "message_metadata": None if about is None else json.dumps(about),
        "model": "",
        "provider": "",
        "preset": "",
        "created_time": "2026-01-01 00:00:00.000000",
        "mark_kind": None,
        "mark_note": None,
    }


def call(*ids: str, names: str = "") -> Row:
    calls = [
        {"name": name, "args": {}, **({"id": id_} if id_ else {})}
        for id_, name in zip(ids, names or "f" * len(ids), strict=True)
    ]
    return row("assistant", json.dumps(calls), "tool_call")


def result(id_: str = "", name: str = "f", value: object = None) -> Row:
    about = {"name": name, **({"id": id_} if id_ else {})}
    return row("tool", json.dumps(value), "tool_response", about)


U, A = row("user", "q"), row("assistant", "a")


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ([U, call("1"), result("1"), A], "0123"),
        ([U, call("1", "2"), result("2"), result("1"), A], "01234"),
        ([U, call("1", "2"), result("1"), A], "03"),
        ([U, call("1"), result("1"), result("2"), A], "04"),
        ([U, call("1"), result("2"), A], "03"),
        ([U, call("1"), U, result("1"), A], "024"),
        ([U, call("1")], "0"),
        ([result("1"), U, A], "12"),
        ([U, call("1"), call("2"), result("2"), A], "0234"),
        ([U, call(""), result(""), A], "0123"),
        ([U, call("", "", names="fg"), result("", "g"), result("", "f"), A], "01234"),
        ([U, call("", names="f"), result("", "g"), A], "03"),
        ([U, call("1", names="f"), result("", "f"), A], "0123"),
        ([U, call("1"), result("1"), call("2"), result("2")], "01234"),
        ([], ""),
    ],
)
def test_calls_and_results_go_together(found: list[Row], kept: str) -> None:
    numbered = [{**item, "id": number} for number, item in enumerate(found)]
    assert "".join(str(message.id) for message in sendable(numbered)) == kept


@pytest.mark.parametrize(
    ("item", "sent"),
    [
        (row("assistant", ""), False),
        (row("assistant", " \n"), False),
        (row("system", ""), False),
        (row("user", ""), True),
        ({**row("user", "q"), "mark_kind": "failed", "mark_note": ""}, False),
        ({**row("user", "q"), "mark_kind": "stopped", "mark_note": ""}, False),
        ({**row("assistant", "a"), "mark_kind": "cut", "mark_note": ""}, True),
        ({**row("assistant", ""), "mark_kind": "cut", "mark_note": ""}, False),
        (row("tool", "x"), False),
        (row("critic", "x"), False),
    ],
)
def test_what_says_nothing_is_not_sent(item: Row, sent: bool) -> None:
    assert bool(sendable([item])) is sent
