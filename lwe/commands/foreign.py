"""Commands of plugins: other people's methods, whose prints, answers and faults become outcomes."""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lwe.commands.command import Args, Candidate, Command, Context
from lwe.commands.extensions import examples
from lwe.commands.markdown import fenced, plain
from lwe.commands.outcome import Outcome
from lwe.core import constants
from lwe.core.shell_words import (
    command_with_leader,
    dash_to_underscore,
    introspect_command_actions,
    introspect_commands,
    underscore_to_dash,
)
from lwe.errors import LweError
from lwe.plugin import PluginError
from lwe.plugin.find import reason_of

if TYPE_CHECKING:
    from lwe.plugin import Plugins

LOG = logging.getLogger("lwe.commands")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def commands_of(plugins: Plugins, host: object) -> Iterator[Command]:
    """Make the commands of the enabled plugins, in the configuration's order, then by name.

    Args:
        plugins: those that are enabled.
        host: what plugins get as their `shell`.
    """
    for name, plugin in plugins.all().items():
        if plugin.plugin_type == "provider":
            continue
        plugin.set_shell(Shell(plugin, host))
        for method in sorted(introspect_commands(type(plugin))):
            if (name, method) == ("examples", "examples") and hasattr(plugin, "install_examples"):
                yield examples(plugin)
            else:
                yield _command(plugin, method)


def _command(plugin: Any, method: str) -> Command:
    name = underscore_to_dash(method)
    call = getattr(plugin, f"command_{method}")
    summary, help = _help(name, call)

    def run(_context: Context, args: Args) -> Outcome:
        return _called(plugin, name, lambda: call(args.rest))

    def complete(_context: Context, words: Sequence[str]) -> Iterable[Candidate]:
        return _completed(plugin, name, words)

    return Command(
        name,
        summary or f"A command of the plugin {plugin.name}.",
        run,
        "[TEXT]",
        help,
        complete=complete,
        plugin=plugin.name,
    )


# Running


def _called(plugin: Any, name: str, call: Callable[[], Any]) -> Outcome:
    printed = io.StringIO()
    try:
        with _captured(printed):
            answer = call()
    except LweError:
        raise
    except EOFError as error:
        raise PluginError(
            f"/{name} of the plugin {plugin.name} asks at the terminal, where nobody can answer."
        ) from error
    except (Exception, SystemExit) as error:  # other people's code may raise anything
        LOG.exception("/%s of the plugin %s failed", name, plugin.name)
        raise PluginError(
            f"/{name} of the plugin {plugin.name} failed. {reason_of(error)}"
        ) from error
    return _outcome(answer, _ANSI.sub("", printed.getvalue()).strip())


@contextlib.contextmanager
def _captured(printed: io.StringIO) -> Iterator[None]:
    """Take what is printed, and answer that nobody is at the keyboard."""
    keyboard, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield
    finally:
        sys.stdin = keyboard


def _outcome(answer: Any, printed: str) -> Outcome:
    """Read the seed's answers: a tuple of three, Markdown, or nothing beside what was printed."""
    parts = [fenced(printed, "text")] if printed else []
    ok = True
    if isinstance(answer, tuple) and len(answer) == 3:
        ok = bool(answer[0])
        parts.append(plain(answer[2]) if _is_line(answer[2]) else str(answer[2] or ""))
    elif answer:
        parts.append(str(answer))
    return Outcome("\n\n".join(filter(None, parts)), ok=ok)


def _is_line(message: Any) -> bool:
    return isinstance(message, str) and "\n" not in message.strip()


# Help


def _help(name: str, call: Callable[..., Any]) -> tuple[str, str]:
    """Return the docstring's first line, and the rest as it is, with its words in braces filled."""
    doc = inspect.getdoc(call) or ""
    doc = doc.replace("{COMMAND}", command_with_leader(name))
    for word in constants.HELP_TOKEN_VARIABLE_SUBSTITUTIONS:
        doc = doc.replace(f"{{{word}}}", str(getattr(constants, word)))
    first, _, rest = doc.strip().partition("\n")
    return first, fenced(inspect.cleandoc(rest), "text") if rest.strip() else ""


# Completing


def _completed(plugin: Any, name: str, words: Sequence[str]) -> Iterable[Candidate]:
    leader = command_with_leader(name)
    try:
        given = plugin.get_shell_completions({leader: None})
        offered = (given or {}).get(leader)
        for word in words:
            offered = offered.get(word) if isinstance(offered, Mapping) else None
        return [Candidate(str(each)) for each in offered or ()]
    except Exception:  # other people's code; a key press is no time for its faults
        LOG.warning("the completions of /%s cannot be used", name, exc_info=True)
        return ()


# What the seed's shell does for plugins


@dataclass
class Shell:
    """What a plugin has as its `shell`: the seed's dispatching of actions, else the host's own.

    Attributes:
        plugin: whose methods `action_…` are dispatched.
        host: answers everything else.
    """

    plugin: Any
    host: object

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.host, name)

    def get_command_actions(self, command: str, dashed: bool = False) -> list[str]:
        """Name the actions of a command."""
        found = introspect_command_actions(self.plugin, dash_to_underscore(command))
        return [underscore_to_dash(name) for name in found] if dashed else found

    def dispatch_command_action(self, command: str, args: str) -> Any:
        """Call the action that the first word names, with the other words."""
        wanted, *others = args.split() or [""]
        known = self.get_command_actions(command)
        if dash_to_underscore(wanted) not in known:
            reason = f"Invalid action {wanted}" if wanted else "Action required"
            listed = ", ".join(self.get_command_actions(command, dashed=True))
            return False, None, f"{reason} for {command_with_leader(command)}: {listed}"
        method = f"action_{dash_to_underscore(command)}_{dash_to_underscore(wanted)}"
        return getattr(self.plugin, method)(*others)

    def rebuild_completions(self) -> None:
        """Do nothing: completions are asked for when they are needed."""
