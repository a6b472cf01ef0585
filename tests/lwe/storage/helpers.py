"""What the store's tests share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from lwe.domain import Mark, Message, Origin
from lwe.storage.store import OpenTurn, Store

PROFILE = Path(__file__).parents[2] / "fixtures" / "seed_profile"
ORIGIN = Origin("provider_scripted", "model-a", "preset-a")
SEED_TABLES = ("user", "conversation", "message", "alembic_version")


@contextmanager
def plain(path: str | Path) -> Iterator[sqlite3.Connection]:
    """Open a file as the seed does: without anything of ours."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


def sql(path: str | Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Perform one statement beside the store."""
    with plain(path) as connection:
        return connection.execute(query, values).fetchall()


def dump(path: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the seed's tables."""
    return {table: sql(path, f"SELECT * FROM {table} ORDER BY 1") for table in SEED_TABLES}


def definitions(path: str | Path) -> dict[str, str]:
    """Return the statements that made what is not ours in a file, by name."""
    found = sql(path, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: text for name, text in found if not name.startswith(("tui_", "sqlite_sequence"))}


def asked(
    store: Store, user_id: int, text: str = "why?", conversation_id: int | None = None
) -> OpenTurn:
    """Begin a turn with one question, after a system message in a new conversation."""
    opening = [Message("system", "Be brief.")] if conversation_id is None else []
    question = Message("user", text)
    return store.begin_turn(user_id, conversation_id, [*opening, question], ORIGIN)


def answered(
    store: Store, turn: OpenTurn, text: str = "because", mark: Mark | None = None
) -> Message | None:
    """End a turn."""
    return store.commit_turn(turn.journal_id, Message("assistant", text, mark=mark))


def texts(messages: list[Message]) -> list[str]:
    """Return what the messages say."""
    return [message.text for message in messages]
