"""Users are found however they are written, and stored as the seed stores them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lwe.errors import LweError, NotFound
from lwe.storage.store import Store
from tests.lwe.storage.helpers import asked, sql


def test_a_user_is_stored_as_the_seed_does_it(store: Store, tmp_path: Path) -> None:
    made = store.add_user(
        " Ann ", email="Ann@Example.com", password="pässwörd", default_preset="fast"
    )
    assert (made.username, made.email, made.default_preset) == ("ann", "ann@example.com", "fast")
    assert made.has_password
    assert store.users() == [made]
    ((password, preferences, created, login),) = sql(
        tmp_path / "storage.db",
        "SELECT password, preferences, created_time, last_login_time FROM user",
    )
    assert password == hashlib.sha256("pässwörd".encode()).hexdigest()
    assert preferences == "{}"
    assert created == login
    datetime.strptime(created, "%Y-%m-%d %H:%M:%S.%f")


def test_a_user_without_a_password_has_none_that_fits(store: Store) -> None:
    user = store.add_user("ann", email="", password="")
    assert not user.has_password
    assert user.email is None
    assert not store.check_password(user.id, "")
    assert not store.check_password(user.id, "None")


def test_passwords(store: Store) -> None:
    user = store.add_user("ann", password="secret")
    assert store.check_password(user.id, "secret")
    assert not store.check_password(user.id, "Secret")
    assert not store.check_password(user.id, "\ud800")
    with pytest.raises(NotFound):
        store.check_password(99, "secret")


@pytest.mark.parametrize("written", ["dörte", "DÖRTE", "Dörte", "d@x.org", "D@X.org"])
def test_a_user_is_found_in_any_case(store: Store, written: str) -> None:
    user = store.add_user("Dörte", email="D@x.org")
    store.add_user("other")
    assert store.user(written) == user
    assert store.user(user.id) == user


def test_names_that_the_seed_has_written_in_mixed_case_are_found(
    store: Store, tmp_path: Path
) -> None:
    assert store.add_user("Ann", keep_case=True).username == "Ann"
    assert store.user("ann").username == "Ann"
    insert = """INSERT INTO user (username, default_preset, created_time, preferences)
        VALUES (?, '', '2026-01-01 00:00:00', '{}')"""
    for name in ("ANN", "ann"):
        sql(tmp_path / "storage.db", insert, name)
    assert [store.user(name).username for name in ("Ann", "ann", "ANN", "aNN")] == [
        "Ann",
        "ann",
        "ANN",
        "ann",
    ]


@pytest.mark.parametrize("wanted", ["ben", 99, 10**30, "", "%", "' OR 1=1"])
def test_nobody_is_not_found(store: Store, wanted: int | str) -> None:
    store.add_user("ann")
    with pytest.raises(NotFound) as caught:
        store.user(wanted)
    assert (caught.value.what, caught.value.name) == ("User", wanted)


def test_a_name_nearly_right_is_offered(store: Store) -> None:
    store.add_user("annabel")
    with pytest.raises(NotFound, match=r"User 'anabel' not found\. Did you mean annabel\?"):
        store.user("anabel")


@pytest.mark.parametrize(
    ("name", "email"),
    [("ann", None), ("ANN", None), ("a@x.org", None), ("ben", "A@x.org"), ("ben", "ann")],
)
def test_a_name_belongs_to_one_user(store: Store, name: str, email: str | None) -> None:
    store.add_user("ann", email="a@x.org")
    with pytest.raises(LweError, match=r"Username or email is already in use\."):
        store.add_user(name, email=email)
    assert len(store.users()) == 1


@pytest.mark.parametrize("name", ["", "  \n"])
def test_a_user_needs_a_name(store: Store, name: str) -> None:
    with pytest.raises(LweError, match="needs a name"):
        store.add_user(name)


def test_the_first_user_is_made_once(store: Store) -> None:
    made = store.first_user("Root")
    assert made is not None
    assert (made.username, made.has_password) == ("root", False)
    assert store.first_user("root") is None
    assert store.first_user("other") is None
    assert store.users() == [made]


def test_the_first_user_has_a_name_in_any_case(store: Store) -> None:
    made = store.first_user(" ")
    assert made is not None
    assert made.username == "me"


def test_the_time_of_a_login_is_utc_as_in_the_seed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = store.add_user("ann")
    store.touch_login(user.id)
    login = store.user(user.id).last_login
    assert login is not None
    assert abs(login - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    with pytest.raises(NotFound):
        store.touch_login(99)


def test_a_default_preset(store: Store) -> None:
    user = store.add_user("ann")
    store.set_default_preset(user.id, "fast")
    assert store.user("ann").default_preset == "fast"
    store.set_default_preset(user.id, "")
    assert store.user("ann").default_preset == ""
    with pytest.raises(NotFound):
        store.set_default_preset(99, "fast")


def test_preferences_that_cannot_be_read_are_none(store: Store, tmp_path: Path) -> None:
    store.add_user("ann")
    for stored in ("[1]", "{broken", ""):
        sql(tmp_path / "storage.db", "UPDATE user SET preferences = ?", stored)
        assert store.user("ann").preferences == {}


def test_logging_in(store: Store) -> None:
    user = store.add_user("ann", email="a@x.org", password="secret")
    assert store.login("A@X.org", "secret").id == user.id
    assert store.login(user.id, "secret").last_login != user.last_login
    for password, sentence in (("other", "Incorrect password"), (None, "has a password")):
        with pytest.raises(LweError, match=sentence):
            store.login("ann", password)
    store.add_user("ben")
    with pytest.raises(LweError, match="has no password that could be checked"):
        store.login("ben", None)
    with pytest.raises(NotFound):
        store.login("carl", "x")


def test_editing_keeps_the_id_and_what_is_not_given(store: Store) -> None:
    user = store.add_user("ann", email="a@x.org", password="secret", preferences={"a": 1})
    edited = store.edit_user(user.id, name="ANNA")
    assert (edited.id, edited.username, edited.email) == (user.id, "anna", "a@x.org")
    assert edited.preferences == {"a": 1}
    assert store.check_password(user.id, "secret")
    assert store.edit_user(user.id, name="", password="") == edited
    for empty in ("", " "):
        store.edit_user(user.id, email="a@x.org")
        assert store.edit_user(user.id, email=empty).email is None
    assert store.user("anna").id == user.id
    with pytest.raises(LweError, match="needs a name"):
        store.edit_user(user.id, name="  ")
    with pytest.raises(NotFound):
        store.edit_user(99, name="x")


def test_names_that_differ_in_case_only_can_stay(store: Store, tmp_path: Path) -> None:
    ann = store.add_user("ann")
    insert = """INSERT INTO user (username, default_preset, created_time, preferences)
        VALUES ('ANN', '', '2026-01-01 00:00:00', '{}')"""
    sql(tmp_path / "storage.db", insert)
    assert store.edit_user(ann.id, name="Ann", default_preset="x").username == "ann"
    with pytest.raises(LweError, match="Username cannot be"):
        store.edit_user(store.user("ANN").id, name="ANN")


def test_deleting_takes_everything_along(store: Store) -> None:
    user, other = store.add_user("ann"), store.add_user("ben")
    gone, kept = asked(store, user.id), asked(store, other.id)
    store.save_draft(user.id, None, "words")
    assert store.delete_user(user.id) == user
    assert store.users() == [other]
    assert store.messages(gone.conversation_id) == []
    assert len(store.messages(kept.conversation_id)) == 2
    with pytest.raises(NotFound):
        store.delete_user(user.id)
