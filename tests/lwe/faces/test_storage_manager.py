"""What a request has added is stored, and a title is made by whoever was asked."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.backends.api.conversation_storage_manager import ConversationStorageManager
from lwe.config.config import Config
from lwe.domain import Message, ModelRequest, Origin, User
from lwe.errors import LweError, NotFound, ProviderError
from lwe.events import ReplyEvent, ReplyFinished, TextDelta
from lwe.faces.stored_messages import build
from lwe.providers.provider import Provider, Stop
from lwe.storage.store import Store

ASKED = [build("system", "Be brief."), build("user", "roll"), build("assistant", "4")]


class Titles(Provider):
    """Writes the same title for everything, or fails."""

    name = "provider_titles"
    parameters = frozenset({"model_name", "temperature"})
    default_model = "m-1"

    def __init__(self, says: str | LweError = "Rolling a die") -> None:
        self.says, self.asked = says, list[ModelRequest]()

    def stream(self, request: ModelRequest, stop: Stop) -> Generator[ReplyEvent, None, None]:
        self.asked.append(request)
        if isinstance(self.says, LweError):
            raise self.says
        yield TextDelta(self.says)
        yield ReplyFinished("stop")

    async def astream(self, request: ModelRequest) -> AsyncGenerator[ReplyEvent, None]:
        for event in self.stream(request, Stop()):
            yield event


class Conversations:
    """The seed's `ConversationManager`, as far as storing uses it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add_conversation(self, user_id: int, title: str | None = None) -> tuple[bool, Any, str]:
        # Stored with its first message in the tests' store; here it only has to be a row.
        opened = self.store.begin_turn(user_id, None, [Message("user", "roll")], Origin(), title)
        return True, self.store.conversation(opened.conversation_id), "created"

    def get_conversation(self, conversation_id: int) -> tuple[bool, Any, str]:
        try:
            return True, self.store.conversation(conversation_id), "found"
        except NotFound:
            return False, None, "Conversation not found."


class Messages:
    """The seed's `MessageManager`, which keeps what it gets."""

    def __init__(self) -> None:
        self.added: list[tuple[Any, ...]] = []
        self.refuses = False

    def add_message(self, *columns: Any) -> tuple[bool, Any, str]:
        if self.refuses:
            return False, None, "The disk is full."
        self.added.append(columns)
        return True, SimpleNamespace(id=len(self.added)), "Message added successfully"

    def get_messages(self, conversation_id: int) -> tuple[bool, Any, str]:
        if not self.added:
            return False, None, "Conversation not found."
        return True, [build(*columns[1:5]) for columns in self.added], "found"


@pytest.fixture
def store() -> Store:
    return Store("sqlite:///:memory:")


@pytest.fixture
def ann(store: Store) -> User:
    return store.add_user("ann")


def a_manager(store: Store, user: User | None, /, **given: Any) -> ConversationStorageManager:
    config = given.pop("config", None) or Config()
    config.set("database", "sqlite:///:memory:")
    given.setdefault("provider", Titles())
    orm = SimpleNamespace(store=store)
    manager = ConversationStorageManager(config, None, user, orm=orm, **given)
    manager.conversation, manager.message = Conversations(store), Messages()
    return manager


def test_nobody_is_answered_without_storing(store: Store) -> None:
    manager = a_manager(store, None)
    said = (True, "4", "No current user, conversation not saved")
    assert manager.store_conversation_messages(ASKED, "4") == said
    assert manager.message.added == []


def test_messages_are_stored_with_what_they_were_asked_with(store: Store, ann: User) -> None:
    manager = a_manager(store, ann, preset_name="p")
    success, conversation, message = manager.store_conversation_messages(ASKED, "4", title="Dice")
    assert (success, message) == (True, "Conversation updated with new messages")
    assert (conversation.id, conversation.title) == (manager.conversation_id, "Dice")
    rest = ("content", None, "provider_titles", "m-1", "p")
    assert manager.message.added == [
        (conversation.id, "system", "Be brief.", *rest),
        (conversation.id, "user", "roll", *rest),
        (conversation.id, "assistant", "4", *rest),
    ]


