"""Attachments are stored once, come back as they were given, and go when nothing names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.domain import Attachment, Message, Stored, User
from lwe.errors import NotFound
from lwe.storage.store import Store
from lwe.turn import attach
from tests.lwe.storage.helpers import ORIGIN, answered, sql

IMAGE = Attachment("cat.png", "image/png", b"\x89PNG")
NOTES = Attachment("notes.py", "text/x-python", text="print(1)\n```\n\nend\n")
HASH = "0" * 64


def ask(store: Store, user: User, *given: Attachment, words: str = "see") -> tuple[int, int]:
    turn = store.begin_turn(user.id, None, [attach.question(words, given)], ORIGIN)
    answered(store, turn)
    return turn.conversation_id, turn.user_message_id


def test_text_files_are_in_the_text_and_images_beside_it(store: Store, user: User) -> None:
    here, question = ask(store, user, NOTES, IMAGE)
    text = store.messages(here)[0].text
    notes, image = store.attachments(here)[question]
    assert notes == Stored("notes.py", "text/x-python", notes.start, notes.length)
    assert "print(1)" in text[notes.start : notes.start + notes.length]
    assert text[image.start :] == "[image: cat.png]"
    assert store.blob(image.hash) == IMAGE.data
    assert store.images(here) == {question: [IMAGE]}


@pytest.mark.parametrize("words", ["see", "", "two\n\nlines \ud83d\ude00"])
@pytest.mark.parametrize("given", [(), (NOTES,), (IMAGE, NOTES, IMAGE)])
def test_a_question_can_be_asked_otherwise(
    store: Store, user: User, words: str, given: tuple[Attachment, ...]
) -> None:
    if not (words or given):
        return
    _, question = ask(store, user, *given, words=words)
    expected = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    assert store.said_with(question) == (expected, given)


def test_what_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        store.blob(HASH)
    with pytest.raises(NotFound):
        store.said_with(99)
    assert store.attachments(99) == store.images(99) == {}


def test_drafts_hold_their_attachments(store: Store, user: User) -> None:
    here, _ = ask(store, user)
    store.save_draft(user.id, None, "new", [IMAGE, NOTES])
    store.save_draft(user.id, here, "", [NOTES])
    assert store.draft_attachments(user.id, None) == (IMAGE, NOTES)
    assert (store.draft(user.id, here), store.draft_attachments(user.id, here)) == ("", (NOTES,))
    store.append_draft(user.id, None, "more")
    assert store.draft_attachments(user.id, None) == (IMAGE, NOTES)
    store.save_draft(user.id, None, "new")
    assert store.draft_attachments(user.id, None) == ()
    store.delete_conversation(here)
    assert store.draft_attachments(user.id, here) == ()


def test_an_image_is_kept_once_and_as_long_as_something_names_it(
    store: Store, user: User, tmp_path: Path
) -> None:
    def blobs() -> int:
        return len(sql(tmp_path / "storage.db", "SELECT * FROM tui_blob"))

    here, question = ask(store, user, IMAGE)
    store.save_draft(user.id, None, "", [IMAGE])
    assert (store.remove_unused_blobs(), blobs()) == (0, 1)
    store.save_draft(user.id, None, "")
    assert store.remove_unused_blobs() == 0
    answered(store, store.edit_turn(question, Message("user", "else?"), ORIGIN))
    assert store.attachments(here) == {}
    assert store.remove_unused_blobs() == 0  # The variant can bring it back.
    sql(tmp_path / "storage.db", "CREATE TABLE tui_bin (rows TEXT)")
    sql(tmp_path / "storage.db", "INSERT INTO tui_bin SELECT messages FROM tui_variant")
    store.delete_conversation(here)
    assert store.remove_unused_blobs() == 0  # So can a copy of what was deleted.
    sql(tmp_path / "storage.db", "DELETE FROM tui_bin")
    assert (store.remove_unused_blobs(), blobs()) == (1, 0)
