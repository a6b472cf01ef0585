"""The debug log goes where the configuration says, is private, and keeps to itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe.config.config import Config
from lwe.config.logs import LOGGER, close_console, open_console, open_log
from lwe.errors import ConfigError


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    config = Config()
    config.set("debug.log.enabled", True)
    config.set("debug.log.filepath", str(tmp_path / "debug.log"))
    yield config
    config.set("debug.log.enabled", False)
    open_log(config)


def test_the_log_is_the_owners_alone(config: Config, tmp_path: Path) -> None:
    open_log(config)
    logging.getLogger("lwe.engine").debug("a word")
    file = tmp_path / "debug.log"
    assert file.read_text().startswith("lwe.engine - ")
    assert file.read_text().endswith(" - DEBUG - a word\n")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_later_setting_replaces_the_first(config: Config, tmp_path: Path) -> None:
    open_log(config)
    config.set("debug.log.filepath", str(tmp_path / "other.log"))
    config.set("debug.log.level", "warning")
    open_log(config)
    LOGGER.info("too little")
    LOGGER.warning("enough")
    assert (tmp_path / "debug.log").read_text() == ""
    assert "enough" in (tmp_path / "other.log").read_text()
    assert "too little" not in (tmp_path / "other.log").read_text()


def test_switched_off_nothing_is_left_behind(config: Config, tmp_path: Path) -> None:
    open_log(config)
    config.set("debug.log.enabled", False)
    open_log(config)
    LOGGER.error("unheard")
    assert (tmp_path / "debug.log").read_text() == ""
    assert LOGGER.level == logging.NOTSET


def test_a_scripts_own_handler_stays(config: Config) -> None:
    mine = logging.NullHandler()
    LOGGER.addHandler(mine)
    try:
        open_log(config)
        open_log(config)
        assert mine in LOGGER.handlers
    finally:
        LOGGER.removeHandler(mine)


def test_without_a_log_warnings_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    open_log(Config())
    LOGGER.propagate, kept = False, LOGGER.propagate  # pytest listens at the root
    try:
        LOGGER.warning("a word")
    finally:
        LOGGER.propagate = kept
    assert capsys.readouterr().err == ""


def test_a_file_that_cannot_be_written_is_a_sentence(config: Config) -> None:
    config.set("debug.log.filepath", "/proc/nowhere/debug.log")
    with pytest.raises(ConfigError, match="/proc/nowhere/debug"):
        open_log(config)


def test_a_level_that_is_none_is_a_sentence(config: Config) -> None:
    config.set("debug.log.level", "loud")
    with pytest.raises(ConfigError, match="LOUD"):
        open_log(config)


def test_both_logs_have_levels_of_their_own(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.set("log.console.level", "warning")
    open_console(config)
    open_log(config)
    LOGGER.debug("detail")
    LOGGER.warning("careful")
    close_console()
    LOGGER.warning("after")
    assert capsys.readouterr().err == "lwe - WARNING - careful\n"
    log = (tmp_path / "debug.log").read_text()
    assert [word in log for word in ("detail", "careful", "after")] == [True] * 3


def test_a_console_without_such_a_level_is_an_error(config: Config) -> None:
    config.set("log.console.level", "loud")
    with pytest.raises(ConfigError, match=r"log\.console\.level"):
        open_console(config)
    assert LOGGER.propagate is True
