"""The seed's `UserManager`: users in, tuples out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lwe.errors import LweError, NotFound
from lwe.faces.door import Answer, answers
from lwe.faces.orm import Manager, User, row_of


class UserManager(Manager):
    """Registers, finds, edits and deletes users; every answer is a tuple."""

    @answers
    def get_by_user_id(self, user_id: int) -> Answer:
        """Find a user; `(True, user or None, message)`."""
        return self._answered(self.orm_get_user(user_id))

    @answers
    def get_by_username(self, username: str) -> Answer:
        """Find a user by name in any case; `(True, user or None, message)`."""
        found = self._named(username)
        is_name = found is not None and found.username.casefold() == username.casefold()
        return self._answered(found if is_name else None)

    @answers
    def get_by_username_or_email(self, identifier: str) -> Answer:
        """Find a user by name or e-mail in any case; `(True, user or None, message)`."""
        return self._answered(self._named(identifier))

    @answers
    def register(
        self,
        username: str,
        email: str | None,
        password: str | None,
        default_preset: str = "",
        preferences: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Add a user; name and e-mail are stored in lower case."""
        user = self.store.add_user(
            username,
            email=email,
            password=password,
            default_preset=default_preset,
            preferences=preferences,
        )
        return True, self.orm_get_user(user.id), "User successfully registered."

    @answers
    def login(self, identifier: str, password: str | None) -> Answer:
        """Check a password; `(False, user, sentence)` when it is another."""
        found = self._named(identifier)
        if found is None:
            return False, None, "Username or email not found."
        try:
            self.store.login(found.id, password)
        except LweError as error:
            return False, found, str(error)
        return True, self.orm_get_user(found.id), "Login successful."

    def logout(self, user_id: int) -> None:
        """Do nothing, as in the seed: who is logged in is the backend's business."""

    @answers
    def get_users(self, limit: int | None = None, offset: int | None = None) -> Answer:
        """List users, ordered by name."""
        return True, self.orm_get_users(limit, offset), "Users retrieved."

    @answers
    def edit_user(
        self,
        user_id: int,
        username: str | None = None,
        email: str | None = None,
        password: str | None = None,
        default_preset: str | None = None,
    ) -> Answer:
        """Change a user; what is None or empty stays, but for the preset."""
        user = self.orm_get_user(user_id)
        if user is None:
            return False, None, "User not found."
        try:
            self.store.edit_user(
                user_id,
                name=username,
                email=email or None,
                password=password,
                default_preset=default_preset,
            )
        except LweError as error:
            return False, user, str(error)
        return True, self.orm_get_user(user_id), "User successfully edited."

    @answers
    def delete_user(self, user_id: int) -> Answer:
        """Delete a user with every conversation; `(True, user as it was, message)`."""
        user = self.orm_get_user(user_id)
        if user is None:
            return False, None, "User not found."
        return True, self.orm_delete_user(user), "User successfully deleted."

    def user_found_message(self, user: object) -> str:
        """Say whether a user was found."""
        return f"User {'found' if user else 'not found'}."

    def _answered(self, user: User | None) -> Answer:
        return True, user, self.user_found_message(user)

    def _named(self, identifier: str) -> User | None:
        if not isinstance(identifier, str):
            raise LweError(f"A user is looked up by name or e-mail, not by {identifier!r}.")
        try:
            found = self.store.raw_row("user", self.store.user(identifier).id)
            return row_of(User, found, self.store)
        except NotFound:
            return None
