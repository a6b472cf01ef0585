"""Stored conversations, what is in force, and templates, through the seed's door."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.core.config import Config
from lwe.domain import User
from tests.lwe.helpers import NOT_STORED, STORED, stored
from tests.lwe.loopback import Loopback

# Stored conversations


def test_with_a_user_the_conversation_is_stored_and_goes_on(
    server: Loopback, bot: ApiBackend, ann: User
) -> None:
    assert bot.conversation_id is None
    assert bot.ask("one") == (True, "Hello!", STORED)
    first = bot.conversation_id
    assert bot.ask("two") == (True, "Hello!", STORED)
    assert bot.conversation_id == first
    (asked,) = (body for body in server.asked if body["messages"][-1]["content"] == "two")
    assert [m["content"] for m in asked["messages"]] == [
        "You are a helpful assistant.",
        "one",
        "Hello!",
        "two",
    ]
    assert [(m.role, m.text) for m in stored()] == [
        ("system", "You are a helpful assistant."),
        ("user", "one"),
        ("assistant", "Hello!"),
        ("user", "two"),
        ("assistant", "Hello!"),
    ]
    assert {m.origin.provider for m in stored()} == {"provider_chat_openai"}
    assert bot.message_clipboard == "Hello!"


def test_without_a_user_nothing_is_stored(server: Loopback, bot: ApiBackend, home: Path) -> None:
    assert bot.ask("hi")[2] == NOT_STORED
    assert (bot.current_user, bot.conversation_id, bot.conversation_title) == (None, None, None)
    assert list(home.rglob("*.db")) == []


def test_a_given_title_is_for_new_conversations(
    server: Loopback, bot: ApiBackend, ann: User
) -> None:
    bot.ask("one", {"title": "Mine"})
    bot.ask("two", {"title": "Other"})
    bot.wait_for_titles(10)
    assert bot.conversation_title == "Mine"
    assert len(server.asked) == 2


def test_a_conversation_is_read_and_renamed_and_deleted(
    server: Loopback, bot: ApiBackend, ann: User
) -> None:
    bot.ask("one", {"title": "Mine"})
    number = bot.conversation_id
    assert number is not None
    success, history, message = bot.get_history()
    assert (success, message) == (True, "Conversations retrieved successfully.")
    assert list(history) == [number]
    assert set(history[number]) == {
        "id",
        "user_id",
        "title",
        "created_time",
        "updated_time",
        "hidden",
    }
    success, found, message = bot.get_conversation()
    assert (success, message) == (True, "Messages retrieved successfully")
    assert found["conversation"]["title"] == "Mine"
    assert [m["message"] for m in found["messages"]][1:] == ["one", "Hello!"]
    assert set(found["messages"][0]) == {
        "id",
        "conversation_id",
        "role",
        "message",
        "message_type",
        "message_metadata",
        "model",
        "provider",
        "preset",
        "created_time",
    }
    success, row, message = bot.set_title("Ours")
    assert (success, row.title, message) == (
        True,
        "Ours",
        "Conversation title updated successfully.",
    )
    assert bot.conversation_title == "Ours"
    assert bot.delete_conversation() == (True, None, "Conversation deleted successfully.")
    assert bot.conversation_id is None
    assert bot.get_history()[1] == {}
    assert bot.get_conversation() == (False, None, "No current conversation")
    assert bot.get_conversation(number) == (False, None, "Conversation not found.")
    for answer in (bot.set_title("x"), bot.delete_conversation()):
        assert answer == (False, None, "No conversation ID provided.")


def test_nobody_touches_anothers_conversation(server: Loopback, bot: ApiBackend, ann: User) -> None:
    bot.ask("one", {"title": "Mine"})
    number = bot.conversation_id
    assert number is not None
    bot.set_current_user(bot.engine.store.add_user("bob"))
    assert bot.conversation_id is None
    assert bot.get_conversation(number)[:2] == (False, None)
    assert bot.set_title("x", number)[:2] == (False, None)
    assert bot.delete_conversation(number)[:2] == (False, None)
    with pytest.raises(Exception, match="not found"):
        bot.switch_to_conversation(number)
    assert bot.engine.store.conversation(number).title == "Mine"


def test_a_new_conversation_begins_anew(server: Loopback, bot: ApiBackend, ann: User) -> None:
    bot.ask("one", {"title": "Mine"})
    first = bot.conversation_id
    bot.new_conversation()
    assert (bot.conversation_id, bot.conversation_title, bot.message_clipboard) == (
        None,
        None,
        None,
    )
    bot.ask("two", {"title": "Next"})
    assert bot.conversation_id != first
    assert len(server.asked[-1]["messages"]) == 2


def test_switching_brings_back_how_it_was_asked(
    server: Loopback, bot: ApiBackend, ann: User
) -> None:
    bot.activate_preset("gpt-4-code-generation")
    bot.ask("one", {"title": "Mine"})
    first = bot.conversation_id
    assert first is not None
    bot.new_conversation()
    bot.set_provider("fake_llm")
    bot.switch_to_conversation(first)
    assert (bot.conversation_id, bot.conversation_title) == (first, "Mine")
    assert (bot.active_preset_name, bot.model) == ("gpt-4-code-generation", "gpt-4-turbo")
    bot.ask("two")
    assert [m["content"] for m in server.asked[-1]["messages"]][1:] == ["one", "Hello!", "two"]


def test_a_user_and_a_conversation_may_be_configured(server: Loopback, bot: ApiBackend) -> None:
    config = Config()
    config.set("backend_options.auto_create_first_user", "Ann")
    config.set("backend_options.default_user", "ann")
    first = ApiBackend(config)
    assert first.current_user is not None
    assert first.current_user.username == "Ann"
    first.ask("one", {"title": "Mine"})
    config.set("backend_options.default_conversation_id", first.conversation_id)
    again = ApiBackend(config)
    assert (again.conversation_id, again.conversation_title) == (first.conversation_id, "Mine")
    config.set("backend_options.default_user", "nobody")
    with pytest.raises(Exception, match="User 'nobody' not found"):
        ApiBackend(config)


def test_loading_a_user(bot: ApiBackend, ann: User) -> None:
    bot.set_current_user()
    assert bot.current_user is None
    for identifier in ("ANN", ann.id):
        bot.load_user(identifier)
        assert bot.current_user is not None
        assert bot.current_user.id == ann.id
    with pytest.raises(Exception, match=r"^User not found\.$"):
        bot.load_user("x")


# What is in force


def test_at_first_openai_is_in_force(bot: ApiBackend) -> None:
    assert bot.name == "api"
    assert (bot.provider_name, bot.provider.display_name) == ("provider_chat_openai", "chat_openai")
    assert (bot.model, bot.max_submission_tokens) == ("gpt-5.4-mini", 409600)
    assert bot.system_message == "You are a helpful assistant."
    assert (bot.active_preset_name, bot.message_clipboard) == (None, None)


def test_activating_a_preset_answers_with_it(bot: ApiBackend) -> None:
    success, (metadata, customizations), _ = bot.activate_preset("gpt-4-code-generation")
    assert success
    assert metadata["provider"] == "chat_openai"
    assert customizations["model_name"] == bot.model == "gpt-4-turbo"
    success, name, message = bot.activate_preset("no-such")
    assert (success, name) == (False, "no-such")
    assert message.startswith("Preset 'no-such' not found")
    assert bot.active_preset_name == "gpt-4-code-generation"


def test_setting_a_provider(bot: ApiBackend) -> None:
    bot.activate_preset("gpt-4-code-generation")
    assert bot.set_provider("chat_openai") == (False, None, "Provider chat_openai already set")
    assert bot.active_preset_name == "gpt-4-code-generation"
    success, provider, _ = bot.set_provider("fake_llm", {"responses": ["hi"]})
    assert (success, provider) == (True, bot.provider)
    assert (bot.provider_name, bot.active_preset_name) == ("provider_fake_llm", None)
    assert bot.ask("x")[1] == "hi"
    success, nothing, message = bot.set_provider("nobody")
    assert (success, nothing) == (False, None)
    assert "nobody" in message
    assert not bot.set_provider("chat_openai", {"heat": 1})[0]
    assert bot.provider_name == "provider_fake_llm"
    assert bot.set_provider("fake_llm", reset=True)[0]
    assert bot.ask("x")[1] == "test response"


def test_setting_a_model_and_a_system_message(server: Loopback, bot: ApiBackend) -> None:
    parameters = {"model_name": "gpt-4", "_type": "chat_openai"}
    assert bot.set_model("gpt-4") == (True, parameters, "Set model_name to gpt-4")
    assert bot.max_submission_tokens == 8192
    success, alias, message = bot.set_system_message("programmer")
    assert (success, alias) == (True, "programmer")
    assert message == f"System message set to: {bot.system_message}"
    assert bot.set_system_message("Arr.")[0]
    bot.ask("hi")
    assert server.asked[0]["model"] == "gpt-4"
    assert server.asked[0]["messages"][0]["content"] == "Arr."


# Templates


@pytest.fixture
def template() -> None:
    folder = Config().directories("templates")[0]
    folder.mkdir(parents=True)
    (folder / "greet.md").write_text(
        "---\nrequest_overrides:\n  preset: gpt-4o-mini\n  system_message: programmer\n"
        "  preset_overrides: {model_customizations: {temperature: 0}}\n---\nSay {{ word }}!\n"
    )


@pytest.mark.usefixtures("template")
def test_building_a_message_of_a_template(bot: ApiBackend) -> None:
    over = {"request_overrides": {"preset_overrides": {"model_customizations": {"top_p": 1}}}}
    assert bot.build_message_from_template("greet.md", {"word": "hi"}, over) == (
        True,
        (
            "Say hi!",
            {
                "request_overrides": {
                    "preset": "gpt-4o-mini",
                    "system_message": "programmer",
                    "preset_overrides": {"model_customizations": {"temperature": 0, "top_p": 1}},
                }
            },
        ),
        "Built message from template: greet.md",
    )


@pytest.mark.usefixtures("template")
def test_running_a_template(server: Loopback, bot: ApiBackend) -> None:
    class Listener:
        heard = ""

        def hear(self, piece: str) -> None:
            self.heard += piece

    listener = Listener()
    over = {"request_overrides": {"stream": True, "stream_callback": listener.hear}}
    assert bot.run_template("greet.md", {"word": "hi"}, over) == (True, "Hello!", NOT_STORED)
    assert listener.heard == "Hello!"
    sent = server.asked[0]
    assert (sent["model"], sent["temperature"]) == ("gpt-4o-mini", 0)
    assert sent["messages"][0]["content"].startswith("You are an expert programmer")
    assert sent["messages"][1]["content"] == "Say hi!"


def test_an_unknown_template_asks_nothing(server: Loopback, bot: ApiBackend) -> None:
    for call in (bot.run_template, bot.build_message_from_template):
        success, name, message = call("no-such")
        assert (success, name) == (False, "no-such")
        assert message.startswith("Template 'no-such' not found")
    assert server.asked == []
