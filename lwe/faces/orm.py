"""The seed's `Orm` and `Manager`: they find, add, edit and delete rows of one store."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from lwe.config.config import Config
from lwe.errors import NoLangChain, NotFound
from lwe.faces.rows import Conversation as Conversation
from lwe.faces.rows import HasId as HasId
from lwe.faces.rows import Message as Message
from lwe.faces.rows import R as R
from lwe.faces.rows import User as User
from lwe.faces.rows import row_of as row_of

if TYPE_CHECKING:
    from lwe.storage.store import Store

DEFAULT_HISTORY_LIMIT = 20


class Orm:
    """Holds the database of a configuration, opened on first use.

    Args:
        config: names the database; the default profile's without one.
        store: the database, when it is open already.

    Attributes:
        database: the URL.
    """

    def __init__(self, config: Config | None = None, store: Store | None = None) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.orm")
        self.database = self.config.database_url
        self._given_store = store

    @cached_property
    def store(self) -> Store:
        """Where everything is kept."""
        from lwe.storage.store import Store

        return self._given_store or Store(self.database)

    def schema_exists(self) -> bool:
        """Say whether there are tables, without making any.

        Raises:
            StorageError: when the file is no database.
        """
        from lwe.storage.database import is_there

        if self._given_store or "store" in vars(self):
            return self.store.has_tables()
        return is_there(self.database)

    def object_as_dict(self, obj: Any) -> dict[str, Any]:
        """Return a row's columns, or a domain value's fields, by name."""
        return {item.name: getattr(obj, item.name) for item in fields(obj)}

    @property
    def engine(self) -> NoReturn:
        """Refuse: there is no SQLAlchemy under this face."""
        raise _without_sqlalchemy("engine")

    @property
    def metadata(self) -> NoReturn:
        """Refuse: there is no SQLAlchemy under this face."""
        raise _without_sqlalchemy("metadata")

    @property
    def session(self) -> NoReturn:
        """Refuse: there is no SQLAlchemy under this face."""
        raise _without_sqlalchemy("session")


def _without_sqlalchemy(name: str) -> NoLangChain:
    return NoLangChain(
        f"'{name}' of SQLAlchemy is not offered. Use the methods of UserManager, "
        "ConversationManager and MessageManager, or lwe.storage.store.Store."
    )


class Manager:
    """Finds, adds, edits and deletes rows; each call is stored when it returns.

    Args:
        config: the default profile's without one.
        orm: the database; the configuration's without one.
    """

    def __init__(self, config: Config | None = None, orm: Orm | None = None) -> None:
        self.config = config or (orm.config if orm else Config())
        self.orm = orm or Orm(self.config)
        self.log = logging.getLogger(f"lwe.{type(self).__name__}")

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self.orm.store

    @property
    def session(self) -> NoReturn:
        """Refuse: there is no SQLAlchemy under this face."""
        raise _without_sqlalchemy("session")

    def orm_get_users(self, limit: int | None = None, offset: int | None = None) -> list[User]:
        """Return users, ordered by name."""
        found = self.store.raw_rows("user", limit=limit, offset=offset)
        return [row_of(User, raw, self.store) for raw in found]

    def orm_get_conversations(
        self,
        user: HasId,
        limit: int | None = DEFAULT_HISTORY_LIMIT,
        offset: int | None = None,
        order_desc: bool = True,
        hidden: bool | None = None,
    ) -> list[Conversation]:
        """Return a user's conversations by id; hidden, not hidden, or all by default."""
        found = self.store.raw_rows(
            "conversation",
            user.id,
            newest_first=order_desc,
            limit=limit,
            offset=offset,
            hidden=hidden,
        )
        return [row_of(Conversation, raw, self.store) for raw in found]

    def orm_get_messages(
        self,
        conversation: HasId,
        limit: int | None = None,
        offset: int | None = None,
        target_id: int | None = None,
    ) -> list[Message]:
        """Return a conversation's messages, oldest first, up to one of them."""
        found = self.store.raw_rows(
            "message", conversation.id, limit=limit, offset=offset, up_to=target_id
        )
        return [row_of(Message, raw, self.store) for raw in found]

    def orm_get_last_message(self, conversation: HasId) -> Message | None:
        """Return a conversation's newest message; None without one."""
        found = self.store.raw_rows("message", conversation.id, newest_first=True, limit=1)
        return row_of(Message, found[0], self.store) if found else None

    def orm_get_user(self, user_id: int) -> User | None:
        """Return a user; None when there is none."""
        return self._get(User, user_id)

    def orm_get_conversation(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; None when there is none."""
        return self._get(Conversation, conversation_id)

    def orm_get_message(self, message_id: int) -> Message | None:
        """Return a message; None when there is none."""
        return self._get(Message, message_id)

    def orm_add_user(
        self,
        username: str,
        password: str | None,
        email: str | None,
        default_preset: str = "",
        preferences: Mapping[str, Any] | None = None,
    ) -> User:
        """Add a user as given: the password is a hash already, the name is not looked up."""
        return self._add(
            User,
            username=username,
            password=password,
            email=email,
            default_preset=default_preset,
            preferences=dict(preferences or {}),
        )

    def orm_add_conversation(
        self, user: HasId, title: str | None, hidden: bool = False
    ) -> Conversation:
        """Add an empty conversation."""
        return self._add(Conversation, user_id=user.id, title=title, hidden=hidden)

    def orm_add_message(
        self,
        conversation: HasId,
        role: str,
        message: str,
        message_type: str | None,
        message_metadata: str | None,
        provider: str | None,
        model: str | None,
        preset: str | None,
    ) -> Message:
        """Add a message whose columns are encoded already."""
        return self._add(
            Message,
            conversation_id=conversation.id,
            role=role,
            message=message,
            message_type=message_type or "content",
            message_metadata=message_metadata,
            provider=provider or "",
            model=model or "",
            preset=preset or "",
        )

    def orm_edit_user(self, user: User, **columns: Any) -> User:
        """Change columns of a user, in the file and in the object."""
        return self._edit(user, columns)

    def orm_edit_conversation(self, conversation: Conversation, **columns: Any) -> Conversation:
        """Change columns of a conversation, in the file and in the object."""
        return self._edit(conversation, columns)

    def orm_edit_message(self, message: Message, /, **columns: Any) -> Message:
        """Change columns of a message, in the file and in the object."""
        return self._edit(message, columns)

    def orm_delete_user(self, user: User) -> User:
        """Delete a user with everything; returns who it was."""
        self.store.delete_user(user.id)
        return user

    def orm_delete_conversation(self, conversation: Conversation) -> None:
        """Delete a conversation with its messages."""
        self.store.delete_conversation(conversation.id)

    def orm_delete_message(self, message: Message) -> None:
        """Delete one message."""
        self.store.delete_message(message.id)

    def _get(self, kind: type[R], row_id: int) -> R | None:
        try:
            return row_of(kind, self.store.raw_row(kind.table, row_id), self.store)
        except NotFound:
            return None

    def _add(self, kind: type[R], **columns: Any) -> R:
        return row_of(kind, self.store.add_raw(kind.table, columns), self.store)

    def _edit(self, row: R, columns: Mapping[str, Any]) -> R:
        changed = self.store.edit_raw(row.table, row.id, columns)
        for item in fields(row):  # type: ignore[arg-type]
            setattr(row, item.name, changed[item.name])
        return row
