"""What the tests of tools share: a profile, and a way to put tools into it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lwe.config.config import Config
from lwe.tools.toolbox import Toolbox

Shelve = Callable[[str, str], Path]


@pytest.fixture
def config() -> Config:
    """The default profile of an empty home."""
    return Config()


@pytest.fixture
def shelve(config: Config) -> Shelve:
    """Write a tool's file into the profile's folder."""
    folder = config.directories("tools")[-1]

    def write(file: str, source: str) -> Path:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), "utf-8")
        return path

    return write


@pytest.fixture
def toolbox(config: Config) -> Iterator[Toolbox]:
    """The profile's toolbox."""
    toolbox = Toolbox(config)
    yield toolbox
    toolbox.close()
