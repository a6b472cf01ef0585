"""The seed's tables exactly as it creates them, and ours, versioned, beside them.

Source of the first part: the schema that llm-workflow-engine 0.22 and 0.23 write.
"""

from __future__ import annotations

SEED_REVISION = "e7373d57cace"
SEED_TABLES = ("user", "conversation", "message")
REVISION_TABLE = """CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""  # noqa: W291

SEED = (
    """CREATE TABLE user (
	id INTEGER NOT NULL, 
	username VARCHAR NOT NULL, 
	password VARCHAR, 
	email VARCHAR, 
	default_preset VARCHAR NOT NULL, 
	created_time DATETIME NOT NULL, 
	last_login_time DATETIME, 
	preferences JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (username), 
	UNIQUE (email)
)""",  # noqa: W291 - the text is stored in the file and compared with the seed's
    "CREATE INDEX user_username_idx ON user (username)",
    "CREATE INDEX user_last_login_time ON user (last_login_time)",
    "CREATE INDEX user_email_idx ON user (email)",
    "CREATE INDEX user_created_time_idx ON user (created_time)",
    """CREATE TABLE conversation (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	title VARCHAR, 
	created_time DATETIME NOT NULL, 
	updated_time DATETIME NOT NULL, 
	hidden BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
)""",  # noqa: W291
    "CREATE INDEX conversation_created_time_idx ON conversation (created_time)",
    "CREATE INDEX conversation_hidden_idx ON conversation (hidden)",
    "CREATE INDEX conversation_user_id_idx ON conversation (user_id)",
    "CREATE INDEX conversation_updated_time_idx ON conversation (updated_time)",
    """CREATE TABLE message (
	id INTEGER NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	message_type VARCHAR NOT NULL, 
	message_metadata VARCHAR, 
	model VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	preset VARCHAR NOT NULL, 
	created_time DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE
)""",  # noqa: W291
    "CREATE INDEX message_created_time_idx ON message (created_time)",
    "CREATE INDEX message_conversation_id_idx ON message (conversation_id)",
    REVISION_TABLE,
    f"INSERT INTO alembic_version (version_num) VALUES ('{SEED_REVISION}')",
)

OURS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE tui_mark (
            message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('stopped', 'cut', 'failed')),
            note TEXT NOT NULL)""",
        """CREATE TABLE tui_timing (
            message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
            first_token REAL, seconds REAL, input_tokens INTEGER, output_tokens INTEGER)""",
        """CREATE TABLE tui_journal (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            question_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
            owner TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, preset TEXT NOT NULL,
            text TEXT NOT NULL DEFAULT '', touched TEXT NOT NULL)""",
        """CREATE TABLE tui_draft (
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            conversation_id INTEGER REFERENCES conversation (id) ON DELETE CASCADE,
            text TEXT NOT NULL)""",
        # Two, because an index of an expression makes the seed's program complain at each start.
        "CREATE UNIQUE INDEX tui_draft_idx ON tui_draft (user_id, conversation_id)",
        """CREATE UNIQUE INDEX tui_draft_new_idx ON tui_draft (user_id)
            WHERE conversation_id IS NULL""",
        # The list is read newest first, a window at a time, however long it is; the titles are
        # in the index so that filtering them does not visit every row.
        """CREATE INDEX tui_conversation_list_idx
            ON conversation (user_id, hidden, updated_time DESC, id DESC, title)""",
    ),
    (
        """CREATE TABLE tui_reasoning (
            message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
            text TEXT NOT NULL)""",
        # The last call or result of a tool that an unfinished turn has stored.
        "ALTER TABLE tui_journal ADD COLUMN last_id INTEGER",
    ),
    (
        # Calls and results of tools while others of their round still run.
        """CREATE TABLE tui_round (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            journal_id INTEGER NOT NULL REFERENCES tui_journal (id) ON DELETE CASCADE,
            role TEXT NOT NULL, message TEXT NOT NULL, message_type TEXT NOT NULL,
            message_metadata TEXT, reasoning TEXT NOT NULL)""",
        "CREATE INDEX tui_round_idx ON tui_round (journal_id)",
    ),
    (
        # Every way in which a conversation went on after a message (0: from its beginning). The
        # one that is live is in the seed's table, and has no messages here. The message is a
        # place, no reference: the seed may delete it, and what follows stays.
        """CREATE TABLE tui_variant (
            conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            after_id INTEGER NOT NULL, number INTEGER NOT NULL, messages TEXT,
            PRIMARY KEY (conversation_id, after_id, number))""",
        # What a turn does to what was there: where it went another way, from which variant, and
        # whether it goes on with the message instead of answering it.
        "ALTER TABLE tui_journal ADD COLUMN fork_after INTEGER",
        "ALTER TABLE tui_journal ADD COLUMN fork_back INTEGER",
        "ALTER TABLE tui_journal ADD COLUMN continues INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE tui_blob (
            hash TEXT PRIMARY KEY, media_type TEXT NOT NULL, data BLOB NOT NULL)""",
        """CREATE TABLE tui_attachment (
            message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
            position INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, hash TEXT,
            start INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (message_id, position))""",
        """CREATE TABLE tui_draft_attachment (
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            conversation_id INTEGER REFERENCES conversation (id) ON DELETE CASCADE,
            position INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, hash TEXT,
            text TEXT NOT NULL)""",
        """CREATE INDEX tui_draft_attachment_idx
            ON tui_draft_attachment (user_id, conversation_id)""",
        """CREATE TABLE tui_tool_policy (
            conversation_id INTEGER REFERENCES conversation (id) ON DELETE CASCADE,
            tool TEXT NOT NULL,
            policy TEXT NOT NULL CHECK (policy IN ('ask', 'conversation', 'always', 'never')))""",
        "CREATE UNIQUE INDEX tui_tool_policy_idx ON tui_tool_policy (conversation_id, tool)",
        """CREATE UNIQUE INDEX tui_tool_policy_always_idx ON tui_tool_policy (tool)
            WHERE conversation_id IS NULL""",
        """CREATE TABLE tui_conversation_setting (
            conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (conversation_id, name))""",
    ),
    (
        """CREATE TABLE tui_pin (
            conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE)""",
        """CREATE TABLE tui_trash_batch (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('conversations', 'message')),
            deleted TEXT NOT NULL)""",
        """CREATE TABLE tui_trash (
            batch_id INTEGER NOT NULL REFERENCES tui_trash_batch (id) ON DELETE CASCADE,
            title TEXT NOT NULL, messages INTEGER NOT NULL, content TEXT NOT NULL)""",
        "CREATE INDEX tui_trash_idx ON tui_trash (batch_id)",
        # The index itself is made by text_index.py: not every SQLite can.
        "CREATE TABLE tui_text_left (up_to INTEGER NOT NULL)",
        "INSERT INTO tui_text_left VALUES (0)",
    ),
)
