"""What a dead process was told is kept; what a living one is told is left alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lwe.domain import Mark, Message, ToolCall, ToolResult, User
from lwe.errors import NotFound
from lwe.storage import owner
from lwe.storage.entries import CUT, NO_ANSWER
from lwe.storage.rows import TIME_FORMAT
from lwe.storage.store import Store
from tests.lwe.storage.helpers import ORIGIN, answered, asked, sql, texts

ROOT = Path(__file__).parents[3]
ASKS = """
    import sys, time
    from lwe.domain import Message, Origin
    from lwe.storage.store import Store

    store = Store(sys.argv[1])
    new = [Message("user", "why?")]
    turn = store.begin_turn(1, None, new, Origin("provider_x", "model-x", "preset-x"))
    store.note_progress(turn.journal_id, sys.argv[2])
    print("asked", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def file(store: Store, user: User, tmp_path: Path) -> Path:
    return tmp_path / "storage.db"


class Asker:
    """Another process that asks and waits for its answer."""

    def __init__(self, file: Path, said: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ASKS), str(file), said],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "asked\n"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def asker(file: Path, request: pytest.FixtureRequest) -> Iterator[Asker]:
    other = Asker(file, request.param)
    yield other
    other.kill()


@pytest.mark.parametrize("asker", ["the beginn"], indirect=True)
def test_words_of_a_dead_process_become_a_cut_answer(
    store: Store, user: User, file: Path, asker: Asker
) -> None:
    assert store.recover() == 0
    asker.kill()
    ((touched,),) = sql(file, "SELECT touched FROM tui_journal")
    assert store.recover() == 1
    (conversation,) = store.conversations(user.id, 10)
    answer = store.messages(conversation.id)[-1]
    assert (answer.role, answer.text, answer.mark) == ("assistant", "the beginn", CUT)
    assert answer.origin.model == "model-x"
    assert answer.created == datetime.strptime(touched, TIME_FORMAT)
    assert store.history_for_model(conversation.id)[-1] == answer
    assert store.recover() == 0
    assert len(store.messages(conversation.id)) == 2


@pytest.mark.parametrize("asker", [""], indirect=True)
def test_a_question_of_a_dead_process_that_got_no_word_is_marked(
    store: Store, user: User, asker: Asker
) -> None:
    asker.kill()
    assert store.recover() == 1
    (conversation,) = store.conversations(user.id, 10)
    (question,) = store.messages(conversation.id)
    assert (question.text, question.mark) == ("why?", NO_ANSWER)
    assert store.history_for_model(conversation.id) == []


@pytest.mark.parametrize("asker", ["the beginn"], indirect=True)
def test_a_living_process_is_left_alone(store: Store, user: User, file: Path, asker: Asker) -> None:
    mine = asked(store, user.id)
    sql(file, "UPDATE tui_journal SET touched = '2020-01-01 00:00:00.000000'")
    assert store.recover() == 0
    assert len(sql(file, "SELECT * FROM tui_journal")) == 2
    assert answered(store, mine) is not None


