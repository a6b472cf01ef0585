"""The commands for conversations do what their names say."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.commands import UsageError
from lwe.commands.outcome import Ask, Confirm, Copy, EditText, OpenConversation, Stream
from lwe.errors import LweError, NotFound
from tests.lwe.commands.conftest import Typed


def titles(typed: Typed) -> list[str | None]:
    assert typed.bot.state.user is not None
    found = typed.bot.engine.store.conversations(typed.bot.state.user.id)
    return [each.title for each in found]


@pytest.fixture
def three(typed: Typed) -> Typed:
    """Three conversations; in the list the newest, "third", is number 1."""
    for title in ("first", "second", "third"):
        typed.conversation(title)
    return typed


def test_a_file_is_asked(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "a question.txt").write_text("How so?", "utf-8")
    assert typed(f"/file {tmp_path}/a question.txt").effect == Ask("How so?")
    with pytest.raises(LweError, match="cannot be read"):
        typed("/file /no/such/file")


def test_files_are_offered(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "a question.txt").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "folder").mkdir()
    names = [f"{tmp_path}/a question.txt", f"{tmp_path}/folder/"]
    assert typed.offered(f"/file {tmp_path}/") == names
    assert typed.offered(f"/log {tmp_path}/a q") == names[:1]
    assert typed.offered(f"/file {tmp_path}/.h") == [f"{tmp_path}/.hidden"]
    assert typed.offered("/file /no/such/") == []


def test_what_is_written_in_place_or_in_the_editor_is_asked(typed: Typed) -> None:
    typed.user.text = "one\ntwo"
    assert typed("/read").effect == typed("/editor begin").effect == Ask("one\ntwo")
    inline, editor = typed.user.asked
    assert isinstance(inline, EditText) and isinstance(editor, EditText)
    assert (inline.inline, editor.inline, editor.text) == (True, False, "begin")
    typed.user.text = " "
    assert typed("/read").effect is None


def test_streaming_is_switched(typed: Typed) -> None:
    assert typed("/stream").effect == Stream(True)
    assert typed("/stream").effect == Stream(False)


def test_the_last_answer_is_copied(typed: Typed) -> None:
    with pytest.raises(LweError, match="no answer"):
        typed("/copy")
    typed.conversation("One")
    typed("/switch 1")
    assert typed("/copy").effect == Copy("Hi.")
    typed("/new")
    typed.bot.message_clipboard = "said by a script"
    assert typed("/copy").effect == Copy("said by a script")


def test_history_has_numbers_ids_and_a_mark(three: Typed) -> None:
    three("/switch 2")
    shown = three("/history").text.splitlines()
    assert [line.split(".")[0] for line in shown[2:]] == ["1", "2", "3"]
    assert "third (3)" in shown[2] and "🟢" in shown[3]
    assert three("/history 1 2").text.splitlines()[2].startswith("3. ")
    assert "no conversations" in three("/history 5 9").text


def test_titles_are_no_markdown(typed: Typed) -> None:
    typed.conversation("*bold* [link](x)\n# head")
    assert r"\*bold\* \[link\](x) # head (1)" in typed("/history").text


def test_switching_by_number_or_id(three: Typed) -> None:
    assert three("/switch 3").effect == OpenConversation(1)
    assert three("/switch #2").effect == OpenConversation(2)
    assert three("/switch #2").effect is None
    with pytest.raises(LweError, match="There is no conversation 9: /history has 3"):
        three("/switch 9")
    with pytest.raises(NotFound):
        three("/switch #9")
    with pytest.raises(NotFound):
        three("/chat 67d1a04b-4cde-481e-843f-16fdb8fd3366")
    assert three.offered("/switch ") == ["1", "2", "3"]


def test_a_conversation_is_shown(three: Typed) -> None:
    shown = three("/chat 1").text
    assert shown.startswith("## third") and "**User**\n\nHello" in shown and "Hi." in shown
    with pytest.raises(LweError, match="No conversation is open"):
        three("/chat")
    three("/switch 3")
    assert three("/chat").text.startswith("## first")


def test_the_open_conversation_gets_a_title(three: Typed) -> None:
    with pytest.raises(LweError, match="No conversation is open"):
        three("/title new")
    three("/switch 1")
    assert three("/title").text == "* Title: third"
    outcome = three("/title A better one")
    assert three.bot.state.title == "A better one" and outcome.changed == ("conversations",)
    assert titles(three) == ["A better one", "second", "first"]


def test_a_title_is_asked_for_one_of_the_list(three: Typed) -> None:
    three.user.values = {"title": "Renamed"}
    three("/title 2")
    assert titles(three) == ["third", "Renamed", "first"]
    three.user.values = {"title": " "}
    with pytest.raises(UsageError):
        three("/title 2")
    three.user.values = None
    three("/title 2")
    assert titles(three) == ["third", "Renamed", "first"]


def test_deleting_is_confirmed(three: Typed) -> None:
    three.user.yes = False
    three("/delete 1-2")
    (asked,) = three.user.asked
    assert isinstance(asked, Confirm) and asked.details == ("third", "second")
    assert len(titles(three)) == 3


def test_the_open_conversation_is_deleted_and_left(three: Typed) -> None:
    three("/switch 1")
    outcome = three("/delete")
    assert outcome.effect == OpenConversation(None) and outcome.changed == ("conversations",)
    assert titles(three) == ["second", "first"]


def test_several_are_deleted(three: Typed) -> None:
    three("/delete 1,3")
    assert titles(three) == ["second"]
    three.conversation("fourth")
    three("/delete #2")
    assert titles(three) == ["fourth"]
    with pytest.raises(UsageError, match="1-1"):
        three("/delete 2-3")
