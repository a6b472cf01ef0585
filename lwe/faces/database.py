"""The seed's `Database`: makes and removes the tables of a configuration's database."""

from __future__ import annotations

import logging

from lwe.config.config import Config
from lwe.faces.conversations import ConversationManager
from lwe.faces.messages import MessageManager
from lwe.faces.orm import Orm
from lwe.faces.users import UserManager


class Database:
    """Looks after the tables; nothing is printed and nobody is asked.

    Args:
        config: the default profile's without one.
        orm: the database; the configuration's without one.
    """

    def __init__(self, config: Config | None = None, orm: Orm | None = None) -> None:
        self.config = config or (orm.config if orm else Config())
        self.orm = orm or Orm(self.config)
        self.log = logging.getLogger("lwe.Database")
        self.user_manager = UserManager(self.config, self.orm)
        self.conversation = ConversationManager(self.config, self.orm)
        self.message = MessageManager(self.config, self.orm)

    def schema_exists(self) -> bool:
        """Say whether there are tables, without making any.

        Raises:
            StorageError: when the file is no database.
        """
        return self.orm.schema_exists()

    def create_schema(self) -> None:
        """Make the tables, or migrate those of an older release after a copy of the file.

        Raises:
            StorageError: when the file cannot be used.
        """
        self.orm.store.make_tables()

    def remove_schema(self) -> None:
        """Remove the tables with everything in them, after a copy of the file.

        Raises:
            StorageError: when the file cannot be used.
        """
        if self.schema_exists():
            self.orm.store.remove_tables()
