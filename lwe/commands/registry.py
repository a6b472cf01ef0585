"""`Commands`: everything that can be typed after a slash, found, completed and run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lwe.commands import (
    configuration,
    conversations,
    extensions,
    help,
    models,
    presets,
    templates,
    users,
    workflows,
)
from lwe.commands.command import QUOTES, Args, Candidate, Command, Context, first_word, quoted
from lwe.commands.foreign import commands_of
from lwe.commands.outcome import (
    Effect,
    OpenConversation,
    Outcome,
    StartedOver,
    StateChanged,
)
from lwe.errors import LweError, NotFound
from lwe.state import State

if TYPE_CHECKING:
    from lwe.backend import ApiBackend

LEADER = "/"
_OWN = (
    *conversations.COMMANDS,
    *models.COMMANDS,
    *presets.COMMANDS,
    *templates.COMMANDS,
    *workflows.COMMANDS,
    *users.COMMANDS,
    *configuration.COMMANDS,
    *extensions.COMMANDS,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line taken apart.

    Attributes:
        command: the name as it was typed, without the slash; `ask` for ordinary text, empty when
            nothing was typed.
        argument: the rest.
    """

    command: str
    argument: str


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that may stand at the cursor.

    Attributes:
        text: what takes the place of everything from `start` to the cursor.
        start: position in the text before the cursor.
        description: what it is.
    """

    text: str
    start: int
    description: str = ""


class UnknownCommand(NotFound):
    """A command that does not exist.

    Args:
        name: what was typed, without the slash.
        known: the names that exist.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("Command", f"/{name}", [f"/{each}" for each in known])

    def __str__(self) -> str:
        return f"{super().__str__()} /help lists them; // begins a message with a slash."