@pytest.mark.parametrize("asker", ["the beginn"], indirect=True)
def test_two_programs_recover_a_turn_once(
    store: Store, user: User, file: Path, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker.kill()
    other = Store(str(file))
    story = other._database.story
    # The other one has seen the turn, and is overtaken before it can take it.
    monkeypatch.setattr(other._database, "story", lambda: (store.recover(), story())[1])
    other.recover()
    other.close()
    (conversation,) = store.conversations(user.id, 10)
    assert texts(store.messages(conversation.id)) == ["why?", "the beginn"]


@pytest.mark.parametrize(("hours", "recovered"), [(1, 0), (23, 0), (25, 1)])
def test_a_process_that_cannot_be_seen_is_given_a_day(
    store: Store, user: User, file: Path, hours: int, recovered: int
) -> None:
    turn = asked(store, user.id)
    store.note_progress(turn.journal_id, "the beginn")
    touched = (datetime.now() - timedelta(hours=hours)).strftime(TIME_FORMAT)
    elsewhere = "elsewhere,id,boot,ns|1|1"
    sql(file, "UPDATE tui_journal SET owner = ?, touched = ?", elsewhere, touched)
    assert store.recover() == recovered


def test_progress_is_kept(store: Store, user: User, file: Path) -> None:
    turn = asked(store, user.id)
    other = asked(store, user.id)
    for text in ("a", "a b", "a b \ud800"):
        store.note_progress(turn.journal_id, text)
    found = dict(sql(file, "SELECT id, text FROM tui_journal"))
    assert found == {turn.journal_id: "a b \ufffd", other.journal_id: ""}


def test_a_round_is_kept_until_it_is_whole(store: Store, user: User, file: Path) -> None:
    turn = asked(store, user.id)
    call = Message("assistant", "", (ToolCall("dice", {}, "c1"),), reasoning="hm")
    result = Message("tool", "", tool_result=ToolResult("dice", 6, "c1"))
    store.note_progress(turn.journal_id, "", [call])
    assert len(store.messages(turn.conversation_id)) == 2
    assert sql(file, "SELECT message_type, reasoning FROM tui_round") == [("tool_call", "hm")]
    store.extend_turn(turn.journal_id, [call, result])
    assert sql(file, "SELECT * FROM tui_round") == []
    store.note_progress(turn.journal_id, "", [call])
    store.commit_turn(turn.journal_id, Message("assistant", "Six."), before=[call, result])
    assert sql(file, "SELECT * FROM tui_round") == []
    store.note_progress(turn.journal_id, "late", [call])
    assert sql(file, "SELECT * FROM tui_round") == []


def test_drafts(store: Store, user: User) -> None:
    number = asked(store, user.id).conversation_id
    ben = store.add_user("ben")
    store.save_draft(user.id, None, "new")
    store.save_draft(user.id, number, "old")
    store.save_draft(ben.id, None, "of Ben")
    store.save_draft(user.id, None, "newer \ud83d\ude00")
    assert store.draft(user.id, None) == "newer 😀"
    assert store.draft(user.id, number) == "old"
    assert store.draft(ben.id, None) == "of Ben"
    assert store.draft(ben.id, number) == ""
    store.save_draft(user.id, number, "")
    assert store.draft(user.id, number) == ""
    assert store.draft(user.id, None) == "newer 😀"


def test_a_draft_needs_a_place(store: Store, user: User) -> None:
    number = asked(store, user.id).conversation_id
    ben = store.add_user("ben")
    for user_id, conversation_id in ((ben.id, number), (user.id, 99), (99, None)):
        for keep in (store.save_draft, store.append_draft):
            with pytest.raises(NotFound):
                keep(user_id, conversation_id, "words")


@pytest.mark.parametrize("new", [True, False])
def test_a_draft_is_joined_to_what_is_there(store: Store, user: User, new: bool) -> None:
    place = None if new else asked(store, user.id).conversation_id
    for text, expected in (
        ("one", "one"),
        ("", "one"),
        ("two \ud800", "one\n\ntwo \ufffd"),
        ("three", "one\n\ntwo \ufffd\n\nthree"),
    ):
        store.append_draft(user.id, place, text)
        assert store.draft(user.id, place) == expected


def test_a_failed_retry_by_the_living_is_not_recovered(store: Store, user: User) -> None:
    turn = asked(store, user.id)
    answered(store, turn, "", Mark("failed", "offline"))
    store.retry_turn(turn.user_message_id, ORIGIN)
    assert store.recover() == 0


def test_owners() -> None:
    me = owner.this_process()
    machine, pid, started = me.split("|")
    assert owner.is_alive(me) is True
    assert owner.is_alive(f"{machine}|{pid}|1{started}") is False
    assert owner.is_alive(f"{machine}|999999999|{started}") is False
    assert owner.is_alive(f"elsewhere,x,y,z|{pid}|{started}") is None
    assert owner.is_alive(f"{machine}|x|{started}") is None
    assert owner.is_alive("") is None


def test_a_machine_that_has_restarted_has_lost_its_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner, "_machine", lambda: "box,id,boot2,ns")
    assert owner.is_alive("box,id,boot1,ns|1|1") is False
    assert owner.is_alive("box,other,boot1,ns|1|1") is None
    assert owner.is_alive("box,id,boot2,another|1|1") is None
    monkeypatch.setattr(owner, "_machine", lambda: "box,,boot2,ns")
    assert owner.is_alive("box,,boot1,ns|1|1") is None
