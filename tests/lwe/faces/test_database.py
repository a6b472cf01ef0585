"""`Database` makes, migrates and removes tables, silently and after a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lwe.backends.api.database import Database
from lwe.backends.api.orm import Orm
from lwe.config.config import Config
from lwe.errors import StorageError
from tests.lwe.storage.helpers import PROFILE, sql


def database(file: Path | str) -> Database:
    config = Config()
    config.set("database", f"sqlite:///{file}")
    return Database(config)


def names(file: Path) -> set[str]:
    return {name for (name,) in sql(file, "SELECT name FROM sqlite_master")}


def test_tables_are_made_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "storage.db"
    made = database(file)
    assert not made.schema_exists()
    assert not file.exists()
    made.create_schema()
    assert made.schema_exists()
    assert database(file).schema_exists()
    made.user_manager.register("ann", None, None)
    made.create_schema()
    assert len(made.user_manager.get_users()[1]) == 1
    made.remove_schema()
    assert not made.schema_exists()
    assert not database(file).schema_exists()
    assert names(file) <= {"sqlite_sequence"}
    (backup,) = tmp_path.glob("*backup*")
    assert sql(backup, "SELECT username FROM user") == [("ann",)]
    made.remove_schema()
    made.create_schema()
    assert made.user_manager.get_users()[1] == []
    assert capsys.readouterr() == ("", "")


def test_removing_takes_every_row_along(tmp_path: Path) -> None:
    source = PROFILE / "data/profiles/default/storage.db"
    file = Path(shutil.copy(source, tmp_path / "storage.db"))
    there = database(file)
    there.orm.store.save_draft(1, None, "words")
    there.remove_schema()
    assert names(file) <= {"sqlite_sequence"}


def test_in_memory() -> None:
    made = database(":memory:")
    assert not made.schema_exists()
    made.create_schema()
    assert made.schema_exists()
    made.remove_schema()
    assert not made.schema_exists()
    made.create_schema()
    assert made.conversation.get_conversation(1)[2] == "Conversation not found."
    assert made.message.get_message(1)[2] == "Message not found"
    made.orm.store.close()


def test_an_old_database_is_migrated(tmp_path: Path) -> None:
    old = database(shutil.copy(PROFILE / "legacy/v0_base.db", tmp_path / "storage.db"))
    assert old.schema_exists()
    old.create_schema()
    assert old.orm.store.migrated_from == "base"
    assert old.user_manager.get_by_username("olduser")[0]


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "storage.db"
    file.write_text("no database, " * 100)
    with pytest.raises(StorageError, match="is no database"):
        database(file).schema_exists()


def test_without_a_configuration_it_is_the_default_profiles(home: Path) -> None:
    assert not Database().schema_exists()
    orm = Orm()
    assert Database(orm=orm).config is orm.config
