"""The seed's names for fixed words and numbers, for plugins that read them."""

from __future__ import annotations

from typing import Any

from lwe.config.defaults import defaults
from lwe.config.paths import LEGACY, NAME

PROVIDER_PREFIX = "provider_"
PROVIDER_PRIVATE_CUSTOMIZATION_KEYS = ["tools", "tool_choice"]
API_BACKEND_DEFAULT_MODEL = "gpt-5.4-mini"

DEFAULT_PROFILE = "default"
DEFAULT_CONFIG_DIR = NAME
LEGACY_DEFAULT_CONFIG_DIR = LEGACY
DEFAULT_DATABASE_BASENAME = "storage"
CONFIG_PROFILES_DIR = "profiles"
DEFAULT_CONFIG: dict[str, Any] = defaults()

SYSTEM_MESSAGE_DEFAULT = "You are a helpful assistant."
SYSTEM_MESSAGE_PROGRAMMER: str = DEFAULT_CONFIG["model"]["system_message"]["programmer"]
SYSTEM_MESSAGE_CREATIVE_WRITER: str = DEFAULT_CONFIG["model"]["system_message"]["creative_writer"]

DEFAULT_TITLE_GENERATION_SYSTEM_PROMPT = "You write short 3-5 word titles for any content"
DEFAULT_TITLE_GENERATION_USER_PROMPT = "Write a title for this content:"
TITLE_GENERATION_MAX_CHARACTERS = 1500
NEW_CONVERSATION_TITLE = "[New Conversation]"
UNTITLED_CONVERSATION = "[Untitled]"
NO_TITLE_TEXT = "No title"
SHORT_TITLE_LENGTH = 30

OPEN_AI_MAX_TOKENS = 4096
OPEN_AI_MIN_SUBMISSION_TOKENS = 1
OPEN_AI_DEFAULT_MAX_SUBMISSION_TOKENS = 4000

COMMAND_LEADER = "/"
ACTIVE_ITEM_INDICATOR = "🟢"
DEFAULT_COMMAND = "ask"
DEFAULT_HISTORY_LIMIT = 20
SHELL_ONE_SHOT_COMMANDS = ["config"]
HELP_TOKEN_VARIABLE_SUBSTITUTIONS = [
    "COMMAND_LEADER",
    "DEFAULT_HISTORY_LIMIT",
    "SYSTEM_MESSAGE_DEFAULT",
    "OPEN_AI_MAX_TOKENS",
    "OPEN_AI_MIN_SUBMISSION_TOKENS",
    "OPEN_AI_DEFAULT_MAX_SUBMISSION_TOKENS",
]
"""The names above that a command's help text may mention in braces."""
