"""Rows have the seed's attributes, managers the seed's methods, and SQLAlchemy is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lwe.backends.api.orm import Manager, Orm, User
from lwe.config.config import Config
from lwe.domain import Conversation
from lwe.errors import LweError, NotFound
from lwe.storage.store import Store
from tests.lwe.storage.helpers import PROFILE, sql


@pytest.fixture
def manager(orm: Orm) -> Manager:
    return Manager(orm.config, orm)


def test_an_orm_is_the_configurations_database(home: Path) -> None:
    orm = Orm()
    assert orm.database == orm.config.database_url
    assert not list(home.rglob("storage.db"))
    assert Manager(orm=orm).orm_get_users() == []
    assert len(list(home.rglob("storage.db"))) == 1
    assert Manager().orm.store is not orm.store


def test_an_orm_can_be_given_an_open_store(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "storage.db"))
    assert Orm(Config(), store).store is store


@pytest.mark.parametrize("name", ["engine", "metadata", "session"])
def test_what_is_sqlalchemys_is_refused_with_a_way_out(orm: Orm, name: str) -> None:
    with pytest.raises(LweError, match=f"'{name}' of SQLAlchemy.*lwe.storage.store.Store"):
        getattr(orm, name)
    with pytest.raises(LweError, match="UserManager"):
        _ = Manager(orm.config, orm).session


def test_objects_as_dictionaries(orm: Orm, manager: Manager) -> None:
    user = manager.orm_add_user("Ann", "0a", "A@x", "fast", {"a": 1})
    assert orm.object_as_dict(user) == {
        "id": 1,
        "username": "Ann",
        "password": "0a",
        "email": "A@x",
        "default_preset": "fast",
        "created_time": user.created_time,
        "last_login_time": user.last_login_time,
        "preferences": {"a": 1},
    }
    assert user.created_time is not None
    value = Conversation(1, 2, "x", user.created_time, user.created_time)
    assert orm.object_as_dict(value)["title"] == "x"


def test_rows_are_edited_in_the_file_and_in_the_object(manager: Manager) -> None:
    user = manager.orm_add_user("ann", None, None)
    same = manager.orm_get_user(user.id)
    assert same == user
    assert len({user, same}) == 1
    assert manager.orm_edit_user(user, default_preset="fast", preferences={"b": 2}) is user
    assert (user.default_preset, user.preferences) == ("fast", {"b": 2})
    assert same != user
    assert manager.orm_get_user(user.id) == user
    with pytest.raises(NotFound):
        manager.orm_edit_user(User(99, "nobody"), email="x")


def test_rows_are_added_and_deleted(manager: Manager) -> None:
    user = manager.orm_add_user("ann", None, None)
    talk = manager.orm_add_conversation(user, None, hidden=True)
    assert manager.orm_get_conversations(user) == [talk]
    said = [
        manager.orm_add_message(talk, "user", text, None, None, None, None, None)
        for text in ("a", "b")
    ]
    assert manager.orm_get_messages(talk) == said
    assert manager.orm_get_last_message(talk) == said[1]
    assert manager.orm_get_message(said[0].id) == said[0]
    manager.orm_delete_message(said[1])
    assert manager.orm_get_messages(talk) == said[:1]
    manager.orm_delete_conversation(talk)
    assert manager.orm_get_conversation(talk.id) is None
    assert manager.orm_get_message(said[0].id) is None
    assert manager.orm_get_last_message(talk) is None
    assert manager.orm_delete_user(user) is user
    assert manager.orm_get_user(user.id) is None


def test_the_seeds_rows_are_read(tmp_path: Path) -> None:
    source = PROFILE / "data/profiles/default/storage.db"
    file = Path(shutil.copy(source, tmp_path / "storage.db"))
    sql(file, "ALTER TABLE conversation ADD COLUMN theirs TEXT")
    config = Config()
    config.set("database", f"sqlite:///{file}")
    manager = Manager(config)
    alice = manager.orm_get_users(1)[0]
    assert (alice.username, alice.password, alice.preferences) == ("alice", None, {})
    assert len(manager.orm_get_conversations(alice)) == 20
    assert len(manager.orm_get_conversations(alice, None)) > 20
