"""The index of the words in messages: kept by triggers, whoever writes, and made in slices.

Words of system messages are left out: they are the same in thousands of conversations. Messages
that were there before the index are read newest first; `tui_text_left` says up to which id they
have not been yet, so that no trigger takes from the index what is not in it.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

from lwe.storage import migrations

MODULE = "fts5"
"""The part of SQLite that finds words; some builds are without it."""
_LEFT = "(SELECT up_to FROM tui_text_left)"
_TRIGGERS = {
    "tui_text_added": f"""CREATE TRIGGER tui_text_added AFTER INSERT ON message
        WHEN new.role <> 'system' AND new.id > {_LEFT} BEGIN
            INSERT INTO tui_text (rowid, message) VALUES (new.id, new.message);
        END""",
    "tui_text_removed": f"""CREATE TRIGGER tui_text_removed AFTER DELETE ON message
        WHEN old.role <> 'system' AND old.id > {_LEFT} BEGIN
            INSERT INTO tui_text (tui_text, rowid, message)
                VALUES ('delete', old.id, old.message);
        END""",
    "tui_text_changed": f"""CREATE TRIGGER tui_text_changed
        AFTER UPDATE OF id, role, message ON message BEGIN
            INSERT INTO tui_text (tui_text, rowid, message)
                SELECT 'delete', old.id, old.message
                WHERE old.role <> 'system' AND old.id > {_LEFT};
            INSERT INTO tui_text (rowid, message)
                SELECT new.id, new.message WHERE new.role <> 'system' AND new.id > {_LEFT};
        END""",
}


class File(migrations.Sql, Protocol):
    """What is needed of a database."""

    def story(self) -> contextlib.AbstractContextManager[None]:
        """Make everything inside one transaction that no other writer can cut in half."""


def is_possible(sql: migrations.Sql) -> bool:
    """Say whether this build of SQLite can find words."""
    return bool(sql.rows("SELECT 1 FROM pragma_module_list WHERE name = ?", (MODULE,)))


def bring_up_to_date(file: File) -> None:
    """Make the index anew, empty, where it or a trigger is missing.

    A migration of the seed that makes the table `message` anew loses our triggers, and nobody
    knows what was written since. Where SQLite cannot find words nothing may try to index them:
    no message could be stored.
    """
    wanted = _wanted() if is_possible(file) else {}
    if _made(file, bool(wanted)) == wanted:
        return
    with file.story():
        if _made(file, bool(wanted)) == wanted:
            return  # Another program was quicker.
        for name in _TRIGGERS:
            file.change(f"DROP TRIGGER IF EXISTS {name}")
        if wanted:
            file.change("DROP TABLE IF EXISTS tui_text")
            for statement in wanted.values():
                file.change(statement)
            file.change(
                "UPDATE tui_text_left SET up_to = (SELECT coalesce(max(id), 0) FROM message)"
            )


def left(sql: migrations.Sql) -> int:
    """Return the greatest id of the messages that are not indexed; 0 when all are."""
    return int(sql.rows("SELECT up_to FROM tui_text_left")[0]["up_to"])


def index(sql: migrations.Sql, limit: int) -> int:
    """Index the newest of the messages that are left, inside a story of the caller.

    Returns:
        What `left` says afterwards.
    """
    up_to = left(sql)
    rest = sql.rows(
        "SELECT id FROM message WHERE id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?", (up_to, limit)
    )
    after = int(rest[0]["id"]) if rest else 0
    sql.change(
        """INSERT INTO tui_text (rowid, message) SELECT id, message FROM message
        WHERE id > ? AND id <= ? AND role <> 'system' ORDER BY id""",
        (after, up_to),
    )
    sql.change("UPDATE tui_text_left SET up_to = ?", (after,))
    return after


def _wanted() -> dict[str, str]:
    # The words are not stored twice; how many there are only serves to rank what is found; what
    # begins with two letters has an index of its own, as it is most of what somebody types.
    table = f"""CREATE VIRTUAL TABLE tui_text USING {MODULE} (message, content='message',
        content_rowid='id', columnsize=0, prefix='2',
        tokenize='unicode61 remove_diacritics 2')"""
    return {"tui_text": table, **_TRIGGERS}


def _made(sql: migrations.Sql, table: bool) -> dict[str, str]:
    """Return the statements that made what there is, by name; the index itself if asked."""
    names = [*_TRIGGERS, *(["tui_text"] if table else [])]
    marks = ", ".join("?" * len(names))
    found = sql.rows(f"SELECT name, sql FROM sqlite_master WHERE name IN ({marks})", names)
    return {row["name"]: row["sql"] for row in found}
