"""Help for the commands, from the same table as everything else about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lwe.commands.command import Args, Candidate, Command, Context
from lwe.commands.markdown import plain
from lwe.commands.outcome import Outcome, Quit
from lwe.errors import NotFound

Table = Callable[[], Mapping[str, Command]]


def listed(commands: Iterable[Command]) -> str:
    """Return all commands with a sentence each."""
    lines = [f"* `/{command.name}`: {plain(command.summary)}" for command in commands]
    return "\n".join(
        [
            "## Commands",
            "",
            *lines,
            "",
            "`/help COMMAND` says more. `//` at the beginning sends a slash.",
        ]
    )


def explained(command: Command) -> str:
    """Return everything about one command."""
    parts = [f"## /{command.name}", plain(command.summary)]
    if command.actions:
        actions = command.actions.values()
        pairs = zip(command.usages, actions, strict=True)
        parts.append("\n".join(f"* `{usage}`: {plain(a.summary)}" for usage, a in pairs))
    else:
        parts.append(f"`{command.usages[0]}`")
    if command.help:
        parts.append(command.help)
    if command.examples:
        examples = command.examples.items()
        parts.append("\n".join(_example(command, typed, about) for typed, about in examples))
    if command.aliases:
        parts.append("Also " + ", ".join(f"`/{name}`" for name in command.aliases) + ".")
    return "\n\n".join(parts)


def _example(command: Command, typed: str, about: str) -> str:
    return f"* `/{command.name}{f' {typed}' if typed else ''}` {plain(about)}"


def rows(commands: Iterable[Command]) -> list[tuple[str, str]]:
    """Return every form of every command with its sentence, for the documentation."""
    found = []
    for command in commands:
        if command.actions:
            actions = command.actions.values()
            found += [(u, a.summary) for u, a in zip(command.usages, actions, strict=True)]
        else:
            found.append((command.usages[0], command.summary))
    return found


def commands(table: Table) -> tuple[Command, ...]:
    """Make the commands that know all others."""

    def help(_context: Context, args: Args) -> Outcome:
        wanted = args.take().removeprefix("/")
        args.end()
        known = table()
        if not wanted:
            return Outcome(listed(_each(known)))
        if wanted not in known:
            raise NotFound("Command", wanted, known)
        return Outcome(explained(known[wanted]))

    def complete(_context: Context, words: Sequence[str]) -> Iterable[Candidate]:
        return () if words else [Candidate(c.name, c.summary) for c in _each(table())]

    return (
        Command("help", "List the commands, or explain one.", help, "[COMMAND]", complete=complete),
        Command("quit", "Leave the program.", _quit, aliases=("exit",)),
    )


def _quit(_context: Context, args: Args) -> Outcome:
    args.end()
    return Outcome(effect=Quit())


def _each(table: Mapping[str, Command]) -> list[Command]:
    return [command for name, command in table.items() if name == command.name]
