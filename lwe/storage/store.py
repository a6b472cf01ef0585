"""`Store`: conversations and users in one SQLite file; domain values in, domain values out."""

from __future__ import annotations

from lwe.storage.attachments import Attachments
from lwe.storage.conversations import Conversations
from lwe.storage.database import BUSY_SECONDS, Database
from lwe.storage.journal import Journal
from lwe.storage.lists import Lists
from lwe.storage.raw import Raw
from lwe.storage.search import Reader, Search
from lwe.storage.settings import Settings
from lwe.storage.tables import MEMORY, Tables
from lwe.storage.trash import Trash
from lwe.storage.turns import OpenTurn, Timing, Turns
from lwe.storage.users import Users
from lwe.storage.variants import Forks

__all__ = ["OpenTurn", "Store", "Timing"]


class Store(
    Users, Conversations, Lists, Search, Trash, Turns, Forks, Journal, Attachments, Settings, Raw
):
    """Keeps what is said; may be used from any thread, and by several programs at once.

    Every method is one story in one transaction: it happens as a whole, or raises and leaves
    the file as it was.

    Args:
        url: the seed's URL (`sqlite:///path`, `sqlite:///:memory:`), or a path.
        busy_seconds: how long to wait for another program that is writing.

    Raises:
        StorageError: when the file cannot be used; so does every method.
    """

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        super().__init__(Database(url, busy_seconds))

    @property
    def migrated_from(self) -> str:
        """The seed's old revision that opening the file has migrated; empty when it was new."""
        return self._database.migrated_from

    @property
    def backup(self) -> str:
        """The copy that was made before the file was changed; empty without one."""
        return self._database.backup

    def has_tables(self) -> bool:
        """Say whether there is anything in the file."""
        return Tables(self._database).exist()

    def remove_tables(self) -> None:
        """Remove everything, after a copy of the file; `make_tables` makes it anew."""
        Tables(self._database).remove()

    def make_tables(self) -> None:
        """Make the tables that are missing; opening a store does this already."""
        Tables(self._database).bring_up_to_date()

    def reader(self) -> Reader:
        """Return what reads this file beside the store, which goes on being usable.

        A database in memory has only one connection, so that its readers take turns with it.
        """
        database = self._database
        own = database.path != MEMORY
        return Reader(Database(database.path, reading=True) if own else database, own)

    def changed(self) -> int:
        """Return a number that differs after anybody, another program included, has written."""
        return self._database.changed()

    def close(self) -> None:
        """Close the file; it opens again when something is asked."""
        self._database.close()
