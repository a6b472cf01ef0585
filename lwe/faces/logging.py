"""The part of `ApiBackend` that writes the conversation log."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

from lwe.config.chatlog import ChatLog
from lwe.errors import ConfigError
from lwe.faces.part import BackendPart

LOG = logging.getLogger("lwe.backend")


class Logging(BackendPart):
    """The log of what was asked and answered; a log that cannot be written becomes a notice."""

    log = LOG

    @cached_property
    def _chat_log(self) -> ChatLog:
        return ChatLog()

    @property
    def logfile(self) -> Any:
        """The open log; None without one."""
        return self._chat_log.file

    @logfile.setter
    def logfile(self, file: Any) -> None:
        self._chat_log.file = file

    def initialize_file_logging(self) -> None:
        """Open the log that the configuration names."""
        if self.config.get("chat.log.enabled"):
            self.open_log(str(self.config.get("chat.log.filepath")))

    def open_log(self, filename: str) -> bool:
        """Append what is said to a file from now on; says whether it can be written."""
        try:
            self._chat_log.open_log(filename)
        except ConfigError as error:
            self.engine.note(str(error))
            return False
        return True

    def close_log(self) -> None:
        """Stop writing the log."""
        self._chat_log.close_log()

    def write_log(self, prompt: Any, response: Any) -> None:
        """Write a question and its answer."""
        try:
            self._chat_log.write_log(prompt, response, self.state.conversation_id)
        except ConfigError as error:
            self.engine.note(str(error))

    def write_log_context(self) -> None:
        """Write which conversation follows."""
        try:
            self._chat_log.write_log_context(self.state.conversation_id)
        except ConfigError as error:
            self.engine.note(str(error))
