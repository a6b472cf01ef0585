"""A turn is stored as a whole, whatever becomes of its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.domain import Mark, Message, Origin, User
from lwe.errors import LweError, NotFound
from lwe.storage import owner
from lwe.storage.store import Store, Timing
from tests.lwe.storage.helpers import ORIGIN, answered, asked, plain, sql, texts


def journal(tmp_path: Path) -> list[tuple[object, ...]]:
    return sql(tmp_path / "storage.db", "SELECT id, owner, text FROM tui_journal")


def test_the_question_is_there_before_the_answer(store: Store, user: User, tmp_path: Path) -> None:
    turn = asked(store, user.id, "why?")
    said = store.messages(turn.conversation_id)
    assert turn.created
    assert [(m.role, m.text) for m in said] == [("system", "Be brief."), ("user", "why?")]
    assert said[1].id == turn.user_message_id
    assert {message.origin for message in said} == {ORIGIN}
    assert journal(tmp_path) == [(turn.journal_id, owner.this_process(), "")]


def test_an_answer_is_stored_with_its_timing(store: Store, user: User, tmp_path: Path) -> None:
    turn = asked(store, user.id)
    timing = Timing(0.25, 2.5, 10, None)
    answer = Message("assistant", "because", origin=Origin("p", "other", ""))
    stored = store.commit_turn(turn.journal_id, answer, timing)
    assert stored is not None
    assert stored == store.messages(turn.conversation_id)[-1]
    assert (stored.text, stored.origin, stored.mark) == ("because", ORIGIN, None)
    assert store.timings(turn.conversation_id) == {stored.id: timing}
    assert journal(tmp_path) == []


@pytest.mark.parametrize("kind", ["stopped", "cut", "failed"])
def test_a_marked_answer_is_part_of_the_history(store: Store, user: User, kind: str) -> None:
    turn = asked(store, user.id)
    mark = Mark(kind, "a reason")  # type: ignore[arg-type]  # one of the kinds
    stored = answered(store, turn, "the beginn", mark)
    assert stored is not None
    assert store.messages(turn.conversation_id)[-1].mark == mark
    assert texts(store.history_for_model(turn.conversation_id)) == [
        "Be brief.",
        "why?",
        "the beginn",
    ]


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        (Mark("failed", "401: no key"), Mark("failed", "401: no key")),
        (Mark("stopped"), Mark("stopped")),
        (Mark("cut", "limit"), Mark("failed", "limit")),
        (None, Mark("failed", "The model answered nothing.")),
    ],
)
def test_without_an_answer_the_question_is_marked_and_not_sent_again(
    store: Store, user: User, mark: Mark | None, kept: Mark, tmp_path: Path
) -> None:
    turn = asked(store, user.id)
    assert answered(store, turn, "", mark) is None
    said = store.messages(turn.conversation_id)
    assert [message.mark for message in said] == [None, kept]
    assert texts(store.history_for_model(turn.conversation_id)) == ["Be brief."]
    assert store.timings(turn.conversation_id) == {}
    assert journal(tmp_path) == []


def test_a_question_that_is_asked_again_loses_its_mark(store: Store, user: User) -> None:
    failed = asked(store, user.id)
    answered(store, failed, "", Mark("failed", "offline"))
    other = Origin("provider_other", "model-b", "")
    again = store.retry_turn(failed.user_message_id, other)
    assert (again.conversation_id, again.user_message_id, again.created) == (
        failed.conversation_id,
        failed.user_message_id,
        False,
    )
    assert texts(store.history_for_model(again.conversation_id)) == ["Be brief.", "why?"]
    stored = answered(store, again)
    assert stored is not None
    assert stored.origin == other
    said = store.messages(again.conversation_id)
    assert texts(said) == ["Be brief.", "why?", "because"]
    assert [message.mark for message in said] == [None] * 3


def test_a_question_can_fail_twice(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    for note in ("first", "second"):
        answered(store, turn, "", Mark("failed", note))
        assert store.messages(turn.conversation_id)[-1].mark == Mark("failed", note)
        turn = store.retry_turn(turn.user_message_id, ORIGIN)


def test_a_question_that_was_passed_over_keeps_its_place(store: Store, user: User) -> None:
    failed = asked(store, user.id, "one?")
    answered(store, failed, "", Mark("failed"))
    answered(store, asked(store, user.id, "two?", failed.conversation_id), "two.")
    assert texts(store.history_for_model(failed.conversation_id)) == ["Be brief.", "two?", "two."]
    answered(store, store.retry_turn(failed.user_message_id, ORIGIN), "one.")
    assert texts(store.history_for_model(failed.conversation_id)) == [
        "Be brief.",
        "one?",
        "two?",
        "two.",
        "one.",
    ]


def test_an_answer_that_could_not_be_stored_is_kept_when_it_is_asked_again(
    store: Store, user: User, tmp_path: Path
) -> None:
    turn = asked(store, user.id)
    store.note_progress(turn.journal_id, "the beginn")
    again = store.retry_turn(turn.user_message_id, ORIGIN)
    answered(store, again, "whole")
    said = store.messages(turn.conversation_id)
    assert texts(said)[2:] == ["the beginn", "whole"]
    assert said[2].mark is not None
    assert said[2].mark.kind == "cut"
    assert journal(tmp_path) == []


def test_a_question_that_another_program_is_answering_cannot_be_asked_again(
    store: Store, user: User, tmp_path: Path
) -> None:
    turn = asked(store, user.id)
    elsewhere = "elsewhere,id,boot,ns|1|1"
    sql(tmp_path / "storage.db", "UPDATE tui_journal SET owner = ?", elsewhere)
    with pytest.raises(LweError, match="Another program is answering this question"):
        store.retry_turn(turn.user_message_id, ORIGIN)
    assert [row[1] for row in journal(tmp_path)] == [elsewhere]


def test_what_is_not_there_cannot_be_asked_again(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        store.retry_turn(99, ORIGIN)
    assert (caught.value.what, caught.value.name) == ("Message", 99)


def test_nobody_asks_in_a_strangers_conversation(store: Store, user: User, tmp_path: Path) -> None:
    number = asked(store, user.id).conversation_id
    ben = store.add_user("ben")
    with pytest.raises(NotFound, match=f"Conversation '{number}'"):
        asked(store, ben.id, "hello?", number)
    with pytest.raises(NotFound, match="Conversation '99'"):
        asked(store, user.id, "hello?", 99)
    with pytest.raises(NotFound, match="User '99'"):
        asked(store, 99)
    with pytest.raises(LweError, match="nothing to ask"):
        store.begin_turn(user.id, None, [], ORIGIN)
    assert len(store.messages(number)) == 2
    assert len(store.history(user.id)) == 1
    assert len(journal(tmp_path)) == 1


def test_a_turn_of_a_deleted_conversation_ends_in_silence(
    store: Store, user: User, tmp_path: Path
) -> None:
    turn = asked(store, user.id)
    store.delete_conversation(turn.conversation_id)
    store.note_progress(turn.journal_id, "text")
    assert answered(store, turn) is None
    assert answered(store, turn, "", Mark("failed")) is None
    assert sql(tmp_path / "storage.db", "SELECT * FROM message") == []


def test_a_turn_ends_once(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    assert answered(store, turn) is not None
    assert answered(store, turn, "twice") is None
    assert len(store.messages(turn.conversation_id)) == 3


def test_two_turns_of_one_conversation_keep_apart(store: Store, user: User) -> None:
    first = asked(store, user.id, "one?")
    second = asked(store, user.id, "two?", first.conversation_id)
    answered(store, second, "two.")
    answered(store, first, "", Mark("failed"))
    assert texts(store.history_for_model(first.conversation_id)) == ["Be brief.", "two?", "two."]


def test_the_last_of_the_users_messages_is_the_question(store: Store, user: User) -> None:
    said = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "Let me see:")]
    new = [Message(role, text) for role, text in said]  # type: ignore[arg-type]  # roles
    turn = store.begin_turn(user.id, None, new, ORIGIN)
    by_id = {m.id: m.text for m in store.messages(turn.conversation_id)}
    assert by_id[turn.user_message_id] == "c"
    alone = store.begin_turn(user.id, None, [Message("system", "x")], ORIGIN)
    assert alone.user_message_id == store.messages(alone.conversation_id)[0].id


def test_what_sqlite_cannot_hold_is_replaced(store: Store, user: User) -> None:
    turn = asked(store, user.id, "nul \0, lone \ud800, halves \ud83d\ude00")
    stored = answered(store, turn, "\udfff", Mark("cut", "note \0\ud800"))
    assert stored is not None
    said = store.messages(turn.conversation_id)
    assert said[1].text == "nul \ufffd, lone \ufffd, halves 😀"
    assert said[2] == stored
    assert (stored.text, said[2].mark) == ("\ufffd", Mark("cut", "note \ufffd\ufffd"))


def test_a_turn_that_cannot_be_stored_leaves_nothing(
    store: Store, user: User, tmp_path: Path
) -> None:
    before = store.changed()
    with plain(tmp_path / "storage.db") as other:
        other.execute(
            """CREATE TRIGGER fails BEFORE INSERT ON tui_journal
            BEGIN SELECT RAISE(ABORT, 'no journal today'); END"""
        )
    with pytest.raises(LweError, match="no journal today"):
        asked(store, user.id)
    assert store.history(user.id) == []
    assert sql(tmp_path / "storage.db", "SELECT * FROM message") == []
    assert store.changed() != before
