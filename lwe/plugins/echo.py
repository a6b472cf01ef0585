"""`/echo`: says what it was told, and shows how small a plugin can be."""

from __future__ import annotations

from typing import Any

from lwe.core import util
from lwe.core.plugin import Plugin

_KEY = "plugins.echo.response.prefix"
_PREFIX = "Echo"


class Echo(Plugin):
    """Repeat a text, as an example of a plugin"""

    def default_config(self) -> dict[str, Any]:
        """Return what `plugins.echo` in a profile's configuration is laid over."""
        return {"response": {"prefix": _PREFIX}}

    def setup(self) -> None:
        """Read the configuration, which holds the user's settings by now."""
        configured = self.config.get(_KEY)
        self.response_prefix = _PREFIX if configured is None else configured

    def get_shell_completions(self, _base_shell_completions: dict[str, Any]) -> dict[str, Any]:
        """Offer three words to repeat."""
        words = util.list_to_completion_hash(["one", "two", "three"])
        return {util.command_with_leader("echo"): words}

    def command_echo(self, arg: str) -> tuple[bool, str, str]:
        """
        Repeat a text

        A plugin adds a command by a method of this name; its docstring is the command's help.

        Arguments:
            text: What to repeat

        Examples:
            {COMMAND} one
        """
        if not arg:
            return False, arg, "Argument is required"
        return True, arg, f"{self.response_prefix}: {arg}"
