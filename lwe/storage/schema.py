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
)
