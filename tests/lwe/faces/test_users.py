"""`UserManager` answers as the seed's, but for what was wrong there."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lwe.backends.api.conversation import ConversationManager
from lwe.backends.api.orm import User
from lwe.backends.api.user import UserManager


def found(answer: tuple[bool, Any, str]) -> User:
    assert isinstance(answer[1], User)
    return answer[1]


def test_a_user_has_the_seeds_attributes(users: UserManager) -> None:
    success, user, message = users.register("Ben", "Ben@X.org", "pw", "dice", {"a": "ü"})
    assert (success, message) == (True, "User successfully registered.")
    assert (user.id, user.username, user.email) == (1, "ben", "ben@x.org")
    assert user.password == hashlib.sha256(b"pw").hexdigest()
    assert (user.default_preset, user.preferences) == ("dice", {"a": "ü"})
    assert isinstance(user.created_time, datetime)
    assert user.last_login_time == user.created_time


@pytest.mark.parametrize(
    ("name", "email"),
    [("ann", None), ("ANN", ""), ("ann@x.org", None), ("ben", "ANN@x.org"), ("ben", "Ann")],
)
def test_a_name_that_is_taken(users: UserManager, ann: int, name: str, email: str | None) -> None:
    assert users.register(name, email, None) == (
        False,
        None,
        "Username or email is already in use.",
    )


def test_users_are_found_in_any_case_or_are_none(users: UserManager, ann: int) -> None:
    user = found(users.get_by_user_id(ann))
    assert users.get_by_user_id(ann) == (True, user, "User found.")
    assert users.get_by_username("ANN") == (True, user, "User found.")
    assert users.get_by_username_or_email("ANN@x.org") == (True, user, "User found.")
    nobody = (True, None, "User not found.")
    assert users.get_by_user_id(99) == nobody
    assert users.get_by_username("ann@x.org") == nobody
    assert users.get_by_username_or_email("ben") == nobody
    no_text: Any = None
    success, nothing, message = users.get_by_username(no_text)
    assert (success, nothing) == (False, None)
    assert "not by None" in message


def test_users_are_listed_by_name(users: UserManager, ann: int) -> None:
    for name in ("carl", "ben"):
        users.register(name, None, None)
    success, listed, message = users.get_users()
    assert (success, message) == (True, "Users retrieved.")
    assert [user.username for user in listed] == ["ann", "ben", "carl"]
    assert [user.username for user in users.get_users(1, 1)[1]] == ["ben"]


def test_logging_in(users: UserManager, ann: int) -> None:
    success, user, message = users.login("ANN@X.ORG", "secret")
    assert (success, message) == (True, "Login successful.")
    assert abs(user.last_login_time - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    assert users.login("ann", "Secret") == (False, user, "Incorrect password.")
    assert users.login("ben", "x") == (False, None, "Username or email not found.")
    assert users.logout(user.id) is None  # type: ignore[func-returns-value]


def test_without_a_password_nobody_logs_in(users: UserManager, ann: int) -> None:
    user = found(users.get_by_user_id(ann))
    assert users.login("ann", None) == (
        False,
        user,
        "The user 'ann' has a password. Give it to log in.",
    )
    ben = found(users.register("ben", None, None))
    success, answered, message = users.login("ben", None)
    assert (success, answered) == (False, ben)
    assert "has no password" in message
    assert users.login("ben", "") == (False, ben, "Incorrect password.")


def test_who_is_renamed_can_still_log_in(users: UserManager, ann: int) -> None:
    success, user, message = users.edit_user(ann, "ANNA", "Anna@X.org", "other", "fast")
    assert (success, message) == (True, "User successfully edited.")
    assert (user.id, user.username, user.email) == (ann, "anna", "anna@x.org")
    assert users.login("Anna", "other")[0]
    assert users.login("ANNA@x.org", "other")[0]
    assert found(users.edit_user(ann)).default_preset == "fast"
    assert found(users.edit_user(ann, default_preset="")).default_preset == ""
    assert users.edit_user(ann, username="Anna")[0]


def test_what_belongs_to_others_is_not_taken(users: UserManager, ann: int) -> None:
    ben = found(users.register("ben", "b@x.org", None))
    name = "Username cannot be the same as an existing user's email."
    email = "Email cannot be the same as an existing user's username."
    assert users.edit_user(ben.id, username="ANN") == (False, ben, name)
    assert users.edit_user(ben.id, username="ann@X.org") == (False, ben, name)
    assert users.edit_user(ben.id, email="ANN") == (False, ben, email)
    assert users.edit_user(ben.id, username="carl", email="ann@x.org") == (False, ben, email)
    assert found(users.get_by_user_id(ben.id)) == ben
    assert users.edit_user(99) == (False, None, "User not found.")


def test_deleting_takes_the_conversations_along(
    users: UserManager, conversations: ConversationManager, ann: int, talk: int
) -> None:
    user = found(users.get_by_user_id(ann))
    assert users.delete_user(ann) == (True, user, "User successfully deleted.")
    assert users.delete_user(ann) == (False, None, "User not found.")
    assert conversations.get_conversation(talk) == (False, None, "Conversation not found.")
