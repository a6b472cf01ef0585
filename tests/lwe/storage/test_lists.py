"""The list is read a window at a time, in one order, and its groups follow from it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from lwe.domain import Conversation, Group, Mark, Message, ToolCall, ToolResult, User
from lwe.errors import NotFound
from lwe.storage.lists import _Filter
from lwe.storage.store import Store, Timing
from tests.lwe.storage.helpers import ORIGIN, answered, asked, plain, sql, texts

TITLES = (None, "", "Straße", "STRASSE", "100% sure", "a_b", "Ünï", "plan", "Plan B", "new\nline")


def fill(path: Path, number: int, seed: int) -> list[Conversation]:
    """Write conversations of two users with many equal times and titles."""
    dice = random.Random(seed)
    with plain(path) as connection:
        connection.execute("BEGIN")
        for id_ in range(1, number + 1):
            row = (
                id_,
                dice.choice((1, 1, 2)),
                dice.choice(TITLES),
                "2026-01-01 00:00:00.000000",
                f"2026-01-{dice.randint(1, 9):02} 00:00:00.{dice.choice((0, 5)):06}",
                dice.choice((0, 0, 0, 1)),
            )
            connection.execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?)", row)
        pins = dice.sample(range(1, number + 1), number // 20)
        connection.executemany("INSERT INTO tui_pin VALUES (?)", [(id_,) for id_ in pins])
        connection.execute("COMMIT")
        found = connection.execute("SELECT * FROM conversation").fetchall()
    return [
        Conversation(
            row[0],
            row[1],
            row[2],
            datetime.fromisoformat(row[3]),
            datetime.fromisoformat(row[4]),
            bool(row[5]),
            pinned=row[0] in pins,
        )
        for row in found
    ]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_windows_together_are_the_whole_list_in_order(
    store: Store, tmp_path: Path, seed: int, hidden: bool
) -> None:
    dice = random.Random(seed)
    users = [store.add_user(name).id for name in ("ann", "ben")]
    everything = fill(tmp_path / "storage.db", 120, seed)
    for user_id in users:
        for containing in ("", "STRASSE", "straße", "%", "_", "ü", "PLAN", "none", "\n"):
            wanted = sorted(
                (
                    row
                    for row in everything
                    if row.user_id == user_id
                    and (hidden or not row.hidden)
                    and containing.casefold() in (row.title or "").casefold()
                ),
                key=lambda row: (row.pinned, row.updated, row.id),
                reverse=True,
            )
            size = dice.randint(1, 30)
            windows = [
                store.conversations(user_id, size, offset, containing, hidden)
                for offset in range(0, len(wanted) + size, size)
            ]
            assert [row for window in windows for row in window] == wanted
            assert store.conversation_count(user_id, containing, hidden) == len(wanted)
            assert store.conversations(user_id, containing=containing, hidden=hidden) == wanted
            now = datetime(2026, 1, 7, 12)
            assert store.groups(user_id, containing, now, hidden) == grouped(wanted, now)


def name_of(row: Conversation, now: datetime) -> str:
    """Say in which group a conversation is, the plain way."""
    today, day = now.date(), row.updated.date()
    if row.pinned:
        return "Pinned"
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day >= today - timedelta(days=today.weekday()):
        return "This week"
    if day >= today.replace(day=1):
        return "This month"
    return day.strftime("%B %Y")


def grouped(listed: list[Conversation], now: datetime) -> list[Group]:
    names = [name_of(row, now) for row in listed]
    return [Group(name, len(list(found))) for name, found in groupby(names)]


def put(path: Path, *times: str) -> None:
    """Write conversations of the first user, last changed then."""
    for time in times:
        sql(
            path,
            """INSERT INTO conversation (user_id, created_time, updated_time, hidden)
            VALUES (1, ?, ?, 0)""",
            "2020-01-01 00:00:00.000000",
            time,
        )


def test_groups_have_names_and_months_are_as_old_as_needed(
    store: Store, user: User, tmp_path: Path
) -> None:
    put(
        tmp_path / "storage.db",
        "2030-01-01 00:00:00.000000",
        "2026-03-13 00:00:00",
        "2026-03-12 23:59:59.999999",
        "2026-03-09 00:00:00.000000",
        "2026-03-08 23:59:59.999999",
        "2026-03-01 00:00:00.000000",
        "2026-02-28 23:59:59.999999",
        "2025-02-01 00:00:00.000000",
        "2019-12-31 12:00:00.000000",
        "2019-12-01 12:00:00.000000",
        "12",
    )
    store.pin(4)
    assert store.groups(user.id, now=datetime(2026, 3, 13, 8)) == [
        Group("Pinned", 1),
        Group("Today", 2),
        Group("Yesterday", 1),
        Group("This month", 2),
        Group("February 2026", 1),
        Group("February 2025", 1),
        Group("December 2019", 2),
        Group("Earlier", 1),
    ]
    assert store.groups(99) == []


@pytest.mark.parametrize(
    ("now", "names"),
    [
        # A Monday, the first of a month: there is neither a week nor a month behind it.
        ("2026-06-01", ["Today", "Yesterday", "May 2026"]),
        # A Wednesday whose Monday is in the month before.
        ("2026-07-01", ["Today", "Yesterday", "This week", "June 2026"]),
        ("2026-07-02", ["Today", "Yesterday", "This week", "June 2026"]),
        ("2026-01-05", ["Today", "Yesterday", "This month", "December 2025"]),
    ],
)
def test_every_day_is_in_one_group(
    store: Store, user: User, tmp_path: Path, now: str, names: list[str]
) -> None:
    day = datetime.fromisoformat(now)
    put(tmp_path / "storage.db", *(f"{day - timedelta(days=n):%Y-%m-%d} 12:00" for n in range(9)))
    found = store.groups(user.id, now=day)
    assert [group.name for group in found] == names
    assert found == grouped(store.conversations(user.id), day)


def test_a_window_is_read_from_the_index_without_sorting(store: Store, user: User) -> None:
    for containing in ("", "x"):
        for hidden in (False, True):
            ids, values = _Filter(user.id, containing, hidden).ids()
            plan = [
                row["detail"]
                for row in store._database.rows(f"EXPLAIN QUERY PLAN {ids}", (*values, 50, 0))
            ]
            index = "COVERING INDEX tui_conversation_list_idx (user_id=? AND hidden=?)"
            assert sum(index in step for step in plan) == 1 + hidden
            # Only the pinned ones are sorted.
            assert sum("TEMP B-TREE" in step for step in plan) == 1


def test_hidden_ones_are_listed_only_when_asked(store: Store, user: User) -> None:
    one, two = (asked(store, user.id, text).conversation_id for text in ("red", "blue"))
    store.hide(one)
    assert [row.id for row in store.conversations(user.id)] == [two]
    assert store.conversations(user.id, containing="red") == []
    assert [row.id for row in store.conversations(user.id, containing="red", hidden=True)] == [one]
    assert [row.id for row in store.hidden_conversations(user.id)] == [one]
    store.pin(one)
    assert [row.id for row in store.conversations(user.id)] == [two]
    store.hide(one, hidden=False)
    assert store.hidden_conversations(user.id) == []
    assert [row.id for row in store.conversations(user.id)] == [one, two]


def test_pinning(store: Store, user: User) -> None:
    one, two = (asked(store, user.id).conversation_id for _ in range(2))
    store.pin(one)
    store.pin(one)
    assert store.conversation(one).pinned
    assert [(row.id, row.pinned) for row in store.conversations(user.id)] == [
        (one, True),
        (two, False),
    ]
    assert [row.id for row in store.history(user.id) if row.pinned] == [one]
    store.pin(one, pinned=False)
    assert [row.id for row in store.conversations(user.id)] == [two, one]
    with pytest.raises(NotFound):
        store.pin(99)


def test_a_duplicate_is_another_conversation_with_all_that_was_said(
    store: Store, user: User
) -> None:
    call = Message("assistant", "", (ToolCall("dice", {"é": [1]}, "c1"),))
    result = Message("tool", "", tool_result=ToolResult("dice", {"ok": None}, "c1"))
    turn = store.begin_turn(user.id, None, [Message("user", "Roll"), call, result], ORIGIN, "Dice")
    answer = Message("assistant", "Six", mark=Mark("stopped", "why"), reasoning="hm")
    store.commit_turn(turn.journal_id, answer, Timing(0.1, 2.0, 3, 4))
    store.pin(turn.conversation_id)
    store.save_draft(user.id, turn.conversation_id, "draft")
    before = store.messages(turn.conversation_id)

    made = store.duplicate(turn.conversation_id)
    assert (made.title, made.pinned, made.hidden) == ("Dice (copy)", False, False)
    assert made == store.conversation(made.id) != store.conversation(turn.conversation_id)
    after = store.messages(made.id)
    assert texts(after) == texts(before)
    assert [m.tool_calls for m in after] == [m.tool_calls for m in before]
    assert after[-1].mark == before[-1].mark
    assert after[-1].reasoning == "hm"
    assert [m.created for m in after] == [m.created for m in before]
    assert list(store.timings(made.id).values()) == [Timing(0.1, 2.0, 3, 4)]
    assert store.draft(user.id, made.id) == ""
    store.pin(turn.conversation_id, pinned=False)
    assert [row.id for row in store.conversations(user.id)] == [made.id, turn.conversation_id]

    store.delete_conversation(turn.conversation_id)
    assert store.messages(made.id) == after


def test_the_duplicate_of_what_has_no_title_has_none(store: Store, user: User) -> None:
    turn = asked(store, user.id, "Why is that?")
    answered(store, turn)
    made = store.duplicate(turn.conversation_id)
    assert (made.title, made.opening) == (None, "Why is that?")
    with pytest.raises(NotFound):
        store.duplicate(99)