def test_the_next_messages_go_to_the_same_conversation(store: Store, ann: User) -> None:
    manager = a_manager(store, ann)
    manager.store_conversation_messages(ASKED, title="Dice")
    success, (conversation, last), _message = manager.add_new_messages_to_conversation(ASKED[1:])
    assert success
    assert len(store.history(ann.id)) == 1
    assert (conversation.id, last.id) == (manager.conversation_id, 5)


@pytest.mark.parametrize("lost", [True, False])
def test_what_cannot_be_stored_is_answered(store: Store, ann: User, lost: bool) -> None:
    manager = a_manager(store, ann, conversation_id=99 if lost else None)
    manager.message.refuses = True
    sentence = "Conversation not found." if lost else "The disk is full."
    assert manager.store_conversation_messages(ASKED) == (False, None, sentence)


def test_everything_that_was_said_is_counted(store: Store, ann: User) -> None:
    manager = a_manager(store, ann)
    manager.token_manager = SimpleNamespace(get_num_tokens_from_messages=len)
    with pytest.raises(LweError, match="not found"):
        manager.get_conversation_token_count()
    manager.store_conversation_messages(ASKED, title="Dice")
    assert manager.get_conversation_token_count() == 3


# Titles


def test_whoever_was_asked_writes_the_title(
    store: Store, ann: User, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = Titles('"Rolling a die"\n')
    manager = a_manager(store, ann, provider=provider, model_name="m-2")
    _success, conversation, _message = manager.store_conversation_messages(ASKED)
    assert store.conversation(conversation.id).title == "Rolling a die"
    assert provider.asked[0].model == "m-2"
    assert "roll" in provider.asked[0].messages[-1].text
    assert capsys.readouterr() == ("", "")


def test_the_configured_provider_writes_the_title(store: Store, ann: User) -> None:
    config, other, asked = Config(), Titles("Other"), Titles()
    config.set("backend_options.title_generation.provider", "other")
    config.set("backend_options.title_generation.model", "small")
    found = SimpleNamespace(get_provider_from_name={"other": other}.get)
    manager = a_manager(store, ann, config=config, provider=asked, provider_manager=found)
    provider, llm = manager.get_title_provider_llm()
    assert (provider, llm.model_name) == (other, "small")
    manager.store_conversation_messages(ASKED)
    assert (len(other.asked), len(asked.asked)) == (1, 0)


def test_a_provider_for_titles_that_is_not_there_is_named(store: Store, ann: User) -> None:
    config = Config()
    config.set("backend_options.title_generation.provider", "gone")
    none = SimpleNamespace(get_provider_from_name=lambda name: None)
    with pytest.raises(NotFound, match="gone"):
        a_manager(store, ann, config=config, provider_manager=none).get_title_provider_llm()


def test_an_answer_stands_when_no_title_can_be_had(
    store: Store, ann: User, capsys: pytest.CaptureFixture[str]
) -> None:
    manager = a_manager(store, ann, provider=Titles(ProviderError("The server is away.")))
    success, conversation, _message = manager.store_conversation_messages(ASKED)
    assert success
    assert store.conversation(conversation.id).title is None
    assert capsys.readouterr() == ("", "")


def test_a_title_that_somebody_has_given_meanwhile_stays(store: Store, ann: User) -> None:
    manager = a_manager(store, ann)
    conversation = manager.create_new_conversation_if_needed("Mine")
    manager.gen_title_thread(conversation.id)
    assert store.conversation(conversation.id).title == "Mine"


def test_python_waits_for_a_title_in_a_file(store: Store, ann: User) -> None:
    manager = a_manager(store, ann)
    conversation = manager.create_new_conversation_if_needed()
    manager.config.set("database", "sqlite:///somewhere.db")
    made: list[threading.Thread] = []
    manager.gen_title_thread = lambda _id: made.append(  # type: ignore[method-assign]
        threading.current_thread()
    )
    manager.gen_title(conversation)
    for thread in threading.enumerate():
        if thread.name == "lwe-title":
            thread.join()
    assert [(thread.name, thread.daemon) for thread in made] == [("lwe-title", False)]
