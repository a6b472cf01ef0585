"""The commands for users."""

from __future__ import annotations

import pytest

from lwe.commands.outcome import Confirm, Form, StartedOver
from lwe.errors import LweError, NotFound
from tests.lwe.commands.conftest import Typed


@pytest.fixture
def two(typed: Typed) -> Typed:
    """Another user, with a password."""
    typed.bot.engine.store.add_user("bob", email="bob@example.com", password="secret")
    return typed


def test_an_email_can_be_taken_away(two: Typed) -> None:
    two.user.values = {"email": ""}
    two("/user edit bob")
    bob = two.bot.engine.store.user("bob")
    assert bob.email is None and bob.has_password


def name(typed: Typed) -> str:
    user = typed.bot.state.user
    return user.username if user else ""


def test_a_user_is_registered(typed: Typed) -> None:
    typed.user.values = {"email": "eve@example.com", "password": "x"}
    outcome = typed("/user register eve")
    assert outcome.changed == ("users",) and "* 2: eve" in typed("/users").text
    assert typed.bot.engine.store.user("eve@example.com").has_password
    for values in ({"name": "two words"}, {"name": ""}, {"email": "no address"}, {"name": "ann"}):
        typed.user.values = values
        with pytest.raises(LweError):
            typed("/user register zed")


def test_logging_in_asks_for_the_password(two: Typed) -> None:
    two.user.values = {"password": "wrong"}
    with pytest.raises(LweError, match="Incorrect password"):
        two("/login bob")
    assert name(two) == "ann"
    two.user.values = {"password": "secret"}
    outcome = two("/user login bob@example.com")
    assert name(two) == "bob" and outcome.effect == StartedOver(two.bot.state)
    form = two.user.asked[-1]
    assert isinstance(form, Form) and form.fields[0].secret


def test_the_name_is_asked_for(two: Typed) -> None:
    two.user.values = {"name": "bob", "password": "secret"}
    two("/login")
    assert name(two) == "bob"
    two("/login ann")
    assert name(two) == "ann"
    with pytest.raises(NotFound, match="Did you mean bob"):
        two("/login bobb")


def test_logging_out(typed: Typed) -> None:
    typed.conversation("One")
    typed("/switch 1")
    assert isinstance(typed("/logout").effect, StartedOver)
    assert typed.bot.state.user is None and typed.bot.state.conversation_id is None
    with pytest.raises(LweError, match="Nobody is logged in"):
        typed("/user logout")


def test_users_are_shown(two: Typed) -> None:
    assert "* 1: ann 🟢" in two("/users").text
    assert "Password: not set" in two("/user show").text
    shown = two("/user show bob").text
    assert "bob@example.com" in shown and "Password: set" in shown


def test_a_user_is_changed(two: Typed) -> None:
    two.conversation("One")
    two("/switch 1")
    two.user.values = {"name": "Anna", "preset": "test_2", "password": "new"}
    outcome = two("/user edit")
    assert name(two) == "anna" and outcome.effect == StartedOver(two.bot.state)
    assert two.bot.state.conversation_id == 1
    user = two.bot.engine.store.login("anna", "new")
    assert user.default_preset == "test_2"
    two.user.values = {"preset": "none-such"}
    with pytest.raises(NotFound):
        two("/user edit bob")
    two.user.values = {"name": "anna"}
    with pytest.raises(LweError):
        two("/user edit bob")


def test_a_user_is_deleted_but_not_oneself(two: Typed) -> None:
    with pytest.raises(LweError, match="yourself"):
        two("/user delete ann")
    two.user.yes = False
    two("/user delete bob")
    assert isinstance(two.user.asked[-1], Confirm) and len(two.bot.engine.store.users()) == 2
    two.user.yes, two.user.values = True, {"name": "bob"}
    assert two("/user delete").changed == ("users",)
    assert [user.username for user in two.bot.engine.store.users()] == ["ann"]


def test_names_are_offered(two: Typed) -> None:
    assert two.offered("/user login b") == two.offered("/login b") == ["bob"]
    assert two.offered("/user logout ") == []
