"""The cache: kept whole, found in the first folder that has it, never outside of its folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.config.cache import Cache
from lwe.config.config import Config
from lwe.errors import ConfigError, NotFound


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    config = Config()
    config.set("directories.cache", [str(tmp_path / "a"), str(tmp_path / "b")])
    return Cache(config)


@pytest.mark.parametrize(
    ("key", "value"), [("x.yaml", {"a": [1, "ü"]}), ("x.json", {"a": 1}), ("x.txt", "text")]
)
def test_what_is_kept_is_found(cache: Cache, key: str, value: object) -> None:
    cache.set(key, value)
    assert cache.get(key) == value
    assert [path.name for path in cache.folders[0].iterdir()] == [key]
    cache.delete(key)
    for missing in (cache.get, cache.delete):
        with pytest.raises(NotFound, match=f"Cache entry not found: {key}"):
            missing(key)


def test_the_first_folder_wins(cache: Cache) -> None:
    cache.set("x.txt", "b", cache.folders[1])
    assert cache.get("x.txt") == "b"
    cache.set("x.txt", "a")
    assert cache.get("x.txt") == "a"


@pytest.mark.parametrize(
    ("key", "value"), [("x.yaml", object()), ("x.json", object()), ("x.txt", 5), ("../x", "out")]
)
def test_what_cannot_be_kept_leaves_nothing(cache: Cache, key: str, value: object) -> None:
    with pytest.raises(ConfigError):
        cache.set(key, value)
    assert not cache.folders[0].exists() or list(cache.folders[0].iterdir()) == []


def test_a_broken_file_is_named(cache: Cache) -> None:
    cache.set("x.txt", "[")
    (cache.folders[0] / "x.txt").rename(cache.folders[0] / "x.yaml")
    with pytest.raises(ConfigError, match=r"x\.yaml from cache"):
        cache.get("x.yaml")