class Commands:
    """The program's commands and those of the plugins.

    Nothing here waits for the user: what has to be asked or done at a screen is an effect of the
    outcome. One thread at a time may use this, the one that uses the backend.

    Args:
        backend: the library; where we are is its state.
        host: what plugins get as their `shell`.
        more: commands of the program around this one; those of the library come before them.
    """

    def __init__(
        self, backend: ApiBackend, host: object = None, more: Iterable[Command] = ()
    ) -> None:
        self._context, self._host, self._more = Context(backend), host, tuple(more)
        self._plugged: tuple[object, dict[str, Command]] = ((), {})

    def all(self) -> list[Command]:
        """Return every command once, by name."""
        return [command for name, command in self._table().items() if name == command.name]

    def find(self, name: str) -> Command:
        """Return a command by its name or another of its names.

        Raises:
            UnknownCommand: when there is none; the sentence names close ones.
        """
        table = self._table()
        if name not in table:
            raise UnknownCommand(name, table)
        return table[name]

    def parse(self, line: str) -> Parsed:
        """Take a line apart; ordinary text is to be asked, and `//` begins a text with a slash."""
        text = line.strip()
        if text == "?":
            return Parsed("help", "")
        if text.startswith(LEADER * 2):
            return Parsed("ask", text[1:])
        if not text.startswith(LEADER) or text == LEADER:
            return Parsed("ask" if text.strip(LEADER) else "", text.strip(LEADER))
        name, *argument = text[1:].split(maxsplit=1) or [""]
        return Parsed(name, "".join(argument))

    # Running

    def run(self, line: str, state: State | None = None) -> Outcome:
        """Perform what was typed.

        Args:
            line: a command or ordinary text.
            state: where we are, if the backend does not know it.

        Raises:
            NotFound: when the command, or something it names, does not exist.
            LweError: when it cannot be done; the state is as before then.
        """
        parsed = self.parse(line)
        if not parsed.command:
            return Outcome()
        command = self.find(parsed.command)
        args = Args(parsed.argument, command.usages[0])
        return self.resume(lambda: command.run(self._context, args), state)

    def resume(self, step: Callable[[], Outcome], state: State | None = None) -> Outcome:
        """Go on with a command after the user was asked.

        Args:
            step: `then` of a need with the answer in it, for example `lambda: need.then(text)`.
            state: where we are, if the backend does not know it.

        Raises:
            LweError: when it cannot be done; the state is as before then.
        """
        backend = self._context.backend
        if state is not None:
            backend.state = state
        before = backend.state
        try:
            outcome = step()
        except LweError:
            backend.state = before
            raise
        if outcome.effect is None:
            return replace(outcome, effect=_moved(before, backend.state))
        return outcome

    # Completing

    def complete(self, text: str, state: State | None = None) -> list[Completion]:
        """Return what may stand at the cursor; nothing outside of commands.

        Args:
            text: everything before the cursor.
            state: where we are, if the backend does not know it.
        """
        if state is not None:
            self._context.state = state
        if not text.startswith(LEADER) or text.startswith(LEADER * 2) or "\n" in text:
            return []
        name, space, argument = text[1:].partition(" ")
        if not space:
            return [
                Completion(f"/{known}", 0, command.summary)
                for known, command in self._table().items()
                if known.startswith(name)
            ]
        command = self._table().get(name)
        if command is None:
            return []
        try:
            return self._arguments(command, text, argument)
        except LweError:
            return []  # Running the command says what is wrong.

    def _arguments(self, command: Command, text: str, argument: str) -> list[Completion]:
        if command.complete_text is not None:
            typed = argument.lstrip()
            found = command.complete_text(self._context, typed)
            return _completions(found, len(text) - len(typed), typed, as_typed=True)
        words, fragment = _split(argument)
        found = command.complete(self._context, words)
        return _completions(found, len(text) - len(fragment), fragment.strip(QUOTES))

    # Help

    def help(self, name: str = "") -> str:
        """Return the list of the commands, or everything about one, as Markdown.

        Raises:
            NotFound: when there is no such command.
        """
        return help.explained(self.find(name)) if name else help.listed(self.all())

    def table(self) -> list[tuple[str, str]]:
        """Return every form in which a command is typed, with its sentence."""
        return help.rows(self.all())

    def _table(self) -> dict[str, Command]:
        """Return the commands by all their names; the program's own come before plugins'."""
        plugins = self._context.engine.plugins
        loaded = tuple(plugins.all().values())
        if self._plugged[0] != loaded:
            self._plugged = loaded, {c.name: c for c in commands_of(plugins, self._host)}
        found = dict(self._plugged[1])
        for command in (*self._more, *_OWN, *help.commands(self._table)):
            found.update(dict.fromkeys((command.name, *command.aliases), command))
        return dict(sorted(found.items()))


def _moved(before: State, after: State) -> Effect | None:
    """Tell what a command has changed about where we are."""
    if before == after:
        return None
    if before.user != after.user:
        return StartedOver(after)
    if before.conversation_id != after.conversation_id:
        return OpenConversation(after.conversation_id)
    return StateChanged(after)


def _split(argument: str) -> tuple[list[str], str]:
    """Return the whole words, and what has been typed of the next one."""
    words, rest = [], argument.lstrip()
    while rest:
        word, after = first_word(rest)
        is_whole = after or rest[-1].isspace()
        if not is_whole or (rest[0] in QUOTES and word[:1] == rest[0]):  # or a quote is open
            break
        words.append(word)
        rest = after
    return words, rest


def _completions(
    found: Iterable[Candidate], start: int, fragment: str, as_typed: bool = False
) -> list[Completion]:
    """Return the candidates that begin with what was typed, else those that have it inside."""
    every = list(found)
    typed = fragment.casefold()
    kept = [each for each in every if each.text.casefold().startswith(typed)]
    kept = kept or [each for each in every if typed in each.text.casefold()]
    write = str if as_typed else quoted
    return [Completion(write(each.text), start, each.description) for each in kept]
