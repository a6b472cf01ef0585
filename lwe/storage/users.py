"""Users: found as the seed finds them, stored as the seed stores them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lwe.domain import User
from lwe.errors import LweError, NotFound
from lwe.storage import rows
from lwe.storage.part import Part

_BY_NAME = """SELECT * FROM user
    WHERE casefold(username) = casefold(?1) OR casefold(email) = casefold(?1)
    ORDER BY username = ?1 DESC, email = ?1 DESC, username = lower(?1) DESC, id"""
"""Exact matches first: the seed has written names that differ in case only."""


class Users(Part):
    """The users of a database."""

    def users(self) -> list[User]:
        """Return everybody, ordered by name."""
        return [rows.user_of(row) for row in self._database.rows(_ALL)]

    def user(self, identifier: int | str) -> User:
        """Return a user.

        Args:
            identifier: an id; or a name or an e-mail, in any case.

        Raises:
            NotFound: when there is no such user.
        """
        return rows.user_of(self._user_row(identifier))

    def add_user(
        self,
        name: str,
        *,
        email: str | None = None,
        password: str | None = None,
        default_preset: str = "",
        keep_case: bool = False,
        preferences: Mapping[str, Any] | None = None,
    ) -> User:
        """Add a user.

        Args:
            name: stored in lower case unless `keep_case`.
            email: stored in lower case; None or empty for none.
            password: None or empty for a user who needs none.
            default_preset: the preset that this user starts with.
            keep_case: whether the name is stored as it is written.
            preferences: whatever else is to be kept of the user, as JSON can hold it.

        Raises:
            LweError: when the name is empty, or somebody has this name or e-mail.
        """
        name, email = rows.storable(name).strip(), rows.storable(email or "").strip().lower()
        if not name:
            raise LweError("A user needs a name.")
        with self._database.story():
            if any(self._find(wanted) for wanted in (name, email) if wanted):
                raise LweError("Username or email is already in use.")
            return self._insert(
                name if keep_case else name.lower(),
                email=email or None,
                password=_hash(password) if password else None,
                default_preset=rows.storable(default_preset),
                preferences=json.dumps(dict(preferences or {})),
            )

    def first_user(self, login_name: str) -> User | None:
        """Make the first user of an empty database; None when there is somebody already."""
        name = rows.storable(login_name).strip().lower() or "me"
        with self._database.story():
            return None if self._database.rows(_ALL) else self._insert(name)

    def login(self, identifier: int | str, password: str | None) -> User:
        """Check a user's password and note the time.

        Args:
            identifier: an id; or a name or an e-mail, in any case.

        Returns:
            The user.

        Raises:
            NotFound: when there is no such user.
            LweError: when it is not the user's password, or there is none to compare.
        """
        with self._database.story():
            user = self.user(identifier)
            if password is None:
                raise LweError(_missing_password(user))
            if not self.check_password(user.id, password):
                raise LweError("Incorrect password.")
            self.touch_login(user.id)
            return self.user(user.id)

    def edit_user(
        self,
        user_id: int,
        *,
        name: str | None = None,
        email: str | None = None,
        password: str | None = None,
        default_preset: str | None = None,
    ) -> User:
        """Change a user; what is None stays, and so does a name or a password that is empty.

        Args:
            name: stored in lower case, as names are looked up.
            email: stored in lower case; empty for none.
            default_preset: empty for none.

        Returns:
            The user as changed.

        Raises:
            NotFound: when there is no such user.
            LweError: when somebody else has this name or e-mail.
        """
        changes: dict[str, str | None] = {}
        with self._database.story():
            row = self._user_row(user_id)
            if name:
                changes["username"] = self._free(name, row, _NAME_TAKEN)
            if email is not None:
                changes["email"] = self._free(email, row, _EMAIL_TAKEN) if email.strip() else None
            if password:
                changes["password"] = _hash(password)
            if default_preset is not None:
                changes["default_preset"] = rows.storable(default_preset)
            for column, value in changes.items():
                self._set(user_id, f"UPDATE user SET {column} = ? WHERE id = ?", value)
            return self.user(user_id)

    def delete_user(self, user_id: int) -> User:
        """Delete a user with every conversation; returns who it was.

        Raises:
            NotFound: when there is no such user.
        """
        with self._database.story():
            user = self.user(user_id)
            self._database.change("DELETE FROM user WHERE id = ?", (user_id,))
            return user

    def check_password(self, user_id: int, password: str) -> bool:
        """Say whether a password is the user's; never for a user who has none.

        Raises:
            NotFound: when there is no such user.
        """
        stored = self._user_row(user_id)["password"]
        return stored is not None and hmac.compare_digest(str(stored).lower(), _hash(password))

    def touch_login(self, user_id: int) -> None:
        """Note that a user has logged in now; in UTC, the seed's one time that is not local.

        Raises:
            NotFound: when there is no such user.
        """
        now = datetime.now(UTC).strftime(rows.TIME_FORMAT)
        self._set(user_id, "UPDATE user SET last_login_time = ? WHERE id = ?", now)

    def set_default_preset(self, user_id: int, preset: str) -> None:
        """Start this user with a preset from now on; empty for none.

        Raises:
            NotFound: when there is no such user.
        """
        self._set(user_id, "UPDATE user SET default_preset = ? WHERE id = ?", rows.storable(preset))

    def _set(self, user_id: int, sql: str, value: str | None) -> None:
        with self._database.story():
            self._user_row(user_id)
            self._database.change(sql, (value, user_id))

    def _free(self, wanted: str, row: Mapping[str, Any], taken: str) -> str:
        """Return a name or e-mail as it is stored when nobody else has it."""
        wanted = rows.storable(wanted).strip().lower()
        if not wanted:
            raise LweError("A user needs a name.")
        # The seed has let names differ in case only: one's own may stay.
        own = wanted in (row["username"], row["email"])
        if not own and self._database.rows(_OTHERS, (wanted, row["id"])):
            raise LweError(taken)
        return wanted

    def _find(self, identifier: int | str) -> dict[str, Any] | None:
        if isinstance(identifier, int):
            return self._database.row("SELECT * FROM user WHERE id = ?", (identifier,))
        return self._database.row(_BY_NAME, (rows.storable(identifier),))

    def _user_row(self, identifier: int | str) -> dict[str, Any]:
        found = self._find(identifier)
        if found is None:
            raise NotFound("User", identifier, (user.username for user in self.users()))
        return found

    def _insert(self, name: str, **values: str | None) -> User:
        now = rows.now()
        columns = {
            "password": None,
            "email": None,
            "default_preset": "",
            "preferences": "{}",
            **values,
        }
        user_id = self._database.insert(
            "user",
            username=name,
            created_time=now,
            last_login_time=now,
            **columns,
        )
        return self.user(user_id)


_OTHERS = """SELECT 1 FROM user WHERE id <> ?2
    AND (casefold(username) = casefold(?1) OR casefold(email) = casefold(?1))"""
_NAME_TAKEN = "Username cannot be the same as an existing user's email."
_EMAIL_TAKEN = "Email cannot be the same as an existing user's username."
"""What the seed says, whichever of the two it is that somebody else has."""
_ALL = "SELECT * FROM user ORDER BY username"


def _hash(password: str) -> str:
    """Return what the seed stores: hex SHA-256, without a salt."""
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).hexdigest()


def _missing_password(user: User) -> str:
    if user.has_password:
        return f"The user '{user.username}' has a password. Give it to log in."
    return (
        f"The user '{user.username}' has no password that could be checked. "
        "Make this the current user without logging in."
    )
