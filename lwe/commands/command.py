"""A command as a value: its names, its help, what it completes and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lwe.commands.outcome import Outcome
from lwe.domain import User
from lwe.errors import LweError, NotFound
from lwe.state import State

if TYPE_CHECKING:
    from lwe.backend import ApiBackend
    from lwe.engine import Engine

QUOTES = "'\""


class UsageError(LweError):
    """A command was typed with too little, too much or something else than it takes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may stand at the cursor."""

    text: str
    description: str = ""


class Context:
    """What a command works with.

    Args:
        backend: the library; its state is where we are, and a command changes it there.
    """

    def __init__(self, backend: ApiBackend) -> None:
        self.backend = backend

    @property
    def engine(self) -> Engine:
        """The library's parts."""
        return self.backend.engine

    @property
    def state(self) -> State:
        """Where we are."""
        return self.backend.state

    @state.setter
    def state(self, state: State) -> None:
        self.backend.state = state

    @property
    def user(self) -> User:
        """Who asks.

        Raises:
            LweError: when nobody is logged in.
        """
        if self.state.user is None:
            raise LweError("Nobody is logged in. Use /login, or /user register.")
        return self.state.user


class Args:
    """The words of an argument, taken one after the other; quotes hold words together.

    Args:
        text: what was typed after the command or its action.
        usage: how it should be typed, for the sentence.
    """

    def __init__(self, text: str, usage: str = "") -> None:
        self.rest = text.strip()
        self._usage = usage

    def take(self) -> str:
        """Return the next word, empty when there is none."""
        word, self.rest = first_word(self.rest)
        return word

    def need(self, what: str) -> str:
        """Return the next word.

        Raises:
            UsageError: when there is none.
        """
        word = self.take()
        if not word:
            raise UsageError(f"{what} is missing. {self._wanted}".strip())
        return word

    def end(self) -> None:
        """Check that nothing is left.

        Raises:
            UsageError: when there is.
        """
        if self.rest:
            raise UsageError(f"'{self.rest}' is too much. {self._wanted}".strip())

    def only(self, what: str) -> str:
        """Return the one word that there has to be.

        Raises:
            UsageError: when there is none, or another.
        """
        word = self.need(what)
        self.end()
        return word

    @property
    def _wanted(self) -> str:
        return f"Write {self._usage}" if self._usage else ""


def first_word(text: str) -> tuple[str, str]:
    """Split off the first word, which quotes may hold together; returns it and what follows."""
    text = text.lstrip()
    if text[:1] and text[0] in QUOTES:
        end = text.find(text[0], 1)
        if end > 0 and (end + 1 == len(text) or text[end + 1].isspace()):
            return text[1:end], text[end + 1 :].lstrip()
    word, *rest = text.split(maxsplit=1) or [""]
    return word, "".join(rest)


def quoted(word: str) -> str:
    """Return a word as it is typed."""
    if not any(letter.isspace() for letter in word):
        return word
    return f"'{word}'" if '"' in word else f'"{word}"'


Run = Callable[[Context, Args], Outcome]
Complete = Callable[[Context, Sequence[str]], Iterable[Candidate]]
"""Gets the whole words before the cursor, and returns all that may follow them."""
CompleteText = Callable[[Context, str], Iterable[Candidate]]
"""Gets everything typed after the command, and returns what may stand in its place."""


def nothing(_context: Context, _words: Sequence[str]) -> Iterable[Candidate]:
    """Complete nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Action:
    """One of the things that a command such as `/preset` does.

    Attributes:
        arguments: what is typed after it.
        summary: one sentence.
    """

    name: str
    arguments: str
    summary: str
    run: Run
    complete: Complete = nothing


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed after a slash.

    Attributes:
        name: without the slash.
        summary: one sentence.
        run: does it.
        arguments: what is typed after it, for example `[LIMIT [OFFSET]]`.
        help: Markdown below the summary.
        examples: what follows the name, with a sentence each.
        aliases: other names.
        complete: offers words.
        complete_text: offers the whole argument instead, as for paths.
        actions: by their names; they are then what the command runs and completes.
        plugin: the plugin that it comes from, empty for the program's own.
    """

    name: str
    summary: str
    run: Run
    arguments: str = ""
    help: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    complete: Complete = nothing
    complete_text: CompleteText | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    plugin: str = ""

    @property
    def usages(self) -> list[str]:
        """Every form in which it is typed."""
        if self.actions:
            return [
                f"/{self.name} {action.name} {action.arguments}".rstrip()
                for action in self.actions.values()
            ]
        return [f"/{self.name} {self.arguments}".rstrip()]


def group(name: str, summary: str, actions: Iterable[Action], help: str = "") -> Command:
    """Make a command that consists of actions."""
    table = {action.name: action for action in actions}

    def run(context: Context, args: Args) -> Outcome:
        wanted = args.take()
        if not wanted:
            raise UsageError(f"/{name} needs one of: {', '.join(table)}.")
        found = table.get(wanted)
        if found is None:
            raise NotFound(f"Action of /{name}", wanted, table)
        usage = f"/{name} {wanted} {found.arguments}".rstrip()
        return found.run(context, Args(args.rest, usage))

    def complete(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
        if not words:
            return [Candidate(action.name, action.summary) for action in table.values()]
        found = table.get(words[0])
        return found.complete(context, words[1:]) if found else ()

    return Command(name, summary, run, help=help, complete=complete, actions=table)


def alias(name: str, command: Command, action: str) -> Command:
    """Make a command of an action, as `/login` is of `/user login`."""
    found = command.actions[action]
    return replace(
        Command(name, found.summary, found.run, found.arguments, complete=found.complete),
        help=f"The same as `/{command.name} {action}`.",
    )


def whole_number(number: str, what: str, least: int = 1) -> int:
    """Return a whole number that was typed.

    Raises:
        UsageError: when it is none, or less than allowed.
    """
    try:
        value = int(number)
    except ValueError:
        value = least - 1
    if value < least:
        raise UsageError(f"{what} has to be a whole number of at least {least}, not '{number}'.")
    return value
