"""Variants: nothing that was said is lost, whatever is asked, edited, flipped or deleted."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lwe.domain import Attachment, Mark, Message, Placed, User, Variants
from lwe.errors import LweError, NotFound
from lwe.storage import schema, tails
from lwe.storage.store import OpenTurn, Store, Timing
from tests.lwe.storage.helpers import ORIGIN, answered, asked, sql, texts

FAILED = Mark("failed", "offline")
ELSEWHERE = "elsewhere,id,boot,ns|1|1"


@pytest.fixture
def here(store: Store, user: User) -> int:
    """A conversation: opening, question, answer."""
    turn = asked(store, user.id)
    answered(store, turn)
    return turn.conversation_id


def ids(store: Store, conversation_id: int) -> list[int]:
    return [message.id or 0 for message in store.messages(conversation_id)]


def shown(store: Store, conversation_id: int) -> str:
    return " ".join(texts(store.messages(conversation_id))[1:])


def again(store: Store, question_id: int, text: str = "or else") -> None:
    answered(store, store.regenerate_turn(question_id, ORIGIN), text)


# One fork


def test_an_answer_anew_keeps_the_old_one(store: Store, here: int) -> None:
    _, question, answer = ids(store, here)
    again(store, question)
    assert shown(store, here) == "why? or else"
    new = ids(store, here)[-1]
    assert store.variants(here) == {new: Variants(2, 2)}
    assert store.flip(here, new, -1) == answer
    assert shown(store, here) == "why? because"
    assert store.variants(here) == {answer: Variants(1, 2)}


@pytest.mark.parametrize(("step", "number"), [(1, 3), (-1, 2), (-9, 1), (9, 3), (0, 3)])
def test_the_first_and_the_last_are_the_ends(
    store: Store, here: int, step: int, number: int
) -> None:
    question = ids(store, here)[1]
    for text in ("two", "three"):
        again(store, question, text)
    first = store.flip(here, ids(store, here)[-1], step)
    assert store.variants(here) == {first: Variants(number, 3)}


def test_another_question_keeps_the_old_one_and_all_after_it(
    store: Store, user: User, here: int
) -> None:
    answered(store, asked(store, user.id, "and?", here), "so")
    _, first, _, _, last = ids(store, here)
    turn = store.edit_turn(first, Message("user", "how?"), ORIGIN)
    assert shown(store, here) == "how?"
    answered(store, turn, "thus")
    new = ids(store, here)[1]
    assert store.flip(here, new, -1) == first
    assert shown(store, here) == "why? because and? so"
    assert ids(store, here)[-1] == last
    store.flip(here, first, 1)
    assert shown(store, here) == "how? thus"


def test_what_belongs_to_a_message_goes_along(store: Store, user: User, here: int) -> None:
    image = Attachment("a.png", "image/png", b"\x89")
    question = Message("user", "see [image: a.png]", attachments=(Placed(image, 4, 14),))
    turn = store.begin_turn(user.id, here, [question], ORIGIN)
    mark, timing = Mark("stopped", "by me"), Timing(0.5, 2.0, 3, 4)
    store.commit_turn(
        turn.journal_id, Message("assistant", "well", mark=mark, reasoning="hm"), timing
    )
    before = (store.messages(here), store.timings(here), store.attachments(here))
    first = turn.user_message_id
    answered(store, store.edit_turn(first, Message("user", "else?"), ORIGIN), "no")
    assert store.attachments(here) == {}
    store.flip(here, ids(store, here)[3], -1)
    assert (store.messages(here), store.timings(here), store.attachments(here)) == before


def test_ids_that_are_taken_are_replaced_in_order(store: Store, user: User, here: int) -> None:
    question = ids(store, here)[1]
    again(store, question, "two")
    store.flip(here, ids(store, here)[-1], -1)
    answered(store, asked(store, user.id, "deep", here), "er")
    again(store, ids(store, here)[3], "est")
    first = store.flip(here, ids(store, here)[2], 1)
    other = asked(store, user.id)  # Takes the ids that are free now.
    answered(store, other)
    store.flip(here, first, -1)
    assert shown(store, here) == "why? because deep est"
    assert min(ids(store, here)[2:]) > other.user_message_id
    assert [variants for variants in store.variants(here).values()] == [
        Variants(1, 2),
        Variants(2, 2),
    ]
    store.flip(here, ids(store, here)[-1], -1)
    assert shown(store, here) == "why? because deep er"


def test_deep_forks_do_not_blow_up(store: Store, user: User, here: int, tmp_path: Path) -> None:
    for _ in range(12):
        answered(store, asked(store, user.id, 'say "\\"', here), '"\\"')
        again(store, ids(store, here)[-2], '"\\"')
    said = shown(store, here)
    again(store, ids(store, here)[1], "flat")
    ((size,),) = sql(tmp_path / "storage.db", "SELECT max(length(messages)) FROM tui_variant")
    assert size < 40_000
    store.flip(here, ids(store, here)[-1], -1)
    assert shown(store, here) == said
    assert len(store.variants(here)) == 13


# Turns that say nothing


@pytest.mark.parametrize("mark", [FAILED, Mark("stopped"), None])
def test_an_answer_that_never_comes_leaves_the_old_one(
    store: Store, here: int, mark: Mark | None, tmp_path: Path
) -> None:
    before = store.messages(here)
    turn = store.regenerate_turn(ids(store, here)[1], ORIGIN)
    assert answered(store, turn, "", mark) is None
    assert store.messages(here) == before
    assert store.variants(here) == {}
    assert sql(tmp_path / "storage.db", "SELECT * FROM tui_variant") == []


def test_the_variant_that_was_shown_comes_back(store: Store, here: int) -> None:
    question = ids(store, here)[1]
    for text in ("two", "three"):
        again(store, question, text)
    store.flip(here, ids(store, here)[-1], -1)
    answered(store, store.regenerate_turn(question, ORIGIN), "", FAILED)
    assert shown(store, here) == "why? two"
    assert list(store.variants(here).values()) == [Variants(2, 3)]


def test_a_question_that_got_no_answer_is_a_draft_again(
    store: Store, user: User, here: int
) -> None:
    before = store.messages(here)
    store.save_draft(user.id, here, "begun", [Attachment("b.txt", "text/plain", text="b")])
    image = Attachment("a.png", "image/png", b"\x89")
    question = Message("user", "how?\n\n[image: a.png]", attachments=(Placed(image, 6, 14),))
    turn = store.edit_turn(ids(store, here)[1], question, ORIGIN)
    assert answered(store, turn, "", FAILED) is None
    assert store.messages(here) == before
    assert store.draft(user.id, here) == "begun\n\nhow?"
    assert [given.name for given in store.draft_attachments(user.id, here)] == ["b.txt", "a.png"]
    assert store.draft_attachments(user.id, here)[1] == image


def test_what_another_program_adds_is_not_taken_back(
    store: Store, here: int, tmp_path: Path
) -> None:
    turn = store.regenerate_turn(ids(store, here)[1], ORIGIN)
    add_as_the_seed(store, here, "mine")
    answered(store, turn, "", FAILED)
    assert shown(store, here) == "why? mine"
    assert store.messages(here)[1].mark == FAILED
    store.flip(here, ids(store, here)[-1], -1)
    assert shown(store, here) == "why? because"


def add_as_the_seed(store: Store, conversation_id: int, text: str) -> None:
    values = {"conversation_id": conversation_id, "role": "assistant", "message": text}
    store.add_raw("message", {**values, "model": "", "provider": "", "preset": ""})


@pytest.mark.parametrize(("words", "expected"), [("", "why? because"), ("so f", "why? so f")])
def test_a_dead_process_leaves_the_old_answer_or_the_new_one(
    store: Store, here: int, tmp_path: Path, words: str, expected: str
) -> None:
    turn = store.regenerate_turn(ids(store, here)[1], ORIGIN)
    store.note_progress(turn.journal_id, words)
    assert shown(store, here) == "why?"
    abandon(tmp_path)
    assert store.recover() == 1
    assert shown(store, here) == expected
    if words:
        store.flip(here, ids(store, here)[-1], -1)
        assert shown(store, here) == "why? because"


def test_a_dead_process_leaves_the_question_that_it_asked(
    store: Store, user: User, here: int, tmp_path: Path
) -> None:
    before = store.messages(here)
    for _ in range(2):
        store.edit_turn(ids(store, here)[1], Message("user", "how?"), ORIGIN)
        abandon(tmp_path)
        store.recover()
        assert store.messages(here) == before
    assert store.draft(user.id, here) == "how?\n\nhow?"


def abandon(folder: Path) -> None:
    """Make all open turns those of a process that ended long ago."""
    touched = "2020-01-01 00:00:00.000000"
    sql(folder / "storage.db", "UPDATE tui_journal SET owner = ?, touched = ?", ELSEWHERE, touched)


def test_a_dead_turn_is_settled_before_anything_moves(
    store: Store, here: int, tmp_path: Path
) -> None:
    question = ids(store, here)[1]
    turn = store.regenerate_turn(question, ORIGIN)
    store.note_progress(turn.journal_id, "so f")
    abandon(tmp_path)
    again(store, question, "whole")
    assert list(store.variants(here).values()) == [Variants(3, 3)]
    store.flip(here, ids(store, here)[-1], -1)
    assert shown(store, here) == "why? so f"


def test_a_question_without_an_answer_is_marked_again(store: Store, user: User, here: int) -> None:
    answered(store, asked(store, user.id, "lost?", here), "", FAILED)
    answered(store, asked(store, user.id, "next?", here), "found")
    before = store.messages(here)
    lost = ids(store, here)[3]
    answered(store, store.regenerate_turn(lost, ORIGIN), "", FAILED)
    assert store.messages(here) == before


# Going on


def cut(store: Store, user: User) -> tuple[int, int]:
    turn = asked(store, user.id)
    message = Message("assistant", "The begin", mark=Mark("cut", "gone"), reasoning="one")
    stored = store.commit_turn(turn.journal_id, message, Timing(0.5, 1.0, 10, None))
    assert stored is not None
    return turn.conversation_id, stored.id or 0


@pytest.mark.parametrize("mark", [None, Mark("stopped", "again")])
def test_an_answer_goes_on_in_its_place(store: Store, user: User, mark: Mark | None) -> None:
    here, answer = cut(store, user)
    turn = store.continue_turn(answer, ORIGIN)
    more = Message("assistant", "ning.", mark=mark, reasoning="two")
    stored = store.commit_turn(turn.journal_id, more, Timing(0.1, 2.0, 5, 7))
    assert stored == store.messages(here)[-1]
    assert (stored.id, stored.text, stored.mark) == (answer, "The beginning.", mark)
    assert stored.reasoning == "one\n\ntwo"
    assert store.timings(here)[answer] == Timing(0.5, 3.0, 15, 7)


def test_an_answer_that_does_not_go_on_stays_as_it_was(store: Store, user: User) -> None:
    here, answer = cut(store, user)
    before = store.messages(here)
    turn = store.continue_turn(answer, ORIGIN)
    assert answered(store, turn, "", FAILED) is None
    assert store.messages(here) == before


@pytest.mark.parametrize(("words", "expected"), [("", "The begin"), ("ni", "The beginni")])
def test_a_dead_process_leaves_what_it_has_added(
    store: Store, user: User, words: str, expected: str, tmp_path: Path
) -> None:
    here, answer = cut(store, user)
    turn = store.continue_turn(answer, ORIGIN)
    store.note_progress(turn.journal_id, words)
    abandon(tmp_path)
    store.recover()
    message = store.messages(here)[-1]
    assert (message.id, message.text, message.mark and message.mark.kind) == (
        answer,
        expected,
        "cut",
    )


def test_only_the_last_answer_goes_on(store: Store, user: User) -> None:
    here, answer = cut(store, user)
    answered(store, asked(store, user.id, "and?", here))
    with pytest.raises(LweError, match="Only the last one"):
        store.continue_turn(answer, ORIGIN)


# What is refused


def test_nothing_moves_under_an_answer_that_is_being_written(
    store: Store, user: User, here: int
) -> None:
    _, question, answer = ids(store, here)
    again(store, question)
    shown_id = ids(store, here)[-1]
    open_turn = asked(store, user.id, "and?", here)
    attempts: list[Callable[[], object]] = [
        lambda: store.flip(here, shown_id, -1),
        lambda: store.regenerate_turn(question, ORIGIN),
        lambda: store.edit_turn(question, Message("user", "x"), ORIGIN),
        lambda: store.continue_turn(shown_id, ORIGIN),
        lambda: store.delete_message(shown_id),
    ]
    before = store.messages(here)
    for attempt in attempts:
        with pytest.raises(LweError, match="is being written"):
            attempt()
    assert store.messages(here) == before
    answered(store, open_turn)
    assert store.flip(here, shown_id, -1) == answer


def test_what_is_not_there(store: Store, here: int) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: store.flip(here, ids(store, here)[-1], 1),
        lambda: store.flip(99, 1, 1),
        lambda: store.regenerate_turn(99, ORIGIN),
        lambda: store.edit_turn(99, Message("user", "x"), ORIGIN),
        lambda: store.continue_turn(99, ORIGIN),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert store.variants(99) == {}


def test_variants_go_with_their_conversation(store: Store, here: int, tmp_path: Path) -> None:
    again(store, ids(store, here)[1])
    sql(tmp_path / "storage.db", "DELETE FROM conversation WHERE id = ?", here)  # As the seed does.
    assert sql(tmp_path / "storage.db", "SELECT * FROM tui_variant") == []


def test_every_table_beside_messages_goes_along() -> None:
    beside = {
        statement.split()[2]
        for step in schema.OURS
        for statement in step
        if statement.startswith("CREATE TABLE") and "message_id" in statement
    }
    assert set(tails.BESIDE) == beside


# Any order of events


@dataclass
class Line:
    """A run of messages, and where it goes on more than once."""

    said: list[str] = field(default_factory=list)
    fork: Branches | None = None


@dataclass
class Branches:
    lines: list[Line]
    live: int


class Model:
    """What a conversation has to be: a tree of which one path is seen."""

    def __init__(self) -> None:
        self.root = Line()

    def path(self) -> list[Line]:
        found = [self.root]
        while found[-1].fork:
            found.append(found[-1].fork.lines[found[-1].fork.live])
        return found

    def seen(self) -> list[str]:
        return [text for line in self.path() for text in line.said]

    def variants(self) -> dict[int, Variants]:
        at, found = 0, {}
        for line in self.path():
            at += len(line.said)
            if line.fork and at < len(self.seen()):
                found[at] = Variants(line.fork.live + 1, len(line.fork.lines))
        return found

    def add(self, *said: str) -> None:
        self.path()[-1].said += said

    def branch(self, at: int) -> None:
        if at == len(self.seen()):
            return
        for line in self.path():
            if at < len(line.said):
                rest = Line(line.said[at:], line.fork)
                line.said, line.fork = line.said[:at], Branches([rest, Line()], 1)
                return
            at -= len(line.said)
            if at == 0 and line.fork:
                line.fork.lines.append(Line())
                line.fork.live = len(line.fork.lines) - 1
                return

    def flip(self, at: int, step: int) -> None:
        for line in self.path():
            at -= len(line.said)
            if at == 0 and line.fork:
                line.fork.live = min(max(line.fork.live + step, 0), len(line.fork.lines) - 1)
                return

    def delete(self, at: int) -> None:
        path = self.path()
        for above, line in zip([None, *path], path, strict=False):
            if at < len(line.said):
                del line.said[at]
                if above and above.fork and not line.said and line.fork:
                    place, inner = above.fork, line.fork
                    place.lines[place.live : place.live + 1] = inner.lines
                    place.live += inner.live
                return
            at -= len(line.said)


class Play:
    """Does the same with a store and with its model, in an order that chance decides."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store, self.model, self.number = Store("sqlite:///:memory:"), Model(), 0
        self.user = self.store.add_user("ann").id
        turn = self.store.begin_turn(self.user, None, [self.question()], ORIGIN)
        self.here = turn.conversation_id
        self.model.add("q1")
        self.end(turn)

    def question(self) -> Message:
        self.number += 1
        given = Attachment(f"q{self.number}", "text/plain", text="x")
        return Message("user", f"q{self.number}", attachments=(Placed(given, 0, 1),))

    def end(self, turn: OpenTurn) -> None:
        self.number += 1
        text = f"a{self.number}"
        mark = Mark("stopped", text) if self.number % 2 else None
        answer = Message("assistant", text, mark=mark, reasoning=text)
        self.store.commit_turn(turn.journal_id, answer, Timing(seconds=float(self.number)))
        self.model.add(text)

    def ids(self) -> list[int]:
        return ids(self.store, self.here)

    def step(self) -> None:
        seen = self.model.seen()
        at = self.chance.randrange(len(seen)) if seen else 0
        names = ["ask", "disturb", "seed"]
        if seen:
            names += ["flip"] * 4 + ["delete", "seed_deletes"]
            names += ["edit", "regenerate", "fail"] * 2 if seen[at].startswith("q") else []
        getattr(self, self.chance.choice(names))(at)
        self.check()

    def ask(self, _at: int) -> None:
        question = self.question()
        turn = self.store.begin_turn(self.user, self.here, [question], ORIGIN)
        self.model.add(question.text)
        self.end(turn)

    def disturb(self, _at: int) -> None:
        turn = self.store.begin_turn(self.user, None, [Message("user", "elsewhere")], ORIGIN)
        answered(self.store, turn)

    def seed(self, _at: int) -> None:
        self.number += 1
        self.model.add(f"s{self.number}")
        add_as_the_seed(self.store, self.here, f"s{self.number}")

    def flip(self, _at: int) -> None:
        if places := list(self.model.variants()):
            at, step = self.chance.choice(places), self.chance.choice([-2, -1, 1, 2])
            self.model.flip(at, step)
            assert self.store.flip(self.here, self.ids()[at], step) == self.ids()[at]

    def delete(self, at: int) -> None:
        self.store.delete_message(self.ids()[at])
        self.model.delete(at)

    def seed_deletes(self, at: int) -> None:
        self.disturb(at)  # So that the id is not given to another message.
        gone = self.ids()[at]
        with self.store._database.story():
            self.store._database.change("DELETE FROM message WHERE id = ?", (gone,))
        self.model.delete(at)

    def regenerate(self, at: int) -> None:
        turn = self.store.regenerate_turn(self.ids()[at], ORIGIN)
        self.model.branch(at + 1)
        self.end(turn)

    def edit(self, at: int) -> None:
        question = self.question()
        turn = self.store.edit_turn(self.ids()[at], question, ORIGIN)
        self.model.branch(at)
        self.model.add(question.text)
        self.end(turn)

    def fail(self, at: int) -> None:
        following = "".join(self.model.seen()[at + 1 : at + 2])
        if following and not following.startswith("q"):
            answered(self.store, self.store.regenerate_turn(self.ids()[at], ORIGIN), "", FAILED)
        answered(
            self.store,
            self.store.edit_turn(self.ids()[at], Message("user", "?"), ORIGIN),
            "",
            FAILED,
        )

    def check(self) -> None:
        said = self.store.messages(self.here)
        assert texts(said) == self.model.seen()
        known = self.ids()
        expected = {known[at]: found for at, found in self.model.variants().items()}
        assert self.store.variants(self.here) == expected
        timings, attachments = self.store.timings(self.here), self.store.attachments(self.here)
        for message in said:
            kind, number = message.text[0], int(message.text[1:])
            assert message.reasoning == (message.text if kind == "a" else "")
            assert (message.id in timings) == (kind == "a")
            assert [given.name for given in attachments.get(message.id or 0, [])] == (
                [message.text] if kind == "q" else []
            )
            if message.mark is not None:
                assert (message.mark.note, number % 2) == (message.text, 1)
            assert (message.mark is None) == (kind != "a" or number % 2 == 0)


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_events_keeps_everything(seed: int) -> None:
    play = Play(seed)
    for _ in range(25):
        play.step()
    play.store.close()
