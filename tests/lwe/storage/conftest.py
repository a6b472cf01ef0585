"""Fixtures of the store's tests: an empty database, and the seed's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe.domain import User
from lwe.storage.store import Store
from tests.lwe.storage.helpers import PROFILE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a database that does not exist yet."""
    opened = Store(f"sqlite:///{tmp_path / 'storage.db'}", busy_seconds=0.1)
    yield opened
    opened.close()


@pytest.fixture
def user(store: Store) -> User:
    """Add somebody who asks."""
    return store.add_user("ann")


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    """Copy the database that the seed has written."""
    return Path(shutil.copy(PROFILE / "data/profiles/default/storage.db", tmp_path / "seed.db"))
