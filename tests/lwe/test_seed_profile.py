"""A profile that the seed itself has written works through `ApiBackend` as it lies there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.core.config import Config
from tests.lwe.helpers import STORED
from tests.lwe.loopback import Loopback

PROFILE = Path(__file__).parents[1] / "fixtures" / "seed_profile"
MANIFEST = json.loads((PROFILE / "MANIFEST.json").read_text("utf-8"))
OWNERS = {item["id"]: item["user"] for item in MANIFEST["conversations"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("config", "data"):
        shutil.copytree(PROFILE / part, tmp_path / part)
    return tmp_path


def opened(folder: Path, profile: str = "default") -> ApiBackend:
    config = Config(folder / "config", folder / "data", profile)
    config.load_from_file()
    return ApiBackend(config)


@pytest.fixture
def bot(folder: Path) -> Iterator[ApiBackend]:
    bot = opened(folder)
    yield bot
    bot.wait_for_titles(10)


def prints(folder: Path) -> dict[str, str]:
    """Return every file and what is in it, as a digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_configured_user_is_logged_in(bot: ApiBackend) -> None:
    assert bot.current_user is not None
    assert bot.current_user.username == "alice"
    assert (bot.provider_name, bot.active_preset_name) == ("provider_chat_openai", None)
    assert bot.set_system_message("german")[2].endswith("Antworte immer auf Deutsch – äöü ß.")
    assert bot.engine.take_notices() == []


def test_looking_around_changes_no_file_of_the_configuration(folder: Path) -> None:
    before = prints(folder / "config")
    bot = opened(folder)
    bot.get_history(limit=100)
    for name in bot.engine.presets.names():
        bot.activate_preset(name)
    for name in bot.engine.templates.names():
        bot.engine.templates.variables(name)
    assert prints(folder / "config") == before


def test_every_conversation_opens_for_its_owner(bot: ApiBackend) -> None:
    for number, owner in OWNERS.items():
        bot.load_user(owner)
        bot.switch_to_conversation(number)
        assert bot.conversation_id == number
        success, found, _ = bot.get_conversation()
        assert success
        assert found["conversation"]["id"] == number
    notices = [notice.text for notice in bot.engine.take_notices()]
    assert all("would now be asked with" in text for text in notices)


def test_every_conversation_goes_on(server: Loopback, bot: ApiBackend) -> None:
    for number, owner in OWNERS.items():
        bot.load_user(owner)
        bot.switch_to_conversation(number)
        bot.set_provider("chat_openai", reset=True)
        assert bot.ask("And now?", {"title": "T"}) == (True, "Hello!", STORED), number
        bot.wait_for_titles(10)
        sent = next(b for b in server.asked if b["messages"][-1]["content"] == "And now?")
        server.asked.clear()
        roles = [message["role"] for message in sent["messages"]]
        assert roles[-1] == "user"
        assert set(roles) <= {"system", "user", "assistant", "tool"}


def test_presets_win_and_are_found_as_in_the_seed(bot: ApiBackend) -> None:
    assert bot.engine.presets.broken == []
    assert bot.activate_preset("overridden")[1][0]["description"] == "profile version (must win)"
    assert bot.activate_preset("another-name")[0]
    assert bot.active_preset_name == "file-name-differs"
    for name in bot.engine.presets.names():
        assert bot.activate_preset(name)[0], name


def test_templates_are_asked_as_in_the_seed(server: Loopback, bot: ApiBackend) -> None:
    assert bot.build_message_from_template("base.md")[1][0] == "Base: included part / none"
    assert bot.run_template("greet.md", {"name": "Bo"})[:2] == (True, "test response")
    assert (bot.conversation_title, bot.active_preset_name) == ("A greeting", None)
    assert bot.run_template("activate.md")[0]
    assert bot.active_preset_name == "local-fake"
    assert server.asked == []


def test_another_profile_has_its_own_database_and_user(folder: Path) -> None:
    bot = opened(folder, "work")
    assert bot.current_user is not None
    assert bot.current_user.username == "worker"
    assert bot.active_preset_name == "local-fake"
    assert bot.system_message.startswith("You are an expert programmer")
    assert bot.max_submission_tokens == 2048
    assert bot.run_template("shared.md", {"who": "me"})[:2] == (True, "test response")
    bot.wait_for_titles(10)
    assert bot.conversation_title == "test response"
    assert bot.engine.config.database_url.endswith("/data/profiles/work/work-storage.db")
