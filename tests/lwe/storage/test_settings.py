"""What is set for a conversation stays there; decisions about tools count where they should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lwe.domain import User
from lwe.errors import NotFound, StorageError
from lwe.storage.store import Store
from tests.lwe.storage.helpers import asked


def test_decisions_about_tools(store: Store, user: User) -> None:
    here, there = (asked(store, user.id).conversation_id for _ in range(2))
    assert store.tool_policies(here) == {}
    store.set_tool_policy("dice", "always")
    store.set_tool_policy("shell", "never")
    store.set_tool_policy("dice", "ask", here)
    store.set_tool_policy("files", "conversation", here)
    assert store.tool_policies(here) == {"dice": "ask", "shell": "never", "files": "conversation"}
    assert store.tool_policies(there) == store.tool_policies()
    assert store.tool_policies() == {"dice": "always", "shell": "never"}
    store.set_tool_policy("dice", "never")
    store.set_tool_policy("dice", None, here)
    assert store.tool_policies(here)["dice"] == "never"
    store.set_tool_policy("dice", None)
    assert "dice" not in store.tool_policies()
    store.delete_conversation(here)
    assert store.tool_policies(here) == {"shell": "never"}


def test_settings_of_a_conversation(store: Store, user: User) -> None:
    here, there = (asked(store, user.id).conversation_id for _ in range(2))
    store.set_conversation_setting(here, "position", [3, 4.5])
    store.set_conversation_setting(here, "tools", {"dice": False, "é": "\ud800"})
    store.set_conversation_setting(here, "position", 7)
    store.set_conversation_setting(there, "tools", {})
    assert store.conversation_settings(here) == {
        "position": 7,
        "tools": {"dice": False, "é": "\ud800"},
    }
    store.set_conversation_setting(here, "position", None)
    assert set(store.conversation_settings(here)) == {"tools"}
    store.delete_conversation(here)
    assert store.conversation_settings(here) == {}
    assert store.conversation_settings(there) == {"tools": {}}


def test_what_cannot_be_set(store: Store, user: User) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: store.set_tool_policy("dice", "ask", 99),
        lambda: store.set_conversation_setting(99, "position", 1),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(StorageError):
        store.set_tool_policy("dice", "perhaps")  # type: ignore[arg-type]
