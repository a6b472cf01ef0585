"""The conversation log has the seed's bytes, is private, and says when it cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.config.chatlog import ChatLog
from lwe.config.config import Config
from lwe.errors import ConfigError


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChatLog:
    monkeypatch.chdir(tmp_path)
    return ChatLog()


def test_the_bytes_are_those_of_the_seed(log: ChatLog, tmp_path: Path) -> None:
    log.open_log("talk.log")
    log.write_log("hé\nthere", "answer", None)
    log.write_log("q", "a\n", 7)
    log.write_log_context(7)
    log.write_log_context(None)
    assert (tmp_path / "talk.log").read_bytes() == (
        b"\nUSER:\n\nh\xc3\xa9\nthere\n\nASSISTANT:\n\nanswer\n\n## context None\n"
        b"\nUSER:\n\nq\n\nASSISTANT:\n\na\n\n\n## context 7\n"
        b"## context 7\n## context None\n"
    )


def test_what_is_no_text_is_written_as_python_shows_it(log: ChatLog, tmp_path: Path) -> None:
    log.open_log("talk.log")
    log.write_log([{"role": "user", "content": "x"}], [{"name": "t"}], 1)
    assert "\n\n[{'role': 'user', 'content': 'x'}]\n\n" in (tmp_path / "talk.log").read_text()
    assert "\n\n[{'name': 't'}]\n\n" in (tmp_path / "talk.log").read_text()


def test_it_is_appended_to_and_is_the_owners_alone(log: ChatLog, tmp_path: Path) -> None:
    for number in (1, 2):
        log.open_log("talk.log")
        log.write_log_context(number)
        log.close_log()
    assert (tmp_path / "talk.log").read_text() == "## context 1\n## context 2\n"
    assert (tmp_path / "talk.log").stat().st_mode & 0o777 == 0o600


def test_without_an_open_file_nothing_is_written(log: ChatLog, tmp_path: Path) -> None:
    log.write_log("a", "b", 1)
    log.open_log("talk.log")
    log.close_log()
    log.close_log()
    log.write_log_context(1)
    assert log.file is None
    assert (tmp_path / "talk.log").read_text() == ""


def test_another_file_replaces_the_first(log: ChatLog, tmp_path: Path) -> None:
    log.open_log("one.log")
    log.open_log(tmp_path / "two.log")
    log.write_log_context(3)
    assert (tmp_path / "one.log").read_text() == ""
    assert log.file is not None
    assert log.file.name == str(tmp_path / "two.log")


@pytest.mark.parametrize("bad", ["nowhere/talk.log", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_a_sentence(log: ChatLog, bad: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be written: .* name another file"):
        log.open_log(bad)
    assert log.file is None


def test_a_broken_character_costs_only_itself(log: ChatLog, tmp_path: Path) -> None:
    log.open_log("talk.log")
    log.write_log("a", "half \ud83d", 1)
    assert "half \\ud83d" in (tmp_path / "talk.log").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_once_and_ends_the_log(log: ChatLog) -> None:
    log.open_log("/dev/full")
    with pytest.raises(ConfigError, match="/dev/full cannot be written"):
        log.write_log("a", "b", 1)
    log.write_log("c", "d", 1)
    assert log.file is None


def test_the_configuration_opens_it(log: ChatLog, tmp_path: Path) -> None:
    config = Config()
    assert ChatLog.configured(config).file is None
    config.set("chat.log.enabled", True)
    configured = ChatLog.configured(config)
    configured.write_log_context(None)
    configured.close_log()
    assert (tmp_path / "lwe.log").read_text() == "## context None\n"


def test_an_empty_file_name_leaves_it_off() -> None:
    config = Config(config={"chat": {"log": {"enabled": True, "filepath": ""}}})
    assert ChatLog.configured(config).file is None
