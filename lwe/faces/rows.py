"""Rows of the seed's tables with the seed's attributes; each knows the rows that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from lwe.errors import NotFound

if TYPE_CHECKING:
    from lwe.storage.raw import Table
    from lwe.storage.store import Store


class HasId(Protocol):
    """Anything that names a row: one of ours, or a domain value."""

    @property
    def id(self) -> int | None:
        """The row's number."""


class Row:
    """A row of one of the seed's tables; changing it changes nothing in the file."""

    table: ClassVar[Table]
    id: int
    _store: Store | None = None

    def __eq__(self, other: object) -> bool:
        """Say whether the other is the same row with the same content."""
        return type(self) is type(other) and _columns(self) == _columns(other)

    def __hash__(self) -> int:
        """Stay the same when the content changes, as the seed's rows do."""
        return hash((self.table, self.id))

    def _below(self, kind: type[R]) -> list[R]:
        """Return the rows that belong to this one; none for a row that is in no database."""
        if self._store is None:
            return []
        found = self._store.raw_rows(kind.table, self.id)
        return [row_of(kind, raw, self._store) for raw in found]

    def _above(self, kind: type[R], row_id: int) -> R | None:
        """Return the row that this one belongs to; None when it is not there."""
        if self._store is None:
            return None
        try:
            return row_of(kind, self._store.raw_row(kind.table, row_id), self._store)
        except NotFound:
            return None


R = TypeVar("R", bound=Row)


def row_of(kind: type[R], raw: Mapping[str, Any], store: Store | None = None) -> R:
    """Make a row of its columns; those that somebody else has added are left out.

    Args:
        store: where the row is, and those that belong to it.
    """
    made = kind(**{item.name: raw[item.name] for item in fields(kind)})  # type: ignore[arg-type]
    made._store = store
    return made


def _columns(row: Row) -> dict[str, Any]:
    return {item.name: getattr(row, item.name) for item in fields(row)}  # type: ignore[arg-type]


@dataclass(eq=False)
class User(Row):
    """A person known to the database.

    Attributes:
        password: hex SHA-256; None without one.
        last_login_time: in UTC after a login with a password; all other times are local.
    """

    table: ClassVar[Table] = "user"
    id: int
    username: str
    password: str | None = None
    email: str | None = None
    default_preset: str = ""
    created_time: datetime | None = None
    last_login_time: datetime | None = None
    preferences: dict[str, Any] = field(default_factory=dict)

    @property
    def conversations(self) -> list[Conversation]:
        """The user's conversations as they are stored now, oldest first."""
        return self._below(Conversation)


@dataclass(eq=False)
class Conversation(Row):
    """A conversation; `title` is None until one is made."""

    table: ClassVar[Table] = "conversation"
    id: int
    user_id: int
    title: str | None = None
    created_time: datetime | None = None
    updated_time: datetime | None = None
    hidden: bool = False

    @property
    def user(self) -> User | None:
        """Whose conversation it is."""
        return self._above(User, self.user_id)

    @property
    def messages(self) -> list[Message]:
        """The conversation's messages as they are stored now, oldest first."""
        return self._below(Message)


@dataclass(eq=False)
class Message(Row):
    """A message as it is stored: tool data and metadata are JSON texts."""

    table: ClassVar[Table] = "message"
    id: int
    conversation_id: int
    role: str
    message: str
    message_type: str = "content"
    message_metadata: str | None = None
    model: str = ""
    provider: str = ""
    preset: str = ""
    created_time: datetime | None = None

    @property
    def conversation(self) -> Conversation | None:
        """The conversation that it belongs to."""
        return self._above(Conversation, self.conversation_id)
