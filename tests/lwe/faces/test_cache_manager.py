"""`CacheManager` makes no folders for files of the caller's."""

from __future__ import annotations

from pathlib import Path

from lwe.core.cache_manager import CacheManager


def test_a_file_in_no_folder_is_not_saved(tmp_path: Path) -> None:
    file = str(tmp_path / "no" / "q.yaml")
    success, answer, message = CacheManager().save_file(file, {"a": 1})
    assert (success, answer) == (False, None)
    assert message.startswith(f"Failed to save file {file} to cache: [Errno 2] No such file")
    assert list(tmp_path.iterdir()) == []
