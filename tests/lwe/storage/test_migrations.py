"""Old databases become what the seed's own migrations make of them, after a copy, or not at all."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from lwe.errors import StorageError
from lwe.storage import migrations
from lwe.storage.legacy import tool_rows
from lwe.storage.store import Store
from tests.lwe.storage.helpers import PROFILE, definitions, dump, plain, sql

LEGACY = PROFILE / "legacy"
REVISIONS = [name for name, _steps in migrations.CHAIN[:-1]]
CALL_ID = re.compile(r"call_[A-Za-z0-9]{24}")


def legacy(name: str, folder: Path) -> Path:
    return Path(shutil.copy(LEGACY / f"{name}.db", folder / "storage.db"))


def everything(file: str | Path) -> list[str]:
    with plain(file) as connection:
        return list(connection.iterdump())


def without_ids(rows: dict[str, list[tuple[Any, ...]]]) -> str:
    return CALL_ID.sub("call_x", repr(rows))


class Plain:
    """A file as a step sees it, without anything of ours."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, sql: str, values: Any = ()) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql, tuple(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def change(self, sql: str, values: Any = ()) -> int:
        return self.connection.execute(sql, tuple(values)).rowcount


def at(revision: str, folder: Path) -> Path:
    """Make a file that stopped at a revision on its way from the first."""
    file = legacy("v0_base", folder)
    with plain(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        for name, steps in migrations.CHAIN:
            for step in steps:
                step(Plain(connection))
            if name == revision:
                break
    return file


@pytest.mark.parametrize(
    ("before", "after", "revision"),
    [("v0_base", "v0_upgraded", "base"), ("cc8f_functions", "cc8f_upgraded", "cc8f2aecf9ff")],
)
def test_the_result_is_the_seeds(before: str, after: str, revision: str, tmp_path: Path) -> None:
    file = legacy(before, tmp_path)
    original = everything(file)
    store = Store(str(file))
    assert store.migrated_from == revision
    assert everything(store.backup) == original
    assert Path(store.backup).name.startswith("storage.db.backup-")
    store.close()
    expected = LEGACY / f"{after}.db"
    assert definitions(file) == definitions(expected)
    assert without_ids(dump(file)) == without_ids(dump(expected))
    assert sql(file, "SELECT * FROM alembic_version") == [("e7373d57cace",)]
    assert sql(file, "PRAGMA foreign_key_check") == []
    assert sql(file, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_is_taken_up_where_it_stopped(revision: str, tmp_path: Path) -> None:
    file = at(revision, tmp_path)
    store = Store(str(file))
    assert store.migrated_from == revision
    store.close()
    made = definitions(file)
    expected = definitions(LEGACY / "v0_upgraded.db")
    del made["alembic_version"], expected["alembic_version"]
    assert made == expected
    assert dump(file) == dump(LEGACY / "v0_upgraded.db")


def test_it_happens_once(tmp_path: Path) -> None:
    file = legacy("v0_base", tmp_path)
    Store(str(file)).close()
    store = Store(str(file))
    assert (store.migrated_from, store.backup) == ("", "")
    assert len(list(tmp_path.glob("*backup*"))) == 1


def test_what_was_migrated_is_a_database_like_any_other(tmp_path: Path) -> None:
    store = Store(str(legacy("cc8f_functions", tmp_path)))
    said = store.history_for_model(1)
    assert [message.role for message in said] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    (call,), result = said[2].tool_calls, said[3].tool_result
    assert result is not None
    assert (call.name, call.args, call.id) == (
        "test_function",
        {"word": "foo", "repeats": 2},
        result.id,
    )
    store.delete_conversation(1)
    assert store.messages(1) == []


@pytest.mark.parametrize("name", ["v0_base", "cc8f_functions"])
def test_a_step_that_fails_leaves_every_byte_and_the_copy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sql: migrations.Sql) -> None:
        sql.change("UPDATE message SET absent = 1")

    chain = (*migrations.CHAIN[:-1], ("e7373d57cace", (fail,)))
    monkeypatch.setattr(migrations, "CHAIN", chain)
    file = legacy(name, tmp_path)
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"left as it is; a copy is .*backup-.*no such column"):
        Store(str(file))
    assert file.read_bytes() == before
    (backup,) = tmp_path.glob("*backup*")
    assert everything(backup) == everything(file)


def test_an_old_sqlite_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations.sqlite3, "sqlite_version_info", (3, 26, 0))
    file = legacy("v0_base", tmp_path)
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"Use a Python with SQLite 3\.35"):
        Store(str(file))
    assert file.read_bytes() == before


def test_another_program_holds_it_off(tmp_path: Path) -> None:
    file = legacy("v0_base", tmp_path)
    with plain(file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="Another program is writing"):
            Store(str(file), busy_seconds=0.01)
        other.execute("ROLLBACK")
    assert list(tmp_path.iterdir()) == [file]


def test_an_old_database_that_is_incomplete_is_refused(tmp_path: Path) -> None:
    file = legacy("cc8f_functions", tmp_path)
    sql(file, "DROP TABLE message")
    with pytest.raises(StorageError, match="no table 'message'"):
        Store(str(file))
    assert list(tmp_path.iterdir()) == [file]


def row(kind: str, text: str, about: str | None = None, place: int = 1) -> dict[str, Any]:
    role = "assistant" if kind == "function_call" else "function"
    return {
        "conversation_id": place,
        "role": role,
        "message": text,
        "message_type": kind,
        "message_metadata": about,
    }


def test_results_belong_to_the_call_of_their_own_conversation() -> None:
    call = '{"name": "f", "arguments": {}}'
    one, first, two, second, alone = tool_rows(
        [
            row("function_call", call),
            row("function_response", "1", '{"name": "f"}'),
            row("function_call", call, place=2),
            row("function_response", "2", None, place=2),
            row("function_response", "3", '{"name": "g"}', place=3),
        ]
    )
    ids = [json.loads(item["message"])[0]["id"] for item in (one, two)]
    assert all(CALL_ID.fullmatch(item) for item in ids)
    assert ids[0] != ids[1]
    assert json.loads(first["message_metadata"]) == {"name": "f", "id": ids[0]}
    assert json.loads(second["message_metadata"]) == {"name": "f", "id": ids[1]}
    assert json.loads(alone["message_metadata"]) == {"name": "g"}


def test_arguments_may_be_text() -> None:
    (call,) = tool_rows([row("function_call", '{"name": "f", "arguments": "{\\"a\\": 1}"}')])
    assert json.loads(call["message"])[0]["args"] == {"a": 1}


@pytest.mark.parametrize(
    ("kind", "text", "about"),
    [
        ("function_call", "{broken", None),
        ("function_call", "[1]", None),
        ("function_call", '{"arguments": {}}', None),
        ("function_call", '{"name": "f", "arguments": "x"}', None),
        ("function_response", "no JSON", None),
        ("function_response", "1", "[1]"),
    ],
)
def test_what_cannot_be_read_stays_as_text(kind: str, text: str, about: str | None) -> None:
    (made,) = tool_rows([row(kind, text, about)])
    assert made["message"] == text
    assert (made["role"], made["message_type"], made["message_metadata"]) == (
        "assistant",
        "content",
        None,
    )
