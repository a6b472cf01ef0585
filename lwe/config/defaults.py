"""The defaults of every configuration key; data."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

MAX_ROUNDS = 25
"""How often a model is called in one turn, unless the configuration says otherwise."""

_DEFAULTS: dict[str, Any] = {
    "backend": "api",
    "backend_options": {
        "auto_create_first_user": None,
        "default_user": None,
        "default_conversation_id": None,
        "title_generation": {"provider": None, "model": None},
    },
    "directories": {
        "cache": ["$DATA_DIR/cache"],
        "templates": [
            "$CONFIG_DIR/profiles/$PROFILE/templates",
            "$CONFIG_DIR/templates",
        ],
        "presets": ["$CONFIG_DIR/presets", "$CONFIG_DIR/profiles/$PROFILE/presets"],
        "plugins": ["$CONFIG_DIR/profiles/$PROFILE/plugins", "$CONFIG_DIR/plugins"],
        "workflows": ["$CONFIG_DIR/workflows", "$CONFIG_DIR/profiles/$PROFILE/workflows"],
        "tools": ["$CONFIG_DIR/tools", "$CONFIG_DIR/profiles/$PROFILE/tools"],
    },
    "shell": {
        "prompt_prefix": (
            "$TITLE$NEWLINE($TEMPERATURE/$MAX_SUBMISSION_TOKENS/$CURRENT_CONVERSATION_TOKENS):"
            " $SYSTEM_MESSAGE_ALIAS$NEWLINE$USER@$PRESET_OR_MODEL"
        ),
        "history_file": "",
        "streaming": False,
    },
    "database": None,
    "model": {
        "default_preset": None,
        "default_system_message": "default",
        "system_message": {
            "programmer": (
                "You are an expert programmer, who responds to questions"
                " with brief examples in code."
            ),
            "creative_writer": "You are a creative writing assistant.",
        },
    },
    "chat": {"log": {"enabled": False, "filepath": "lwe.log"}},
    "log": {
        "console": {
            "level": "error",
            "format": "%(name)s - %(levelname)s - %(message)s",
        }
    },
    "plugins": {"enabled": ["echo", "examples"]},
    "tools": {"max_rounds": MAX_ROUNDS, "policy": "ask"},
    "mcp": {"servers": {}, "timeout": 30},
    "tui": {
        "theme": None,
        "enter_sends": True,
        "mouse": "on",
        "reduced_motion": False,
        "bell": False,
        "slots": [],
    },
    "debug": {
        "log": {
            "enabled": False,
            "filepath": "",
            "level": "debug",
            "format": "%(name)s - %(asctime)s - %(levelname)s - %(message)s",
        }
    },
}


def defaults() -> dict[str, Any]:
    """Return a fresh copy of the defaults; the keys are the seed's."""
    values = copy.deepcopy(_DEFAULTS)
    temporary = Path(tempfile.gettempdir())
    values["shell"]["history_file"] = str(temporary / "repl_history.log")
    values["debug"]["log"]["filepath"] = str(temporary / "lwe-debug.log")
    return values
